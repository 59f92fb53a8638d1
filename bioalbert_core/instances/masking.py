"""Masked language modeling: n-grams of whole words, as Google's ALBERT masks them.

Up to 15 % of the pieces, at most ``max_predictions``, are chosen in runs of one to three whole
words (a run of n words with probability proportional to 1/n). Each chosen piece then becomes
[MASK] (80 %), a random piece (10 %) or stays (10 %).

One difference is kept on purpose: [SEP] always ends a word here, while Google's code lets a piece
behind it continue the word before it.
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import numpy as np

from bioalbert_core.instances.segments import between
from bioalbert_core.tokenizer import Tokenizer

MASKED_SHARE = 0.15
MAX_WORDS = 3
RUN_SHARES = list(accumulate(1 / n for n in range(1, MAX_WORDS + 1)))  # 1, 1 + 1/2, ...


@dataclass(frozen=True)
class Masked:
    """A masked sequence: what the model sees, where it must predict, and what stood there."""

    token_ids: np.ndarray
    positions: list[int]
    ids: np.ndarray


@dataclass(frozen=True)
class Masker:
    """Masks sequences of one vocabulary.

    Args:
        starts_word: for each id of the vocabulary, whether it starts a word; shape (vocab,).
        fixed: for each id, whether it is never masked ([CLS], [SEP]); shape (vocab,).
        mask_id: the id of [MASK].
        max_predictions: at most this many pieces are chosen.
    """

    starts_word: np.ndarray
    fixed: np.ndarray
    mask_id: int
    max_predictions: int

    @classmethod
    def of(cls, tokenizer: Tokenizer, max_predictions: int) -> "Masker":
        """The masker for a tokenizer's vocabulary."""
        fixed = np.zeros(tokenizer.vocab_size, bool)
        fixed[[tokenizer.cls_id, tokenizer.sep_id]] = True
        return cls(tokenizer.starts_word, fixed, tokenizer.mask_id, max_predictions)

    def mask(self, token_ids: np.ndarray, rng: Random) -> Masked:
        """Mask a sequence of ids, [CLS] and [SEP] among them; shape (length,), no padding.

        Args:
            token_ids: the ids.
            rng: source of all choices: anything with a method ``random()``.
        """
        budget = min(self.max_predictions, max(1, round(len(token_ids) * MASKED_SHARE)))
        chosen = choose_positions(self.words(token_ids), budget, rng)
        shown = token_ids.copy()
        for position in chosen:
            draw = rng.random()
            if draw < 0.8:
                shown[position] = self.mask_id
            elif draw < 0.9:
                shown[position] = between(rng, 0, len(self.starts_word) - 1)
        return Masked(shown, chosen, token_ids[chosen])

    def words(self, token_ids: np.ndarray) -> np.ndarray:
        """Start and end of each whole word, shape (words, 2).

        A special piece belongs to no word and ends the one before.

        >>> masker = Masker(np.array([1, 1, 1, 1, 1, 1, 0], bool), np.arange(7) == 2, 4, 20)
        >>> masker.words(np.array([2, 5, 6, 5, 2])).tolist()
        [[1, 3], [3, 4]]
        """
        fixed = self.fixed[token_ids]
        begins = self.starts_word[token_ids] | fixed
        begins[1:] |= fixed[:-1]
        edges = np.append(np.flatnonzero(begins), len(token_ids))
        words = np.stack([edges[:-1], edges[1:]], axis=1)
        return words[~fixed[edges[:-1]]]


def choose_positions(words: np.ndarray, budget: int, rng: Random) -> list[int]:
    """At most ``budget`` positions in runs of 1 to 3 neighboring words, in ascending order.

    The runs start at words in random order. A run that would go over the budget is shortened word
    by word; one that still does, or that touches a chosen word, is passed over.

    Args:
        words: start and end of each, shape (words, 2).
        budget: how many positions at most.
        rng: source of all choices.
    """
    order = list(range(len(words)))
    spans = words.tolist()
    chosen: set[int] = set()
    for turn in range(len(spans)):
        if len(chosen) >= budget:
            break
        other = between(rng, turn, len(spans) - 1)  # Fisher-Yates, as far as it is needed
        order[turn], order[other] = order[other], order[turn]
        first = order[turn]
        count = _run_length(rng)
        run = _positions(spans[first : first + count])  # cut short at the end of the text
        while count > 1 and len(chosen) + len(run) > budget:
            count -= 1
            run = _positions(spans[first : first + count])
        if len(chosen) + len(run) <= budget and chosen.isdisjoint(run):
            chosen.update(run)
    return sorted(chosen)


def _positions(spans: list[list[int]]) -> list[int]:
    return [position for start, end in spans for position in range(start, end)]


def _run_length(rng: Random) -> int:
    """1 to ``MAX_WORDS``, with probability proportional to 1/n.

    >>> from collections import Counter
    >>> rng = Random(0)
    >>> sorted(Counter(_run_length(rng) for _ in range(11_000)).items())
    [(1, 5973), (2, 3050), (3, 1977)]
    """
    return 1 + bisect(RUN_SHARES, rng.random() * RUN_SHARES[-1])
