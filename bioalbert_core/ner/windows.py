"""Sentences of words to overlapping windows of tokens, and predictions back to words.

A model reads tokens, BIO files tag words. Each word is split into tokens on its own and takes its
label from its first token. A sentence too long for the model is read in overlapping windows, so no
word is cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, TypeVar

import numpy as np

from bioalbert_core.ner.sequence_tagger import SequenceTagger
from bioalbert_core.tokenizer import Tokenizer

MULTIPLE = 16  # batches are padded to a multiple of this, so that few shapes are compiled


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

    A word near a seam is predicted twice. The prediction farther from the edge of its window has
    seen more context; keep that one.

    Args:
        windows: as `WindowReader.windows` returns them.
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
        (start, end) of each window, in words. Neighbors share about a quarter of the room.

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


class WindowReader:
    """Splits sentences of words into windows of tokens, and pads windows to batches.

    Args:
        tokenizer: of the model.
        max_length: the most tokens in a window, [CLS] and [SEP] included.
        gazetteer: adds its label for each word as ``match_ids``, the gazetteer feature.
        mark_words: whether to add ``first_pieces``, 1 where a word begins (a CRF needs them).
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_length: int,
        gazetteer: SequenceTagger | None = None,
        mark_words: bool = False,
    ) -> None:
        self.gazetteer = gazetteer
        self._tokenizer = tokenizer
        self._room = max_length - 2  # without [CLS] and [SEP]
        self._mark_words = mark_words
        self._encoded = lru_cache(maxsize=100_000)(self._encode)

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[Window]:
        """The windows of all sentences, in order.

        A sentence of three words, the second of two tokens (8 and 9), becomes one window::

            token_ids  [CLS]  7  8  9  5  [SEP]
            word_of      -1   0  1 -1  2   -1
        """
        windows = []
        for number, words in enumerate(sentences):
            tokens = [self._encoded(word) for word in words]
            for start, end in window_spans([len(ids) for ids in tokens], self._room):
                token_ids, word_of = [self._tokenizer.cls_id], [-1]
                for word in range(start, end):
                    token_ids += tokens[word]
                    word_of += [word] + [-1] * (len(tokens[word]) - 1)
                token_ids.append(self._tokenizer.sep_id)
                word_of.append(-1)
                windows.append(Window(number, tuple(token_ids), tuple(word_of)))
        return with_matches(windows, self.gazetteer, sentences) if self.gazetteer else windows

    def pad(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """All inputs of the model for a batch of windows, each (batch, length) of int32."""
        inputs = pad(windows)
        shape = inputs["token_ids"].shape
        if self._mark_words:
            inputs["first_pieces"] = padded([np.array(w.word_of) >= 0 for w in windows], shape)
        if self.gazetteer:
            inputs["match_ids"] = padded([w.matches for w in windows], shape)
        return inputs

    def _encode(self, word: str) -> list[int]:
        """At least one token, and no more than fit into a window."""
        return self._tokenizer.encode(word)[: self._room] or [self._tokenizer.unk_id]


def pad(windows: Sequence[Window], multiple: int = MULTIPLE) -> dict[str, np.ndarray]:
    """Pad windows to a batch: to the longest, rounded up to a multiple.

    Returns:
        ``token_ids``, ``segment_ids``, ``padding_mask``, each (batch, length) of int32.
    """
    shape = batch_shape(windows, multiple)
    return {
        "token_ids": padded([window.token_ids for window in windows], shape),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": padded([[1] * len(window.token_ids) for window in windows], shape),
    }


def batch_shape(windows: Sequence[AnyWindow], multiple: int = MULTIPLE) -> tuple[int, int]:
    """(windows, length of the longest rounded up to a multiple)."""
    longest = max(len(window.word_of) for window in windows)
    return len(windows), -(-longest // multiple) * multiple


def padded(rows: Sequence[Sequence[int]], shape: tuple[int, int]) -> np.ndarray:
    """Sequences as one array of int32, filled up with zeros.

    >>> padded([[7, 8], [9]], (2, 3)).tolist()
    [[7, 8, 0], [9, 0, 0]]
    """
    array = np.zeros(shape, "int32")
    for number, row in enumerate(rows):
        array[number, : len(row)] = row
    return array


def with_matches(
    windows: Sequence[AnyWindow], gazetteer: SequenceTagger, sentences: Sequence[Sequence[str]]
) -> list[AnyWindow]:
    """The windows with the gazetteer feature: the gazetteer's label for each word, as an id."""
    ids = {label: number for number, label in enumerate(gazetteer.labels)}  # "O" is 0
    tags = [p.tags for p in gazetteer.predict([sentences[w.sentence] for w in windows])]
    return [
        replace(w, matches=tuple(ids[row[word]] if word >= 0 else 0 for word in w.word_of))
        for w, row in zip(windows, tags, strict=True)
    ]


class Reader(Protocol):
    """Turns sentences into the inputs of a network; `WindowReader` is ALBERT's."""

    gazetteer: SequenceTagger | None

    def windows(self, sentences: Sequence[Sequence[str]]) -> list:
        """All sentences as windows, long ones in several."""
        ...

    def pad(self, windows: Sequence) -> dict[str, np.ndarray]:
        """The inputs of the network for a batch of windows, each (batch, length, ...)."""
        ...
