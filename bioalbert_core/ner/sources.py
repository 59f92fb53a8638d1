"""Where data sets come from: a folder, or a name that the registry knows.

A data set is asked for as ``FOLDER`` or ``NAME``, either with ``=TYPE`` behind it. A folder holds
``train.tsv``, ``devel.tsv`` (or ``dev.tsv``) and ``test.tsv``, or folders ``train``, ``devel`` (or
``dev``) and ``test`` of BRAT standoff. A name that is no folder here is fetched once.

What a type is called: as in the files, and ``Entity`` where tags are bare. In a folder that the
download command wrote, as the registry says; with ``=TYPE``, the only type of a data set is TYPE.
So BC2GM's GENE and JNLPBA's bare tags can be learned together as Gene. `Source.notes` tells it.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from bioalbert_core.addresses import children
from bioalbert_core.download import fetch
from bioalbert_core.download.registry import Entry, read_registry
from bioalbert_core.errors import UserError
from bioalbert_core.files import full_path, location, read_json
from bioalbert_core.folders import MANIFEST
from bioalbert_core.ner.bio import TaggedSentence, is_type, read_tagged, renamed, types_of
from bioalbert_core.ner.brat import read_brat

SPLITS = {"train": ("train",), "devel": ("devel", "dev"), "test": ("test",)}
WHOLE = "all"  # the only split of a folder of BRAT files without folders in it
DOWNLOADS = Path("downloads")


@dataclass(frozen=True)
class Split:
    """One part of a data set; ``faults`` say what is wrong with its tags, each with its line."""

    sentences: list[TaggedSentence]
    files: tuple[Path, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A data set as it stands: the splits that are there, be they fit for training or not."""

    name: str
    splits: dict[str, Split]
    notes: tuple[str, ...]
    """What was changed in reading: other schemes, names of types, mentions that BIO cannot say."""


def read_source(request: str | Path, downloads: str | Path = DOWNLOADS) -> Source:
    """Read a data set for a look at it: splits may be missing and tags at fault.

    Raises:
        UserError: no such folder or name, none of the files that belong there, a file that cannot
            be read; ``=TYPE`` for a data set of several types.
    """
    place, type_ = _parse(str(request))
    folder = _folder(place, downloads)
    entry = _entry(folder)
    splits = _read_splits(folder)
    found = set().union(*(types_of(split.sentences) for split in splits.values()))
    if type_ and len(found) > 1:
        raise UserError(f"{request}: has types {', '.join(sorted(found))}; leave out ={type_}")
    named = dict.fromkeys(found, type_) if type_ else entry.types if entry else {}
    named = {old: new for old, new in named.items() if old in found and old != new}
    notes = [f"{split}: {note}" for split, part in splits.items() for note in part.notes]
    notes += [f"type {old} is read as {new}" for old, new in named.items()]
    name = entry.name if entry else full_path(folder).name
    if named:
        splits = {
            split: replace(part, sentences=renamed(part.sentences, named))
            for split, part in splits.items()
        }
    return Source(name, splits, tuple(notes))


def _parse(request: str) -> tuple[str, str]:
    """A request's place and, where one stands behind it, type."""
    place, sign, type_ = request.rpartition("=")
    if not sign or location(request).is_dir():
        return request, ""
    if not place or not is_type(type_):
        raise UserError(f"{request}: FOLDER=TYPE or NAME=TYPE is wanted; a type is one word")
    return place, type_


def _folder(place: str, downloads: str | Path) -> Path:
    """The folder of a place, fetched if it is a name."""
    if (folder := location(place)).is_dir():
        return folder
    known = {name: e for name, e in read_registry().items() if e.paper_mentions is not None}
    if place not in known:
        raise UserError(
            f"{place}: no such folder and no data set of that name; give a folder, or one of "
            f"{', '.join(known)}"
        )
    fetched = (location(downloads) / place / MANIFEST).is_file()
    if known[place].check == "no hash known" and not fetched:
        raise UserError(
            f"{place}: no hash is known to check it by; if you trust its source, run first: "
            f"python -m bioalbert_core.download {place} --to {downloads} --unverified"
        )
    return fetch(place, downloads)


def _entry(folder: Path) -> Entry | None:
    """What the registry says of a folder that the download command wrote."""
    record = read_json(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}
    fetched = record.get("command") == "download"
    return read_registry().get(str(record.get("name"))) if fetched else None


def _read_splits(folder: Path) -> dict[str, Split]:
    """The splits of a folder, or the whole of it where it holds BRAT files itself."""
    splits = {}
    for split, names in SPLITS.items():
        found = [folder / form for name in names for form in (f"{name}.tsv", name)]
        found = [path for path in found if path.exists()]
        if len(found) > 1:
            raise UserError(f"{found[0]}: {found[1].name} is there too; keep one of them")
        if found:
            splits[split] = _read_split(found[0])
    if not splits and any(path.suffix == ".ann" for path in children(folder)):
        return {WHOLE: _read_split(folder)}
    if not splits:
        raise UserError(f"{folder}: no train.tsv, devel.tsv, test.tsv, and no BRAT files here")
    return splits


def _read_split(path: Path) -> Split:
    if not path.is_dir():
        sentences, faults, note = read_tagged(path)
        return Split(sentences, (path,), tuple(faults), (note,) if note else ())
    sentences, counts = read_brat(path)
    files = tuple(p for p in children(path) if p.suffix in (".txt", ".ann"))
    told = ", ".join(f"{number} {case}" for case, number in sorted(counts.items()))
    notes = (f"to fit words and BIO tags, of BRAT's mentions {told}",) if told else ()
    return Split(sentences, files, notes=notes)
