"""What every check does with a learner's function: run its cases, and explain the first failure."""

from collections.abc import Callable
from numbers import Real


def compare(
    function: Callable, cases: list[tuple], praise: str, reference: Callable | None = None
) -> None:
    """Try each case, and print one line: a hint for the first case that fails, or praise.

    Args:
        function: the learner's.
        cases: each ``(*arguments, right answer, hint)``; with a reference, without the answer.
        praise: printed when all answers are right.
        reference: a function that gives the right answers.

    >>> compare(abs, [(2, 2, "no change"), (-2, 2, "drop the sign")], "Positive.")
    Right. Positive.
    """
    if reference:
        cases = [(*arguments, reference(*arguments), hint) for *arguments, hint in cases]
    for *arguments, right, hint in cases:
        try:
            answer = function(*arguments)
        except Exception as error:
            message = " ".join(f"{type(error).__name__}: {error}".split())
            return print(f"Not yet: your code stopped with {message}. Hint: {hint}.")
        if answer is None and right is not None:
            return print(
                "Not yet: the function returns nothing. Write its body, and return a result."
            )
        if not _same(answer, right):
            given = ", ".join(map(repr, arguments))
            return print(f"Not yet: for {given} your function gives {answer!r}. Hint: {hint}.")
    print(f"Right. {praise}")


def _same(answer: object, right: object) -> bool:
    """Numbers may differ by rounding, an array may stand for a list; all else must be equal."""
    if isinstance(right, float):
        return isinstance(answer, Real) and abs(answer - right) < 1e-6
    if isinstance(right, list):
        answer = answer.tolist() if hasattr(answer, "tolist") else answer
        return (
            isinstance(answer, list)
            and len(answer) == len(right)
            and all(map(_same, answer, right))
        )
    return answer == right
