"""Checks of the exercises to notebook 08: F1, gains, and scores by words."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare


def check_f1(f1: Callable) -> None:
    """Exercise 1: ``f1(precision, recall)`` in percent."""
    cases = [
        (50.0, 50.0, 50.0, "where both are equal, F1 is the same"),
        (100.0, 50.0, 66.67, "the harmonic mean, not the plain one; and two digits"),
        (97.45, 94.39, 95.9, "round to two digits behind the point, not to whole numbers"),
        (0.0, 80.0, 0.0, "nothing right at all: the score is 0"),
        (0.0, 0.0, 0.0, "where both are 0 there is nothing to divide by; F1 is 0"),
    ]
    compare(f1, cases, "Table V prints 95.89 for 97.45 and 94.39: a difference by rounding.")


def check_gain(gain: Callable) -> None:
    """Exercise 2: ``gain(scores)`` over the best of all other systems."""
    cases = [
        ({"BioBERT": 80.0, "BioALBERT 1.0": 90.0}, 10.0, "the own score minus the other one"),
        ({"BioBERT": 80.0, "BioALBERT 1.0": 90.0, "BioALBERT 1.1": 88.0}, 10.0,
         "take the best of the paper's own systems, not the last"),
        ({"SOTA": 78.58, "BioBERT v1.0": 77.59, "BioBERT v1.1": 77.49, "BioALBERT": 84.01}, 5.43,
         "the best of all others counts, and that need not be a BioBERT"),
        ({"SOTA": 93.5, "BioALBERT": 90.0}, -3.5, "a loss is a negative gain"),
    ]  # fmt: skip
    praise = "For JNLPBA the paper prints 6.42: over the best BioBERT."
    compare(gain, cases, praise)


def check_token_accuracy(token_accuracy: Callable) -> None:
    """Exercise 3: ``token_accuracy(gold, predicted)`` over all words."""
    gene, nothing = ["B-Gene", "I-Gene", "O", "O"], ["O"] * 4
    cases = [
        ([gene], [gene], 1.0, "every tag is right here"),
        ([gene], [nothing], 0.5, "O counts, too: this score is by words, whatever their tag"),
        ([gene, ["O"] * 8], [nothing, ["O"] * 8], 10 / 12,
         "count over all words together; a mean of sentences gives short ones more weight"),
        ([["B-Gene"]], [["B-Disease"]], 0.0, "the type is part of the tag"),
    ]  # fmt: skip
    praise = "A tagger that finds nothing had 10 of 12 words right."
    compare(token_accuracy, cases, praise)


def check_recall_of_tags(recall_of_tags: Callable) -> None:
    """Exercise 4 (find the bug): ``recall_of_tags(gold, predicted)``."""
    cases = [
        ([["B-Gene", "O"]], [["B-Gene", "O"]], 1.0, "all that there is was found"),
        ([["B-Gene", "O"]], [["O", "O"]], 0.0, "the O of gold is nothing to find: leave it out"),
        ([["B-Gene", "O", "O", "B-Gene"]], [["B-Gene", "O"]], 0.5,
         "zip ends with the shorter list, so words that the model never read are forgotten"),
        ([["B-Gene"], ["B-Gene"]], [[], ["B-Gene"]], 0.5, "no tags at all for a sentence: missed"),
        ([["O", "O"]], [["B-Gene", "O"]], 0.0, "nothing to find: 0, and no error"),
    ]  # fmt: skip
    compare(recall_of_tags, cases, "What is not read is missed.")
