"""What every reader gives: a document of labelled sections."""

from dataclasses import dataclass


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
