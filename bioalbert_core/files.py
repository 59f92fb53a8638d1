"""Single files, in and out: the edge of the house, with `folders` beside it.

Inputs are opened with errors told in words. Outputs are written beside their final name and
renamed when whole. A path may be local or an address that fsspec opens, such as
``gs://bucket/folder``.
"""

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from isal import igzip, isal_zlib
from upath import UPath

from bioalbert_core.errors import UserError


def location(path: str | Path) -> Path:
    """The path, or for an address with ``://`` a `UPath`, which is used like one.

    Raises:
        UserError: an address of a kind that this machine cannot open.

    >>> location("memory://corpus/a.txt").name
    'a.txt'
    """
    if "://" not in str(path):
        return Path(path)
    try:
        address = UPath(path)
        _ = address.fs
    except Exception as error:  # of any of fsspec's many file systems
        raise UserError(f"{path}: {error}; install what it needs or use a local path") from None
    return Path(address.path) if address.protocol in ("file", "local") else address


def is_local(path: Path) -> bool:
    """Whether `location` gave a path of this machine."""
    return isinstance(path, Path)


@contextlib.contextmanager
def open_input(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes; ``.gz`` is unpacked on the way.

    Raises UserError for a file that is missing or empty, or a cut or damaged ``.gz``.
    """
    path = require_file(path)
    with path.open("rb") as raw, _unpacked(raw, path) as stream:
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


def decode_text(data: bytes, place: str, first_line: int = 1) -> str:
    """Bytes to text; UserError that names the line of the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + first_line
        raise UserError(f"{place}: line {line:,}: not UTF-8 text; convert it to UTF-8") from None


def require_file(path: str | Path) -> Path:
    """The path, when it is a file with something in it; else UserError."""
    path = location(path)
    if not path.exists():
        raise UserError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise UserError(f"{path}: this is a folder, a file is wanted")
    if path.stat().st_size == 0:
        raise UserError(f"{path}: the file is empty; get it again or leave it out")
    return path


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with location(path).open("rb") as stream:
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
