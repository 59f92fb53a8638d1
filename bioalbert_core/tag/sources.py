"""Where raw text comes from: files, folders, standard input; read as a stream, never whole."""

import codecs
import contextlib
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from bioalbert_core.corpus.readers import JSON_LINES, PLAIN, XML, find_files
from bioalbert_core.errors import UserError
from bioalbert_core.files import open_input, require_file
from bioalbert_core.tag.blocks import Block, blocks, json_blocks

CHUNK = 2**18  # bytes

Kind = Literal["file", "line", "jsonl"]
"""What a document is: a whole file, a line, or a line of JSON."""


@dataclass(frozen=True)
class Source:
    """A file or, without a path, standard input; and the name of the documents in it."""

    name: str
    path: Path | None

    def __str__(self) -> str:
        return str(self.path or "standard input")


def find_sources(files: Sequence[Path], kind: Kind) -> list[Source]:
    """The files named and those in the folders named, each once; standard input when none is.

    The name is the file's, without endings, where that tells it from the others, else its path.

    Raises:
        UserError: a file is missing, empty or XML, or a folder holds no text.
    """
    if not files:
        return [Source("stdin", None)]
    endings = JSON_LINES if kind == "jsonl" else PLAIN
    found = (find_files([path], endings) if path.is_dir() else [path] for path in files)
    paths = list({path.resolve(): path for path in chain.from_iterable(found)}.values())
    for path in map(require_file, paths):
        if path.name.endswith(XML):
            raise UserError(f"{path}: XML, not plain text; give .txt files")
    names = [path.name.removesuffix(".gz") for path in paths]
    names = [name.removesuffix(".txt").removesuffix(".jsonl") for name in names]
    times = Counter(names)
    return [
        Source(name if times[name] == 1 else str(path), path)
        for name, path in zip(names, paths, strict=True)
    ]


def read_blocks(sources: Sequence[Source], kind: Kind, hashes: dict[str, str]) -> Iterator[Block]:
    """The documents of all sources, in order, in blocks.

    Args:
        sources: from `find_sources`.
        kind: what a document is.
        hashes: gets the SHA-256 of each source's (unpacked) bytes when it is read to its end.

    Raises:
        UserError: names the file, the line and the byte that are not text.
    """
    for source in sources:
        with _opened(source) as stream:
            chunks = read_text_chunks(stream, str(source), hashes)
            if kind == "jsonl":
                yield from json_blocks(source.name, chunks, str(source))
            else:
                yield from blocks(source.name, chunks, by_line=kind == "line")


def _opened(source: Source) -> contextlib.AbstractContextManager[BinaryIO]:
    if source.path is not None:
        return open_input(source.path)
    if sys.stdin is None:
        raise UserError("standard input: closed; name a file or pipe a text in")
    return contextlib.nullcontext(sys.stdin.buffer)


def read_text_chunks(stream: BinaryIO, place: str, hashes: dict[str, str]) -> Iterator[str]:
    """UTF-8 bytes as text, chunk by chunk.

    Raises:
        UserError: names the line and the byte of what is not UTF-8, or of a NUL, which no text
            has; or that the stream is empty.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    digest, lines, position = hashlib.sha256(), 0, 0
    while True:
        data = stream.read(CHUNK)
        if not data and not position:
            raise UserError(f"{place}: empty; name a file or pipe a text in")
        try:
            text = decoder.decode(data, final=not data)
            if "\0" in text:
                raise UnicodeDecodeError("utf-8", data, data.index(0), len(data), "a NUL")
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            byte = position + len(data) - len(error.object) + error.start + 1
            raise UserError(
                f"{place}: line {line:,}, byte {byte:,}: not UTF-8 text ({error.reason}); "
                "convert it to UTF-8, leave it out if it is no text"
            ) from None
        yield text
        if not data:
            break
        digest.update(data)
        lines, position = lines + data.count(b"\n"), position + len(data)
    hashes[place] = digest.hexdigest()
