"""A folder of BIO files to batches for training."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioalbert_core.errors import UserError
from bioalbert_core.ner.alignment import IGNORED, Aligner, label_array, pad
from bioalbert_core.ner.bio import TaggedSentence, read_bio

SPLITS = {"train": ("train.tsv",), "devel": ("devel.tsv", "dev.tsv"), "test": ("test.tsv",)}


@dataclass(frozen=True)
class Dataset:
    """The three splits of a BIO dataset and the files they came from."""

    train: list[TaggedSentence]
    devel: list[TaggedSentence]
    test: list[TaggedSentence]
    files: tuple[Path, ...]

    @property
    def labels(self) -> list[str]:
        """All tags a model of this dataset can give, "O" first, then by type.

        Only types of the training split: others cannot be learned, and count as missed.
        """
        types = sorted({tag[2:] for s in self.train for tag in s.tags if tag != "O"})
        return ["O", *(f"{prefix}-{type_}" for type_ in types for prefix in "BI")]


def read_dataset(folder: str | Path) -> Dataset:
    """Read ``train.tsv``, ``devel.tsv`` (or ``dev.tsv``) and ``test.tsv``.

    Raises:
        UserError: a file is missing or malformed, or the training split has no entity.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give one with train.tsv, devel.tsv, test.tsv")
    files = []
    for split, names in SPLITS.items():
        found = [folder / name for name in names if (folder / name).exists()]
        if not found:
            raise UserError(f"{folder / names[0]}: no {split} split; put the file there")
        files.append(found[0])
    dataset = Dataset(*(read_bio(file, gold=True) for file in files), tuple(files))
    if len(dataset.labels) == 1:
        raise UserError(f"{files[0]}: only O tags, nothing to learn; check the file")
    return dataset


def train_batches(
    sentences: Sequence[TaggedSentence],
    labels: Sequence[str],
    aligner: Aligner,
    batch_size: int,
    seed: int,
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
    """Endless batches of (inputs, label ids, weights), windows of about one length together.

    Label ids and weights are (batch, length); a weight is 0 where no label is scored.
    """
    rng = np.random.default_rng(seed)
    windows = aligner.windows([sentence.words for sentence in sentences])
    label_ids = {label: index for index, label in enumerate(labels)}
    gold = [[label_ids[tag] for tag in sentence.tags] for sentence in sentences]
    lengths = np.array([len(window.token_ids) for window in windows])
    while True:
        # Sorted by length, with enough noise that batches differ from pass to pass.
        order = np.argsort(lengths * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
        batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
        for number in rng.permutation(len(batches)):
            batch = [windows[index] for index in batches[number]]
            inputs = pad(batch)
            target = label_array(batch, gold, inputs["token_ids"].shape[1])
            scored = target != IGNORED
            yield inputs, np.where(scored, target, 0), scored.astype("float32")
