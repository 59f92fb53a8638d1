"""Segment pairs: from documents to segments A and B, as in Google's ALBERT.

A chunk of consecutive sentences, about as long as an instance, is cut at a random sentence boundary
into A and B. What the label means depends on the task:

- ``sop``, sentence-order prediction: half of the pairs are swapped (label 1). This is what the
  ALBERT code does, which the paper ran.
- ``nsp``, next-sentence prediction: in half of the pairs, B comes from another document (label 1),
  and the sentences it replaces move to the next chunk. This is BERT's task, and what the paper's
  text describes ("a random pair of segments from different documents").
- ``none``: a chunk is one segment, and there is no label to predict.

With ``sop`` and ``nsp``, a chunk of one sentence takes its B from another document, with label 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

Sentence = Sequence[int]  # token ids
SHORT_PROBABILITY = 0.1
NO_PAIR = -1


@dataclass(frozen=True)
class Pair:
    """Two segments of token ids.

    ``label`` is 0 for segments in order, 1 for segments that are swapped or come from two
    documents, and `NO_PAIR` without a second segment.
    """

    a: list[int]
    b: list[int]
    label: int


def pairs(
    documents: Sequence[Sequence[Sentence]], index: int, length: int, rng: Random, task: str = "sop"
) -> Iterator[Pair]:
    """Yield the pairs of document ``index``, in one pass over it.

    Args:
        documents: all documents; the others only lend a B. If there are none, a chunk of one
            sentence is skipped.
        index: which document to cut.
        length: the length of an instance: each pair fits, together with its special tokens.
        rng: the source of all choices.
        task: ``sop``, ``nsp`` or ``none``.

    Source: Google's `create_pretraining_data.py`, `create_instances_from_document`.

    >>> document = [[1, 2], [3], [4, 5]]
    >>> for seed in (1, 4):
    ...     print(*pairs([document], 0, 16, Random(seed)))
    Pair(a=[1, 2, 3], b=[4, 5], label=0)
    Pair(a=[3, 4, 5], b=[1, 2], label=1)
    """
    room = length - (2 if task == "none" else 3)  # [CLS] A [SEP], or [CLS] A [SEP] B [SEP]
    # One pass in ten aims at a shorter length, so that the model also learns from short sequences.
    target = between(rng, 2, room) if rng.random() < SHORT_PROBABILITY else room
    document, start = documents[index], 0
    while start < len(document):
        # 1. Take a chunk: whole sentences, until they hold ``target`` tokens.
        end = _chunk_end(document, start, target)
        if task == "none":
            a, b, label = _join(document[start:end]), [], NO_PAIR
        else:
            # 2. Cut it at a random sentence boundary.
            cut = between(rng, start + 1, end - 1) if end - start > 1 else end
            a, b, label = _join(document[start:cut]), _join(document[cut:end]), 0
            # 3. Half of the time, replace B (NSP) or swap the two (SOP).
            if cut == end or (task == "nsp" and rng.random() < 0.5 and len(documents) > 1):
                b, label = _from_another(documents, index, target - len(a), rng), 1
                end = cut  # the sentences that were B begin the next chunk
            elif task == "sop" and rng.random() < 0.5:
                a, b, label = b, a, 1
        # 4. The last sentence may exceed the room: drop tokens until both fit.
        if b or task == "none":
            _truncate(a, b, room, rng)
            yield Pair(a, b, label)
        start = end


def between(rng: Random, low: int, high: int) -> int:
    """A random integer from low to high, both included.

    It uses ``random()`` alone, the one method whose sequence Python promises never to change.
    """
    return low + int(rng.random() * (high - low + 1))


def _chunk_end(document: Sequence[Sentence], start: int, target: int) -> int:
    """The end of the chunk that starts here: after the sentence that reaches ``target`` tokens.

    >>> _chunk_end([[1, 2], [3], [4, 5]], 0, 3), _chunk_end([[1, 2], [3], [4, 5]], 0, 9)
    (2, 3)
    """
    size = 0
    for end in range(start, len(document)):
        size += len(document[end])
        if size >= target:
            return end + 1
    return len(document)


def _from_another(
    documents: Sequence[Sequence[Sentence]], index: int, target: int, rng: Random
) -> list[int]:
    """About ``target`` tokens of another document, from a random sentence on."""
    if len(documents) == 1:
        return []
    other = between(rng, 0, len(documents) - 2)
    document = documents[other + (other >= index)]  # any but ``index``
    start = between(rng, 0, len(document) - 1)
    return _join(document[start : _chunk_end(document, start, target)])


def _join(sentences: Sequence[Sentence]) -> list[int]:
    return list(chain.from_iterable(sentences))


def _truncate(a: list[int], b: list[int], room: int, rng: Random) -> None:
    """Drop tokens from the longer segment, from the front or the back by coin flip."""
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
