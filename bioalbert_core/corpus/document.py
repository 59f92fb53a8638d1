"""What every reader takes and returns: a source, and documents with labeled sections."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from bioalbert_core.config import Documents
from bioalbert_core.plumbing.errors import UserError

LINES = "TEXT"  # the label of a text that still has the lines of a plain text file


@dataclass(frozen=True)
class Section:
    """One run of text with the label its source gives it ("TITLE", "METHODS", ...)."""

    label: str
    text: str


@dataclass(frozen=True)
class Document:
    """One article or abstract. ``id`` is the source's own: a PMID, a PMCID, a file name."""

    id: str
    sections: tuple[Section, ...]
    are_sentences: bool = False
    """Whether each section is one sentence, to be used as it is."""


@dataclass(frozen=True)
class Source:
    """One file, opened for a reader."""

    place: str
    """Its path, or the archive's path and the member's name; for error messages."""
    stream: BinaryIO
    """Its bytes, decompressed."""
    counts: Counter[str]
    """The reader adds what it leaves out (see `left_out`)."""
    broken: Callable[[UserError], None]
    """Called with each error. If it returns, reading continues with the next document."""
    kind: Documents = "file"
    """What one document of a plain text file is."""
    chunks: Iterable[bytes] = ()
    """The bytes of an XML file, which `stream` no longer has once the root element is known."""


def letters(text: str) -> int:
    """The number of characters that are not white space, the unit of the counts.

    >>> letters(" 5 mg\\n")
    3
    """
    return sum(map(len, text.split()))
