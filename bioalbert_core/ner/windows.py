"""Words to pieces for the model, and piece predictions back to words.

Each word is cut into pieces on its own. Its label stands on its first piece; the others are not
scored. A sentence that is too long is read in overlapping windows, and each word takes its label
from the window in which it stands farthest from an edge, so no word is ever cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:  # it stands on this module
    from bioalbert_core.ner.sequence_tagger import Labeler


@dataclass(frozen=True)
class Window:
    """A stretch of a sentence as the model reads it.

    ``word_of[i]`` is the word (in the sentence) whose first piece stands at position ``i`` of
    ``token_ids``, or -1 for [CLS], [SEP] and later pieces. ``matches[i]`` is what a dictionary says
    of that word, 0 where it says nothing.
    """

    sentence: int
    token_ids: tuple[int, ...]
    word_of: tuple[int, ...]
    matches: tuple[int, ...] = ()


class Aligner:
    """Cuts sentences of words into windows of pieces, and pads windows to batches.

    Args:
        tokenizer: ALBERT's, or one trained here.
        max_length: pieces in a window, [CLS] and [SEP] included.
        dictionary: a `labeler.Labeler` whose labels go along as ``match_ids``.
        mark_words: whether ``first_pieces`` go along, 1 where a word begins.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        max_length: int,
        dictionary: "Labeler | None" = None,
        mark_words: bool = False,
    ) -> None:
        self.dictionary = dictionary
        self._tokenizer = tokenizer
        self._room = max_length - 2
        self._mark_words = mark_words
        self._pieces = lru_cache(maxsize=100_000)(self._encode)

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[Window]:
        """The windows of all sentences, in order."""
        matches = match_ids(self.dictionary, sentences) if self.dictionary else []
        found = []
        for number, words in enumerate(sentences):
            pieces = [self._pieces(word) for word in words]
            for start, end in window_spans([len(p) for p in pieces], self._room):
                ids, word_of = [self._tokenizer.cls_id], [-1]
                for word in range(start, end):
                    ids += pieces[word]
                    word_of += [word] + [-1] * (len(pieces[word]) - 1)
                ids.append(self._tokenizer.sep_id)
                word_of.append(-1)
                known = [matches[number][w] if w >= 0 else 0 for w in word_of] if matches else ()
                found.append(Window(number, tuple(ids), tuple(word_of), tuple(known)))
        return found

    def pad(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """All inputs of the model for a batch of windows, each (batch, length) of int32."""
        inputs = pad(windows)
        shape = inputs["token_ids"].shape
        if self._mark_words:
            inputs["first_pieces"] = _rows([np.array(w.word_of) >= 0 for w in windows], shape)
        if self.dictionary:
            inputs["match_ids"] = _rows([w.matches for w in windows], shape)
        return inputs

    def _encode(self, word: str) -> list[int]:
        """At least one piece, and no more than a window has room for."""
        return self._tokenizer.encode(word)[: self._room] or [self._tokenizer.unk_id]


def match_ids(dictionary: "Labeler", sentences: Sequence[Sequence[str]]) -> list[list[int]]:
    """What a dictionary says of each word, as numbers among its labels; 0 where nothing."""
    ids = {label: number for number, label in enumerate(dictionary.labels)}
    return [[ids[tag] for tag in found.tags] for found in dictionary.predict(sentences)]


def window_spans(lengths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Cut words of the given lengths into (start, end) runs that each fit into ``room`` pieces.

    Neighboring runs share about a quarter of the room.

    >>> window_spans([1, 1, 1, 1, 1, 1], 4)
    [(0, 4), (3, 6)]
    """
    spans = []
    start = 0
    while start < len(lengths):
        end, used = start, 0
        while end < len(lengths) and used + lengths[end] <= room:
            used += lengths[end]
            end += 1
        spans.append((start, end))
        if end == len(lengths):
            break
        shareable = min(room // 4, room - lengths[end])  # the next word must still fit behind it
        start, shared = end, 0
        while shared + lengths[start - 1] <= shareable and start - 1 > spans[-1][0]:
            start -= 1
            shared += lengths[start]
    return spans


def pad(windows: Sequence[Window], multiple: int = 16) -> dict[str, np.ndarray]:
    """Model inputs for a batch, padded to its longest window, rounded up to a multiple.

    Returns ``token_ids``, ``segment_ids``, ``padding_mask``, each (batch, length) of int32.
    """
    longest = max(len(window.token_ids) for window in windows)
    shape = (len(windows), -(-longest // multiple) * multiple)
    return {
        "token_ids": _rows([window.token_ids for window in windows], shape),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": _rows([[1] * len(window.token_ids) for window in windows], shape),
    }


def _rows(values: Sequence[Sequence[int]], shape: tuple[int, int]) -> np.ndarray:
    """Values from the left, then zeros."""
    array = np.zeros(shape, "int32")
    for row, found in enumerate(values):
        array[row, : len(found)] = found
    return array


def merge(
    windows: Sequence[Window], predictions: Sequence[np.ndarray], word_counts: Sequence[int]
) -> list[np.ndarray]:
    """One row of label probabilities per word, from the window where it is farthest from an edge.

    Args:
        windows: as cut by an `Aligner`.
        predictions: for each window, (length, labels).
        word_counts: words in each sentence.

    Returns:
        For each sentence an array (words, labels).
    """
    labels = predictions[0].shape[-1] if predictions else 0
    merged = [np.zeros((count, labels), "float32") for count in word_counts]
    best = [np.full(count, -1) for count in word_counts]
    for window, scores in zip(windows, predictions, strict=True):
        for position, word in enumerate(window.word_of):
            distance = min(position, len(window.word_of) - 1 - position)
            if word >= 0 and distance > best[window.sentence][word]:
                best[window.sentence][word] = distance
                merged[window.sentence][word] = scores[position]
    return merged
