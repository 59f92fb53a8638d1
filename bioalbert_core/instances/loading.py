"""Shards to batches, through grain: shuffled, repeated and resumable, without TensorFlow."""

from pathlib import Path

import grain
import numpy as np

Record = dict[str, np.ndarray]


class InstanceSource:
    """Random access to the instances of one split; the shards stay on disk, memory-mapped.

    Args:
        folder: written by the instances command.
        split: "train" or "heldout".
    """

    def __init__(self, folder: str | Path, split: str) -> None:
        paths = sorted(Path(folder).glob(f"{split}-*-of-*.npy"))
        self._shards = [np.load(path, mmap_mode="r", allow_pickle=False) for path in paths]
        self._starts = np.cumsum([0, *map(len, self._shards)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> Record:
        shard = int(np.searchsorted(self._starts, index, side="right")) - 1
        row = self._shards[shard][index - self._starts[shard]]
        positions = np.arange(len(row["token_ids"]))
        predictions = np.arange(len(row["masked_ids"]))
        return {
            "token_ids": np.array(row["token_ids"]),
            "segment_ids": row["segment_ids"].astype("int32"),
            "padding_mask": (positions < row["length"]).astype("int32"),
            "masked_positions": np.array(row["masked_positions"]),
            "masked_ids": np.array(row["masked_ids"]),
            "masked_weights": (predictions < row["masked_count"]).astype("float32"),
            "pair_label": row["pair_label"].astype("int32"),
        }


def train_batches(folder: str | Path, batch_size: int, seed: int) -> grain.MapDataset:
    """Endless batches of training records, each pass in another order keyed by ``seed``."""
    source = InstanceSource(folder, "train")
    return grain.MapDataset.source(source).shuffle(seed).repeat().batch(batch_size)


def heldout_batches(folder: str | Path, batch_size: int) -> grain.MapDataset:
    """The held-out records once, in order; the last batch may be smaller."""
    return grain.MapDataset.source(InstanceSource(folder, "heldout")).batch(batch_size)
