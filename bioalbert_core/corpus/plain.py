r"""Plain text and JSON Lines as a stream of documents: memory holds one document at a time.

A line ends in ``\n`` or ``\r\n``. U+2028, a form feed or a lone ``\r`` are white space in a line.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePath

from bioalbert_core.corpus.document import LINES, Document, Section, Source
from bioalbert_core.corpus.json_lines import json_document
from bioalbert_core.plumbing.errors import DocumentError, UserError
from bioalbert_core.plumbing.files import decode_text

DOCUMENT_LIMIT = 20_000_000  # bytes, several thick books; cleaning takes twenty times the memory
BLANK_LINES = "put a blank line between documents, or see --documents of 'corpus'"
TOO_LONG = {
    "file": "the whole file is one document; if it holds several, choose another --documents",
    "blank-line": BLANK_LINES,
    "sentences": BLANK_LINES,
    "line": "each line is one document; split it into several lines",
    "jsonl": "each line is one document; split its text into several",
}


def read_json_lines(source: Source) -> Iterator[Document]:
    """The documents of a file with a JSON object on each line."""
    return read_plain(replace(source, kind="jsonl"))


def read_plain(source: Source) -> Iterator[Document]:
    """The documents of a UTF-8 text file, each named after the file and its first line.

    ``source.broken`` is called for a document that is not UTF-8, or not the expected JSON.

    Raises:
        UserError: a document is longer than ``DOCUMENT_LIMIT``; names the line.
    """
    name = PurePath(source.place).name.removesuffix(".gz").removesuffix(".txt")
    name = name.removesuffix(".jsonl")
    for line, data in _split(source):
        id_ = name if source.kind == "file" else f"{name}:{line}"
        try:
            text = decode_text(data, source.place, line)
            if text.strip() or source.kind == "file":
                yield _document(text, id_, line, source)
        except UserError as error:
            source.broken(DocumentError(str(error)))


def _split(source: Source) -> Iterator[tuple[int, bytes]]:
    """The number of each document's first line, and its bytes; some of them are blank."""
    first, lines, size = 1, [], 0
    read_line = partial(source.stream.readline, DOCUMENT_LIMIT + 1)
    for number, line in enumerate(iter(read_line, b""), 1):
        lines.append(line)
        size += len(line)
        if size > DOCUMENT_LIMIT:
            raise UserError(
                f"{source.place}: line {number:,}: the document is longer than "
                f"{DOCUMENT_LIMIT:,} bytes; {TOO_LONG[source.kind]}"
            )
        if source.kind in ("line", "jsonl") or (source.kind != "file" and _is_blank(line)):
            yield first, b"".join(lines)
            first, lines, size = number + 1, [], 0
    if lines:
        yield first, b"".join(lines)


def _is_blank(line: bytes) -> bool:
    head = line.lstrip()  # ASCII white space; few lines need a second look
    return not head or (head[0] >= 0x80 and not head.decode(errors="replace").strip())


def _document(text: str, id_: str, line: int, source: Source) -> Document:
    if source.kind == "jsonl":
        return json_document(text, id_, f"{source.place}: line {line:,}", source.counts)
    if source.kind == "sentences":
        lines = (line for line in text.split("\n") if line.strip())
        sections = tuple(Section("SENTENCE", line) for line in lines)
        return Document(id_, sections, are_sentences=True)
    # A line that is a whole document is no heading, however short it is.
    return Document(id_, (Section("DOCUMENT" if source.kind == "line" else LINES, text),))
