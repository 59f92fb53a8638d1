"""Words to the inputs of a network: windows of tokens, padded to batches."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from bioalbert_core.ner.sequence_tagger import SequenceTagger
from bioalbert_core.ner.windows import AnyWindow, Window, window_spans
from bioalbert_core.tokenizer import Tokenizer

MULTIPLE = 16  # batches are padded to a multiple of this, so that few shapes are compiled


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
