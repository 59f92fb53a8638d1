"""N-gram masking: hide runs of whole words, for masked language modeling (MLM) as in ALBERT.

First choose runs (n-grams) of one to three neighboring words, 15 % of the tokens but at most
``max_predictions`` of them; a run may cross a [SEP], which itself is never masked. Then replace
each chosen token: by [MASK] (80 %), by a random token (10 %), or not at all (10 %).

Source: Lan et al., ALBERT (2020), section 4.1; Google's `create_pretraining_data.py`,
`create_masked_lm_predictions`. One difference is intended: [SEP] always ends a word here, while
Google's code lets the token after it continue the word before it.
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


def choose_positions(words: np.ndarray, budget: int, rng: Random) -> list[int]:
    """Choose at most ``budget`` token positions, in runs of one to three neighboring words.

    Args:
        words: the start and end of each word, shape (words, 2).
        budget: the largest number of positions.
        rng: the source of all choices.

    Returns:
        The positions, in ascending order.

    Words of 2, 1, 1 and 3 tokens; [SEP] is at position 5:

    >>> words = np.array([[1, 3], [3, 4], [4, 5], [6, 9]])
    >>> choose_positions(words, 4, Random(0)), choose_positions(words, 4, Random(3))
    ([4, 6, 7, 8], [1, 2, 3, 4])
    """
    spans = words.tolist()
    order = list(range(len(spans)))
    chosen: set[int] = set()
    for turn in range(len(spans)):
        if len(chosen) >= budget:
            break
        # 1. Draw the first word of a run. No word is drawn twice: this is the Fisher-Yates
        #    shuffle, carried out only as far as needed.
        other = between(rng, turn, len(spans) - 1)
        order[turn], order[other] = order[other], order[turn]
        first = order[turn]

        # 2. Draw the length of the run. Shorten it, word by word, until it fits the budget.
        for length in range(_run_length(rng), 0, -1):
            run = {p for start, end in spans[first : first + length] for p in range(start, end)}
            if len(chosen) + len(run) <= budget:
                if chosen.isdisjoint(run):  # 3. Drop a run that overlaps an earlier one.
                    chosen |= run
                break
    return sorted(chosen)


def _run_length(rng: Random) -> int:
    """Draw the length n of a run, 1 to ``MAX_WORDS`` words, with probability proportional to 1/n.

    >>> from collections import Counter
    >>> rng = Random(0)
    >>> sorted(Counter(_run_length(rng) for _ in range(11_000)).items())
    [(1, 5973), (2, 3050), (3, 1977)]
    """
    return 1 + bisect(RUN_SHARES, rng.random() * RUN_SHARES[-1])


@dataclass(frozen=True)
class Masked:
    """A masked sequence: what the model reads, where it must predict, and the original ids."""

    token_ids: np.ndarray  # (length,)
    positions: list[int]
    ids: np.ndarray  # (positions,)


@dataclass(frozen=True)
class Masker:
    """Masks sequences of token ids.

    Args:
        starts_word: for each id of the vocabulary, whether it starts a word; shape (vocab,).
        fixed: for each id, whether it is never masked ([CLS], [SEP]); shape (vocab,).
        mask_id: the id of [MASK].
        max_predictions: the largest number of masked tokens in a sequence.
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
        """Mask one sequence.

        Args:
            token_ids: the ids, [CLS] and [SEP] included, without padding; shape (length,).
            rng: the source of all choices: anything with a method ``random()``.
        """
        budget = min(self.max_predictions, max(1, round(len(token_ids) * MASKED_SHARE)))
        chosen = choose_positions(self.words(token_ids), budget, rng)
        visible = token_ids.copy()  # (length,)
        for position in chosen:
            draw = rng.random()
            if draw < 0.8:
                visible[position] = self.mask_id
            elif draw < 0.9:
                visible[position] = between(rng, 0, len(self.starts_word) - 1)
            # else keep it: the model must predict this token, too, and cannot know that
        return Masked(visible, chosen, token_ids[chosen])

    def words(self, token_ids: np.ndarray) -> np.ndarray:
        """The start and end of each whole word, shape (words, 2).

        A special token belongs to no word, and ends the word before it.

        >>> masker = Masker(np.array([1, 1, 1, 1, 1, 1, 0], bool), np.arange(7) == 2, 4, 20)
        >>> masker.words(np.array([2, 5, 6, 5, 2])).tolist()  # 6 continues a word, 2 is special
        [[1, 3], [3, 4]]
        """
        fixed = self.fixed[token_ids]  # (length,)
        begins = self.starts_word[token_ids] | fixed  # (length,)
        begins[1:] |= fixed[:-1]
        edges = np.append(np.flatnonzero(begins), len(token_ids))
        words = np.stack([edges[:-1], edges[1:]], axis=1)  # (words and special tokens, 2)
        return words[~fixed[edges[:-1]]]  # (words, 2)
