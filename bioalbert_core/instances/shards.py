"""Instances on disk: one NumPy record a row, fixed shapes, so that a shard can be memory-mapped."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

SHARD_ROWS = 100_000


def record_type(seq_len: int, max_predictions: int) -> np.dtype:
    """The record of one instance.

    >>> record_type(512, 20).itemsize
    2727
    """
    return np.dtype(
        [
            ("token_ids", "<i4", (seq_len,)),
            ("segment_ids", "u1", (seq_len,)),
            ("masked_positions", "<i4", (max_predictions,)),
            ("masked_ids", "<i4", (max_predictions,)),
            ("masked_count", "<i2"),
            ("pair_label", "u1"),
            ("length", "<i4"),
        ]
    )


def write_shards(folder: Path, split: str, rows: Iterable[np.ndarray]) -> int:
    """Write blocks of records as ``<split>-00000-of-0000N.npy``; return the number of records."""
    shards = 0
    total = 0
    waiting: list[np.ndarray] = []
    for block in rows:
        waiting.append(block)
        total += len(block)
        if sum(map(len, waiting)) >= SHARD_ROWS:
            np.save(folder / f"{split}-{shards}.npy", np.concatenate(waiting))
            shards, waiting = shards + 1, []
    if waiting:
        np.save(folder / f"{split}-{shards}.npy", np.concatenate(waiting))
        shards += 1
    for index in range(shards):
        source = folder / f"{split}-{index}.npy"
        source.rename(folder / f"{split}-{index:05d}-of-{shards:05d}.npy")
    return total
