"""Single files out of archives. No path of an archive is ever used to write."""

import contextlib
import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import output_file

# RuntimeError: a password or an unknown compression
BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error),
    *(EOFError, RuntimeError, UnicodeDecodeError),
)


class Member(NamedTuple):
    """A regular file of an archive."""

    size: int
    open: Callable[[], BinaryIO]


def members(archive: Path) -> dict[str, int]:
    """The regular files of a .zip, .tar or .tar.gz archive, with their sizes in bytes.

    Raises:
        UserError: not an archive, or a damaged one.
    """
    with _open(archive) as found:
        return {name: member.size for name, member in found.items()}


def unpack(archive: Path, member: str, path: Path) -> None:
    """Copy one regular file of a .zip, .tar or .tar.gz archive to ``path``.

    Raises:
        UserError: not an archive, a damaged one, no such member, or a link.
    """
    with _open(archive) as found:
        if member not in found:
            raise UserError(f"{archive}: no regular file {member} in it; check its source")
        with found[member].open() as source, output_file(path) as to, to.open("wb") as target:
            shutil.copyfileobj(source, target)


@contextlib.contextmanager
def _open(archive: Path) -> Iterator[dict[str, Member]]:
    """The regular files by name; no folders, links or devices."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                regular = [i for i in file.infolist() if not i.is_dir() and not _is_link(i)]
                yield {i.filename: Member(i.file_size, partial(file.open, i)) for i in regular}
        else:
            with tarfile.open(archive, "r:" if archive.suffix == ".tar" else "r:gz") as file:
                regular = [info for info in file if info.isreg()]
                yield {i.name: Member(i.size, partial(file.extractfile, i)) for i in regular}
    except BROKEN as error:
        raise UserError(f"{archive}: not a complete archive ({error}); get it again") from None


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)
