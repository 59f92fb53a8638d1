"""Instances on disk: NumPy records of fixed shape, so that a shard can be memory-mapped.

With up to 65,536 tokens in the vocabulary, an instance of 512 tokens and 20 predictions takes 1,111
bytes with static masks, for each of ``dupe_factor`` passes. With dynamic masks, drawn when a record
is loaded, it takes 1,029 bytes and one pass is enough.
"""

import io
from pathlib import Path

import numpy as np

from bioalbert_core.plumbing.files import is_local, output_file


def record_type(
    seq_len: int, max_predictions: int, vocab_size: int, dynamic: bool = False
) -> np.dtype:
    """The record type of an instance.

    >>> record_type(512, 20, 30_000).itemsize, record_type(512, 20, 30_000, dynamic=True).itemsize
    (1111, 1029)
    """
    id_type = "<u2" if vocab_size <= 1 << 16 else "<u4"
    fields = [
        ("token_ids", id_type, (seq_len,)),
        ("length", "<u2"),
        ("second", "<u2"),  # where segment B begins; the length if there is none
        ("pair_label", "i1"),
    ]
    masks = [
        ("masked_positions", "<u2", (max_predictions,)),
        ("masked_ids", id_type, (max_predictions,)),
        ("masked_count", "<u2"),
    ]
    return np.dtype(fields if dynamic else fields + masks)


def save_rows(path: Path, rows: np.ndarray) -> None:
    """Write records to one ``.npy`` file, completely or not at all."""
    whole = io.BytesIO()  # saving to a file directly, np.save would hide why it failed
    np.save(whole, rows, allow_pickle=False)
    with output_file(path) as partial:
        partial.write_bytes(whole.getbuffer())


def load_rows(path: Path) -> np.ndarray:
    """The records of a file, memory-mapped if it is local."""
    if is_local(path):
        return np.load(path, mmap_mode="r", allow_pickle=False)
    return np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)


def to_record(row: np.void) -> dict[str, np.ndarray]:
    """The arrays of a record, as the package lists them; no masks if it stores none."""
    positions = np.arange(len(row["token_ids"]))
    record = {
        "token_ids": row["token_ids"].astype("int32"),
        "segment_ids": ((positions >= row["second"]) & (positions < row["length"])).astype("int32"),
        "padding_mask": (positions < row["length"]).astype("int32"),
        "pair_label": row["pair_label"].astype("int32"),
    }
    if "masked_ids" in row.dtype.names:
        predictions = np.arange(len(row["masked_ids"]))
        record["masked_positions"] = row["masked_positions"].astype("int32")
        record["masked_ids"] = row["masked_ids"].astype("int32")
        record["masked_weights"] = (predictions < row["masked_count"]).astype("float32")
    return record
