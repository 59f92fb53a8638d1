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


def write_shards(folder: Path, split: str, blocks: Iterable[np.ndarray]) -> int:
    """Write blocks of records as ``<split>-00000-of-0000N.npy``; return the number of records."""
    paths: list[Path] = []
    waiting: list[np.ndarray] = []
    total = rows = 0

    def flush() -> None:
        paths.append(folder / f"{split}-{len(paths)}.npy")
        np.save(paths[-1], np.concatenate(waiting))
        waiting.clear()

    for block in blocks:
        waiting.append(block)
        total, rows = total + len(block), rows + len(block)
        if rows >= SHARD_ROWS:
            flush()
            rows = 0
    if rows:
        flush()
    for index, path in enumerate(paths):
        path.rename(folder / f"{split}-{index:05d}-of-{len(paths):05d}.npy")
    return total
