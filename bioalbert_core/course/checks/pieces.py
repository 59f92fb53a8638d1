"""Checks of the exercises to notebook 02: normalizing, counting and cutting into pieces."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.tokenizer import Tokenizer


def check_normal_words(normal_words: Callable) -> None:
    """Exercise 1: ``normal_words(text)`` lists a text's words as ALBERT normalizes them."""
    cases = [
        ("The Drug", ["the", "drug"], "letters become small, and white space separates words"),
        ("of \t mice\n", ["of", "mice"], "a run of white space is one border; no word is empty"),
        ("naïve", ["naive"], "decompose the characters, then leave out the combining marks"),
        ("TNF-α", ["tnf-α"], "a Greek letter is no accent: it stays"),
        ("ﬁbrosis", ["fibrosis"], "only a decomposition with K in its name splits a ligature"),
        ("", [], "no text, no words"),
    ]
    compare(normal_words, cases, "That is how ALBERT sees text.")


def check_pieces_per_word(pieces_per_word: Callable) -> None:
    """Exercise 2: ``pieces_per_word(pieces)``, where ▁ starts a word."""
    cases = [
        (["▁the", "▁drug"], 1.0, "two words of one piece each make 1"),
        (["▁met", "form", "in"], 3.0, "only a piece with ▁ starts a word; all pieces count"),
        (["▁", "mut", "ated", "▁p", "53"], 2.5, "a lone ▁ starts a word, too, and is a piece"),
        ([], 0.0, "no words: the answer is 0, not an error"),
    ]
    compare(pieces_per_word, cases, "Now you can compare vocabularies.")


def check_best_cut(best_cut: Callable) -> None:
    """Exercise 3: ``best_cut(word, scores)`` finds the pieces with the highest sum of scores."""
    cases = [
        ("ab", {"a": -2.0, "b": -2.0, "ab": -3.0}, ["ab"], "-3 is more than -2 - 2"),
        ("ab", {"a": -1.0, "b": -1.0, "ab": -3.0}, ["a", "b"],
         "neither the longest piece nor the fewest pieces win, but the highest sum"),
        ("abcd", {"abc": -1.0, "d": -9.0, "ab": -2.0, "cd": -2.0}, ["ab", "cd"],
         "a good beginning may force a bad end: do not settle on the first piece too early"),
        ("abc", {"ab": -1.0, "a": -5.0, "bc": -1.0}, ["a", "bc"],
         "a piece that leaves a rest without pieces leads nowhere; try another way"),
        ("anana", {"an": -1.0, "a": -2.0}, ["an", "an", "a"], "a piece may be used twice"),
    ]  # fmt: skip
    compare(best_cut, cases, "This is what SentencePiece does, too.")


def check_joined(joined: Callable) -> None:
    """Exercise 4: ``joined(a, b)`` gives the ids of [CLS] a [SEP] b [SEP]."""
    tokenizer = Tokenizer(find_model("bioalbert-tiny") / "tokenizer.model")
    by_id = "[CLS] and [SEP] written as text are cut into letters; they have ids of their own"
    cases = [
        ("It rained.", "It stopped.", by_id),
        ("Write [SEP] here.", "Or not.", "what stands in a text stays text, also the word [SEP]"),
        ("It rained.", "", "both segments end in [SEP], also an empty one"),
    ]
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    compare(
        joined,
        cases,
        "A trap that real programs fell into.",
        lambda a, b: [cls, *tokenizer.encode(a), sep, *tokenizer.encode(b), sep],
    )
