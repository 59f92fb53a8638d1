"""Shards to batches: every record once a pass, each pass in another order."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.instances import loading
from bioalbert_core.instances.build import build_instances
from bioalbert_core.instances.loading import (
    InstanceSource,
    heldout_batches,
    spread,
    train_batches,
)

NAMES = {
    "token_ids": ("int32", (64,)),
    "segment_ids": ("int32", (64,)),
    "padding_mask": ("int32", (64,)),
    "masked_positions": ("int32", (8,)),
    "masked_ids": ("int32", (8,)),
    "masked_weights": ("float32", (8,)),
    "pair_label": ("int32", ()),
}


def key(record):
    """A record as bytes, to count and compare it."""
    return b"".join(np.asarray(record[name]).tobytes() for name in NAMES)


def keys(batches):
    """The records of batches, one by one."""
    return [
        key({name: batch[name][row] for name in NAMES})
        for batch in batches
        for row in range(len(batch["pair_label"]))
    ]


@pytest.fixture(scope="module")
def source(instances_folder):
    return InstanceSource(instances_folder, "train")


@pytest.fixture(scope="module")
def all_keys(source):
    return [key(source[index]) for index in range(len(source))]


def test_a_record_is_the_row_on_disk(instances_folder, source):
    rows = np.load(instances_folder / "train-00000-of-00001.npy")
    assert len(source) == len(rows)
    assert rows[::5]["length"].min() < 64
    for index in range(0, len(rows), 5):
        record, row = source[index], rows[index]
        for name in ("token_ids", "masked_positions", "masked_ids", "pair_label"):
            assert (record[name] == row[name]).all()
        second, end = int(row["second"]), int(row["length"])
        expected = [0] * second + [1] * (end - second) + [0] * (64 - end)
        assert record["segment_ids"].tolist() == expected
        assert record["padding_mask"].tolist() == [1] * row["length"] + [0] * (64 - row["length"])
        count = row["masked_count"]
        assert record["masked_weights"].tolist() == [1.0] * count + [0.0] * (8 - count)


def test_a_batch_has_the_shapes_and_types_promised(instances_folder):
    batch = train_batches(instances_folder, 16, seed=0)[0]
    assert {n: (str(v.dtype), v.shape[1:]) for n, v in batch.items()} == NAMES
    assert {len(value) for value in batch.values()} == {16}


def test_each_pass_is_every_record_once_in_another_order(instances_folder, all_keys):
    size = len(all_keys)
    batches = train_batches(instances_folder, 1, seed=3)
    passes = [keys(batches[n] for n in range(turn * size, (turn + 1) * size)) for turn in range(2)]
    for one in passes:
        assert Counter(one) == Counter(all_keys)
        assert one != all_keys
    assert passes[0] != passes[1]


def test_the_seed_decides_the_order(instances_folder):
    first, again, other = (
        keys(train_batches(instances_folder, 32, seed)[n] for n in range(3)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_batches_go_on_over_the_end_of_a_pass(instances_folder, all_keys):
    """Three passes in batches of 64 are the same records as in batches of 1, none left out."""
    number = 3 * len(all_keys) // 64
    single, wide = (train_batches(instances_folder, size, seed=5) for size in (1, 64))
    assert keys(wide[n] for n in range(number)) == keys(single[n] for n in range(number * 64))


def test_training_may_be_taken_up_at_any_step(instances_folder):
    batches = train_batches(instances_folder, 16, seed=0)
    walked = [batch for batch, _ in zip(iter(batches), range(8), strict=False)]
    assert keys([batches[7]]) == keys(walked[7:])


def test_a_batch_larger_than_the_data_is_filled(instances_folder, all_keys):
    size = len(all_keys) + 10
    assert len(keys([train_batches(instances_folder, size, seed=0)[0]])) == size


def test_held_out_records_come_once_and_in_order(instances_folder):
    source = InstanceSource(instances_folder, "heldout")
    batches = heldout_batches(instances_folder, 16)
    found = [batches[n] for n in range(len(batches))]
    assert keys(found) == [key(source[n]) for n in range(len(source))]
    assert len(source) % 16 != 0
    assert len(found[-1]["pair_label"]) == len(source) % 16


def test_a_sample_of_what_is_held_out_is_spread_over_all_of_it_and_stays(instances_folder):
    source = InstanceSource(instances_folder, "heldout")
    every = [key(source[n]) for n in range(len(source))]
    first, again = (keys(heldout_batches(instances_folder, 4, most=6)) for _ in range(2))
    assert first == again
    assert first == [every[place] for place in spread(len(every), 6)]


@given(st.integers(0, 10**6), st.none() | st.integers(1, 500))
def test_a_spread_sample_has_one_of_each_stretch(count, most):
    chosen = spread(count, most)
    wanted = count if most is None else min(count, most)
    assert len(chosen) == wanted and len(set(chosen.tolist())) == wanted
    edges = np.arange(wanted + 1) * count // max(wanted, 1)
    assert ((edges[:-1] <= chosen) & (chosen < edges[1:])).all()


@pytest.fixture(scope="module")
def dynamic(corpus_folder, tokenizer_file, small_config, tmp_path_factory):
    """Instances whose masks are drawn when they are loaded."""
    out = tmp_path_factory.mktemp("dynamic") / "instances"
    config = replace(small_config, masking="dynamic", dupe_factor=1)
    build_instances(corpus_folder, tokenizer_file, out, config)
    return out


def restored(record):
    """The pieces of a record before masking."""
    ids, count = record["token_ids"].copy(), int(record["masked_weights"].sum())
    ids[record["masked_positions"][:count]] = record["masked_ids"][:count]
    return ids.tolist()


def test_dynamic_masks_differ_from_pass_to_pass_and_hide_the_same_pieces(dynamic):
    source = InstanceSource(dynamic, "train")
    batches, size = train_batches(dynamic, 1, seed=3), len(source)
    passes = [
        [{n: v[0] for n, v in batches[turn * size + i].items()} for i in range(size)]
        for turn in range(2)
    ]
    stored = sorted(source[index]["token_ids"].tolist() for index in range(size))
    for records in passes:
        assert {n: (str(v.dtype), v.shape) for n, v in records[0].items()} == NAMES
        assert sorted(map(restored, records)) == stored
    masks = [{(*restored(r), *r["masked_positions"].tolist()) for r in one} for one in passes]
    assert len(masks[0] & masks[1]) < 0.1 * size


def test_dynamic_masks_depend_on_seed_and_step_alone(dynamic):
    first, again, other = (
        keys(train_batches(dynamic, 8, seed)[n] for n in (5, 2)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_held_out_records_keep_their_masks(dynamic):
    first, again = (keys(heldout_batches(dynamic, 16)) for _ in range(2))
    assert first == again
    assert len(first) > 10


def test_empty_shards_and_closed_ones_do_not_matter(instances_folder, tmp_path, monkeypatch):
    rows = np.load(instances_folder / "train-00000-of-00001.npy")
    for n, part in enumerate([rows[:0], rows[:30], rows[30:30], rows[30:]]):
        np.save(tmp_path / f"train-{n:05}-of-00004.npy", part)
    monkeypatch.setattr(loading, "OPEN_SHARDS", 1)
    source, whole = InstanceSource(tmp_path, "train"), InstanceSource(instances_folder, "train")
    assert len(source) == len(rows)
    assert [key(source[i]) for i in range(len(rows))] == [key(whole[i]) for i in range(len(rows))]
