"""Words to ids, for a network that reads whole words and their letters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bioalbert_core.ner.sequence_tagger import Labeler
from bioalbert_core.ner.windows import match_ids, window_spans

PADDING, UNKNOWN = 0, 1  # ids, of words as of characters; known ones begin at 2
FIRST = 2


def normalize(word: str) -> str:
    """What words are looked up by; their capitals and digits are left to the characters.

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
        """All normalized words and all characters that occur so often, sorted.

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
class WordWindow:
    """A stretch of a sentence: its words, where in the sentence they stand, dictionary labels."""

    sentence: int
    words: tuple[str, ...]
    word_of: range
    matches: tuple[int, ...] = ()


class WordReader:
    """Sentences to windows of words, and windows to ids (a `labeler.Reader`).

    Args:
        vocabulary: of the training set.
        max_length: words in a window; longer sentences are read in overlapping ones.
        word_length: characters read of a word; its first ones.
        dictionary: also tell the network what this labeler says of each word. It must not be made
            from the very sentences that the network learns from: there it would always be right.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        max_length: int,
        word_length: int,
        dictionary: Labeler | None = None,
    ) -> None:
        self.vocabulary = vocabulary
        self.max_length = max_length
        self.word_length = word_length
        self.dictionary = dictionary

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[WordWindow]:
        """The windows of all sentences, in order."""
        found = [
            WordWindow(number, tuple(words[start:end]), range(start, end))
            for number, words in enumerate(sentences)
            for start, end in window_spans([1] * len(words), self.max_length)
        ]
        if not self.dictionary:
            return found
        matches = match_ids(self.dictionary, sentences)
        return [
            replace(w, matches=tuple(matches[w.sentence][w.word_of.start : w.word_of.stop]))
            for w in found
        ]

    def pad(self, windows: Sequence[WordWindow], multiple: int = 16) -> dict[str, np.ndarray]:
        """Model inputs for a batch, padded to its longest window, rounded up to a multiple.

        Returns ``word_ids`` (batch, length), ``character_ids`` (batch, length, word_length) and,
        with a dictionary, ``match_ids`` (batch, length), all int32.
        """
        longest = max(len(window.words) for window in windows)
        shape = (len(windows), -(-longest // multiple) * multiple)
        inputs = {
            "word_ids": np.full(shape, PADDING, "int32"),
            "character_ids": np.full((*shape, self.word_length), PADDING, "int32"),
        }
        if self.dictionary:
            inputs["match_ids"] = np.zeros(shape, "int32")
        for row, window in enumerate(windows):
            for column, word in enumerate(window.words):
                inputs["word_ids"][row, column] = self._word_id(word)
                ids = self._character_ids(word)
                inputs["character_ids"][row, column, : len(ids)] = ids
            if self.dictionary:
                inputs["match_ids"][row, : len(window.words)] = window.matches
        return inputs

    def _word_id(self, word: str) -> int:
        return self.vocabulary.word_ids.get(normalize(word), UNKNOWN)

    def _character_ids(self, word: str) -> list[int]:
        ids = self.vocabulary.character_ids
        return [ids.get(character, UNKNOWN) for character in word[: self.word_length]]
