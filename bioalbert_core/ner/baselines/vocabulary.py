"""Words to ids, for a network that reads whole words and their characters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bioalbert_core.ner.sequence_tagger import SequenceTagger
from bioalbert_core.ner.window_reader import MULTIPLE, batch_shape, padded, with_matches
from bioalbert_core.ner.windows import Window, window_spans

PADDING, UNKNOWN = 0, 1  # ids of words and of characters; the vocabulary's own begin at FIRST
FIRST = 2


def normalize(word: str) -> str:
    """The key a word is looked up by. Capitals and digits are left to the character network.

    >>> normalize("BRCA1")
    'brca0'
    """
    return "".join("0" if c.isdigit() else c for c in word.lower())


@dataclass(frozen=True)
class Vocabulary:
    """The words and characters of a training set, in the order of their ids."""

    words: tuple[str, ...]
    characters: tuple[str, ...]

    @classmethod
    def of(cls, sentences: Sequence[Sequence[str]], min_count: int) -> "Vocabulary":
        """All normalized words and all characters that occur at least ``min_count`` times.

        >>> Vocabulary.of([["The", "gene"], ["the", "cat"]], min_count=2)
        Vocabulary(words=('the',), characters=('e', 'h', 't'))
        """
        words = Counter(normalize(word) for sentence in sentences for word in sentence)
        characters = Counter(c for sentence in sentences for word in sentence for c in word)
        return cls(*(tuple(sorted(x for x, n in counts.items() if n >= min_count))
                     for counts in (words, characters)))  # fmt: skip

    @cached_property
    def word_ids(self) -> dict[str, int]:
        """The id of each word."""
        return {word: number for number, word in enumerate(self.words, start=FIRST)}

    @cached_property
    def character_ids(self) -> dict[str, int]:
        """The id of each character."""
        return {character: number for number, character in enumerate(self.characters, start=FIRST)}


@dataclass(frozen=True)
class WordWindow(Window):
    """A window whose tokens are words: also holds the ids of each word's characters."""

    character_ids: tuple[tuple[int, ...], ...] = ()


class WordReader:
    """Splits sentences into windows of words, and pads windows to batches (a `windows.Reader`).

    Args:
        vocabulary: of the training set.
        max_length: the most words in a window.
        word_length: how many characters of a word are read; the first ones.
        gazetteer: adds its label for each word as ``match_ids``, the gazetteer feature.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        max_length: int,
        word_length: int,
        gazetteer: SequenceTagger | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.max_length = max_length
        self.word_length = word_length
        self.gazetteer = gazetteer

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[WordWindow]:
        """The windows of all sentences, in order."""
        windows = [
            WordWindow(
                number,
                tuple(self._word_id(word) for word in words[start:end]),
                tuple(range(start, end)),
                character_ids=tuple(self._character_ids(word) for word in words[start:end]),
            )
            for number, words in enumerate(sentences)
            for start, end in window_spans([1] * len(words), self.max_length)
        ]
        return with_matches(windows, self.gazetteer, sentences) if self.gazetteer else windows

    def pad(self, windows: Sequence[WordWindow], multiple: int = MULTIPLE) -> dict[str, np.ndarray]:
        """Pad windows to a batch: to the longest, rounded up to a multiple.

        Returns:
            ``word_ids`` (batch, length), ``character_ids`` (batch, length, word_length) and, with
            a gazetteer, ``match_ids`` (batch, length), all int32.
        """
        shape = batch_shape(windows, multiple)
        characters = np.full((*shape, self.word_length), PADDING, "int32")
        for row, window in zip(characters, windows, strict=True):  # row: (length, word_length)
            words = len(window.character_ids)
            row[:words] = padded(window.character_ids, (words, self.word_length))
        word_ids = padded([window.token_ids for window in windows], shape)
        inputs = {"word_ids": word_ids, "character_ids": characters}
        if self.gazetteer:
            inputs["match_ids"] = padded([window.matches for window in windows], shape)
        return inputs

    def _word_id(self, word: str) -> int:
        return self.vocabulary.word_ids.get(normalize(word), UNKNOWN)

    def _character_ids(self, word: str) -> tuple[int, ...]:
        ids = self.vocabulary.character_ids
        return tuple(ids.get(character, UNKNOWN) for character in word[: self.word_length])
