"""Masked words: how many, in which runs, and what stands in their place."""

from collections import Counter
from fractions import Fraction
from itertools import groupby
from random import Random

import numpy as np
import pytest

from bioalbert_core.instances.masking import Masker, choose_positions

CLS, SEP, MASK = 2, 3, 4
VOCABULARY = 1000
FIXED = np.isin(np.arange(VOCABULARY), (CLS, SEP))
EVEN_STARTS = np.arange(VOCABULARY) % 2 == 0  # even ids start a word, odd ones continue it
ALL_START = np.ones(VOCABULARY, bool)


def masker(starts_word, max_predictions=20):
    return Masker(starts_word, FIXED, MASK, max_predictions)


def spans(lengths):
    """Words of these lengths, one behind the other; shape (words, 2)."""
    ends = np.cumsum(lengths)
    return np.stack([ends - lengths, ends], axis=1)


def random_ids(length, rng):
    inner = [rng.randrange(5, VOCABULARY) for _ in range(length - 3)]
    cut = rng.randint(1, max(1, len(inner) - 1))
    return np.array([CLS, *inner[:cut], SEP, *inner[cut:], SEP])


def test_words_of_a_worked_example():
    ids = np.array([CLS, 10, 11, 13, 20, SEP, 11, 30, 31, SEP])
    assert masker(EVEN_STARTS).words(ids).tolist() == [[1, 4], [4, 5], [6, 7], [7, 9]]


def test_special_pieces_are_never_masked_and_others_can_be_put_back():
    for seed in range(200):
        rng = Random(seed)
        ids = random_ids(rng.randint(5, 300), rng)
        masked = masker(EVEN_STARTS).mask(ids, rng)
        assert len(masked.token_ids) == len(ids)
        assert masked.positions == sorted(set(masked.positions))
        assert not {CLS, SEP} & set(masked.ids.tolist())
        restored = masked.token_ids.copy()
        restored[masked.positions] = masked.ids
        assert (restored == ids).all()


def test_words_are_masked_whole():
    for seed in range(200):
        rng = Random(seed)
        ids = random_ids(150, rng)
        chosen = set(masker(EVEN_STARTS).mask(ids, rng).positions)
        assert chosen
        for start, end in masker(EVEN_STARTS).words(ids):
            word = range(start, end)
            assert chosen.isdisjoint(word) or chosen.issuperset(word)


@pytest.mark.parametrize("most", [1, 8, 20])
def test_the_budget_is_15_percent_at_most_the_maximum_and_at_least_one(most):
    for length in range(4, 400, 3):
        rng = Random(length)
        found = masker(ALL_START, most).mask(random_ids(length, rng), rng)
        assert len(found.positions) == min(most, max(1, round(0.15 * length)))


def test_the_budget_is_not_exceeded_by_long_words():
    for budget in range(1, 12):
        for seed in range(30):
            rng = Random(seed)
            starts = sorted(rng.sample(range(1, 60), 20))
            words = spans(np.diff([0, *starts, 60]))
            assert len(choose_positions(words, budget, rng)) <= budget


def test_a_word_longer_than_the_budget_is_passed_over():
    assert choose_positions(spans([3]), 2, Random(0)) == []
    assert choose_positions(spans([3, 1]), 2, Random(0)) == [3]


def test_runs_of_one_to_three_words_are_as_frequent_as_1_to_one_half_to_one_third():
    """Few runs on a long text, so that hardly any two touch."""
    lengths = Counter()
    for seed in range(200):
        chosen = choose_positions(spans([1] * 5000), 60, Random(seed))
        for _, run in groupby(enumerate(chosen), key=lambda pair: pair[1] - pair[0]):
            lengths[len(list(run))] += 1
    total = lengths.total()
    assert total > 5000
    for words, share in ((1, 6 / 11), (2, 3 / 11), (3, 2 / 11)):
        assert lengths[words] / total == pytest.approx(share, abs=0.02)


def exact_shares(remaining, chosen, budget, words):
    """How probable each choice of one-piece words is, by following every draw."""
    if len(chosen) >= budget or not remaining:
        return Counter({chosen: Fraction(1)})
    shares = Counter()
    for first in remaining:
        for n in (1, 2, 3):
            run = frozenset(range(first, min(words, first + min(n, budget - len(chosen)))))
            after = chosen | run if chosen.isdisjoint(run) else chosen
            rest = exact_shares(remaining - {first}, after, budget, words)
            for found, share in rest.items():
                shares[found] += share * Fraction(6, 11) / n / len(remaining)
    return shares


@pytest.mark.parametrize(("words", "budget"), [(4, 2), (4, 3), (5, 4)])
def test_small_choices_are_as_frequent_as_when_every_draw_is_followed(words, budget):
    expected = exact_shares(frozenset(range(words)), frozenset(), budget, words)
    assert sum(expected.values()) == 1
    tries = 10_000
    rng = Random(0)
    found = Counter(
        frozenset(choose_positions(spans([1] * words), budget, rng)) for _ in range(tries)
    )
    assert found.keys() <= expected.keys()
    for choice, share in expected.items():
        assert found[choice] / tries == pytest.approx(float(share), abs=0.02)


def test_the_choice_is_even_over_the_text():
    where = Counter()
    for seed in range(1000):
        where.update(p // 10 for p in choose_positions(spans([1] * 100), 15, Random(seed)))
    shares = [where[part] / where.total() for part in range(10)]
    assert min(shares) > 0.08
    assert max(shares) < 0.12


def test_eighty_percent_mask_ten_random_ten_kept():
    kinds, strange = Counter(), set()
    for seed in range(60):
        rng = Random(seed)
        ids = np.array([CLS, *[rng.randrange(5, VOCABULARY) for _ in range(2000)], SEP])
        masked = masker(ALL_START, 300).mask(ids, rng)
        for position, id_ in zip(masked.positions, masked.ids, strict=True):
            shown = masked.token_ids[position]
            kinds["mask" if shown == MASK else "kept" if shown == id_ else "random"] += 1
            if shown not in (MASK, id_):
                strange.add(shown)
    shares = {kind: count / kinds.total() for kind, count in kinds.items()}
    assert shares == pytest.approx({"mask": 0.8, "random": 0.1, "kept": 0.1}, abs=0.015)
    assert min(strange) < 20  # random pieces come from the whole vocabulary
    assert max(strange) > VOCABULARY - 20
    assert len(strange) > 700


def test_what_is_not_chosen_stays():
    rng = Random(1)
    ids = random_ids(200, rng)
    masked = masker(EVEN_STARTS).mask(ids, rng)
    changed = {n for n, (a, b) in enumerate(zip(ids, masked.token_ids, strict=True)) if a != b}
    assert changed <= set(masked.positions)
    assert len(changed) > 10


def test_the_same_seed_masks_the_same():
    ids = random_ids(100, Random(0))
    first, again, other = (
        masker(ALL_START).mask(ids, Random(seed)).token_ids.tolist() for seed in (1, 1, 2)
    )
    assert first == again != other


def test_numpy_generators_will_do_as_well():
    ids = random_ids(100, Random(0))
    masked = masker(ALL_START).mask(ids, np.random.default_rng(0))
    assert len(masked.positions) == 15
