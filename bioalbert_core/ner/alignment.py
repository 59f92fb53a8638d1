"""Words to pieces for the model, and piece predictions back to words.

Each word is cut into pieces on its own. Its label stands on its first piece; the others are not
scored. A sentence that is too long is read in overlapping windows, and each word takes its label
from the window in which it stands farthest from an edge, so no word is ever cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bioalbert_core.tokenizer import Tokenizer

IGNORED = -1  # the label of a position that is not scored


@dataclass(frozen=True)
class Window:
    """A stretch of a sentence as the model reads it.

    ``word_of[i]`` is the word (in the sentence) whose first piece stands at position ``i`` of
    ``token_ids``, or -1 for [CLS], [SEP] and later pieces.
    """

    sentence: int
    token_ids: tuple[int, ...]
    word_of: tuple[int, ...]


class Aligner:
    """Cuts sentences of words into windows of pieces.

    Args:
        tokenizer: ALBERT's, or one trained here.
        max_length: pieces in a window, [CLS] and [SEP] included.
    """

    def __init__(self, tokenizer: Tokenizer, max_length: int) -> None:
        self._tokenizer = tokenizer
        self._room = max_length - 2
        self._pieces = lru_cache(maxsize=100_000)(self._encode)

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[Window]:
        """The windows of all sentences, in order."""
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
                found.append(Window(number, tuple(ids), tuple(word_of)))
        return found

    def _encode(self, word: str) -> list[int]:
        """At least one piece, and no more than a window has room for."""
        return self._tokenizer.encode(word)[: self._room] or [self._tokenizer.unk_id]


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
    token_ids = np.zeros(shape, "int32")
    padding_mask = np.zeros(shape, "int32")
    for row, window in enumerate(windows):
        token_ids[row, : len(window.token_ids)] = window.token_ids
        padding_mask[row, : len(window.token_ids)] = 1
    return {
        "token_ids": token_ids,
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": padding_mask,
    }


def label_array(
    windows: Sequence[Window], labels: Sequence[Sequence[int]], length: int
) -> np.ndarray:
    """Label ids on first pieces, ``IGNORED`` elsewhere. Shape (batch, length), int32."""
    array = np.full((len(windows), length), IGNORED, "int32")
    for row, window in enumerate(windows):
        for position, word in enumerate(window.word_of):
            if word >= 0:
                array[row, position] = labels[window.sentence][word]
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
