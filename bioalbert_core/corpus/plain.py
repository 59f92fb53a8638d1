"""Plain text: one file is one document, its lines as they stand."""

from collections.abc import Iterator
from pathlib import Path

from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.files import read_text


def read_plain(path: Path) -> Iterator[Document]:
    """The file as one document with one section.

    Raises:
        UserError: the file is not UTF-8; the message names the line.
    """
    name = path.name.removesuffix(".gz").removesuffix(".txt")
    yield Document(name, (Section("TEXT", read_text(path)),))
