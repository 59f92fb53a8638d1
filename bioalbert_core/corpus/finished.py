"""What the later stages read: a finished corpus, or text in ALBERT's own format."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.readers import PLAIN, find_files
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location
from bioalbert_core.plumbing.folders import MANIFEST, read_manifest, scratch_folder
from bioalbert_core.plumbing.tasks import Machines


class Corpus(NamedTuple):
    """A finished corpus: its folder, its manifest, and the hashes that identify its text."""

    folder: Path
    manifest: dict
    hashes: dict[str, str]


@contextlib.contextmanager
def finished_corpus(
    corpus: str | Path, out: str | Path, machines: Machines = Machines()
) -> Iterator[Corpus]:
    """Yield a finished corpus as it is, or text files as a temporary one beside ``out``.

    Text is read as ALBERT's own programs read it: one sentence a line, a blank line between
    documents. The shards are those of ``corpus --documents sentences``, made on ``machines``.

    Args:
        corpus: a folder written by the corpus command, a text file, or a folder of text files.
        out: the output that is made from the corpus.
        machines: where text files are split into shards.

    Raises:
        UserError: neither of these, or text that cannot be read.
    """
    corpus = location(corpus)
    if (corpus / MANIFEST).is_file():
        manifest = read_manifest(corpus, "corpus")
        yield Corpus(corpus, manifest, manifest["outputs"])
        return
    try:
        files = find_files([corpus], PLAIN)
    except UserError:
        raise UserError(
            f"{corpus}: no finished output of 'bioalbert_core.corpus', no text file and no folder "
            f"of text files ({', '.join(PLAIN)}: one sentence a line, a blank line between "
            "documents); run 'bioalbert_core.corpus' first"
        ) from None
    with scratch_folder(out, "corpus") as folder:
        counts = build_corpus(files, folder, CorpusConfig(documents="sentences"), machines)
        print(
            f"{corpus}: read as one sentence a line with a blank line between documents: "
            f"{counts['documents_kept']:,} documents, {counts['sentences']:,} sentences",
            file=sys.stderr,
        )
        manifest = read_manifest(folder, "corpus")
        yield Corpus(folder, manifest, manifest["inputs"])
