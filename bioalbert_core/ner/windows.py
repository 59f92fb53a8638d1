"""Split sentences of words into overlapping windows of tokens, and merge predictions back.

A model reads tokens; BIO files tag words. Each word is split into tokens on its own and takes its
label from its first token. A sentence too long for the model is read in overlapping windows, so no
word is cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np


@dataclass(frozen=True)
class Window:
    """A stretch of a sentence as the model reads it."""

    sentence: int
    """The number of the sentence."""
    token_ids: tuple[int, ...]
    word_of: tuple[int, ...]
    """For each token, the number of the word it begins; -1 for [CLS], [SEP] and later tokens."""
    matches: tuple[int, ...] = ()
    """The gazetteer feature: for each position, the id of the gazetteer's label for that word."""


AnyWindow = TypeVar("AnyWindow", bound=Window)


def merge_windows(
    windows: Sequence[AnyWindow], probabilities: Sequence[np.ndarray], word_counts: Sequence[int]
) -> list[np.ndarray]:
    """Merge overlapping windows: one probability vector per word.

    A word where windows overlap is predicted more than once. The prediction farther from the edge
    of its window has seen more context; keep that one, of equals the first.

    Args:
        windows: as `WindowReader.windows` makes them.
        probabilities: for each window, (length, labels).
        word_counts: the number of words in each sentence.

    Returns:
        For each sentence, an array (words, labels).

    Source: BERT's "maximum context" rule for SQuAD (`_check_is_max_context` in run_squad.py),
    applied to words.

    Two windows share the words 1 and 2. Word 1 has more context in the first, word 2 in the second:

    >>> first = Window(0, (2, 10, 11, 12, 3), (-1, 0, 1, 2, -1))
    >>> second = Window(0, (2, 11, 12, 13, 3), (-1, 1, 2, 3, -1))
    >>> probabilities = [np.full((5, 1), 7.0), np.full((5, 1), 8.0)]
    >>> merge_windows([first, second], probabilities, [4])[0].tolist()
    [[7.0], [7.0], [8.0], [8.0]]
    """
    labels = probabilities[0].shape[-1] if probabilities else 0
    merged = [np.zeros((count, labels), "float32") for count in word_counts]  # each (words, labels)
    context = [np.full(count, -1) for count in word_counts]  # each (words,): the most so far

    for window, scores in zip(windows, probabilities, strict=True):  # scores: (length, labels)
        for position, word in enumerate(window.word_of):
            if word < 0:  # [CLS], [SEP], or a later token of a word
                continue
            distance = min(position, len(window.word_of) - 1 - position)  # to the nearer edge
            if distance > context[window.sentence][word]:
                context[window.sentence][word] = distance
                merged[window.sentence][word] = scores[position]  # (labels,)
    return merged


def window_spans(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Split a sentence into overlapping windows of whole words.

    Args:
        lengths: the number of tokens in each word, at most ``room``.
        room: the number of tokens that fit into a window.

    Returns:
        (start, end) of each window, in words. Neighbors share at most a quarter of the room.

    >>> window_spans([1, 1, 1, 1, 1, 1], 4)
    [(0, 4), (3, 6)]
    """
    spans = []
    start = 0
    while start < len(lengths):
        # Take words while they fit.
        end, used = start, 0
        while end < len(lengths) and used + lengths[end] <= room:
            used += lengths[end]
            end += 1
        spans.append((start, end))
        if end == len(lengths):
            break
        # Step back by up to a quarter of the room, so that the next window overlaps this one; but
        # leave room for the next word, and start after this window's first word.
        overlap = min(room // 4, room - lengths[end])
        start, shared = end, 0
        while shared + lengths[start - 1] <= overlap and start - 1 > spans[-1][0]:
            start -= 1
            shared += lengths[start]
    return spans
