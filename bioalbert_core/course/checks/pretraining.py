"""Checks of the exercises to notebook 05: the schedule, LAMB, accumulation, the cost."""

from collections.abc import Callable

import numpy as np

from bioalbert_core.course.checks.engine import compare
from bioalbert_core.training.schedule import WarmupLinearDecay


def check_rate(rate: Callable) -> None:
    """Exercise 1: ``rate(step, peak, warmup, steps)``."""
    cases = [
        (0, 1.0, 10, 100, "the rate begins at 0"),
        (5, 2.0, 10, 100, "half way up the warm-up the rate is half its peak"),
        (50, 1.0, 10, 100, "after the warm-up it falls in a line, to 0 at the end"),
        (10, 1.0, 10, 100, "the decay is counted from step 0, not from the warm-up's end"),
        (100, 1.0, 10, 100, "at the last step nothing is left"),
    ]
    compare(rate, cases, "That is ALBERT's schedule.", _rate)


def _rate(step: int, peak: float, warmup: int, steps: int) -> float:
    return float(WarmupLinearDecay(peak, warmup, steps)(step))


def check_trust_ratio(trust_ratio: Callable) -> None:
    """Exercise 2: ``trust_ratio(weights, update)``."""
    three_four, ones = np.array([3.0, 4.0]), np.ones(4)
    cases = [
        (three_four, np.array([0.0, 1.0]), 5.0,
         "the length of the weights over that of the update"),
        (three_four, 2 * three_four, 0.5, "a longer update makes a smaller ratio"),
        (ones.reshape(2, 2), ones.reshape(2, 2), 1.0,
         "a matrix has one length, of all its numbers"),
        (np.zeros(2), three_four, 1.0, "weights of length 0 could never move; then it is 1"),
        (three_four, np.zeros(2), 1.0, "do not divide by a length of 0; then it is 1"),
    ]  # fmt: skip
    compare(trust_ratio, cases, "Each layer now moves by the same share of its length.")


def check_accumulated(accumulated: Callable) -> None:
    """Exercise 3 (find the bug): ``accumulated(gradients, counts)``."""
    one, two = np.array([1.0, 2.0]), np.array([3.0, 6.0])
    cases = [
        ([one], [4], [1.0, 2.0], "a single part is the whole batch"),
        ([one, two], [4, 4], [2.0, 4.0], "of equal parts it is the plain mean"),
        ([one, two], [1, 3], [2.5, 5.0], "a part with more masked positions must weigh more"),
        ([one, two], [0, 3], [3.0, 6.0], "a part without masked positions says nothing"),
    ]
    compare(accumulated, cases, "Parts add up to the batch, exactly.")


def check_days(days: Callable) -> None:
    """Exercise 4: ``days(steps, batch_size, flops, peak, utilization)``."""
    cases = [
        (86_400, 1, 1e12, 1e12, 1.0, 1.0, "one step a second for 86,400 seconds is a day"),
        (86_400, 1024, 1e12, 1e12, 1.0, 1024.0, "each step goes through a whole batch"),
        (86_400, 1, 1e12, 1e12, 0.4, 2.5, "at 40 % of the peak it takes longer, not shorter"),
        (200_000, 1024, 290.7e9, 492e12, 0.4, 200_000 * 1024 * 290.7e9 / (0.4 * 492e12) / 86_400,
         "give days, not seconds or hours"),
    ]  # fmt: skip
    compare(days, cases, "You can ask for a TPU with a number in hand.")
