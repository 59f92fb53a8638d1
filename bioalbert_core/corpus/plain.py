"""Plain text: one file is one document, its lines as they stand."""

from collections.abc import Iterator
from pathlib import Path

from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.errors import UserError
from bioalbert_core.files import decode_text, open_input

DOCUMENT_LIMIT = 20_000_000  # bytes, several thick books; cleaning takes twenty times the memory


def read_plain(path: Path) -> Iterator[Document]:
    """The file as one document with one section.

    Raises:
        UserError: the file is not UTF-8, or longer than ``DOCUMENT_LIMIT``; names the line.
    """
    with open_input(path) as stream:
        data = stream.read(DOCUMENT_LIMIT + 1)
    if len(data) > DOCUMENT_LIMIT:
        line = data.count(b"\n", 0, DOCUMENT_LIMIT) + 1
        raise UserError(
            f"{path}: line {line:,}: here the document passes {DOCUMENT_LIMIT:,} bytes; "
            "one file is one document: cut it into one file a document"
        )
    name = path.name.removesuffix(".gz").removesuffix(".txt")
    yield Document(name, (Section("TEXT", decode_text(data, str(path))),))
