"""What every reader gives: a document of labelled sections."""

from dataclasses import dataclass

LINES = "TEXT"  # the label of a text that still has the lines of a plain text file


@dataclass(frozen=True)
class Section:
    """One run of text with the label its source gave it ("TITLE", "METHODS", ...)."""

    label: str
    text: str


@dataclass(frozen=True)
class Document:
    """One article or abstract. ``id`` is the source's own: a PMID, a PMCID, a file name."""

    id: str
    sections: tuple[Section, ...]
    are_sentences: bool = False
    """Whether each section is one sentence, to be taken as it is."""


def letters(text: str) -> int:
    """The number of characters that are not white space: what kept and left out are summed in.

    >>> letters(" 5 mg\\n")
    3
    """
    return sum(map(len, text.split()))
