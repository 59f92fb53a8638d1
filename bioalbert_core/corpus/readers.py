"""From a path to documents: which reader reads which file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bioalbert_core.corpus.document import Document
from bioalbert_core.corpus.jats import read_jats
from bioalbert_core.corpus.medline import read_medline
from bioalbert_core.corpus.plain import read_plain
from bioalbert_core.corpus.xml import root_tag
from bioalbert_core.errors import UserError
from bioalbert_core.files import open_input

PLAIN = (".txt", ".txt.gz")
XML = (".xml", ".xml.gz", ".nxml", ".nxml.gz")


def find_files(inputs: Iterable[str | Path], endings: tuple[str, ...] = PLAIN + XML) -> list[Path]:
    """The files named, and all files with one of the endings below the folders named, each once.

    Raises:
        UserError: a path does not exist, has an unknown ending, or a folder holds nothing readable.
    """
    files: list[Path] = []
    for path in map(Path, inputs):
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.name.endswith(endings) and p.is_file())
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
    return list({path.resolve(): path for path in files}.values())


def read_documents(path: Path) -> Iterator[Document]:
    """All documents of one file. XML is told apart by its root element, not by its name.

    Raises:
        UserError: missing, empty, cut or broken file, or XML of another kind.
    """
    if path.name.endswith(PLAIN):
        yield from read_plain(path)
        return
    with open_input(path) as stream:
        root = root_tag(stream, str(path))
    if root not in XML_READERS:
        raise UserError(
            f"{path}: root element <{root}>: neither MEDLINE (<PubmedArticleSet>) "
            "nor JATS (<article>); leave it out"
        )
    with open_input(path) as stream:
        yield from XML_READERS[root](stream, str(path))


XML_READERS = {
    "PubmedArticleSet": read_medline,
    "article": read_jats,
    "pmc-articleset": read_jats,
}
