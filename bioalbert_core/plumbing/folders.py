"""Output folders: complete or absent, each with a ``manifest.json`` that says how it was made.

A folder is filled under a hidden name and renamed when it is complete, so that a crash, a kill or a
full disk leaves nothing half-written. An object store cannot rename: there the files are copied,
the manifest last, and a folder without one is not finished.
"""

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bioalbert_core import __version__
from bioalbert_core.plumbing.addresses import children, files_below, make_folder, server_errors
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import (
    full_path,
    is_local,
    location,
    read_json,
    sha256,
    write_json,
)

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MANIFEST = "manifest.json"


@contextlib.contextmanager
def output_folder(path: str | Path, command: str, resume: bool = False) -> Iterator[Path]:
    """Yield a hidden folder to fill; rename it to ``path`` when the block succeeds.

    An earlier output of the same command is replaced. With ``resume``, the hidden folder keeps
    what an earlier run left there, and what this one leaves if it fails.

    Raises:
        UserError: ``path`` holds anything else, or another run is filling it now.
    """
    path = full_path(path)
    partial = partial_of(path)
    _clear_half_published(partial, path)
    _refuse_foreign_folder(path, command)
    make_folder(partial)
    with server_errors(path), _locked(partial):
        try:
            if not resume:
                empty(partial)
            yield partial
            _publish(partial, path)
        finally:
            if not resume or not children(partial):
                _remove(partial)


def partial_of(path: str | Path) -> Path:
    """The hidden folder that is filled before it becomes ``path``."""
    path = full_path(path)
    return path.with_name(f".{path.name}.partial")


@contextlib.contextmanager
def scratch_folder(out: str | Path, name: str) -> Iterator[Path]:
    """Yield the path of a hidden folder beside ``out``; it is deleted at the end."""
    path = full_path(out)
    scratch = path.with_name(f".{path.name}.{name}")
    try:
        yield scratch
    finally:
        _remove(scratch)
        _remove(partial_of(scratch))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One run at a time in a folder; not enforced on Windows or at addresses.

    The lock is on the folder itself and ends with the process, however that ends.
    """
    if fcntl is None or not is_local(folder):
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not folder.exists() or not os.path.samestat(os.fstat(handle), folder.stat()):
            raise BlockingIOError
        yield
    except BlockingIOError:
        raise UserError(
            f"{folder}: another run is writing here; wait for it or choose another --out"
        ) from None
    finally:
        os.close(handle)


def empty(folder: Path) -> None:
    """Delete everything in a folder of ours."""
    for path in children(folder):
        if path.is_dir():
            _remove(path)
        else:
            path.unlink()


def rename_all(folder: Path, names: dict[str, str]) -> None:
    """Rename files of a folder, old name to new."""
    if is_local(folder):
        for old, new in names.items():
            (folder / old).replace(folder / new)
    elif names:
        old = [(folder / name).path for name in names]
        folder.fs.copy(old, [(folder / name).path for name in names.values()])
        folder.fs.rm(old)


def _copy_in_order(partial: Path, path: Path) -> None:
    """Replace a folder by a finished one on the same server.

    The old manifest is deleted last, and the new one copied last: a folder without a manifest
    holds only files that are in ``partial`` too.
    """
    for names in _manifest_last(path):
        path.fs.rm([(path / name).path for name in names])
    for names in _manifest_last(partial):
        for folder in {(path / name).parent for name in names}:
            make_folder(folder)
        partial.fs.copy(*([(root / name).path for name in names] for root in (partial, path)))


def _manifest_last(folder: Path) -> list[list[str]]:
    """The names of a folder's files: all but the manifest, then the manifest."""
    names = files_below(folder)
    return list(
        filter(None, ([n for n in names if n != MANIFEST], [MANIFEST] * (MANIFEST in names)))
    )


def _clear_half_published(partial: Path, path: Path) -> None:
    """Delete what a run left that was stopped while copying."""
    stopped = (partial / MANIFEST).is_file() and not (path / MANIFEST).is_file()
    for name in files_below(partial) if stopped and not is_local(path) else []:
        (path / name).unlink(missing_ok=True)


def _publish(partial: Path, path: Path) -> None:
    """Replace a folder by a finished one."""
    old = path.with_name(f".{path.name}.old")
    if not is_local(path):
        _copy_in_order(partial, path)
        return _remove(partial)
    _remove(old)
    if path.exists():
        path.replace(old)
        partial.replace(path)
        _remove(old)
    else:
        partial.replace(path)


def _remove(folder: Path) -> None:
    """Delete a folder of ours and its contents, if it exists."""
    if is_local(folder):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        folder.fs.rm(folder.path, recursive=True)


def _refuse_foreign_folder(path: Path, command: str) -> None:
    """Only an empty folder, or one that holds only an output of this command, may be replaced."""
    if path.exists() and not path.is_dir():
        raise UserError(f"{path}: a file or device is in the way; choose another --out")
    if is_local(path) and path.is_mount():
        raise UserError(f"{path}: a disk is mounted here; choose a folder below it as --out")
    names = [child.name for child in children(path)]
    manifest = read_json(path / MANIFEST) if MANIFEST in names else {}
    if names and manifest.get("command") != command:
        raise UserError(
            f"{path}: the folder holds files that '{command}' did not write; choose another --out"
        )
    own = {MANIFEST, *(name.split("/")[0] for name in manifest.get("outputs", {}))}
    if foreign := [name for name in names if name not in own]:
        raise UserError(
            f"{path}: {foreign[0]} is not an output of '{command}' and would be lost; "
            "move it away or choose another --out"
        )


def write_manifest(
    folder: Path, command: str, outputs: dict[str, str] | None = None, **facts: object
) -> None:
    """Write ``manifest.json``: the command, the facts given, versions, and the files' hashes.

    It holds no time and no host name: the same inputs and settings give the same bytes. Pass
    ``outputs`` where the hashes are already computed.
    """
    if outputs is None:
        outputs = {name: sha256(folder / name) for name in files_below(folder)}
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
            f"{folder}: expected an output of '{command}', got one of '{manifest.get('command')}'; "
            "choose another folder"
        )
    if not isinstance(manifest.get("outputs"), dict):
        raise UserError(f"{folder / MANIFEST}: changed since it was written; make it again")
    return manifest


def verify_outputs(folder: str | Path, manifest: dict) -> None:
    """Check the hash of each file in a manifest; UserError if one is missing or has changed."""
    for name, expected in manifest.get("outputs", {}).items():
        path = location(folder) / name
        if not path.is_file() or sha256(path) != expected:
            raise UserError(f"{path}: missing or changed since it was written; make it again")


def versions() -> dict[str, str]:
    """The versions of this kit and of the libraries that its outputs may depend on."""
    versions = {"bioalbert_core": __version__, "python": platform.python_version()}
    for name in ("numpy", "sentencepiece", "sentencex", "keras", "keras-nlp", "tensorflow", "jax"):
        with contextlib.suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
