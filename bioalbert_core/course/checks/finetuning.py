"""Checks of the exercises to notebook 06: alignment, legal tags, windows, novelty."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare
from bioalbert_core.ner.bio import repair


def check_first_pieces(first_pieces: Callable) -> None:
    """Exercise 1: ``first_pieces(pieces)`` for a list of words, each a list of pieces."""
    cases = [
        ([["▁the"], ["▁gene"]], [1, 2], "[CLS] stands at 0, the first word at 1"),
        ([["▁", "pf", "ke"], ["▁in"]], [1, 4], "three pieces move the next word by three"),
        ([["▁a", "b"]], [1], "only first pieces; the others carry no tag"),
        ([], [], "no words, no pieces"),
    ]
    compare(first_pieces, cases, "Well aligned.")


def check_repaired(repaired: Callable) -> None:
    """Exercise 2: ``repaired(tags)``."""
    cases = [
        (["O", "I-Gene"], "an I- behind O continues nothing: it begins a mention"),
        (["B-Gene", "I-Gene", "O"], "legal tags stay as they are"),
        (["B-Gene", "I-Disease"], "an I- continues only a mention of its own type"),
        (["I-Gene", "I-Gene"], "look at the first word, and then at what you have made of it"),
        (["O", "I-Gene", "I-Gene"], "the second I- continues the B- that you have just made"),
    ]
    compare(repaired, cases, "Legal BIO.", repair)


def check_best_path(best_path: Callable) -> None:
    """Exercise 3: ``best_path(scores, legal)`` (find the bug)."""
    free = [[True] * 3 for _ in range(3)]
    legal = [[True, True, False], [True, True, True], [True, True, True]]
    cases = [
        ([[0, 2, 1], [5, 0, 0]], free, [1, 0], "without rules each word takes its best tag"),
        ([[3, 2, 0], [0, 1, 9]], legal, [1, 2],
         "the best first tag may forbid the best row: compare whole rows"),
        ([[1, 0, 9]], legal, [0],
         "no row begins with an I- (number 2): before the first word stands an O (number 0)"),
        ([[5, 4, 0], [0, 0, 3], [0, 0, 3]], legal, [1, 2, 2], "rows may be longer than two"),
    ]  # fmt: skip
    compare(best_path, cases, "That is what Viterbi's algorithm finds, only sooner.")


def check_recall_of_new(recall_of_new: Callable) -> None:
    """Exercise 4: ``recall_of_new(train, gold, found)`` over lists of mentions in words."""
    cases = [
        (["fever"], ["fever", "gout"], ["gout"], 1.0, "only mentions not in train count"),
        (["Fever"], ["fever", "gout"], [], 0.0, "case must not make a mention new"),
        ([], ["gout", "rash"], ["rash", "fever"], 0.5, "divide by the new gold mentions"),
        (["gout"], ["gout"], ["gout"], 0.0, "with no new mention at all, give 0.0 and no error"),
    ]
    compare(recall_of_new, cases, "Now you see what was learned and what was memorized.")
