"""What tests put into an object store, and what they find there."""

from pathlib import Path

from bioalbert_core.plumbing.addresses import files_below
from bioalbert_core.plumbing.files import location


def contents(folder: str | Path) -> dict[str, bytes]:
    """All files of a folder or below an address, by name."""
    folder = location(folder)
    return {name: (folder / name).read_bytes() for name in files_below(folder)}


def upload(folder: Path, address: str) -> None:
    """Copy a folder to an address."""
    for name in files_below(folder):
        (location(address) / name).write_bytes((folder / name).read_bytes())
