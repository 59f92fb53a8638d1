"""From a path to documents: the table of readers, and the choice between them.

To add a format, write a function from a `Source` to documents in a file of its own, and add a row
to ``READERS``.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bioalbert_core.config import Documents
from bioalbert_core.corpus.archive import read_archive
from bioalbert_core.corpus.document import Document, Source
from bioalbert_core.corpus.jats import read_jats
from bioalbert_core.corpus.medline import read_medline, without_pubmed_data
from bioalbert_core.corpus.plain import read_json_lines, read_plain
from bioalbert_core.corpus.xml import EntityError, root_tag, short
from bioalbert_core.plumbing.addresses import files_below
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import is_local, location, open_input

PLAIN = (".txt", ".txt.gz")
JSON_LINES = (".jsonl", ".jsonl.gz")
XML = (".xml", ".xml.gz", ".nxml", ".nxml.gz")
CHUNK = 2**16  # bytes


def stop(error: UserError) -> None:
    """Raise the error of a broken file: the default for ``broken``."""
    raise error


def read_documents(
    path: Path,
    counts: Counter[str] | None = None,
    broken: Callable[[UserError], None] = stop,
    kind: Documents = "file",
) -> Iterator[Document]:
    """All documents of one file, including those without text.

    Args:
        path: a file with one of the endings in ``READERS``.
        counts: the reader adds what it leaves out (see `left_out`).
        broken: called with each error. If it returns, reading continues with the next document of
            a text file or the next member of an archive; any other file ends there.
        kind: what one document of a plain text file is.

    Raises:
        UserError: a missing, empty, cut or broken file, or an unknown kind of XML.
    """
    counts = Counter() if counts is None else counts
    try:
        with open_input(path) as stream:
            yield from _read(Source(str(path), stream, counts, broken, kind))
    except UserError as error:
        broken(error)


def _read(source: Source) -> Iterator[Document]:
    for reader in READERS:
        if source.place.endswith(reader.endings) and not reader.roots:
            return reader.read(source)
    return _read_xml(source)


def _read_xml(source: Source) -> Iterator[Document]:
    # Drop the metadata first: both XML parsers must see the same bytes.
    chunks = without_pubmed_data(iter(partial(source.stream.read, CHUNK), b""), source.place)
    root, head = root_tag(chunks, source.place)
    readers = [reader for reader in READERS if root in reader.roots]
    if not readers:
        known = ", ".join(f"{r.name} <{r.roots[0]}>" for r in READERS if r.roots)
        raise UserError(
            f"{source.place}: unknown root element <{short(root)}>, expected one of {known}; "
            "leave the file out"
        )
    try:
        yield from readers[0].read(replace(source, chunks=chain(head, chunks)))
    except EntityError as error:
        raise UserError(f"{source.place}: {error}") from None


def _read_member(source: Source) -> Iterator[Document]:
    try:
        yield from _read_xml(source)
    except UserError as error:
        source.broken(error)


class Reader(NamedTuple):
    """One format that can be read."""

    name: str
    endings: tuple[str, ...]
    read: Callable[[Source], Iterator[Document]]
    roots: tuple[str, ...] = ()
    """For XML, the root elements: they tell apart formats with the same endings."""


READERS = [
    Reader("plain text", PLAIN, read_plain),
    Reader("JSON Lines", JSON_LINES, read_json_lines),
    Reader("MEDLINE", XML, read_medline, ("PubmedArticleSet",)),
    Reader("JATS", XML, read_jats, ("article", "pmc-articleset")),
    Reader("archive of XML", (".tar.gz",), partial(read_archive, read=_read_member)),
]


def find_files(inputs: Iterable[str | Path], endings: tuple[str, ...] | None = None) -> list[Path]:
    """The given files, and all files below the given folders with one of the endings, each once.

    Folders whose name starts with a period (unfinished outputs, for one) and folders that are links
    are skipped. The default endings are those of ``READERS``.

    Raises:
        UserError: a path does not exist or has an unknown ending, or a folder has no such file.
        OSError: a folder may not be read.
    """
    endings = endings or tuple(dict.fromkeys(e for reader in READERS for e in reader.endings))
    files: list[Path] = []
    for path in map(location, inputs):
        if path.is_dir():
            below = sorted(p for p in _below(path) if p.name.endswith(endings) and p.is_file())
            if not below:
                raise UserError(f"{path}: no {', '.join(endings)} file in this folder")
            files += below
        elif not path.exists():
            raise UserError(f"{path}: no such file or folder; check the path")
        elif not path.name.endswith(endings):
            raise UserError(f"{path}: unknown kind of file; expected one of {', '.join(endings)}")
        else:
            files.append(path)
    if not files:
        raise UserError("no input: name at least one file or folder")
    for path in files:
        if not str(path).isprintable() and any("\ud800" <= c <= "\udfff" for c in str(path)):
            raise UserError(f"{str(path)!r}: the file name is not valid Unicode; rename it")
    return list({path.resolve(): path for path in files}.values())


def _below(folder: Path) -> Iterator[Path]:
    if not is_local(folder):
        names = map(PurePosixPath, files_below(folder))
        yield from (folder / n for n in names if not any(p.startswith(".") for p in n.parts[:-1]))
        return
    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent) / name for name in names)
