r"""Plain text and JSON Lines as a stream of documents: memory holds one document at a time.

A line ends in ``\n`` or ``\r\n``. Nothing else ends one: not U+2028, a form feed or a lone ``\r``,
which are white space inside a line.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from bioalbert_core.config import Documents
from bioalbert_core.corpus.document import LINES, Document, Section
from bioalbert_core.corpus.json_lines import json_document
from bioalbert_core.errors import DocumentError, UserError
from bioalbert_core.files import decode_text, open_input

DOCUMENT_LIMIT = 20_000_000  # bytes, several thick books; cleaning takes twenty times the memory
BLANK_LINES = "put a blank line between documents, or see --documents of 'corpus'"
TOO_LONG = {
    "file": "the whole file is one document; if it holds several, choose with --documents how",
    "blank-line": BLANK_LINES,
    "sentences": BLANK_LINES,
    "line": "a line is one document; cut it into several lines",
    "jsonl": "a line is one document; cut its text into several",
}


def read_plain(
    path: Path, kind: Documents, counts: Counter[str], broken: Callable[[UserError], None]
) -> Iterator[Document]:
    """The documents of a text file, each named after the file and its first line.

    Args:
        path: a file of UTF-8 text, also ``.gz``.
        kind: what a document is.
        counts: ``characters_left_out_field_...`` of JSON Lines is added to.
        broken: called with the error of a document that is not UTF-8 or not the JSON expected.
            When it returns, reading continues with the next document.

    Raises:
        UserError: a document is longer than ``DOCUMENT_LIMIT``; names the line.
    """
    name = path.name.removesuffix(".gz").removesuffix(".txt").removesuffix(".jsonl")
    with open_input(path) as stream:
        for line, data in _split(stream, str(path), kind):
            try:
                text = decode_text(data, str(path), line)
                if kind == "jsonl" and text.strip():
                    yield json_document(text, f"{name}:{line}", f"{path}: line {line:,}", counts)
                elif kind == "file" or text.strip():
                    yield _document(text, name if kind == "file" else f"{name}:{line}", kind)
            except UserError as error:
                broken(DocumentError(str(error)))


def _split(stream: BinaryIO, place: str, kind: Documents) -> Iterator[tuple[int, bytes]]:
    """The bytes of each document, and the number of its first line; blank ones among them."""
    first, lines, size = 1, [], 0
    for number, line in enumerate(iter(partial(stream.readline, DOCUMENT_LIMIT + 1), b""), 1):
        lines.append(line)
        size += len(line)
        if size > DOCUMENT_LIMIT:
            raise UserError(
                f"{place}: line {number:,}: here the document passes {DOCUMENT_LIMIT:,} bytes; "
                f"{TOO_LONG[kind]}"
            )
        if kind in ("line", "jsonl") or (kind != "file" and _is_blank(line)):
            yield first, b"".join(lines)
            first, lines, size = number + 1, [], 0
    if lines:
        yield first, b"".join(lines)


def _is_blank(line: bytes) -> bool:
    head = line.lstrip()  # of white space in ASCII; most lines need no second look
    return not head or (head[0] >= 0x80 and not head.decode(errors="replace").strip())


def _document(text: str, id_: str, kind: Documents) -> Document:
    if kind != "sentences":  # where a line is a document, it is no heading, however short
        return Document(id_, (Section("DOCUMENT" if kind == "line" else LINES, text),))
    lines = (line for line in text.split("\n") if line.strip())
    return Document(id_, tuple(Section("SENTENCE", line) for line in lines), are_sentences=True)
