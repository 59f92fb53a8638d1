"""Masked language modeling: n-grams of whole words, as Google's ALBERT masks them.

Up to 15 % of the pieces, at most ``max_predictions``, are chosen in runs of one to three whole
words (a run of n words with probability proportional to 1/n). Each chosen piece then becomes
[MASK] (80 %), a random piece (10 %) or stays (10 %).

One difference is kept on purpose: [SEP] always ends a word here, while Google's code lets a piece
behind it continue the word before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from bioalbert_core.instances.segments import between

MASKED_SHARE = 0.15
MAX_WORDS = 3


@dataclass(frozen=True)
class Masked:
    """A masked sequence: what the model sees, where it must predict, and what stood there."""

    token_ids: list[int]
    positions: list[int]
    ids: list[int]


def mask(
    token_ids: Sequence[int],
    starts_word: np.ndarray,
    fixed_ids: frozenset[int],
    mask_id: int,
    max_predictions: int,
    rng: Random,
) -> Masked:
    """Mask a sequence.

    Args:
        token_ids: the ids, [CLS] and [SEP] among them.
        starts_word: for each id of the vocabulary, whether it starts a word; shape (vocab,).
        fixed_ids: ids never masked ([CLS], [SEP]).
        mask_id: the id of [MASK].
        max_predictions: at most this many pieces are chosen.
        rng: source of all choices.
    """
    budget = min(max_predictions, max(1, round(len(token_ids) * MASKED_SHARE)))
    chosen = choose_positions(words_of(token_ids, starts_word, fixed_ids), budget, rng)
    shown = list(token_ids)
    for position in chosen:
        draw = rng.random()
        if draw < 0.8:
            shown[position] = mask_id
        elif draw < 0.9:
            shown[position] = between(rng, 0, len(starts_word) - 1)
    return Masked(shown, chosen, [token_ids[position] for position in chosen])


def words_of(
    token_ids: Sequence[int], starts_word: np.ndarray, fixed_ids: frozenset[int]
) -> list[list[int]]:
    """The positions of each whole word; special pieces belong to none and end the word before.

    >>> words_of([2, 5, 6, 5, 3], np.array([1, 1, 1, 1, 1, 1, 0], bool), frozenset({2, 3}))
    [[1, 2], [3]]
    """
    words: list[list[int]] = []
    open_word = False
    for position, id_ in enumerate(token_ids):
        if id_ in fixed_ids:
            open_word = False
        elif open_word and not starts_word[id_]:
            words[-1].append(position)
        else:
            words.append([position])
            open_word = True
    return words


def choose_positions(words: list[list[int]], budget: int, rng: Random) -> list[int]:
    """At most ``budget`` positions in runs of 1 to 3 neighboring words, in ascending order.

    A run that would go over the budget is shortened word by word; one that still does, or that
    touches a chosen word, is passed over.
    """
    order = list(range(len(words)))
    for last in range(len(order) - 1, 0, -1):  # Fisher-Yates on random() alone
        other = between(rng, 0, last)
        order[last], order[other] = order[other], order[last]
    chosen: set[int] = set()
    for first in order:
        if len(chosen) >= budget:
            break
        count = _run_length(min(MAX_WORDS, len(words) - first), rng)
        run = [position for word in words[first : first + count] for position in word]
        while count > 1 and len(chosen) + len(run) > budget:
            count -= 1
            run = [position for word in words[first : first + count] for position in word]
        if len(chosen) + len(run) <= budget and chosen.isdisjoint(run):
            chosen.update(run)
    return sorted(chosen)


def _run_length(longest: int, rng: Random) -> int:
    """1 to ``longest``, with probability proportional to 1/n."""
    draw = rng.random() * sum(1 / n for n in range(1, longest + 1))
    for n in range(1, longest):
        draw -= 1 / n
        if draw < 0:
            return n
    return longest
