"""From shards to batches with grain: shuffled, repeated and resumable, without TensorFlow."""

from functools import lru_cache
from pathlib import Path

import grain
import numpy as np

from bioalbert_core.instances.masking import Masker
from bioalbert_core.instances.shards import load_rows, to_record
from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.files import location
from bioalbert_core.plumbing.folders import read_manifest
from bioalbert_core.tokenizer import Tokenizer

OPEN_SHARDS = 128  # each keeps a file open, and some systems allow only 256
Record = dict[str, np.ndarray]


class InstanceSource:
    """Random access to the instances of one split; the shards stay on disk, memory-mapped.

    With dynamic masking, instances come unmasked, without the three ``masked_`` arrays.

    Args:
        folder: written by the instances command.
        split: "train" or "heldout".
    """

    def __init__(self, folder: str | Path, split: str) -> None:
        self._paths = children(location(folder), f"{split}-*-of-*.npy")
        self._rows = lru_cache(OPEN_SHARDS)(lambda shard: load_rows(self._paths[shard]))
        counts = [len(self._rows(shard)) for shard in range(len(self._paths))]
        self._starts = np.cumsum([0, *counts])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> Record:
        shard = int(np.searchsorted(self._starts, index, side="right")) - 1
        return to_record(self._rows(shard)[index - self._starts[shard]])


class MaskRecord(grain.transforms.RandomMap):
    """Dynamic masking: mask a record with the generator that grain keys by its position.

    Args:
        folder: written by the instances command with ``--masking dynamic``.
        max_predictions: the largest number of masked tokens.
    """

    def __init__(self, folder: str | Path, max_predictions: int) -> None:
        self._masker = Masker.of(Tokenizer(location(folder) / "tokenizer.model"), max_predictions)

    def random_map(self, record: Record, rng: np.random.Generator) -> Record:
        """The record with masks; the same generator gives the same masks."""
        length = record["padding_mask"].sum()
        masked = self._masker.mask(record["token_ids"][:length], rng)
        count, room = len(masked.positions), self._masker.max_predictions
        return {
            **record,
            "token_ids": np.append(masked.token_ids, record["token_ids"][length:]),
            "masked_positions": _padded(masked.positions, room),
            "masked_ids": _padded(masked.ids, room),
            "masked_weights": (np.arange(room) < count).astype("float32"),
        }


def sample_token_ids(folder: str | Path, most: int, seed: int) -> np.ndarray:
    """The token ids of at most ``most`` random training records, shape (records, length).

    Static masks are included.
    """
    source = InstanceSource(folder, "train")
    chosen = np.random.default_rng(seed).permutation(len(source))[:most]
    return np.stack([source[index]["token_ids"] for index in np.sort(chosen)])


def train_batches(folder: str | Path, batch_size: int, seed: int) -> grain.MapDataset:
    """Endless batches of training records; ``seed`` determines the order, another one per epoch."""
    source = InstanceSource(folder, "train")
    records = grain.MapDataset.source(source).shuffle(seed).repeat()
    return _masked(records, folder, seed).batch(batch_size)


def heldout_batches(
    folder: str | Path, batch_size: int, most: int | None = None
) -> grain.MapDataset:
    """Held-out records in order, always the same ones with the same masks.

    ``most`` limits their number. Shards hold one source after the other, so the first records would
    all come from the first source: one record is drawn from each of ``most`` equal stretches
    instead. The last batch may be smaller.
    """
    source = InstanceSource(folder, "heldout")
    records = grain.MapDataset.source(spread(len(source), most)).map(source.__getitem__)
    return _masked(records, folder, seed=0).batch(batch_size)


def spread(count: int, most: int | None) -> np.ndarray:
    """Ascending indices below ``count``: one from each of ``most`` equal stretches, or all.

    >>> spread(5, None), spread(1000, 4)
    (array([0, 1, 2, 3, 4]), array([212, 409, 627, 817]))
    """
    most = count if most is None else min(most, count)
    edges = np.arange(most + 1) * count // max(most, 1)
    return np.random.default_rng(0).integers(edges[:-1], edges[1:])


def _masked(records: grain.MapDataset, folder: str | Path, seed: int) -> grain.MapDataset:
    """The records, masked now if their masks are dynamic."""
    settings = read_manifest(folder, "instances")["settings"]
    if settings["masking"] == "static":
        return records
    return records.seed(seed).random_map(MaskRecord(folder, settings["max_predictions"]))


def _padded(values: np.ndarray | list[int], length: int) -> np.ndarray:
    return np.pad(np.asarray(values, "int32"), (0, length - len(values)))
