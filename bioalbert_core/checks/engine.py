"""What every check does with a learner's function: try it, and end in words."""

from collections.abc import Callable


def compare(function: Callable, cases: list[tuple], praise: str) -> None:
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
