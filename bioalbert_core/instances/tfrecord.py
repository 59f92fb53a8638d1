"""Instances as TFRecord in the feature schema of Google's ALBERT, for its own code and others'.

One `tf.train.Example` an instance, as google-research/albert's `create_pretraining_data` writes it
and its `run_pretraining` reads it. BERT's name `next_sentence_labels` holds the SOP label there; -1
(no pair) adds nothing to its loss. `token_boundary` (1 where a word starts, at [CLS] and at [SEP])
tells of the pieces before masking; Google reads it only to mask while training.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from bioalbert_core.plumbing.backend import quiet
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import require_file

Record = dict[str, np.ndarray]

# The kit's name: Google's name, type in the file, and length: L pieces, P predictions, or a scalar.
SCHEMA = {
    "token_ids": ("input_ids", "int64", "L"),
    "padding_mask": ("input_mask", "int64", "L"),
    "segment_ids": ("segment_ids", "int64", "L"),
    "masked_positions": ("masked_lm_positions", "int64", "P"),
    "masked_ids": ("masked_lm_ids", "int64", "P"),
    "masked_weights": ("masked_lm_weights", "float32", "P"),
    "pair_label": ("next_sentence_labels", "int64", ""),
}


def write_tfrecord(path: Path, records: Iterable[Record], starts_word: np.ndarray) -> int:
    """Write records, as `InstanceSource` gives them, to one file; return how many.

    Args:
        path: overwritten; whole only when the call returns.
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
            for count, record in enumerate(records, 1):  # noqa: B007  (it is the result)
                writer.write(_example(tf, record, starts_word))
    except tf.errors.OpError as error:  # a full disk, a missing right
        raise OSError(errno.EIO, error.message.split("; ")[-1], str(path)) from None
    return count


def read_tfrecord(path: Path, seq_len: int, max_predictions: int) -> Iterator[Record]:
    """The records of a file in ALBERT's schema (Google's too), as `write_tfrecord` takes them.

    A file that was cut between two records reads as a shorter one: only its hash tells.

    Raises:
        UserError: no such file, cut or damaged, other lengths, or TensorFlow is not installed.
    """
    tf = _tensorflow()
    shapes = {"L": [seq_len], "P": [max_predictions], "": []}
    wanted = {g: tf.io.FixedLenFeature(shapes[length], kind) for g, kind, length in SCHEMA.values()}
    lines = tf.data.TFRecordDataset(str(require_file(path)))
    try:
        for found in lines.map(lambda line: tf.io.parse_single_example(line, wanted)):
            yield {
                name: found[google].numpy().astype(kind.replace("int64", "int32"))
                for name, (google, kind, _) in SCHEMA.items()
            }
    except (tf.errors.DataLossError, tf.errors.InvalidArgumentError) as error:
        fault = f"cut, damaged, or not of {seq_len} pieces and {max_predictions} predictions"
        reason = error.message.splitlines()[0]
        raise UserError(f"{path}: {fault} ({reason}); make it again") from None


def _example(tf: ModuleType, record: Record, starts_word: np.ndarray) -> bytes:
    features = {google: record[name] for name, (google, _, _) in SCHEMA.items()}
    pieces = record["token_ids"].copy()
    chosen = record["masked_weights"] > 0
    pieces[record["masked_positions"][chosen]] = record["masked_ids"][chosen]
    features["token_boundary"] = starts_word[pieces] * record["padding_mask"]
    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        numbers = feature.float_list if values.dtype.kind == "f" else feature.int64_list
        numbers.value.extend(values.ravel().tolist())
    return example.SerializeToString(deterministic=True)  # without it the map has no fixed order


def _tensorflow() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            import tensorflow
    except ImportError:
        words = "--format tfrecord needs TensorFlow; pip install tensorflow, or take --format npy"
        raise UserError(words) from None
    return tensorflow
