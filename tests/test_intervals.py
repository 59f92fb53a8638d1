"""Bootstrap intervals and the paired test, against plain loops, exact sums and known answers."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from bioalbert_core.evaluate.intervals import bootstrap_intervals, by_unit, compare, resampled
from bioalbert_core.ner.scores import rates


def some_counts(units: int, types: int, seed: int) -> np.ndarray:
    """(units, types, 3): both, gold, predicted."""
    rng = np.random.default_rng(seed)
    both = rng.integers(0, 3, (units, types))
    return np.stack([both, both + rng.integers(0, 2, both.shape), both + 1], -1)


def test_a_sample_is_the_sum_of_units_drawn_with_replacement():
    counts = some_counts(30, 2, seed=1)
    rng = np.random.default_rng(5)
    for sample in resampled(counts, seed=5, samples=20):
        drawn = [counts[unit] for unit in rng.integers(30, size=30)]
        np.testing.assert_array_equal(sample, sum(drawn))


def test_intervals_are_percentiles_of_the_rates_of_the_samples():
    counts = some_counts(40, 2, seed=2)
    found = bootstrap_intervals(["A", "B"], counts, seed=3, samples=200)
    f1, recall_b = [], []
    for sample in resampled(counts, seed=3, samples=200):
        (both_a, gold_a, guess_a), (both_b, gold_b, guess_b) = sample
        f1.append(2 * (both_a + both_b) / (gold_a + gold_b + guess_a + guess_b))
        recall_b.append(both_b / gold_b)
    assert found["overall"]["f1"] == pytest.approx(np.percentile(f1, [2.5, 97.5]), abs=1e-4)
    wanted = np.percentile(recall_b, [2.5, 97.5])
    assert found["types"]["B"]["recall"] == pytest.approx(wanted, abs=1e-4)


def test_an_interval_is_as_wide_as_theory_says():
    """One gold mention a unit, 70 % found: the number found in a sample is binomial."""
    both = (np.arange(400) % 10 < 7).astype(int)
    counts = np.stack([both, np.ones(400, int), both], -1)[:, None]
    found = bootstrap_intervals(["A"], counts)["overall"]["recall"]
    assert found == pytest.approx(binom.ppf([0.025, 0.975], 400, 0.7) / 400, abs=0.01)


def test_documents_are_drawn_whole():
    """Ten sentences of a document that fall together: the interval is wider than by sentence."""
    both = np.repeat(np.arange(20) % 2, 10)
    counts = np.stack([both, np.ones(200, int), np.ones(200, int)], -1)[:, None]
    documents = np.repeat(np.arange(20), 10)
    grouped = by_unit(counts, documents)
    assert grouped.shape == (20, 1, 3)
    widths = [
        np.diff(bootstrap_intervals(["A"], it)["overall"]["f1"])[0] for it in (counts, grouped)
    ]
    assert widths[1] > 2.5 * widths[0]  # the square root of ten, nearly
    assert by_unit(counts, [0] * 200) is counts


def test_the_same_seed_gives_the_same_interval_and_nothing_gives_zero():
    counts = some_counts(50, 1, seed=4)
    assert bootstrap_intervals(["A"], counts, 1) == bootstrap_intervals(["A"], counts, 1)
    assert bootstrap_intervals(["A"], counts, 1) != bootstrap_intervals(["A"], counts, 2)
    nothing = bootstrap_intervals([], np.zeros((5, 0, 3), int))
    assert nothing["types"] == {}
    assert nothing["overall"] == {key: [0, 0] for key in ("precision", "recall", "f1")}


def test_the_p_value_is_the_share_of_all_exchanges_that_differ_as_much():
    ours, theirs = some_counts(9, 1, seed=6)[:, 0], some_counts(9, 1, seed=7)[:, 0]
    pairs = np.stack([ours, theirs], 1)
    observed = abs(rates(ours.sum(0))[2] - rates(theirs.sum(0))[2])
    as_far = 0
    for sides in product((0, 1), repeat=9):
        first = sum(pair[side] for pair, side in zip(pairs, sides, strict=True))
        second = sum(pair[1 - side] for pair, side in zip(pairs, sides, strict=True))
        as_far += abs(rates(first)[2] - rates(second)[2]) >= observed - 1e-12
    assert compare(ours, theirs, samples=4000)["p"] == pytest.approx(as_far / 2**9, abs=0.03)


def test_a_system_does_not_differ_from_itself():
    counts = some_counts(30, 1, seed=8)[:, 0]
    assert compare(counts, counts) == {"f1_difference": 0.0, "interval": [0.0, 0.0], "p": 1.0}


def test_the_difference_turns_its_sign_with_the_sides():
    ours, theirs = some_counts(60, 1, seed=9)[:, 0], some_counts(60, 1, seed=10)[:, 0]
    there, back = compare(ours, theirs), compare(theirs, ours)
    assert there["f1_difference"] == -back["f1_difference"] != 0
    assert there["interval"] == pytest.approx([-bound for bound in reversed(back["interval"])])
    assert 0 < there["p"] == back["p"] <= 1
