"""Confidence intervals of scores, and whether the difference of two systems is significant.

Both resample the test data in units: documents if they are known, otherwise sentences. Mentions in
one document are correlated, so intervals by sentence are a little too narrow.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bioalbert_core.ner.scores import rates

SAMPLES = 1000
RATES = ("precision", "recall", "f1")


def by_unit(counts: np.ndarray, documents: Sequence[int]) -> np.ndarray:
    """Counts of sentences (sentences, ...) summed by document; unchanged if there is only one.

    >>> by_unit(np.array([[1], [2], [4]]), [0, 0, 1]).tolist()
    [[3], [4]]
    """
    names, unit = np.unique(documents, return_inverse=True)
    if len(names) < 2:
        return counts
    summed = np.zeros((len(names), *counts.shape[1:]), counts.dtype)
    np.add.at(summed, unit, counts)
    return summed


def resampled(counts: np.ndarray, seed: int, samples: int = SAMPLES) -> Iterator[np.ndarray]:
    """The bootstrap: draw as many units with replacement, and sum their counts.

    Args:
        counts: (units, ...).

    Yields:
        ``samples`` arrays, each of the shape of one unit.
    """
    rng = np.random.default_rng(seed)
    units = len(counts)
    flat = counts.reshape(units, -1).astype("float64")  # so that the product below runs in BLAS
    for _ in range(samples):
        drawn = np.bincount(rng.integers(units, size=units), minlength=units)
        yield (drawn @ flat).reshape(counts.shape[1:])


def bootstrap_intervals(
    types: Sequence[str], counts: np.ndarray, seed: int = 0, samples: int = SAMPLES
) -> dict:
    """95 % intervals, by the percentiles of the bootstrap (Efron and Tibshirani 1993, chapter 13).

    Args:
        types: names of the second axis of ``counts``.
        counts: (units, types, 3), as `scores.count` and `by_unit` return them.

    Returns:
        ``{"overall": {"precision": [low, high], "recall": ..., "f1": ...}, "types": {...}}``
    """
    drawn = np.stack([*resampled(counts, seed, samples)])  # (samples, types, 3)
    return {
        "overall": _interval_row(drawn.sum(1)),
        "types": {type_: _interval_row(drawn[:, i]) for i, type_ in enumerate(types)},
    }


def _interval_row(drawn: np.ndarray) -> dict[str, list[float]]:
    bounds = np.percentile(rates(drawn), (2.5, 97.5), axis=0)  # (2, 3)
    return dict(zip(RATES, bounds.T.round(4).tolist(), strict=True))


def compare(ours: np.ndarray, theirs: np.ndarray, seed: int = 0, samples: int = SAMPLES) -> dict:
    """The difference in F1 of two systems on the same units, its 95 % interval and its p-value.

    The interval is that of the paired bootstrap: both systems are scored on the same draws
    (Berg-Kirkpatrick et al. 2012). The p-value is that of approximate randomization (Yeh 2000):
    swap the two outputs of each unit at random; the p-value is the share of samples that differ
    at least as much as observed, the observed one included.

    Args:
        ours, theirs: (units, 3), counts over all types.

    >>> good, bad = np.array([[1, 1, 1]] * 20), np.array([[0, 1, 1]] * 20)
    >>> compare(good, bad)
    {'f1_difference': 1.0, 'interval': [1.0, 1.0], 'p': 0.001}
    """
    observed = _f1_difference(ours.sum(0), theirs.sum(0))
    drawn = np.stack([*resampled(np.stack([ours, theirs], 1), seed, samples)])  # (samples, 2, 3)
    interval = np.percentile(_f1_difference(drawn[:, 0], drawn[:, 1]), (2.5, 97.5))
    shuffled = _f1_difference(*_coin_flips(ours, theirs, seed, samples))
    as_far = int((np.abs(shuffled) >= abs(observed) - 1e-12).sum())
    return {
        "f1_difference": round(float(observed), 4),
        "interval": interval.round(4).tolist(),
        "p": round((as_far + 1) / (samples + 1), 4),
    }


def _f1_difference(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return rates(ours)[..., 2] - rates(theirs)[..., 2]


def _coin_flips(
    ours: np.ndarray, theirs: np.ndarray, seed: int, samples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Totals of both systems, each (samples, 3), with the outputs of units swapped at random."""
    rng = np.random.default_rng((seed, 1))  # independent of the bootstrap's draws
    gain = theirs - ours
    gain = gain[gain.any(-1)].astype("float64")  # swapping equal outputs changes nothing
    moved = np.stack([rng.integers(2, size=len(gain)) @ gain for _ in range(samples)])
    return ours.sum(0) + moved, theirs.sum(0) - moved
