"""What every check does with a learner's function: try it, and end in words."""

from collections.abc import Callable
from numbers import Real


def compare(function: Callable, cases: list[tuple], praise: str) -> None:
    """Try each case of (arguments, right answer, hint); stop at the first that fails."""
    for arguments, right, hint in cases:
        try:
            answer = function(*arguments)
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"Not yet: your code stopped with {told}. Hint: {hint}.")
            return
        if answer is None and right is not None:
            print("Not yet: the function gives nothing back. Write its body, and return a result.")
            return
        if not _same(answer, right):
            given = ", ".join(map(repr, arguments))
            print(f"Not yet: for {given} your function gives {answer!r}. Hint: {hint}.")
            return
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
            and all(_same(one, other) for one, other in zip(answer, right, strict=True))
        )
    return answer == right
