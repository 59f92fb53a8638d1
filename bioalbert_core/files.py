"""The edge of the house: the one place that opens inputs and writes outputs.

Inputs are opened with errors told in words. Outputs are written beside their final name and
renamed when whole, so that a crash, a kill or a full disk leaves nothing half-written. Every
output folder ends with a ``manifest.json`` that says how it was made. A path may be local or an
address that fsspec opens, such as ``gs://bucket/folder``.
"""

import contextlib
import gzip
import hashlib
import json
import platform
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from upath import UPath

from bioalbert_core import __version__
from bioalbert_core.errors import UserError

MANIFEST = "manifest.json"


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
    except (ImportError, ValueError) as error:
        raise UserError(f"{path}: {error}; install what it needs or use a local path") from None
    return address


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
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(
                f"{path}: the .gz file is cut or damaged after {stream.tell():,} unpacked bytes "
                f"({error}); get it again"
            ) from None


def _unpacked(raw: BinaryIO, path: Path) -> BinaryIO:
    return gzip.GzipFile(fileobj=raw, mode="rb") if path.suffix == ".gz" else raw


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
    path = _full(path)
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
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def output_folder(path: str | Path, command: str, resume: bool = False) -> Iterator[Path]:
    """Yield a folder beside ``path`` to fill; rename it to ``path`` when the block succeeds.

    An earlier output of the same command is replaced. Any other folder with files in it is left
    alone: UserError. With ``resume``, what an earlier try left in the folder beside is kept, and
    what this one leaves on failure too.
    """
    path = _full(path)
    _refuse_foreign_folder(path, command)
    partial = path.with_name(f".{path.name}.partial")
    if not resume:
        _remove(partial)
    partial.mkdir(parents=True, exist_ok=True)
    try:
        yield partial
        _publish(partial, path)
    finally:
        if not resume or (partial.exists() and not any(partial.iterdir())):
            _remove(partial)


def _publish(partial: Path, path: Path) -> None:
    """Put a finished folder in the place of another. Object stores move file by file."""
    old = path.with_name(f".{path.name}.old")
    _remove(old)
    if not is_local(path):
        _remove(path)
        for part in sorted(partial.iterdir(), key=lambda part: part.name == MANIFEST):
            path.fs.mv(part.path, (path / part.name).path)  # the manifest last: it says finished
        _remove(partial)
    elif path.exists():
        path.replace(old)
        partial.replace(path)
        _remove(old)
    else:
        partial.replace(path)


def _remove(folder: Path) -> None:
    """Delete a folder of ours with all that is in it, if it is there."""
    if is_local(folder):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        folder.fs.rm(folder.path, recursive=True)


def _refuse_foreign_folder(path: Path, command: str) -> None:
    """Only an empty folder, or one with nothing but an output of this command, may be replaced."""
    if path.exists() and not path.is_dir():
        raise UserError(f"{path}: a file or device is in the way; choose another --out")
    if not path.exists() or not any(path.iterdir()):
        return
    found = read_json(path / MANIFEST) if (path / MANIFEST).is_file() else {}
    if found.get("command") != command:
        raise UserError(
            f"{path}: the folder holds files that '{command}' did not write; choose another --out"
        )
    own = {MANIFEST, *found.get("outputs", {})}
    if foreign := sorted(p.name for p in path.iterdir() if p.name not in own):
        raise UserError(
            f"{path}: {foreign[0]} is not an output of '{command}' and would be lost; "
            "move it away or choose another --out"
        )


def _full(path: str | Path) -> Path:
    path = location(path)
    return path.resolve() if is_local(path) else path


def write_manifest(
    folder: Path, command: str, outputs: dict[str, str] | None = None, **facts: object
) -> None:
    """Write ``manifest.json``: the command, the facts given, versions, and the files' hashes.

    It holds no time and no host name: the same inputs and settings give the same bytes. The hashes
    may be given as ``outputs``, where they are known already.
    """
    if outputs is None:
        outputs = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.is_file()}
    record = {"command": command, **facts, "outputs": outputs, "versions": versions()}
    write_json(folder / MANIFEST, record)


def read_manifest(folder: str | Path, command: str) -> dict:
    """The manifest of a folder that ``command`` wrote; UserError for any other folder."""
    folder = location(folder)
    if not (folder / MANIFEST).is_file():
        raise UserError(
            f"{folder}: no finished output of 'bioalbert_core.{command}' here; run that first"
        )
    manifest = read_json(folder / MANIFEST)
    if manifest.get("command") != command:
        raise UserError(
            f"{folder}: written by '{manifest.get('command')}', an output of '{command}' is wanted"
        )
    return manifest


def verify_outputs(folder: str | Path, manifest: dict) -> None:
    """Hash all files that a manifest names; UserError for one that is missing or has changed."""
    for name, expected in manifest.get("outputs", {}).items():
        path = location(folder) / name
        if not path.is_file() or sha256(path) != expected:
            raise UserError(f"{path}: missing or changed since it was written; make it again")


def read_json(path: Path) -> dict:
    """A JSON object from a file; UserError where it is none."""
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UserError(f"{path}: line {error.lineno}: not valid JSON ({error.msg})") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: a JSON object is wanted, found {type(value).__name__}")
    return value


def write_json(path: Path, value: object) -> None:
    """Write JSON that people can read, whole or not at all."""
    with output_file(path) as partial:
        partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def versions() -> dict[str, str]:
    """The versions of this kit and of the libraries that its outputs may depend on."""
    found = {"bioalbert_core": __version__, "python": platform.python_version()}
    for name in ("numpy", "sentencepiece", "sentencex", "keras", "keras-nlp", "tensorflow", "jax"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
