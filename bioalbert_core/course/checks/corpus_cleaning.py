"""Checks of the exercises to notebook 01: cleaning rules, repeated documents, sentence spans."""

from collections.abc import Callable

from bioalbert_core.course.checks.engine import compare


def check_paragraph(paragraph: Callable) -> None:
    """Exercise 1: ``paragraph(text)`` puts a document on one line, words a single space apart."""
    cases = [
        ("One line.\nAnother line.", "One line. Another line.", "a space joins two lines"),
        ("One.\n\n\nTwo.", "One. Two.", "blank lines go, and leave no second space behind"),
        ("Two  spaces,\ta tab.", "Two spaces, a tab.", "tabs and double spaces become one space"),
        ("  One line. \n", "One line.", "no white space stays at either end"),
        ("", "", "no text in, no text out"),
    ]
    compare(paragraph, cases, "Rule (i) holds.")


def check_clean(clean: Callable) -> None:
    """Exercise 2: ``clean(text, minimum)`` applies rules (ii) and (i), in the order that works."""
    fever = "The drug lowered the fever."
    cases = [
        (f"{fever}\n\n{fever}", 5, f"{fever} {fever}", "long lines stay, joined"),
        (f"Results\n{fever}\n12", 20, fever, "which rule has to come first to see short lines"),
        (f"Results\n{fever}", 3, f"Results {fever}", "use the limit that the function is given"),
        (f"Too few.\n{fever}", 8, f"Too few. {fever}", "a line as long as the limit stays"),
        (f"     12     \n{fever}", 5, fever, "spaces around a line do not count"),
        ("Short.\nLines.", 20, "", "when no line is left, the text is empty"),
    ]
    compare(clean, cases, "Three rules became two lines of code.")


def check_first_copies(first_copies: Callable) -> None:
    """Exercise 3: ``first_copies(documents)`` drops what stood before, word for word."""
    cases = [
        ([["A."], ["B."], ["A."]], [["A."], ["B."]], "a copy may lie far from the first one"),
        ([["B."], ["A."], ["B."]], [["B."], ["A."]], "the documents must stay in their order"),
        ([["A.", "B."], ["A."]], [["A.", "B."], ["A."]], "compare all sentences, not the first"),
        ([["A."], ["a."]], [["A."], ["a."]], "word for word: a small letter makes another text"),
        ([["ab", "c"], ["a", "bc"]], [["ab", "c"], ["a", "bc"]], "other sentences, other document"),
        ([], [], "no documents in, none out"),
    ]
    compare(first_copies, cases, "Each text once.")


def check_spans(spans: Callable) -> None:
    """Exercise 4: ``spans(text, sentences)`` lists where each sentence stands, end excluded."""
    cases = [
        ("It rained.", ["It rained."], [(0, 10)], "text[start:end] has to be the whole sentence"),
        ("  One.   Two.", ["One.", "Two."], [(2, 6), (9, 13)], "white space shifts the places"),
        ("No change. No change.", ["No change.", "No change."], [(0, 10), (11, 21)],
         "the same words may stand twice: where should the second search begin"),
        ("", [], [], "no sentences, no spans"),
    ]  # fmt: skip
    compare(spans, cases, "Found, each in its own place.")
