"""From a path to documents: which reader reads which file."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from bioalbert_core.addresses import files_below
from bioalbert_core.config import Documents
from bioalbert_core.corpus.archive import read_archive
from bioalbert_core.corpus.document import Document
from bioalbert_core.corpus.jats import read_jats
from bioalbert_core.corpus.medline import read_medline, without_pubmed_data
from bioalbert_core.corpus.plain import read_plain
from bioalbert_core.corpus.xml import EntityError, root_tag, short
from bioalbert_core.errors import UserError
from bioalbert_core.files import is_local, location, open_input

PLAIN = (".txt", ".txt.gz")
JSON_LINES = (".jsonl", ".jsonl.gz")
XML = (".xml", ".xml.gz", ".nxml", ".nxml.gz")
ARCHIVE = (".tar.gz",)
CHUNK = 2**16  # bytes


def find_files(
    inputs: Iterable[str | Path], endings: tuple[str, ...] = PLAIN + JSON_LINES + XML + ARCHIVE
) -> list[Path]:
    """The files named, and all files with one of the endings below the folders named, each once.

    Folders whose name starts with a period are passed over (an unfinished output is one), and so
    are folders that are links.

    Raises:
        UserError: a path does not exist, has an unknown ending, or a folder holds nothing readable.
        OSError: a folder may not be read.
    """
    files: list[Path] = []
    for path in map(location, inputs):
        if path.is_dir():
            found = sorted(p for p in _below(path) if p.name.endswith(endings) and p.is_file())
            if not found:
                raise UserError(f"{path}: no {', '.join(endings)} file in this folder")
            files += found
        elif not path.exists():
            raise UserError(f"{path}: no such file or folder; check the path")
        elif not path.name.endswith(endings):
            raise UserError(f"{path}: unknown kind of file; give one of {', '.join(endings)}")
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

    def stop_at(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=stop_at):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place) / name for name in names)


def stop(error: UserError) -> None:
    """What to do about a broken file, unless the caller knows better."""
    raise error


def read_documents(
    path: Path,
    counts: Counter[str] | None = None,
    broken: Callable[[UserError], None] = stop,
    kind: Documents = "file",
) -> Iterator[Document]:
    """All documents of one file. XML is told apart by its root element, not by its name.

    Args:
        path: plain text, JSON Lines, XML, or a ``.tar.gz`` of XML files.
        counts: what was left out is added (`left_out` lists the names), and ``members_skipped``
            of archives. A document without text is not left out: it comes, empty.
        broken: called with the error of a broken file. When it returns, reading goes on with the
            next member of an archive, the next document of a text; the file itself ends there.
        kind: what a document is in plain text.

    Raises:
        UserError: missing, empty, cut or broken file, or XML of another kind.
    """
    counts = Counter() if counts is None else counts
    yield from _mind(_read_file(path, counts, broken, kind), broken)


def _mind(documents: Iterator[Document], broken: Callable[[UserError], None]) -> Iterator[Document]:
    try:
        yield from documents
    except UserError as error:
        broken(error)


def _read_file(
    path: Path, counts: Counter[str], broken: Callable[[UserError], None], kind: Documents
) -> Iterator[Document]:
    if path.name.endswith(PLAIN + JSON_LINES):
        kind = "jsonl" if path.name.endswith(JSON_LINES) else kind
        yield from read_plain(path, kind, counts, broken)
        return
    with open_input(path) as stream:
        if path.name.endswith(ARCHIVE):

            def read(member: BinaryIO, place: str) -> Iterator[Document]:
                return _mind(_read_xml(member, place, counts), broken)

            yield from read_archive(stream, str(path), counts, read)
        else:
            yield from _read_xml(stream, str(path), counts)


def _read_xml(stream: BinaryIO, place: str, counts: Counter[str]) -> Iterator[Document]:
    # Before all else: both parsers must see the same bytes.
    chunks = without_pubmed_data(iter(partial(stream.read, CHUNK), b""), place)
    root, head = root_tag(chunks, place)
    if root not in XML_READERS:
        raise UserError(
            f"{place}: root element <{short(root)}>: neither MEDLINE (<PubmedArticleSet>) "
            "nor JATS (<article>); leave it out"
        )
    try:
        yield from XML_READERS[root](chain(head, chunks), place, counts)
    except EntityError as error:
        raise UserError(f"{place}: {error}") from None


XML_READERS = {
    "PubmedArticleSet": read_medline,
    "article": read_jats,
    "pmc-articleset": read_jats,
}
