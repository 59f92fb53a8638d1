"""Documents to pairs of segments, as Google's ALBERT makes them.

A chunk of consecutive sentences, about as long as an instance, is cut at a random sentence boundary
into A and B.

- ``sop``, sentence-order prediction: in half of the cases A and B are swapped (label 1). This is
  what the ALBERT code does that the paper ran.
- ``nsp``, next-sentence prediction: in half of the cases B comes from another document (label 1),
  and the sentences it replaces wait for the next chunk. This is BERT's task, and what the paper's
  own sentence describes ("a random pair of segments from different documents").
- ``none``: a chunk is one segment, and there is nothing to tell apart.

For both pairs, a chunk of a single sentence takes B from another document, with label 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

Sentence = Sequence[int]  # piece ids
SHORT_PROBABILITY = 0.1
NO_PAIR = -1


@dataclass(frozen=True)
class Pair:
    """Two segments of piece ids.

    ``label`` is 0 in order, 1 swapped or from another document; `NO_PAIR` where B is empty because
    the task has no second segment.
    """

    a: list[int]
    b: list[int]
    label: int


def pairs(
    documents: Sequence[Sequence[Sentence]], index: int, length: int, rng: Random, task: str = "sop"
) -> Iterator[Pair]:
    """The pairs of document ``index``; each fits into ``length`` pieces with its special pieces.

    The other documents only lend a B. Where there is no other document, a chunk of a single
    sentence is left out.

    >>> document = [[1, 2], [3], [4, 5]]
    >>> pair = next(pairs([document], 0, 16, Random(1)))
    >>> (pair.a, pair.b, pair.label) in [([1, 2], [3, 4, 5], 0), ([1, 2, 3], [4, 5], 0),
    ...                                  ([3, 4, 5], [1, 2], 1), ([4, 5], [1, 2, 3], 1)]
    True
    """
    room = length - (2 if task == "none" else 3)
    target = between(rng, 2, room) if rng.random() < SHORT_PROBABILITY else room
    document, start = documents[index], 0
    while start < len(document):
        end = _chunk_end(document, start, target)
        a, b, label, start = _halves(documents, index, start, end, target, task, rng)
        if b or task == "none":
            _truncate(a, b, room, rng)
            yield Pair(a, b, label)


def _halves(
    documents: Sequence[Sequence[Sentence]],
    index: int,
    start: int,
    end: int,
    target: int,
    task: str,
    rng: Random,
) -> tuple[list[int], list[int], int, int]:
    """A, B and the label of one chunk, and the sentence that the next one starts at."""
    document = documents[index]
    if task == "none":
        return _join(document[start:end]), [], NO_PAIR, end
    cut = between(rng, start + 1, end - 1) if end - start > 1 else end
    a = _join(document[start:cut])
    if cut == end or (task == "nsp" and rng.random() < 0.5 and len(documents) > 1):
        return a, _from_another(documents, index, target - len(a), rng), 1, cut
    b = _join(document[cut:end])
    if task == "sop" and rng.random() < 0.5:
        return b, a, 1, end
    return a, b, 0, end


def between(rng: Random, low: int, high: int) -> int:
    """A whole number from low to high, both included.

    Built on ``random()`` alone, the one method whose sequence Python promises to keep.
    """
    return low + int(rng.random() * (high - low + 1))


def _chunk_end(document: Sequence[Sentence], start: int, target: int) -> int:
    """Where the chunk ends that starts here: as soon as it holds ``target`` pieces."""
    size = 0
    for end in range(start, len(document)):
        size += len(document[end])
        if size >= target:
            return end + 1
    return len(document)


def _from_another(
    documents: Sequence[Sequence[Sentence]], index: int, wanted: int, rng: Random
) -> list[int]:
    """Sentences of another document from a random one on, until ``wanted`` pieces are reached."""
    if len(documents) == 1:
        return []
    other = between(rng, 0, len(documents) - 2)
    document = documents[other + (other >= index)]
    start = between(rng, 0, len(document) - 1)
    return _join(document[start : _chunk_end(document, start, wanted)])


def _join(sentences: Sequence[Sentence]) -> list[int]:
    return list(chain.from_iterable(sentences))


def _truncate(a: list[int], b: list[int], room: int, rng: Random) -> None:
    """Drop pieces from the longer side, front or back by coin-flip, until both fit."""
    ends = [[0, len(a)], [0, len(b)]]
    for _ in range(len(a) + len(b) - room):
        first, second = (end - start for start, end in ends)
        longer = ends[0 if first > second else 1]
        if rng.random() < 0.5:
            longer[0] += 1
        else:
            longer[1] -= 1
    for segment, (start, end) in zip((a, b), ends, strict=True):
        segment[:] = segment[start:end]
