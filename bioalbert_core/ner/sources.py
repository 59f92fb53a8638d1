"""Where data sets come from: a folder, or a name in the registry.

A data set is requested as ``FOLDER`` or ``NAME``, or with a type as ``FOLDER=TYPE``. A folder holds
``train.tsv``, ``devel.tsv`` (or ``dev.tsv``) and ``test.tsv``, or folders ``train``, ``devel`` (or
``dev``) and ``test`` of BRAT standoff. A name is downloaded once.

Types are named as in the files; bare tags have the type ``Entity``. The registry may rename the
types of a download, and ``=TYPE`` renames the only type of a data set. So BC2GM's GENE and JNLPBA's
bare tags can be learned together as Gene. `Source.notes` lists these changes.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from bioalbert_core.download import fetch
from bioalbert_core.download.registry import Entry, read_registry
from bioalbert_core.ner.bio import TaggedSentence, is_type, read_tagged, renamed, types_of
from bioalbert_core.ner.brat import read_brat
from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import full_path, location, read_json
from bioalbert_core.plumbing.folders import MANIFEST

SPLITS = {"train": ("train",), "devel": ("devel", "dev"), "test": ("test",)}
WHOLE = "all"  # the only split of a folder of BRAT files without folders in it
DOWNLOADS = Path("downloads")


@dataclass(frozen=True)
class Split:
    """One split of a data set; ``faults`` are its illegal tags, each with its line."""

    sentences: list[TaggedSentence]
    files: tuple[Path, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A data set with the splits it has, whether or not it can be trained on."""

    name: str
    splits: dict[str, Split]
    notes: tuple[str, ...]
    """What reading changed: schemes, names of types, mentions that BIO cannot express."""


def read_source(request: str | Path, downloads: str | Path = DOWNLOADS) -> Source:
    """Read a data set. Splits may be missing and tags illegal.

    Raises:
        UserError: no such folder or name, no split in it, a file that cannot be read; or ``=TYPE``
            for a data set with several types.
    """
    name, type_ = _parse(str(request))
    folder = _folder(name, downloads)
    entry = _entry(folder)
    splits = _read_splits(folder)
    types = set().union(*(types_of(split.sentences) for split in splits.values()))
    if type_ and len(types) > 1:
        raise UserError(f"{request}: has types {', '.join(sorted(types))}; leave out ={type_}")
    names = dict.fromkeys(types, type_) if type_ else entry.types if entry else {}
    names = {old: new for old, new in names.items() if old in types and old != new}
    notes = [f"{split}: {note}" for split, part in splits.items() for note in part.notes]
    notes += [f"type {old} is read as {new}" for old, new in names.items()]
    if names:
        splits = {
            split: replace(part, sentences=renamed(part.sentences, names))
            for split, part in splits.items()
        }
    return Source(entry.name if entry else full_path(folder).name, splits, tuple(notes))


def _parse(request: str) -> tuple[str, str]:
    """Split a request into a folder or name, and a type or ""."""
    name, sign, type_ = request.rpartition("=")
    if not sign or location(request).is_dir():
        return request, ""
    if not name or not is_type(type_):
        raise UserError(f"{request}: expected FOLDER=TYPE or NAME=TYPE; a type is one word")
    return name, type_


def _folder(name: str, downloads: str | Path) -> Path:
    """The folder of that name, or else the downloaded data set."""
    if (folder := location(name)).is_dir():
        return folder
    entries = {key: e for key, e in read_registry().items() if e.paper_mentions is not None}
    if name not in entries:
        raise UserError(
            f"{name}: no such folder and no data set of that name; give a folder, or one of "
            f"{', '.join(entries)}"
        )
    fetched = (location(downloads) / name / MANIFEST).is_file()
    if entries[name].check == "no hash known" and not fetched:
        raise UserError(
            f"{name}: no hash is known to check it by; if you trust its source, run first: "
            f"python -m bioalbert_core.download {name} --to {downloads} --unverified"
        )
    return fetch(name, downloads)


def _entry(folder: Path) -> Entry | None:
    """The registry's entry for a folder that the download command wrote."""
    record = read_json(folder / MANIFEST) if (folder / MANIFEST).is_file() else {}
    fetched = record.get("command") == "download"
    return read_registry().get(str(record.get("name"))) if fetched else None


def _read_splits(folder: Path) -> dict[str, Split]:
    """The splits of a folder, or one split if it holds BRAT files itself."""
    splits = {}
    for split, names in SPLITS.items():
        paths = [folder / form for name in names for form in (f"{name}.tsv", name)]
        paths = [path for path in paths if path.exists()]
        if len(paths) > 1:
            raise UserError(f"{paths[0]}: {paths[1].name} is there too; keep one of them")
        if paths:
            splits[split] = _read_split(paths[0])
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
    cases = ", ".join(f"{number} {case}" for case, number in sorted(counts.items()))
    notes = (f"BRAT mentions changed to fit words and BIO tags: {cases}",) if cases else ()
    return Split(sentences, files, notes=notes)
