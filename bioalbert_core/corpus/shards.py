"""Corpus shards: one sentence a line, a blank line after each document.

A shard is also the next stage's unit of work: small enough for memory, and there are enough of
them for many machines.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path

from bioalbert_core.corpus.cleaning import separate_documents
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, open_input, output_file
from bioalbert_core.plumbing.folders import read_manifest

SHARD_CHARACTERS = 2_000_000  # about 300,000 words


def write_shards(folder: Path, stem: str, documents: Iterable[list[str]]) -> list[str]:
    """Write documents to ``<stem>-00000.txt`` and so on, of similar length; return the names."""
    names: list[str] = []
    waiting = iter(documents)
    for first in waiting:
        names.append(f"{stem}-{len(names):05d}.txt")
        write_shard(folder / names[-1], chain([first], waiting), SHARD_CHARACTERS)
    return names


def write_shard(path: Path, documents: Iterable[list[str]], characters: int | None = None) -> None:
    """Write documents to one file: all, or until it has this many characters."""
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
        UserError: ``folder`` is not a finished output of the corpus command, or is damaged.
    """
    for name in sorted(read_manifest(folder, "corpus")["outputs"]):
        yield from read_shard(location(folder) / name)


def read_shard(path: Path) -> Iterator[list[str]]:
    """The documents of one shard, each a list of its sentences."""
    with open_input(path) as stream:
        for is_blank, lines in groupby(stream, b"\n".__eq__):
            if not is_blank:
                yield _decoded(b"".join(lines), path)


def _decoded(lines: bytes, path: Path) -> list[str]:
    try:
        return lines.decode().rstrip("\n").split("\n")
    except UnicodeDecodeError:
        raise UserError(f"{path}: damaged, not UTF-8 text; rebuild the corpus") from None
