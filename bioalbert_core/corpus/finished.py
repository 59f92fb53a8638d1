"""What the stages after this one read: a finished corpus, or text in ALBERT's own format."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.readers import PLAIN, find_files
from bioalbert_core.errors import UserError
from bioalbert_core.files import location
from bioalbert_core.folders import MANIFEST, read_manifest, scratch_folder
from bioalbert_core.tasks import Machines


class Corpus(NamedTuple):
    """A finished corpus: its folder, its manifest, and the hashes of the files it stands for."""

    folder: Path
    manifest: dict
    hashes: dict[str, str]


@contextlib.contextmanager
def finished_corpus(
    corpus: str | Path, out: str | Path, machines: Machines = Machines()
) -> Iterator[Corpus]:
    """Yield a finished corpus as it is, or text files as one, cut into shards beside ``out``.

    Text is read as ALBERT's own programs do: one sentence a line, a blank line between documents.
    The shards made of it are those of ``corpus --documents sentences``. They go at the end.

    Args:
        corpus: a folder that the corpus command wrote, a text file, or a folder of text files.
        out: what is made from the corpus.
        machines: where text files are cut.

    Raises:
        UserError: neither of these, or text that cannot be read.
    """
    corpus = location(corpus)
    if (corpus / MANIFEST).is_file():
        manifest = read_manifest(corpus, "corpus")
        yield Corpus(corpus, manifest, manifest["outputs"])
        return
    files = _text_files(corpus)
    with scratch_folder(out, "corpus") as folder:
        counts = build_corpus(files, folder, CorpusConfig(documents="sentences"), machines)
        print(
            f"{corpus}: read as one sentence a line with a blank line between documents: "
            f"{counts['documents_kept']:,} documents, {counts['sentences']:,} sentences",
            file=sys.stderr,
        )
        manifest = read_manifest(folder, "corpus")
        yield Corpus(folder, manifest, manifest["inputs"])


def _text_files(path: Path) -> list[Path]:
    try:
        return find_files([path], PLAIN)
    except UserError:
        raise UserError(
            f"{path}: no finished output of 'bioalbert_core.corpus', no text file and no folder of "
            f"text files ({', '.join(PLAIN)}: one sentence a line, a blank line between "
            "documents); run 'bioalbert_core.corpus' first"
        ) from None
