"""Calibration: is an entity with a score of 0.9 right nine times out of ten?"""

from collections.abc import Sequence

import numpy as np

from bioalbert_core.ner.scores import Mentions

BINS = 10


def mention_scores(
    predicted: Mentions, gold: Mentions, probabilities: Sequence[Sequence[float]]
) -> tuple[np.ndarray, np.ndarray]:
    """The score of each predicted mention, and whether it is strictly right.

    The score is the mean probability of its words' tags, as in `recognizer.entities_of`.

    Args:
        probabilities: for each sentence, the probability of each predicted tag.

    Returns:
        Two arrays (mentions,): float64 and bool.
    """
    pairs = [
        (np.mean(row[span.start : span.end]), span in right)
        for guess, right, row in zip(predicted, gold, probabilities, strict=True)
        for span in guess
    ]
    scores, correct = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(scores, "float64"), np.array(correct, "bool")


def calibration(scores: np.ndarray, correct: np.ndarray) -> dict:
    """Expected calibration error and the reliability table behind it (Guo et al. 2017).

    Scores fall into ten bins of equal width. The error is the distance between the mean score and
    the precision of a bin, averaged over the bins, weighted by their mentions.

    Returns:
        ``{"mentions": n, "expected_calibration_error": x, "bins": [...]}``, with each bin
        ``{"low", "high", "mentions", "mean_score", "precision"}``. Empty bins are left out; the
        error is None without mentions.

    >>> calibration(np.array([0.95, 0.95]), np.array([True, False]))["expected_calibration_error"]
    0.45
    """
    bin_of = np.minimum((scores * BINS).astype(int), BINS - 1)
    bins = [_bin(i, scores[bin_of == i], correct[bin_of == i]) for i in np.unique(bin_of)]
    gaps = np.bincount(bin_of, scores - correct)  # of each bin, summed over its mentions
    return {
        "mentions": len(scores),
        "expected_calibration_error": round(float(np.abs(gaps).sum()) / len(scores), 4)
        if bins
        else None,
        "bins": bins,
    }


def _bin(number: int, scores: np.ndarray, correct: np.ndarray) -> dict:
    return {
        "low": round(int(number) / BINS, 4),
        "high": round((int(number) + 1) / BINS, 4),
        "mentions": len(scores),
        "mean_score": round(float(scores.mean()), 4),
        "precision": round(float(correct.mean()), 4),
    }
