"""The one exception that users see, and the checks that most often raise it."""

import errno
import re
from collections.abc import Collection
from dataclasses import fields


class UserError(Exception):
    """Something that the user can fix.

    Its text is one line of the form ``place: what is wrong; what to do``. Commands print it and
    exit with code 2; notebooks show the same words.

    >>> raise UserError("notes.txt: the file is empty; give a file with text")
    Traceback (most recent call last):
    ...
    bioalbert_core.plumbing.errors.UserError: notes.txt: the file is empty; give a file with text
    """


class DocumentError(UserError):
    """One document of a file is corrupt; those after it can be read."""


def check_range(option: str, value: int | None, low: int, high: int) -> None:
    """UserError for an option's value outside ``low`` to ``high``."""
    if value is not None and not low <= value <= high:
        raise UserError(f"{option} {value}: must be between {low:,} and {high:,}")


def check_learning_rate(rate: float | None) -> None:
    """UserError for a number that cannot be a learning rate."""
    if rate is not None and not 0 <= rate < 1:
        raise UserError(f"--learning-rate {rate}: must be at least 0 and below 1")


def check_unused(settings: object, names: Collection[str], where: str) -> None:
    """UserError for an option that was given where it has no effect.

    Args:
        settings: a command's dataclass.
        names: some of its fields, such as "batch_size".
        where: what makes them useless, such as "with --init".
    """
    for field in fields(settings):
        if field.name in names and getattr(settings, field.name) != field.default:
            option = field.name.replace("_", "-")
            raise UserError(f"--{option}: does nothing {where}; leave it out")


def reason(error: Exception) -> str:
    """The message of an error, or its class where it has none.

    >>> reason(OSError(28, "No space left on device", "a.txt")), reason(TimeoutError())
    ('No space left on device', 'TimeoutError')
    """
    return str(getattr(error, "strerror", None) or error).strip() or type(error).__name__


def is_out_of_memory(error: Exception) -> bool:
    """Whether Python, NumPy, TensorFlow or JAX ran out of memory.

    >>> is_out_of_memory(MemoryError()), is_out_of_memory(ValueError("out of range"))
    (True, False)
    """
    words = f"{type(error).__name__}: {error}"
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) == errno.ENOMEM
        or bool(re.search("ResourceExhausted|RESOURCE_EXHAUSTED|[Oo]ut of memory|bad_alloc", words))
    )
