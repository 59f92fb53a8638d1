"""Documents to pairs of segments for sentence-order prediction, as Google's ALBERT makes them.

A chunk of consecutive sentences, about as long as an instance, is cut at a random sentence
boundary into A and B; in half of the cases they are swapped (label 1). The paper's own sentence
("a random pair of segments from different documents") describes BERT's task; the ALBERT code that
the paper ran does this.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

Sentence = Sequence[int]  # piece ids
SHORT_PROBABILITY = 0.1


@dataclass(frozen=True)
class Pair:
    """Two segments of piece ids. ``label`` is 0 in order, 1 swapped or from another document."""

    a: list[int]
    b: list[int]
    label: int


def pairs(
    documents: Sequence[Sequence[Sentence]], index: int, length: int, rng: Random
) -> Iterator[Pair]:
    """The pairs of document ``index``; each fits into ``length`` pieces with [CLS] and two [SEP].

    The other documents serve only a chunk of a single sentence: its B comes from one of them.
    Where there is no other document, such a chunk is left out.

    >>> document = [[1, 2], [3], [4, 5]]
    >>> pair = next(pairs([document], 0, 16, Random(1)))
    >>> (pair.a, pair.b, pair.label) in [([1, 2], [3, 4, 5], 0), ([1, 2, 3], [4, 5], 0),
    ...                                  ([3, 4, 5], [1, 2], 1), ([4, 5], [1, 2, 3], 1)]
    True
    """
    room = length - 3
    target = between(rng, 2, room) if rng.random() < SHORT_PROBABILITY else room
    for chunk in _chunks(documents[index], target):
        if len(chunk) > 1:
            cut = between(rng, 1, len(chunk) - 1)
            a, b, label = _join(chunk[:cut]), _join(chunk[cut:]), 0
            if rng.random() < 0.5:
                a, b, label = b, a, 1
        elif len(documents) > 1:
            a, label = list(chunk[0]), 1
            b = _from_another(documents, index, target - len(a), rng)
        else:
            continue
        _truncate(a, b, room, rng)
        yield Pair(a, b, label)


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included.

    Built on ``random()`` alone, the one method whose sequence Python promises to keep.
    """
    return low + int(rng.random() * (high - low + 1))


def _chunks(document: Sequence[Sentence], target: int) -> Iterator[list[Sentence]]:
    """Consecutive sentences, each run closed once it holds ``target`` pieces."""
    chunk: list[Sentence] = []
    size = 0
    for sentence in document:
        chunk.append(sentence)
        size += len(sentence)
        if size >= target:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _from_another(
    documents: Sequence[Sequence[Sentence]], index: int, wanted: int, rng: Random
) -> list[int]:
    """Sentences of another document from a random one on, until ``wanted`` pieces are reached."""
    other = between(rng, 0, len(documents) - 2)
    document = documents[other + (other >= index)]
    taken: list[int] = []
    for sentence in document[between(rng, 0, len(document) - 1) :]:
        taken += sentence
        if len(taken) >= wanted:
            break
    return taken


def _join(sentences: Sequence[Sentence]) -> list[int]:
    return [piece for sentence in sentences for piece in sentence]


def _truncate(a: list[int], b: list[int], room: int, rng: Random) -> None:
    """Drop pieces from the longer side, front or back by coin-flip, until both fit."""
    while len(a) + len(b) > room:
        longer = a if len(a) > len(b) else b
        longer.pop(0 if rng.random() < 0.5 else -1)
