"""Output folders: whole or not there at all, each with a ``manifest.json`` of how it was made.

A folder is filled beside its final name and renamed when it is whole, so that a crash, a kill or a
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
from bioalbert_core.addresses import children, files_below, make_folder, server_errors
from bioalbert_core.errors import UserError
from bioalbert_core.files import full_path, is_local, location, read_json, sha256, write_json

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MANIFEST = "manifest.json"


@contextlib.contextmanager
def output_folder(path: str | Path, command: str, resume: bool = False) -> Iterator[Path]:
    """Yield a folder beside ``path`` to fill; rename it to ``path`` when the block succeeds.

    An earlier output of the same command is replaced. Any other folder with files in it is left
    alone: UserError; so is one that another run is filling now. With ``resume``, what an earlier
    try left in the folder beside is kept, and what this one leaves on failure too.
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
    """The folder beside ``path`` that is filled in its stead."""
    path = full_path(path)
    return path.with_name(f".{path.name}.partial")


@contextlib.contextmanager
def scratch_folder(out: str | Path, name: str) -> Iterator[Path]:
    """Yield the path of a hidden folder beside ``out``; what was written to it goes at the end."""
    path = full_path(out)
    scratch = path.with_name(f".{path.name}.{name}")
    try:
        yield scratch
    finally:
        _remove(scratch)
        _remove(partial_of(scratch))


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One run at a time in a folder, where the system can tell: not on Windows, not at addresses.

    The lock is on the folder itself: it goes with the process, however that ends.
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
    """Delete all that lies in a folder of ours."""
    for path in children(folder):
        if path.is_dir():
            _remove(path)
        else:
            path.unlink()


def rename_all(folder: Path, names: dict[str, str]) -> None:
    """Give files of a folder other names, from old to new."""
    if is_local(folder):
        for old, new in names.items():
            (folder / old).replace(folder / new)
    elif names:
        old = [(folder / name).path for name in names]
        folder.fs.copy(old, [(folder / name).path for name in names.values()])
        folder.fs.rm(old)


def _copy_in_order(partial: Path, path: Path) -> None:
    """Put a finished folder in the place of another, on one server.

    The old manifest goes last, and so comes the new one: without it, only files that lie in
    ``partial`` too can be here.
    """
    for last in (False, True):
        if old := [(path / n).path for n in files_below(path) if (n == MANIFEST) == last]:
            path.fs.rm(old)
    for last in (False, True):
        names = [name for name in files_below(partial) if (name == MANIFEST) == last]
        for place in {(path / name).parent for name in names}:
            make_folder(place)
        if names:
            path.fs.copy(*([(place / n).path for n in names] for place in (partial, path)))


def _clear_half_published(partial: Path, path: Path) -> None:
    """Remove what a run left that was stopped while it copied."""
    stopped = (partial / MANIFEST).is_file() and not (path / MANIFEST).is_file()
    for name in files_below(partial) if stopped and not is_local(path) else []:
        (path / name).unlink(missing_ok=True)


def _publish(partial: Path, path: Path) -> None:
    """Put a finished folder in the place of another."""
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
    """Delete a folder of ours with all that is in it, if it is there."""
    if is_local(folder):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        folder.fs.rm(folder.path, recursive=True)


def _refuse_foreign_folder(path: Path, command: str) -> None:
    """Only an empty folder, or one with nothing but an output of this command, may be replaced."""
    if path.exists() and not path.is_dir():
        raise UserError(f"{path}: a file or device is in the way; choose another --out")
    if is_local(path) and path.is_mount():
        raise UserError(f"{path}: a disk is mounted here; choose a folder below it as --out")
    if not (there := children(path)):
        return
    found = read_json(path / MANIFEST) if (path / MANIFEST).is_file() else {}
    if found.get("command") != command:
        raise UserError(
            f"{path}: the folder holds files that '{command}' did not write; choose another --out"
        )
    own = {MANIFEST, *(name.split("/")[0] for name in found.get("outputs", {}))}
    if foreign := [p.name for p in there if p.name not in own]:
        raise UserError(
            f"{path}: {foreign[0]} is not an output of '{command}' and would be lost; "
            "move it away or choose another --out"
        )


def write_manifest(
    folder: Path, command: str, outputs: dict[str, str] | None = None, **facts: object
) -> None:
    """Write ``manifest.json``: the command, the facts given, versions, and the files' hashes.

    It holds no time and no host name: the same inputs and settings give the same bytes. The hashes
    may be given as ``outputs``, where they are known already.
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
            f"{folder}: written by '{manifest.get('command')}', an output of '{command}' is wanted"
        )
    if not isinstance(manifest.get("outputs"), dict):
        raise UserError(f"{folder / MANIFEST}: changed since it was written; make it again")
    return manifest


def verify_outputs(folder: str | Path, manifest: dict) -> None:
    """Hash all files that a manifest names; UserError for one that is missing or has changed."""
    for name, expected in manifest.get("outputs", {}).items():
        path = location(folder) / name
        if not path.is_file() or sha256(path) != expected:
            raise UserError(f"{path}: missing or changed since it was written; make it again")


def versions() -> dict[str, str]:
    """The versions of this kit and of the libraries that its outputs may depend on."""
    found = {"bioalbert_core": __version__, "python": platform.python_version()}
    for name in ("numpy", "sentencepiece", "sentencex", "keras", "keras-nlp", "tensorflow", "jax"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
