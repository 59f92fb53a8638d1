"""``python -m bioalbert_core.download NAME... [--to DIR]`` and ``--list``"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tyro

from bioalbert_core.download.fetching import fetch
from bioalbert_core.download.registry import look_up, read_registry
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError, check_range


@dataclass(frozen=True)
class DownloadSettings:
    """Fetch data sets, weights and texts by name; every file is checked before it is used."""

    names: tyro.conf.Positional[tuple[str, ...]] = ()
    """Names from --list; for a series, NAME/PART or NAME/FIRST-LAST."""
    to: Path = Path("downloads")
    """Folder that gets a folder for each name."""
    list: bool = False
    """List the registry: size, license, how files are checked, what they are for."""
    json: bool = False
    """The same as JSON, with URLs, hashes and citations."""
    unverified: bool = False
    """Also accept files without a known hash; their SHA-256 is printed and recorded."""
    timeout: int = 30
    """Seconds without data after which a source counts as failed."""


def work(settings: DownloadSettings) -> None:
    """Show the registry, or fetch and print the folders."""
    if settings.json:
        entries = {name: asdict(entry) for name, entry in read_registry().items()}
        return print(json.dumps(entries, indent=2, ensure_ascii=False))
    if settings.list:
        return print(_listing())
    check_range("--timeout", settings.timeout, 1, 3600)
    if not settings.names:
        raise UserError("no name given; --list shows what there is")
    for name in settings.names:
        look_up(name)
    for name in settings.names:
        print(fetch(name, settings.to, settings.unverified, settings.timeout), flush=True)


def _listing() -> str:
    """The registry as text: for each entry a row of facts, and below it what it is."""
    lines = [f"{'name':<25}{'size':<28}{'checked by':<15}license"]
    for name, entry in read_registry().items():
        shown = f"{name}/PART" if entry.part else name
        lines.append(f"{shown:<25}{entry.size:<28}{entry.check:<15}{entry.license}")
        lines.append(f"    {entry.title}. For {entry.purpose}")
        if entry.part:
            lines.append(f"    PART: {entry.example}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(DownloadSettings, work, "download", argv)


if __name__ == "__main__":
    main()
