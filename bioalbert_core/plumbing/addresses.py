"""Addresses that fsspec opens, such as ``s3://bucket/folder``, beside paths of this machine.

An object store has no folders, only files with slashes in their names: a folder is there as long as
a file in it is. What other machines write is seen at once; what a server answers is a `UserError`.
"""

import contextlib
import errno
import functools
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import fsspec.config
from upath import UPath

from bioalbert_core.plumbing.errors import UserError

STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")  # of objects, in buckets
CLIENTS = {"aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "requests"}
"""Libraries that talk to servers, and whose errors need not be OSErrors."""
CHECK = "check the address, its server and your credentials"

for _store in STORES:  # a listing that is remembered lacks what other machines have written since
    fsspec.config.conf.setdefault(_store, {}).setdefault("use_listings_cache", False)


def location(path: str | Path) -> Path:
    """The path, or for an address with ``://`` a `UPath`, which is used like one.

    Raises:
        UserError: an address of a kind that this machine cannot open; its server does not answer,
            has no such bucket, or denies access.

    >>> location("memory://corpus/a.txt").name
    'a.txt'
    """
    if "://" not in str(path):
        return Path(path)
    try:
        address = UPath(path)
        if address.fs is not None and address.protocol in STORES:
            _reach(address)
    except Exception as error:  # of any of fsspec's many file systems
        advice = "install what it needs" if isinstance(error, ImportError) else CHECK
        reason = str(error) or type(error).__name__
        raise UserError(f"{path}: {reason}; {advice}, or use a local path") from None
    return Path(address.path) if address.protocol in ("file", "local") else address


def _reach(address: UPath) -> None:
    """Raises whatever keeps us from a bucket; each is asked for once."""
    try:
        _bucket(address.fs, address.drive)
    except FileNotFoundError:
        raise FileNotFoundError(f"no bucket {address.drive}") from None
    except OSError:  # a bucket that may not be looked at as a whole may have open parts
        address.exists()


@functools.cache
def _bucket(fs: fsspec.AbstractFileSystem, name: str) -> dict:
    return fs.info(name)


def is_local(path: Path) -> bool:
    """Whether `location` gave a path of this machine."""
    return isinstance(path, Path)


@contextlib.contextmanager
def server_errors(path: Path) -> Iterator[None]:
    """What a server answers or fails to, as a UserError that names the address."""
    try:
        yield
    except Exception as error:
        if is_local(path) or not _is_of_server(error):
            raise
        raise UserError(f"{path}: {str(error) or type(error).__name__}; {CHECK}") from None


def _is_of_server(error: Exception) -> bool:
    """Whether an error is of a client library, or one that it made: those name no local file."""
    if isinstance(error, OSError):
        return error.filename is None and error.errno not in (errno.ENOSPC, errno.EPIPE)
    return type(error).__module__.partition(".")[0] in CLIENTS


def children(folder: Path, pattern: str = "*") -> list[Path]:
    """What lies in a folder and has such a name, in order; nothing where there is no folder.

    >>> children(Path("no-such-folder"))
    []
    """
    with server_errors(folder):
        if not folder.is_dir():
            return []
        if is_local(folder):
            names = [path.name for path in folder.iterdir()]
        else:  # an empty "folder" that somebody made is listed itself
            own = folder.path.rstrip("/")
            found = (name.rstrip("/") for name in folder.fs.ls(folder.path, detail=False))
            names = [name.rpartition("/")[2] for name in found if name != own]
    return [folder / name for name in sorted(names) if fnmatch(name, pattern)]


def files_below(folder: Path) -> list[str]:
    """The names of all files in a folder and in those below, ``a/b.txt``, in order."""
    if is_local(folder):
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    with server_errors(folder):
        found = folder.fs.find(folder.path)
    names = (name.removeprefix(folder.path).removeprefix("/") for name in found)
    return sorted(name for name in names if name and not name.endswith("/"))


def make_folder(folder: Path) -> None:
    """Make a folder where that is possible: not in object stores, which would make a bucket."""
    if is_local(folder) or folder.protocol not in STORES:
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def fetched(path: str | Path) -> Iterator[Path]:
    """Yield a path that any library can open: of an address a copy, which goes with the block.

    A folder is copied whole; for a name that is neither file nor folder, such as the prefix of a
    TensorFlow checkpoint, all that lies beside. A UserError of the block names the address.
    """
    path = location(path)
    if is_local(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / path.name
        try:
            _fetch(path, copy)
            yield copy
        except UserError as error:
            raise UserError(str(error).replace(str(copy), str(path))) from None


@contextlib.contextmanager
def sent(folder: Path) -> Iterator[Path]:
    """Yield a folder that any library can fill; its files go to ``folder`` when the block succeeds.

    A folder of this machine is yielded itself.
    """
    if is_local(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)
        for name in files_below(Path(scratch)):
            make_folder((folder / name).parent)
            with server_errors(folder):
                folder.fs.put_file(str(Path(scratch) / name), (folder / name).path)


def _fetch(path: Path, copy: Path) -> None:
    if path.is_file():
        pairs = [(path, copy)]
    elif path.is_dir():
        pairs = [(path / name, copy / name) for name in files_below(path)]
    else:
        pairs = [(p, copy.with_name(p.name)) for p in children(path.parent) if p.is_file()]
    for source, target in pairs:
        if ".." in target.parts:
            raise UserError(f"{source}: a name that leads out of its folder; rename it")
        target.parent.mkdir(parents=True, exist_ok=True)
        with server_errors(source):
            source.fs.get_file(source.path, str(target))
