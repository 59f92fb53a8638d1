"""The edge of the house: the one place that opens inputs and writes outputs.

Inputs are opened with errors told in words. Outputs are written beside their final name and
renamed when whole, so that a crash, a kill or a full disk leaves nothing half-written. Every
output folder ends with a ``manifest.json`` that says how it was made.
"""

import contextlib
import gzip
import hashlib
import json
import platform
import re
import shutil
import zlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from bioalbert_core import __version__
from bioalbert_core.errors import UserError

MANIFEST = "manifest.json"


@contextlib.contextmanager
def open_input(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for reading bytes; ``.gz`` is unpacked on the way.

    Raises UserError for a file that is missing or empty, or a cut or damaged ``.gz``.
    """
    path = require_file(path)
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as stream:
        try:
            yield stream
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(
                f"{path}: the .gz file is cut or damaged after {stream.tell():,} unpacked bytes "
                f"({error}); get it again"
            ) from None


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
    path = Path(path)
    if not path.exists():
        raise UserError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise UserError(f"{path}: this is a folder, a file is wanted")
    if path.stat().st_size == 0:
        raise UserError(f"{path}: the file is empty; get it again or leave it out")
    return path


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def output_file(path: str | Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; rename it to ``path`` when the block succeeds.

    A folder or a device (such as /dev/null) of that name is left alone: UserError.
    """
    path = _local(path)
    if path.exists() and not path.is_file():
        raise UserError(f"{path}: a folder or device of this name is in the way; choose another")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def output_folder(path: str | Path, command: str) -> Iterator[Path]:
    """Yield a folder beside ``path`` to fill; rename it to ``path`` when the block succeeds.

    An earlier output of the same command is replaced. Any other folder with files in it is left
    alone: UserError.
    """
    path = _local(path)
    _refuse_foreign_folder(path, command)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if path.exists():
            old = path.with_name(f".{path.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            path.replace(old)
            partial.replace(path)
            shutil.rmtree(old)
        else:
            partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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


def _local(path: str | Path) -> Path:
    """The full path; UserError for an address such as gs://bucket, which cannot be written yet."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise UserError(f"{path}: only local paths can be written; choose a folder on this machine")
    return Path(path).resolve()


def write_manifest(folder: Path, command: str, **facts: object) -> None:
    """Write ``manifest.json``: the command, the facts given, versions, and the files' hashes.

    It holds no time and no host name: the same inputs and settings give the same bytes.
    """
    outputs = {p.name: sha256(p) for p in sorted(folder.iterdir()) if p.is_file()}
    record = {"command": command, **facts, "outputs": outputs, "versions": _versions()}
    write_json(folder / MANIFEST, record)


def read_manifest(folder: str | Path, command: str) -> dict:
    """The manifest of a folder that ``command`` wrote; UserError for any other folder."""
    folder = Path(folder)
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
        path = Path(folder) / name
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


def _versions() -> dict[str, str]:
    found = {"bioalbert_core": __version__, "python": platform.python_version()}
    for name in ("numpy", "sentencepiece", "keras", "keras-nlp", "tensorflow", "jax"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
