"""What can be downloaded: `data/registry.toml`, which explains its fields at the top."""

import difflib
import re
import tomllib
from dataclasses import dataclass, field, replace
from operator import methodcaller

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.shipped import data_folder


@dataclass(frozen=True)
class RemoteFile:
    """One file to fetch, and what it must be."""

    name: str
    urls: list[str] = field(default_factory=list)
    sha256: str = ""
    size: int | None = None
    md5_url: str = ""
    members: dict[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Entry:
    """A named entry of the registry: a few files that belong together."""

    name: str
    title: str
    purpose: str
    license: str
    citation: str
    files: tuple[RemoteFile, ...]
    about: str = ""
    part: str = ""
    example: str = ""
    types: dict[str, str] = field(default_factory=dict)
    paper_mentions: int | None = None

    @property
    def size(self) -> str:
        """How much there is to fetch, for people."""
        if self.about or None in (sizes := [file.size for file in self.files]):
            return self.about or "not known"
        return f"{sum(sizes) / 1e6:.1f} MB"

    @property
    def check(self) -> str:
        """How the files are checked; the weakest way when there are several."""
        if all(file.sha256 or file.text for file in self.files):
            return "sha256"
        return "published md5" if all(file.md5_url for file in self.files) else "no hash known"


def read_registry() -> dict[str, Entry]:
    """All entries by name."""
    tables = tomllib.loads((data_folder().parent / "registry.toml").read_text("utf-8"))
    for table in tables.values():
        table["files"] = tuple(RemoteFile(**file) for file in table["files"])
    return {name: Entry(name, **table) for name, table in tables.items()}


def look_up(request: str) -> list[Entry]:
    """The entries that a request names: NAME, or for a series NAME/PART or NAME/FIRST-LAST.

    Raises:
        UserError: no such name, or a part that is missing, superfluous or malformed.

    >>> [entry.name for entry in look_up("pubmed-baseline/pubmed26n0009-0010")]
    ['pubmed-baseline/pubmed26n0009', 'pubmed-baseline/pubmed26n0010']
    """
    name, slash, part = request.partition("/")
    registry = read_registry()
    if name not in registry:
        near = difflib.get_close_matches(name, registry, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(f"{request}: not in the registry; {hint}--list shows what there is")
    entry = registry[name]
    if not entry.part and not slash:
        return [entry]
    if not (parts := _parts(part, entry.part)):
        raise UserError(
            f"{request}: no such part; ask for {name}{entry.example and '/'}{entry.example}"
        )
    return [_part_of(entry, one) for one in parts]


def _parts(text: str, pattern: str) -> list[str]:
    """One part, or all of a range such as ``n0009-0011``; none for a malformed text."""
    match = re.fullmatch(r"(.*?)([0-9]+)(?:-([0-9]+))?", text)
    if not match or not re.fullmatch(pattern, match[1] + match[2]):
        return []
    start, first, last = match[1], match[2], match[3] or match[2]
    if len(last) != len(first):
        return []
    return [f"{start}{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]


def _part_of(entry: Entry, part: str) -> Entry:
    fill = methodcaller("replace", "{part}", part)
    files = tuple(
        replace(f, name=fill(f.name), urls=list(map(fill, f.urls)), md5_url=fill(f.md5_url))
        for f in entry.files
    )
    return replace(entry, name=f"{entry.name}/{part}", files=files)
