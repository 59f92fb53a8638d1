"""Checks of the exercises to notebook 03: rows, words, masks, pairs, held-out documents."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare


def check_pack(pack: Callable) -> None:
    """Exercise 1: ``pack(a, b, length)`` gives [CLS] a [SEP] b [SEP], then padding."""
    cases = [
        ([10, 11], [12], 6, [2, 10, 11, 3, 12, 3], "2 comes first, and 3 behind both segments"),
        ([10], [11], 8, [2, 10, 3, 11, 3, 0, 0, 0], "fill up with 0 until the length is reached"),
    ]
    compare(pack, cases, "A row that an accelerator likes.")


def check_make_pair(make_pair: Callable) -> None:
    """Exercise 2: ``make_pair(sentences, cut, swap)`` gives [A, B, label] for SOP."""
    three = [[10, 11], [12], [13, 14]]
    cases = [
        (three, 1, False, [[10, 11], [12, 13, 14], 0],
         "A has the sentences before the cut, B the rest, as two plain lists; in order is 0"),
        (three, 2, False, [[10, 11, 12], [13, 14], 0], "A takes as many sentences as cut says"),
        (three, 1, True, [[12, 13, 14], [10, 11], 1], "swapped: B's text comes first, label 1"),
    ]  # fmt: skip
    compare(make_pair, cases, "Sentence order, ready to be predicted.")


def check_hide(hide: Callable) -> None:
    """Exercise 3: ``hide(ids, positions, draws, others)`` masks as BERT and ALBERT do."""
    kept = [20, 21]
    cases = [
        ([10, 11, 12], [1], [0.5], [99], [10, 4, 12], "a draw below 0.8 gives [MASK], which is 4"),
        ([10, 11, 12], [1], [0.85], [99], [10, 99, 12],
         "a draw between 0.8 and 0.9 gives the other piece"),
        ([10, 11, 12], [1], [0.95], [99], [10, 11, 12], "from 0.9 on the piece stays"),
        ([10, 11, 12], [1], [0.8], [99], [10, 99, 12], "0.8 itself is no longer below 0.8"),
        ([10, 11, 12], [1], [0.9], [99], [10, 11, 12], "0.9 itself is no longer below 0.9"),
        ([10, 11, 12], [0, 2], [0.85, 0.1], [98, 99], [98, 11, 4],
         "the first draw and the first other piece belong to the first position"),
        (kept, [0], [0.5], [99], [4, 21], "rows may be shorter"),
        (kept, [], [], [], [20, 21], "the list [20, 21] was given before; work on a copy of it"),
    ]  # fmt: skip
    compare(hide, cases, "80, 10 and 10 percent.")


def check_words(words: Callable) -> None:
    """Exercise 4: ``words(pieces)`` lists (start, end) of each whole word."""
    cases = [
        (["▁the", "▁drug"], [(0, 1), (1, 2)], "each ▁ starts a word, and the last word ends, too"),
        (["▁met", "form", "in"], [(0, 3)], "a piece without ▁ goes on with the word before it"),
        (["[CLS]", "▁drug", "[SEP]"], [(1, 2)], "[CLS] and [SEP] belong to no word"),
        (["[CLS]", "▁met", "form", "[SEP]", "▁in", "[SEP]"], [(1, 3), (4, 5)],
         "[SEP] ends the word before it"),
        (["[CLS]", "[SEP]"], [], "without words the list is empty"),
    ]  # fmt: skip
    compare(words, cases, "Whole words.")


def check_training_part(training_part: Callable) -> None:
    """Exercise 5: ``training_part(rows, every)`` keeps the rows of documents not held out."""
    cases = [
        ([(0, "a"), (0, "b"), (1, "c"), (1, "d")], 2, [(1, "c"), (1, "d")],
         "one document must not stand on both sides: what is it that has to be counted"),
        ([(3, "a"), (2, "b"), (1, "c")], 3, [(2, "b"), (1, "c")],
         "rows stay in any order they had"),
        ([(1, "a"), (1, "b")], 2, [(1, "a"), (1, "b")], "document 1 is not held out here"),
    ]  # fmt: skip
    compare(training_part, cases, "The test is a test again.")
