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

from bioalbert_core.errors import UserError
from bioalbert_core.files import output_file

# RuntimeError: a password or an unknown way of packing
BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    RuntimeError,
)


def unpack(archive: Path, member: str, path: Path) -> None:
    """Copy one regular file of a .zip or .tar.gz archive to ``path``.

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
        raise UserError(
            f"{archive}: not a whole archive ({error}); delete it and run again"
        ) from None
    except KeyError:
        raise UserError(
            f"{archive}: no regular file {member} in it; delete it and look at its source"
        ) from None


@contextlib.contextmanager
def _member(archive: Path, name: str) -> Iterator[BinaryIO]:
    """Open a member; KeyError where it is missing, a folder, a link or a device."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            info = zipped.getinfo(name)
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                raise KeyError(name)
            with zipped.open(info) as stream:
                yield stream
    else:
        with tarfile.open(archive, "r:gz") as tarred:
            if not (info := tarred.getmember(name)).isreg():
                raise KeyError(name)
            with tarred.extractfile(info) as stream:
                yield stream
