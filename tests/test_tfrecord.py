"""TFRecord in ALBERT's schema: what Google's code reads is what the kit wrote."""

import sys
from pathlib import Path

import numpy as np
import pytest

from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.instances.tfrecord import GOOGLE_NAMES, write_tfrecord
from bioalbert_core.plumbing.errors import UserError

LENGTH, PREDICTIONS = 64, 8


@pytest.fixture(scope="module")
def records(instances_folder):
    source = InstanceSource(instances_folder, "train")
    return [source[index] for index in range(len(source))]


@pytest.fixture(scope="module")
def made(records, tokenizer, tmp_path_factory):
    path = tmp_path_factory.mktemp("tfrecord") / "train.tfrecord"
    assert write_tfrecord(path, records, tokenizer.starts_word) == len(records) > 256
    return path


def parsed(path):
    """The records as Google's `run_pretraining` parses them, token boundaries besides."""
    import tensorflow as tf

    long = tf.io.FixedLenFeature([LENGTH], tf.int64)
    short = tf.io.FixedLenFeature([PREDICTIONS], tf.int64)
    features = {
        "input_ids": long,
        "input_mask": long,
        "segment_ids": long,
        "next_sentence_labels": tf.io.FixedLenFeature([1], tf.int64),
        "token_boundary": long,
        "masked_lm_positions": short,
        "masked_lm_ids": short,
        "masked_lm_weights": tf.io.FixedLenFeature([PREDICTIONS], tf.float32),
    }
    for line in tf.data.TFRecordDataset(str(path)):
        found = tf.io.parse_single_example(line, features)
        yield {name: value.numpy() for name, value in found.items()}


def test_google_reads_the_same_values(records, made):
    for record, found in zip(records, parsed(made), strict=True):
        assert GOOGLE_NAMES.keys() == record.keys()
        for name, google in GOOGLE_NAMES.items():
            np.testing.assert_array_equal(found[google].squeeze(), record[name])


def test_an_example_holds_the_features_of_the_reference_and_no_other(made):
    import tensorflow as tf

    line = next(iter(tf.data.TFRecordDataset(str(made)))).numpy()
    feature = tf.train.Example.FromString(line).features.feature
    kinds = {name: (f.WhichOneof("kind"), len(f.int64_list.value)) for name, f in feature.items()}
    assert kinds == {
        "input_ids": ("int64_list", LENGTH),
        "input_mask": ("int64_list", LENGTH),
        "segment_ids": ("int64_list", LENGTH),
        "token_boundary": ("int64_list", LENGTH),
        "masked_lm_positions": ("int64_list", PREDICTIONS),
        "masked_lm_ids": ("int64_list", PREDICTIONS),
        "masked_lm_weights": ("float_list", 0),
        "next_sentence_labels": ("int64_list", 1),
    }


def test_boundaries_are_those_of_the_pieces_before_masking(records, made, tokenizer):
    seen = 0
    for record, found in zip(records, parsed(made), strict=True):
        shown, boundary = record["token_ids"].tolist(), found["token_boundary"]
        for position, id_, weight in zip(
            record["masked_positions"], record["masked_ids"], record["masked_weights"], strict=True
        ):
            if weight:
                seen += shown[position] != id_
                shown[position] = id_
        for position, (id_, real) in enumerate(zip(shown, record["padding_mask"], strict=True)):
            special = id_ in (tokenizer.cls_id, tokenizer.sep_id)
            starts = tokenizer.pieces[id_].startswith("▁") or tokenizer.starts_word[id_]
            assert boundary[position] == (real and (special or starts))
    assert seen > 100


def test_the_same_records_give_the_same_bytes(records, made, tokenizer, tmp_path):
    write_tfrecord(tmp_path / "again", iter(records), tokenizer.starts_word)
    assert (tmp_path / "again").read_bytes() == made.read_bytes()


def test_an_instance_without_a_pair_adds_nothing_to_googles_sop_loss(records, tokenizer, tmp_path):
    import tensorflow as tf

    single = records[0] | {"pair_label": np.int32(-1)}
    write_tfrecord(tmp_path / "single", [single], tokenizer.starts_word)
    (label,) = next(parsed(tmp_path / "single"))["next_sentence_labels"]
    assert tf.one_hot(label, 2).numpy().tolist() == [0, 0]  # the loss is minus the sum over this


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_of_the_system(records, tokenizer):
    with pytest.raises(OSError, match=r"No space left on device.*/dev/full"):
        write_tfrecord(Path("/dev/full"), records, tokenizer.starts_word)


def test_without_tensorflow_it_says_what_to_install(records, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UserError, match="--format tfrecord: needs TensorFlow; pip install"):
        write_tfrecord(tmp_path / "none", records, tokenizer.starts_word)
    assert not (tmp_path / "none").exists()
