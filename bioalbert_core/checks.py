"""Checks for the exercises: each tells success, or what is probably wrong, and never the answer.

A check takes the learner's function, tries it, and prints one line. Whatever the function does,
also raising an error, ends in words.
"""

from collections.abc import Callable

from bioalbert_core.corpus.cleaning import MINIMUM_LINE


def check_short_lines(drop_short: Callable) -> None:
    """Exercise 1: ``drop_short(lines)`` keeps lines of 20 characters or more."""
    edge = "x" * MINIMUM_LINE
    cases = [
        (["Results", "The drug lowered the fever."], "a heading must go, a sentence must stay"),
        ([edge, edge[1:]], "look at lines of exactly 20 and of 19 characters"),
        ([f"   {edge[1:]}   "], "count the characters without the spaces around a line"),
        ([], "no lines in, no lines out"),
    ]
    _compare(
        drop_short, [((lines,), _long(lines), hint) for lines, hint in cases], "Rule (ii) holds."
    )


def _long(lines: list[str]) -> list[str]:
    return [line for line in lines if len(line.strip()) >= MINIMUM_LINE]


def check_entities(entities: Callable) -> None:
    """Exercise 2: ``entities(tags)`` lists (start, end, type), end excluded."""
    cases = [
        (["O", "B-Gene", "O"], [(1, 2, "Gene")], "one word with B- is one entity"),
        (["B-Gene", "I-Gene"], [(0, 2, "Gene")], "an I- of the same type makes it longer"),
        (
            ["B-Gene", "B-Gene"],
            [(0, 1, "Gene"), (1, 2, "Gene")],
            "a second B- begins a second entity, also right behind the first",
        ),
        (["O", "B-Disease"], [(1, 2, "Disease")], "do not forget an entity that ends the sentence"),
        (["O", "O"], [], "a sentence of O has no entity"),
    ]
    _compare(entities, [((tags,), right, hint) for tags, right, hint in cases], "Well read.")


def check_strict_f1(strict_f1: Callable) -> None:
    """Exercise 3: ``strict_f1(gold, found)`` over sets of (start, end, type)."""
    gene, longer, disease = (0, 1, "Gene"), (0, 2, "Gene"), (0, 1, "Disease")
    cases = [
        (({gene}, {gene}), 1.0, "what is found exactly must count"),
        (({longer}, {gene}), 0.0, "half an entity must not count: both ends have to be right"),
        (({gene}, {disease}), 0.0, "the type has to be right, too"),
        (({gene, (3, 4, "Gene")}, {gene}), 2 / 3, "an entity that was missed lowers recall"),
        (({gene}, set()), 0.0, "nothing found: the score is 0, not an error"),
    ]
    _compare(strict_f1, cases, "That is a strict score.")


def _compare(function: Callable, cases: list[tuple], praise: str) -> None:
    """Try each case of (arguments, right answer, hint); stop at the first that fails."""
    for arguments, right, hint in cases:
        try:
            answer = function(*arguments)
        except Exception as error:
            print(f"Not yet: your code stopped with {type(error).__name__}: {error}. Hint: {hint}.")
            return
        if answer is None:
            print("Not yet: the function gives nothing back. Write its body, and return a result.")
            return
        if not _same(answer, right):
            given = ", ".join(map(repr, arguments))
            print(f"Not yet: for {given} your function gives {answer!r}. Hint: {hint}.")
            return
    print(f"Right. {praise}")


def _same(answer: object, right: object) -> bool:
    if isinstance(right, float):
        return isinstance(answer, int | float) and abs(answer - right) < 1e-9
    return isinstance(answer, list) and list(answer) == right
