"""Text that may only be written when something else has been."""

from collections.abc import Iterator
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Self


class Later:
    """Text that must wait; on the disk when it is over a megabyte.

    >>> with Later() as later:
    ...     later.add("a")
    ...     later.add("b")
    ...     print(*later.take(), *later.take())
    ab
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(2**20, "w+", encoding="utf-8", newline="")  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, text: str) -> None:
        """Keep a text."""
        self._file.write(text)

    def take(self) -> Iterator[str]:
        """All that was kept, in order; then nothing is."""
        self._file.seek(0)
        yield from iter(partial(self._file.read, 2**16), "")
        self._file.seek(0)
        self._file.truncate()
