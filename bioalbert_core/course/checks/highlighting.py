"""Checks of the exercises to notebook 07: places, escaping, overlaps, thresholds."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare


def check_places(places: Callable) -> None:
    """Exercise 1: ``places(text, words)``."""
    cases = [
        ("a gene", ["a", "gene"], [(0, 1), (2, 6)], "the end is behind the last letter"),
        ("the  gene", ["the", "gene"], [(0, 3), (5, 9)], "there may be more than one space"),
        ("no, no", ["no", ",", "no"], [(0, 2), (2, 3), (4, 6)],
         "the same word can come twice: look on behind the word before"),
        ("", [], [], "no words, no places"),
    ]  # fmt: skip
    compare(places, cases, "Every mark will sit where it belongs.")


def check_marked(marked: Callable) -> None:
    """Exercise 2: ``marked(text, start, end)`` (find the bug)."""
    cases = [
        ("a gene", 2, 6, "a <mark>gene</mark>", "the entity stands between <mark> and </mark>"),
        ("p<0.05 gene", 7, 11, "p&lt;0.05 <mark>gene</mark>", "escape what is before the mark"),
        ("a <b> end", 2, 5, "a <mark>&lt;b&gt;</mark> end",
         "escape what stands inside, and cut before you escape: escaping moves the places"),
        ("x & y", 0, 1, "<mark>x</mark> &amp; y", "escape what is behind, not your marks"),
    ]  # fmt: skip
    compare(marked, cases, "Safe to show.")


def check_without_overlaps(without_overlaps: Callable) -> None:
    """Exercise 3: ``without_overlaps(spans)``."""
    cases = [
        ([(0, 4), (5, 9)], [(0, 4), (5, 9)], "spans that do not touch all stay"),
        ([(0, 4), (4, 9)], [(0, 4), (4, 9)], "the end is excluded: these two share no character"),
        ([(0, 4), (2, 9)], [(2, 9)], "of two that overlap the longer one stays"),
        ([(0, 10), (2, 4), (6, 8)], [(0, 10)], "a long one drives out all that lie in it"),
        ([(5, 9), (0, 4)], [(0, 4), (5, 9)], "give them from left to right"),
    ]
    compare(without_overlaps, cases, "BIO tags can say that.")


def check_threshold(threshold: Callable) -> None:
    """Exercise 4: ``threshold(scores, right, wanted)``."""
    scores, right = [0.9, 0.8, 0.7, 0.6], [True, True, False, True]
    cases = [
        (scores, right, 1.0, 0.8, "take the lowest score above which the precision is as wanted"),
        (scores, right, 0.75, 0.6, "with all four, three are right: 0.75 is reached"),
        ([0.6, 0.9], [True, True], 0.5, 0.6, "the scores may come in any order"),
        ([0.9, 0.5], [False, True], 0.9, None, "where no threshold will do, give None"),
    ]
    compare(threshold, cases, "Well chosen.")
