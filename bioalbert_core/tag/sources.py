"""Raw text from files, folders or standard input, as a stream of documents."""

import contextlib
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from bioalbert_core.corpus.json_lines import json_id, json_object, json_text
from bioalbert_core.corpus.plain import DOCUMENT_LIMIT
from bioalbert_core.corpus.readers import JSON_LINES, PLAIN, XML, find_files
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import decode_text, open_input, require_file

Kind = Literal["file", "line", "jsonl"]
"""What a document is: a whole file, a line, or a line of JSON."""
LINE_END = re.compile(r"\r?\n\Z")


@dataclass(frozen=True)
class Document:
    """One text and its id."""

    id: str
    text: str


@dataclass(frozen=True)
class Source:
    """A file, or standard input where there is no path, and a name for its documents."""

    name: str
    path: Path | None

    def __str__(self) -> str:
        return str(self.path or "standard input")


def find_sources(files: Sequence[Path], kind: Kind) -> list[Source]:
    """The given files and those in the given folders, each once; standard input if none is given.

    A source's name is its file name without endings if that is unique, otherwise its path.

    Raises:
        UserError: a file is missing, empty or XML, or a folder holds no text.
    """
    if not files:
        return [Source("stdin", None)]
    endings = JSON_LINES if kind == "jsonl" else PLAIN
    paths = chain.from_iterable(
        find_files([path], endings) if path.is_dir() else [path] for path in files
    )
    unique = list({path.resolve(): path for path in paths}.values())
    for path in map(require_file, unique):
        if path.name.endswith(XML):
            raise UserError(f"{path}: XML, not plain text; give .txt files")
    names = [path.name.removesuffix(".gz") for path in unique]
    names = [name.removesuffix(".txt").removesuffix(".jsonl") for name in names]
    times = Counter(names)
    return [
        Source(name if times[name] == 1 else str(path), path)
        for name, path in zip(names, unique, strict=True)
    ]


def read_documents(
    sources: Sequence[Source], kind: Kind, hashes: dict[str, str]
) -> Iterator[Document]:
    r"""The documents of all sources, in order; blank lines are not documents.

    A line ends in ``\n`` or ``\r\n``, which is not part of the document. A document without an id
    is named after its source and line.

    Args:
        sources: from `find_sources`.
        kind: what a document is.
        hashes: receives the SHA-256 of each source's (unpacked) bytes when it has been read.

    Raises:
        UserError: names the file and line of what is not text or not the expected JSON, or of a
            document that is too long.
    """
    for source in sources:
        digest, line = hashlib.sha256(), 0
        with _opened(source) as stream:
            for line, data in _units(stream, str(source), kind):
                digest.update(data)
                text = _decoded(data, str(source), line)
                if kind == "file":
                    yield Document(source.name, text)
                elif text.strip():
                    document = Document(f"{source.name}:{line}", LINE_END.sub("", text))
                    yield _from_json(document, source, line) if kind == "jsonl" else document
        if not line:
            raise UserError(f"{source}: empty; name a file or pipe a text in")
        hashes[str(source)] = digest.hexdigest()


def _opened(source: Source) -> contextlib.AbstractContextManager[BinaryIO]:
    if source.path is not None:
        return open_input(source.path)
    if sys.stdin is None:
        raise UserError("standard input: closed; name a file or pipe a text in")
    return contextlib.nullcontext(sys.stdin.buffer)


def _units(stream: BinaryIO, place: str, kind: Kind) -> Iterator[tuple[int, bytes]]:
    """The whole stream or each of its lines, with the number of its first line."""
    read = stream.read if kind == "file" else stream.readline
    for line, data in enumerate(iter(partial(read, DOCUMENT_LIMIT + 1), b""), 1):
        if len(data) > DOCUMENT_LIMIT:
            line += data.count(b"\n", 0, -1)
            raise UserError(
                f"{place}: line {line:,}: here the document passes {DOCUMENT_LIMIT:,} bytes; "
                "split it, or choose with --documents what a document is"
            )
        yield line, data


def _decoded(data: bytes, place: str, line: int) -> str:
    text = decode_text(data, place, line)
    if "\0" in text:
        line += text[: text.index("\0")].count("\n")
        raise UserError(f"{place}: line {line:,}: not UTF-8 text (a NUL); convert it to UTF-8")
    return text


def _from_json(document: Document, source: Source, line: int) -> Document:
    """The document of a line ``{"id": …, "text": …}``, under its own id where it has one."""
    place = f"{source}: line {line:,}"
    fields = json_object(document.text, place)
    if fields.get("text") is None:
        raise UserError(f'{place}: no object with a "text"; give {{"id": …, "text": …}} lines')
    return Document(json_id(fields, place) or document.id, json_text(fields, "text", place))
