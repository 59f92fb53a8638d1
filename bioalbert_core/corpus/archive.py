"""A .tar.gz of many articles (PMC's bulk packages), read as a stream and never unpacked to disk.

A member's name is only ever shown in a message; links, devices and folders are passed over.
"""

import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from bioalbert_core.corpus.document import Document
from bioalbert_core.corpus.xml import short
from bioalbert_core.plumbing.errors import UserError

ARTICLES = (".nxml", ".xml")
HEADER_LIMIT = 1_000_000  # bytes; a header holds a name or two, and tarfile keeps it in memory


def read_archive(
    stream: BinaryIO,
    place: str,
    counts: Counter[str],
    read: Callable[[BinaryIO, str], Iterator[Document]],
) -> Iterator[Document]:
    """The documents that ``read`` finds in each XML file of an unpacked tar stream.

    Args:
        stream: the archive's bytes.
        place: its name; ``read`` gets ``place/member`` for its own messages.
        counts: ``members_skipped`` counts the members that are neither XML nor folders.
        read: reads one file, as far as it likes.

    Raises:
        UserError: the archive is cut or damaged.
    """
    source = _Bounded(stream)
    try:
        with tarfile.open(fileobj=source, mode="r|", tarinfo=_Member, encoding="utf-8") as archive:
            while member := archive.next():
                archive.members.clear()  # it would remember them all
                source.room = member.size + HEADER_LIMIT
                if member.isreg() and member.name.endswith(ARTICLES):
                    yield from read(archive.extractfile(member), f"{place}/{short(member.name)}")
                else:
                    counts["members_skipped"] += not member.isdir()
        if stream.read(HEADER_LIMIT).strip(b"\0"):
            raise tarfile.ReadError("more data after its end")
    except tarfile.TarError as error:
        raise UserError(
            f"{place}: the archive is cut or damaged ({short(str(error))}); get it again"
        ) from None


class _Bounded:
    """A stream that stops where a header would fill the memory: ``room`` bytes from now on."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.room = stream, HEADER_LIMIT

    def read(self, size: int) -> bytes:
        self.room -= size
        if self.room < 0:
            raise tarfile.ReadError("a header without end")
        return self.stream.read(size)


class _Member(tarfile.TarInfo):
    """A header. One that is damaged or missing is told, where tarfile would end in silence."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> "_Member":
        try:
            member = super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # the mark that the archive ends here
            raise
        except (tarfile.HeaderError, ValueError) as error:
            raise tarfile.ReadError(f"{error} at byte {archive.offset:,}") from None
        if member.issparse():  # its size is only claimed
            raise tarfile.ReadError("a sparse file")
        return member
