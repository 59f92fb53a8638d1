"""Corpus shards: one sentence a line, a blank line after each document.

A shard is also the unit of work of the next stage: small enough for memory, and many enough for
many machines.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from bioalbert_core.corpus.cleaning import separate_documents
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, open_input, output_file
from bioalbert_core.plumbing.folders import read_manifest

SHARD_CHARACTERS = 2_000_000  # about 300,000 words


def write_shards(folder: Path, stem: str, documents: Iterable[list[str]]) -> list[str]:
    """Write documents to ``<stem>-00000.txt`` and on, each file about as long; return the names."""
    names: list[str] = []
    waiting = iter(documents)
    for first in waiting:
        names.append(f"{stem}-{len(names):05d}.txt")
        write_shard(folder / names[-1], chain([first], waiting), SHARD_CHARACTERS)
    return names


def write_shard(path: Path, documents: Iterable[list[str]], characters: int | None = None) -> None:
    """Write documents to one file: all, or until it holds that many characters."""
    written = 0
    with (
        output_file(path) as partial,
        partial.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        for document in documents:
            written += stream.write("\n".join(separate_documents([document])) + "\n")
            if characters and written >= characters:
                return


def read_corpus(folder: str | Path) -> Iterator[list[str]]:
    """The documents of a finished corpus, each a list of its sentences, shard after shard.

    Raises:
        UserError: ``folder`` is not a finished output of the corpus command, or was damaged.
    """
    for name in sorted(read_manifest(folder, "corpus")["outputs"]):
        yield from read_shard(location(folder) / name)


def read_shard(path: Path) -> Iterator[list[str]]:
    """The documents of one shard, each a list of its sentences."""
    sentences: list[str] = []
    with open_input(path) as stream:
        for line in stream:
            if line != b"\n":
                sentences.append(line.rstrip(b"\n"))
            elif sentences:
                yield _decoded(sentences, path)
                sentences = []
    if sentences:
        yield _decoded(sentences, path)


def _decoded(sentences: list[bytes], path: Path) -> list[str]:
    try:
        return b"\n".join(sentences).decode().split("\n")
    except UnicodeDecodeError:
        raise UserError(f"{path}: damaged, not UTF-8 text; make the corpus again") from None
