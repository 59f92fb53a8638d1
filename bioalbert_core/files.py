"""Single files, in and out: the edge of the house, with `folders` beside it.

Inputs are opened with errors told in words. Outputs are written beside their final name and
renamed when whole. A path may be local or an address that fsspec opens, such as
``gs://bucket/folder``. An object store has no folders: one exists as long as a file in it does.
"""

import contextlib
import errno
import functools
import hashlib
import json
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

import fsspec.config
from isal import igzip, isal_zlib
from upath import UPath

from bioalbert_core.errors import UserError

STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")  # of objects, in buckets
CLIENTS = {"aiobotocore", "aiohttp", "azure", "botocore", "fsspec", "gcsfs", "google", "requests"}
"""Libraries that talk to servers, and whose errors need not be OSErrors."""

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
        raise UserError(f"{path}: {error}; {advice}, or use a local path") from None
    return Path(address.path) if address.protocol in ("file", "local") else address


CHECK = "check the address, its server and your credentials"


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
        raise UserError(f"{path}: {error or type(error).__name__}; {CHECK}") from None


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
            return sorted(folder.glob(pattern))
        found = [name.rstrip("/") for name in folder.fs.ls(folder.path, detail=False)]
    own = folder.path.rstrip("/")  # listed where somebody made an empty "folder"
    names = sorted(name.rpartition("/")[2] for name in found if name != own)
    return [folder / name for name in names if fnmatch(name, pattern)]


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


@contextlib.contextmanager
def open_input(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes; ``.gz`` is unpacked on the way.

    Raises UserError for a file that is missing or empty, or a cut or damaged ``.gz``.
    """
    path = require_file(path)
    with server_errors(path), path.open("rb") as raw, _unpacked(raw, path) as stream:
        try:
            yield stream
        except (EOFError, igzip.BadGzipFile, isal_zlib.error) as error:
            raise UserError(
                f"{path}: the .gz file is cut or damaged after {stream.tell():,} unpacked bytes "
                f"({error}); get it again"
            ) from None


def _unpacked(raw: BinaryIO, path: Path) -> BinaryIO:
    # A sixth of the time to clean a MEDLINE file is saved by not using Python's own gzip.
    return igzip.IGzipFile(fileobj=raw, mode="rb") if path.suffix == ".gz" else raw


def read_text(path: str | Path) -> str:
    """A whole UTF-8 text file.

    Raises UserError as `open_input` and `decode_text` do.
    """
    with open_input(path) as stream:
        return decode_text(stream.read(), str(path))


def decode_text(data: bytes, place: str) -> str:
    """Bytes to text; UserError that names the line of the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(f"{place}: line {line}: not UTF-8 text; convert it to UTF-8") from None


def require_file(path: str | Path) -> Path:
    """The path, when it is a file with something in it; else UserError."""
    path = location(path)
    with server_errors(path):
        exists = path.exists()
    if not exists:
        raise UserError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise UserError(f"{path}: this is a folder, a file is wanted")
    if path.stat().st_size == 0:
        raise UserError(f"{path}: the file is empty; get it again or leave it out")
    return path


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    path = location(path)
    with server_errors(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def output_file(path: str | Path) -> Iterator[Path]:
    """Yield a local path to write to; put it in the place of ``path`` when the block succeeds.

    A folder or a device (such as /dev/null) of that name is left alone: UserError.
    """
    path = full_path(path)
    if path.exists() and not path.is_file():
        raise UserError(f"{path}: a folder or device of this name is in the way; choose another")
    if not is_local(path):
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / path.name
            with server_errors(path):
                path.fs.put_file(str(Path(folder) / path.name), path.path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def append_text(path: Path, text: str) -> None:
    """Add to a text file. At an address it is written anew: object stores cannot append."""
    if is_local(path):
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    else:
        with server_errors(path):
            path.write_text(path.read_text("utf-8") + text, "utf-8")


def full_path(path: str | Path) -> Path:
    """`location`, and for a path of this machine the whole of it."""
    path = location(path)
    return path.resolve() if is_local(path) else path


def read_json(path: Path) -> dict:
    """A JSON object from a file; UserError where it is none."""
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}: line {error.lineno}: not valid JSON ({error.msg})") from None
    except (ValueError, RecursionError):  # a number of too many digits, lists in lists in lists
        raise UserError(f"{path}: JSON that no program of this kit wrote; get it again") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: a JSON object is wanted, found {type(value).__name__}")
    return value


def write_json(path: Path, value: object) -> None:
    """Write JSON that people can read, whole or not at all."""
    with output_file(path) as partial:
        partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
