"""A .tar.gz of many articles (PMC's bulk packages), streamed: nothing is unpacked to disk.

A member's name is used in messages only. Links, devices and folders are skipped.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO

from bioalbert_core.corpus.document import Document, Source
from bioalbert_core.corpus.xml import short
from bioalbert_core.plumbing.errors import UserError

ARTICLES = (".nxml", ".xml")
HEADER_LIMIT = 1_000_000  # bytes; a header holds a name or two, and tarfile keeps it in memory
END = bytes(tarfile.BLOCKSIZE)  # the end mark of an archive


def read_archive(
    source: Source, read: Callable[[Source], Iterator[Document]]
) -> Iterator[Document]:
    """The documents that ``read`` returns for each XML file of a tar stream.

    ``members_skipped`` counts the members that are neither XML nor folders.

    Raises:
        UserError: the archive is cut or damaged.
    """
    blocks = _Blocks(source.stream)
    try:
        with tarfile.open(
            fileobj=blocks, mode="r|", bufsize=tarfile.BLOCKSIZE, encoding="utf-8"
        ) as archive:
            while member := archive.next():
                archive.members.clear()  # tarfile would remember them all
                if member.issparse() or member.size < 0:
                    raise tarfile.ReadError("a sparse file or an impossible size")
                blocks.room = member.size + HEADER_LIMIT
                if member.isreg() and member.name.endswith(ARTICLES):
                    stream, place = archive.extractfile(member), short(member.name)
                    yield from read(replace(source, stream=stream, place=f"{source.place}/{place}"))
                else:
                    source.counts["members_skipped"] += not member.isdir()
        # tarfile stops at a damaged header, and at the end of a cut file, without an error.
        if blocks.last != END or source.stream.read(HEADER_LIMIT).strip(b"\0"):
            raise tarfile.ReadError(f"no header, or more data after its end, at {archive.offset:,}")
    except (tarfile.TarError, ValueError) as error:
        raise UserError(
            f"{source.place}: the archive is cut or damaged ({short(str(error))}); "
            "download it again"
        ) from None


class _Blocks:
    """A stream that remembers its last block, and may be read for ``room`` more bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.room, self.last = stream, HEADER_LIMIT, b""

    def read(self, size: int) -> bytes:
        self.room -= size
        if self.room < 0:
            raise tarfile.ReadError("a header without end")
        self.last = self.stream.read(size)
        return self.last
