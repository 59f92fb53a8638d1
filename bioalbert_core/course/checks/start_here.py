"""Checks of the exercises to notebook 00: cleaning, tags, a strict score."""

from collections.abc import Callable

from bioalbert_core.corpus.cleaning import MINIMUM_LINE
from bioalbert_core.course.checks.engine import compare


def check_short_lines(drop_short: Callable) -> None:
    """Exercise 1: ``drop_short(lines)`` keeps lines of 20 characters or more."""
    edge = "x" * MINIMUM_LINE
    cases = [
        (["Results", "The drug lowered the fever."], "a heading must go, a sentence must stay"),
        ([edge, edge[1:]], "look at lines of exactly 20 and of 19 characters"),
        ([f"   {edge[1:]}   "], "count the characters without the spaces around a line"),
        ([], "no lines in, no lines out"),
    ]
    compare(drop_short, cases, "Rule (ii) holds.", _long)


def _long(lines: list[str]) -> list[str]:
    return [line for line in lines if len(line.strip()) >= MINIMUM_LINE]


def check_entities(entities: Callable) -> None:
    """Exercise 2: ``entities(tags)`` lists (start, end, type), end excluded."""
    cases = [
        (["O", "B-Gene", "O"], [(1, 2, "Gene")], "one word with B- is one entity"),
        (["B-Gene", "I-Gene"], [(0, 2, "Gene")], "an I- of the same type makes it longer"),
        (["B-Gene", "B-Gene"], [(0, 1, "Gene"), (1, 2, "Gene")],
         "a second B- begins a second entity, also right behind the first"),
        (["O", "B-Disease"], [(1, 2, "Disease")], "do not forget an entity that ends the sentence"),
        (["O", "O"], [], "a sentence of O has no entity"),
    ]  # fmt: skip
    compare(entities, cases, "Well read.")


def check_strict_f1(strict_f1: Callable) -> None:
    """Exercise 3: ``strict_f1(gold, found)`` over sets of (start, end, type)."""
    gene, longer, disease = (0, 1, "Gene"), (0, 2, "Gene"), (0, 1, "Disease")
    cases = [
        ({gene}, {gene}, 1.0, "what is found exactly must count"),
        ({longer}, {gene}, 0.0, "half an entity must not count: both ends have to be right"),
        ({gene}, {disease}, 0.0, "the type has to be right, too"),
        ({gene, (3, 4, "Gene")}, {gene}, 2 / 3, "an entity that was missed lowers recall"),
        ({gene}, set(), 0.0, "nothing found: the score is 0, not an error"),
    ]
    compare(strict_f1, cases, "That is a strict score.")
