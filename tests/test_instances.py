"""A corpus and a tokenizer to shards of instances."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError
from bioalbert_core.files import read_manifest, sha256
from bioalbert_core.instances import shards
from bioalbert_core.instances.__main__ import main
from bioalbert_core.instances.build import build_instances, check_instances
from bioalbert_core.tokenizer.train import train_tokenizer

CLS, SEP, MASK = 2, 3, 4


def rows_of(folder, split):
    paths = sorted(folder.glob(f"{split}-*.npy"))
    return np.concatenate([np.load(path) for path in paths])


def unmasked(row):
    """The pieces of an instance before masking, without padding."""
    ids = row["token_ids"].copy()
    count = row["masked_count"]
    ids[row["masked_positions"][:count]] = row["masked_ids"][:count]
    return ids[: row["length"]].tolist()


def segments(row):
    """A and B, unmasked."""
    ids = unmasked(row)
    cut = ids.index(SEP)
    return ids[1:cut], ids[cut + 1 : -1]


def files_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def copied(instances_folder, tmp_path):
    """The instances, in a folder that may be harmed."""
    return shutil.copytree(instances_folder, tmp_path / "instances")


@pytest.fixture(params=["train", "heldout"])
def rows(request, instances_folder):
    return rows_of(instances_folder, request.param)


def test_shapes_are_fixed(rows, small_config):
    assert rows["token_ids"].shape == (len(rows), small_config.seq_len)
    assert rows["segment_ids"].shape == (len(rows), small_config.seq_len)
    assert rows["masked_positions"].shape == (len(rows), small_config.max_predictions)
    assert rows["masked_ids"].shape == (len(rows), small_config.max_predictions)
    assert len(rows) > 20


def test_an_instance_is_cls_a_sep_b_sep_and_padding(rows, tokenizer):
    for row in rows:
        ids = unmasked(row)
        assert ids[0] == CLS
        assert ids[-1] == SEP
        assert ids.count(SEP) == 2
        assert not {0, CLS, MASK} & set(ids[1:])
        assert not row["token_ids"][row["length"] :].any()
        a, b = segments(row)
        assert a
        assert b
        expected = [0] * (len(a) + 2) + [1] * (len(b) + 1)
        assert row["segment_ids"].tolist() == expected + [0] * (64 - len(ids))
    assert rows["token_ids"].max() < tokenizer.vocab_size
    assert set(rows["pair_label"]) == {0, 1}


def test_masked_positions_ids_and_count_agree(rows, small_config):
    for row in rows:
        count, length = int(row["masked_count"]), int(row["length"])
        positions = row["masked_positions"][:count].tolist()
        budget = min(small_config.max_predictions, max(1, round(0.15 * length)))
        assert count <= budget
        assert positions == sorted(set(positions))
        assert all(0 < position < length - 1 for position in positions)
        assert not {0, CLS, SEP, MASK} & set(row["masked_ids"][:count].tolist())
        assert not row["masked_positions"][count:].any()
        assert not row["masked_ids"][count:].any()
    hidden = sum((row["token_ids"] == MASK).sum() for row in rows)
    assert 0.7 < hidden / rows["masked_count"].sum() < 0.9


def test_every_segment_is_text_of_the_corpus_and_no_held_out_document_is_trained_on(
    instances_folder, corpus_folder, tokenizer
):
    documents = [
        " ".join(["", *(str(i) for sentence in document for i in tokenizer.encode(sentence)), ""])
        for document in read_corpus(corpus_folder)
    ]
    seen = {}
    for split in ("train", "heldout"):
        sure = set()
        for row in rows_of(instances_folder, split):
            for segment in segments(row):
                text = " ".join(["", *map(str, segment), ""])
                homes = [n for n, document in enumerate(documents) if text in document]
                assert homes
                if len(homes) == 1:
                    sure.add(homes[0])
        seen[split] = sure
    assert not seen["train"] & seen["heldout"]
    assert seen["train"] | seen["heldout"] == set(range(len(documents)))
    assert 4 <= len(seen["heldout"]) <= 20  # a share of 0.2 of 60


def test_the_passes_over_a_document_differ(instances_folder):
    rows = rows_of(instances_folder, "train")
    assert len({row.tobytes() for row in rows}) > 0.95 * len(rows)


def test_the_manifest_tells_what_was_made_of_what(
    instances_folder, corpus_folder, tokenizer_file, small_config
):
    manifest = read_manifest(instances_folder, "instances")
    assert manifest["settings"]["seq_len"] == small_config.seq_len
    assert manifest["inputs"]["tokenizer"] == sha256(tokenizer_file)
    assert manifest["inputs"]["corpus"] == read_manifest(corpus_folder, "corpus")["outputs"]
    assert manifest["vocab_size"] == 200
    for split in ("train", "heldout"):
        assert manifest["counts"][split] == len(rows_of(instances_folder, split))
    for name, hash_ in manifest["outputs"].items():
        assert sha256(instances_folder / name) == hash_


def test_the_same_seed_gives_the_same_bytes(
    instances_folder, corpus_folder, tokenizer_file, small_config, tmp_path
):
    build_instances(corpus_folder, tokenizer_file, tmp_path / "same", small_config)
    assert files_of(tmp_path / "same") == files_of(instances_folder)


def test_the_seed_decides_the_masks_and_which_documents_are_held_out(
    corpus_folder, tokenizer_file, small_config, tmp_path
):
    rows, counts = [], []
    for seed in (1, 2):
        config = replace(small_config, seed=seed, dupe_factor=1)
        counts.append(build_instances(corpus_folder, tokenizer_file, tmp_path / "part", config))
        config = replace(config, held_out=0.0)
        assert not build_instances(corpus_folder, tokenizer_file, tmp_path / "all", config)[
            "heldout"
        ]
        rows.append({row.tobytes() for row in rows_of(tmp_path / "all", "train")})
    assert counts[0] != counts[1]
    assert len(rows[0] & rows[1]) < 0.05 * len(rows[0])


def test_several_shards_hold_the_same_rows(
    instances_folder, corpus_folder, tokenizer_file, small_config, tmp_path, monkeypatch
):
    monkeypatch.setattr(shards, "SHARD_ROWS", 50)
    out = tmp_path / "many"
    build_instances(corpus_folder, tokenizer_file, out, small_config)
    for split in ("train", "heldout"):
        names = sorted(path.name for path in out.glob(f"{split}-*"))
        total = len(names)
        assert names == [f"{split}-{n:05}-of-{total:05}.npy" for n in range(total)]
        assert (rows_of(out, split) == rows_of(instances_folder, split)).all()
    assert total > 1


def test_check_instances_takes_what_was_written(instances_folder):
    assert check_instances(instances_folder)["command"] == "instances"


def test_check_instances_sees_a_cut_shard(copied):
    shard = next(copied.glob("train-*.npy"))
    shard.write_bytes(shard.read_bytes()[:200])
    with pytest.raises(UserError, match=rf"{shard.name}: missing or changed"):
        check_instances(copied)


def test_check_instances_sees_a_swapped_copy_of_the_tokenizer(copied, corpus_folder):
    train_tokenizer(corpus_folder, 150, copied / "tokenizer.model")
    with pytest.raises(UserError, match="not the tokenizer"):
        check_instances(copied)


def test_check_instances_wants_a_finished_folder(copied, tmp_path, corpus_folder):
    for place in (tmp_path / "nowhere", corpus_folder):
        with pytest.raises(UserError, match=str(place)):
            check_instances(place)
    (copied / "manifest.json").write_text(json.dumps({"command": "tag"}))
    with pytest.raises(UserError, match="'instances' is wanted"):
        check_instances(copied)


@pytest.mark.parametrize(
    "option", ["--seq-len=7", "--max-predictions=-1", "--dupe-factor=0", "--held-out=1"]
)
def test_settings_that_cannot_work_are_told_and_leave_nothing(
    corpus_folder, tokenizer_file, tmp_path, fails, option
):
    given = ["--corpus", corpus_folder, "--tokenizer", tokenizer_file]
    fails(main, *given, "--out", tmp_path / "out", option)
    assert list(tmp_path.iterdir()) == []


def test_bad_inputs_are_told_and_leave_nothing(corpus_folder, tokenizer_file, tmp_path, fails):
    nowhere = tmp_path / "nowhere"
    cases = [(nowhere, tokenizer_file, nowhere), (corpus_folder, nowhere, nowhere)]
    for corpus, tokenizer, blamed in cases:
        told = fails(main, "--corpus", corpus, "--tokenizer", tokenizer, "--out", tmp_path / "out")
        assert str(blamed) in told
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_of_one_lone_sentence_gives_no_instance(tokenizer_file, tmp_path, fails):
    (tmp_path / "a.txt").write_text("This sentence stands all alone.")
    build_corpus([tmp_path / "a.txt"], tmp_path / "corpus")
    before = sorted(tmp_path.iterdir())
    given = ["--corpus", tmp_path / "corpus", "--tokenizer", tokenizer_file, "--held-out=0"]
    assert "no training instance" in fails(main, *given, "--out", tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before
