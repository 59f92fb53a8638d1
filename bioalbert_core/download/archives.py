"""Single files out of archives. No path of an archive is ever used to write."""

import contextlib
import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import output_file

# RuntimeError: a password or an unknown way of packing
BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    UnicodeDecodeError,
)


def members(archive: Path) -> dict[str, int]:
    """The regular files of a .zip, .tar or .tar.gz archive, with their sizes in bytes.

    Raises:
        UserError: no archive, or a damaged one.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                return {i.filename: i.file_size for i in zipped.infolist() if _is_regular(i)}
        with tarfile.open(archive, _mode(archive)) as tarred:
            return {info.name: info.size for info in tarred if info.isreg()}
    except BROKEN as error:
        raise UserError(f"{archive}: not a whole archive ({error}); get it again") from None


def unpack(archive: Path, member: str, path: Path) -> None:
    """Copy one regular file of a .zip, .tar or .tar.gz archive to ``path``.

    Raises:
        UserError: no archive, a damaged one, no such member, or one that is a link.
    """
    try:
        with (
            _member(archive, member) as source,
            output_file(path) as partial,
            partial.open("wb") as target,
        ):
            shutil.copyfileobj(source, target)
    except BROKEN as error:
        raise UserError(f"{archive}: not a whole archive ({error}); get it again") from None
    except KeyError:
        raise UserError(f"{archive}: no regular file {member} in it; look at its source") from None


@contextlib.contextmanager
def _member(archive: Path, name: str) -> Iterator[BinaryIO]:
    """Open a member; KeyError where it is missing, a folder, a link or a device."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            info = zipped.getinfo(name)
            if not _is_regular(info):
                raise KeyError(name)
            with zipped.open(info) as stream:
                yield stream
    else:
        with tarfile.open(archive, _mode(archive)) as tarred:
            if not (info := tarred.getmember(name)).isreg():
                raise KeyError(name)
            with tarred.extractfile(info) as stream:
                yield stream


def _is_regular(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16)


def _mode(archive: Path) -> str:
    return "r:" if archive.suffix == ".tar" else "r:gz"
