"""Paths of this machine, and addresses that fsspec opens, such as ``s3://bucket/folder``.

An object store has no folders, only files with slashes in their names: a folder exists as long as
it holds a file. What other machines write is seen at once; a server's errors become `UserError`.
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

from bioalbert_core.plumbing.errors import UserError, reason

STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")  # of objects, in buckets
CLIENTS = {"aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "requests"}
"""Libraries that talk to servers, and whose errors need not be OSErrors."""
CHECK = "check the address, its server and your credentials"

for _store in STORES:  # a cached listing would lack what other machines have written since
    fsspec.config.conf.setdefault(_store, {}).setdefault("use_listings_cache", False)


def location(path: str | Path) -> Path:
    """The path, or for an address with ``://`` a `UPath`, which is used like one.

    Raises:
        UserError: this machine cannot open such an address; its server does not answer, has no
            such bucket, or denies access.

    >>> location("memory://corpus/a.txt").name
    'a.txt'
    """
    if "://" not in str(path):
        return Path(path)
    try:
        address = UPath(path)
        if address.fs is not None and address.protocol in STORES:
            _reach(address)
    except Exception as error:  # any of fsspec's many file systems
        advice = "install what it needs" if isinstance(error, ImportError) else CHECK
        raise UserError(f"{path}: {reason(error)}; {advice}, or use a local path") from None
    return Path(address.path) if address.protocol in ("file", "local") else address


def _reach(address: UPath) -> None:
    """Raise what keeps us from a bucket; each bucket is looked up once."""
    try:
        _bucket(address.fs, address.drive)
    except FileNotFoundError:
        raise FileNotFoundError(f"no bucket {address.drive}") from None
    except OSError:  # a bucket that is closed as a whole may have open parts
        address.exists()


@functools.cache
def _bucket(fs: fsspec.AbstractFileSystem, name: str) -> dict:
    return fs.info(name)


def is_local(path: Path) -> bool:
    """Whether `location` returned a path of this machine."""
    return isinstance(path, Path)


@contextlib.contextmanager
def server_errors(path: Path) -> Iterator[None]:
    """Turn errors of a server into a UserError that names the address."""
    try:
        yield
    except Exception as error:
        if is_local(path) or not _is_server_error(error):
            raise
        raise UserError(f"{path}: {reason(error)}; {CHECK}") from None


def _is_server_error(error: Exception) -> bool:
    """Whether a client library raised or caused it: such errors name no local file."""
    if isinstance(error, OSError):
        return error.filename is None and error.errno not in (errno.ENOSPC, errno.EPIPE)
    return type(error).__module__.partition(".")[0] in CLIENTS


def children(folder: Path, pattern: str = "*") -> list[Path]:
    """The files and folders in a folder whose names match, sorted; none if it does not exist.

    >>> children(Path("no-such-folder"))
    []
    """
    with server_errors(folder):
        if not folder.is_dir():
            return []
        if is_local(folder):
            names = [path.name for path in folder.iterdir()]
        else:  # a store lists a folder made in its console as a file in itself
            listed = [path.rstrip("/") for path in folder.fs.ls(folder.path, detail=False)]
            names = [path.rpartition("/")[2] for path in listed if path != folder.path.rstrip("/")]
    return [folder / name for name in sorted(names) if fnmatch(name, pattern)]


def files_below(folder: Path) -> list[str]:
    """The names of all files in a folder and its subfolders, ``a/b.txt``, sorted."""
    if is_local(folder):
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    with server_errors(folder):
        paths = folder.fs.find(folder.path)
    names = (path.removeprefix(folder.path).removeprefix("/") for path in paths)
    return sorted(name for name in names if name and not name.endswith("/"))


def make_folder(folder: Path) -> None:
    """Make a folder, but not in an object store, where that would make a bucket."""
    if is_local(folder) or folder.protocol not in STORES:
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def fetched(path: str | Path) -> Iterator[Path]:
    """Yield a path that any library can open; for an address, a temporary copy.

    A folder is copied whole; for a name that is neither file nor folder, such as the prefix of a
    TensorFlow checkpoint, all files of its folder. A UserError in the block names the address.
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


@contextlib.contextmanager
def sent(folder: Path) -> Iterator[Path]:
    """Yield a folder that any library can fill: itself, or one to copy when the block succeeds."""
    if is_local(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)
        for name in files_below(Path(scratch)):
            send(Path(scratch) / name, folder / name)


def send(file: Path, address: Path) -> None:
    """Copy a file of this machine to an address."""
    make_folder(address.parent)
    with server_errors(address):
        address.fs.put_file(str(file), address.path)
