"""Data sets to train on: three splits of tagged sentences, all with legal tags."""

from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.ner.bio import TaggedSentence, labels_of, types_of
from bioalbert_core.ner.sources import DOWNLOADS, SPLITS, read_source
from bioalbert_core.plumbing.errors import UserError


@dataclass(frozen=True)
class Dataset:
    """The three splits of a data set, checked for training, and the files they came from."""

    name: str
    train: list[TaggedSentence]
    devel: list[TaggedSentence]
    test: list[TaggedSentence]
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What reading changed, to report (see `sources`)."""

    @property
    def types(self) -> list[str]:
        """The types in the training split. Others cannot be learned; their mentions are missed."""
        return sorted(types_of(self.train))

    @property
    def labels(self) -> list[str]:
        """All tags that a model of this data set alone can predict."""
        return labels_of(self.types)


def read_dataset(request: str | Path, downloads: str | Path = DOWNLOADS) -> Dataset:
    """Read a data set to train on.

    Args:
        request: ``FOLDER``, ``NAME``, ``FOLDER=TYPE`` or ``NAME=TYPE`` (see `sources`).
        downloads: the folder for downloaded data sets.

    Raises:
        UserError: no such folder or name; a split is missing or malformed, or has illegal tags; a
            training split without entities.
    """
    source = read_source(request, downloads)
    for split, (name, *_) in SPLITS.items():
        if split not in source.splits:
            raise UserError(
                f"{request}: no {split} split; put {name}.tsv there, or BRAT files in a folder "
                f"{name}"
            )
        if faults := source.splits[split].faults:
            raise UserError(faults[0])
    parts = [source.splits[split] for split in SPLITS]
    files = tuple(file for part in parts for file in part.files)
    if not types_of(parts[0].sentences):
        raise UserError(f"{files[0]}: only O tags, so nothing to learn; check the file")
    return Dataset(source.name, *(part.sentences for part in parts), files, source.notes)
