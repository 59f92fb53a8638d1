"""Instances as TFRecord, with the features of Google's ALBERT, for its code and others.

Each instance is a `tf.train.Example` as google-research/albert's `create_pretraining_data` writes
it and its `run_pretraining` reads it. `next_sentence_labels`, a name from BERT, holds the SOP
label; -1 (no pair) adds nothing to Google's loss. `token_boundary` is 1 where a word starts, at
[CLS] and at [SEP], before masking; Google reads it only to mask during training.
"""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import numpy as np

from bioalbert_core.plumbing.backend import quiet
from bioalbert_core.plumbing.errors import UserError

Record = dict[str, np.ndarray]

GOOGLE_NAMES = {
    "token_ids": "input_ids",
    "padding_mask": "input_mask",
    "segment_ids": "segment_ids",
    "masked_positions": "masked_lm_positions",
    "masked_ids": "masked_lm_ids",
    "masked_weights": "masked_lm_weights",  # floats; all others are integers
    "pair_label": "next_sentence_labels",
}


def write_tfrecord(path: Path, records: Iterable[Record], starts_word: np.ndarray) -> int:
    """Write records, as `to_record` returns them, to one file; return their number.

    Args:
        path: the file to overwrite; incomplete until the call returns.
        records: the instances.
        starts_word: for each id, whether it starts a word; shape (vocab,). See `Tokenizer`.

    Raises:
        UserError: TensorFlow is not installed.
        OSError: the file cannot be written.
    """
    tf = _tensorflow()
    count = 0
    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for count, record in enumerate(records, 1):  # noqa: B007  (the result)
                writer.write(_example(tf, record, starts_word))
    except tf.errors.OpError as error:  # a full disk, no permission
        raise OSError(errno.EIO, error.message.split("; ")[-1], str(path)) from None
    return count


def _example(tf: ModuleType, record: Record, starts_word: np.ndarray) -> bytes:
    features = {google: record[name] for name, google in GOOGLE_NAMES.items()}
    original = record["token_ids"].copy()  # (L,)
    masked = record["masked_weights"] > 0
    original[record["masked_positions"][masked]] = record["masked_ids"][masked]
    features["token_boundary"] = starts_word[original] * record["padding_mask"]
    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        numbers = feature.float_list if values.dtype.kind == "f" else feature.int64_list
        numbers.value.extend(values.ravel().tolist())
    return example.SerializeToString(deterministic=True)  # else the order of features varies


def _tensorflow() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            import tensorflow
    except ImportError:
        raise UserError(
            "--format tfrecord: needs TensorFlow; pip install tensorflow, or use --format npy"
        ) from None
    return tensorflow
