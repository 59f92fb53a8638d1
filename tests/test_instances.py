"""A corpus and a tokenizer to shards of instances."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import requests
from conftest import files_of, invented_documents

from bioalbert_core.corpus import shards
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.instances.__main__ import main
from bioalbert_core.instances.build import build_instances, check_instances
from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.instances.shards import to_record
from bioalbert_core.instances.tfrecord import GOOGLE_NAMES
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, sha256
from bioalbert_core.plumbing.folders import read_manifest
from bioalbert_core.plumbing.tasks import Machines
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


@pytest.fixture
def copied(instances_folder, tmp_path):
    """The instances, in a folder that may be harmed."""
    return shutil.copytree(instances_folder, tmp_path / "instances")


@pytest.fixture(params=["train", "heldout"])
def rows(request, instances_folder):
    return rows_of(instances_folder, request.param)


def test_shapes_are_fixed(rows, small_config):
    assert rows["token_ids"].shape == (len(rows), small_config.seq_len)
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
        assert to_record(row)["segment_ids"].tolist() == expected + [0] * (64 - len(ids))
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


@pytest.fixture
def many_shards(tmp_path, monkeypatch):
    """A corpus of 60 invented documents in several shards."""
    monkeypatch.setattr(shards, "SHARD_CHARACTERS", 10_000)
    raw = tmp_path / "raw"
    raw.mkdir()
    for index, sentences in enumerate(invented_documents(60)):
        (raw / f"{index:03}.txt").write_text("\n".join(sentences), "utf-8")
    build_corpus([raw], tmp_path / "corpus")
    return tmp_path / "corpus"


def test_every_corpus_shard_gives_a_shard_of_each_split(
    many_shards, tokenizer_file, small_config, tmp_path
):
    out = tmp_path / "out"
    counts = build_instances(many_shards, tokenizer_file, out, small_config)
    total = len(list(many_shards.glob("*.txt")))
    assert total > 2
    for split in ("train", "heldout"):
        names = [f"{split}-{n:05}-of-{total:05}.npy" for n in range(total)]
        assert sorted(path.name for path in out.glob(f"{split}-*")) == names
        assert counts[split] == len(rows_of(out, split))


@pytest.mark.parametrize("machines", [Machines(workers=2), Machines(workers=3), Machines("beam")])
def test_the_bytes_are_the_same_whoever_makes_them(
    many_shards, tokenizer_file, small_config, tmp_path, machines
):
    given = (many_shards, tokenizer_file)
    build_instances(*given, tmp_path / "one", small_config)
    build_instances(*given, tmp_path / "more", small_config, machines)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "more")


@pytest.mark.parametrize("pair", ["nsp", "none"])
def test_the_other_pair_tasks(corpus_folder, tokenizer_file, small_config, tmp_path, pair):
    config = replace(small_config, pair=pair)
    build_instances(corpus_folder, tokenizer_file, tmp_path / "out", config)
    for row in rows_of(tmp_path / "out", "train"):
        assert unmasked(row).count(SEP) == (1 if pair == "none" else 2)
        assert to_record(row)["segment_ids"].any() == (pair != "none")
        assert row["pair_label"] in ((-1,) if pair == "none" else (0, 1))


def test_dynamic_masking_stores_each_segment_once(
    corpus_folder, tokenizer_file, small_config, tmp_path
):
    """What is stored is what static masking with one pass masks."""
    rows = {}
    for masking in ("static", "dynamic"):
        config = replace(small_config, masking=masking, dupe_factor=1, held_out=0.0)
        build_instances(corpus_folder, tokenizer_file, tmp_path / masking, config)
        rows[masking] = rows_of(tmp_path / masking, "train")
    assert "masked_ids" not in rows["dynamic"].dtype.names
    assert len(rows["dynamic"]) > 100
    stored = [row["token_ids"][: row["length"]].tolist() for row in rows["dynamic"]]
    assert stored == [unmasked(row) for row in rows["static"]]
    config = replace(small_config, masking="dynamic", dupe_factor=None)
    assert config.passes == 1


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
    with pytest.raises(UserError, match="expected an output of 'instances'"):
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
    assert "too little text for a training instance" in fails(
        main, *given, "--out", tmp_path / "out"
    )
    assert sorted(tmp_path.iterdir()) == before


def test_all_folders_may_be_addresses(
    instances_folder, corpus_folder, tokenizer_file, small_config
):
    bucket = location("memory://instances")
    for path in [*corpus_folder.iterdir(), tokenizer_file]:
        (bucket / "in" / path.name).write_bytes(path.read_bytes())
    model = f"memory://instances/in/{tokenizer_file.name}"
    try:
        build_instances("memory://instances/in", model, "memory://instances/out", small_config)
        found = {path.name: path.read_bytes() for path in (bucket / "out").iterdir()}
        assert found == files_of(instances_folder)
        assert check_instances("memory://instances/out")["counts"]["train"] > 100
        sources = [InstanceSource(f, "train") for f in (bucket / "out", instances_folder)]
        assert (sources[0][7]["token_ids"] == sources[1][7]["token_ids"]).all()
    finally:
        bucket.fs.rm("/", recursive=True)


def test_a_changed_corpus_is_not_read(corpus_folder, tokenizer_file, tmp_path, fails):
    corpus = shutil.copytree(corpus_folder, tmp_path / "corpus")
    shard = next(corpus.glob("corpus-*"))
    shard.write_bytes(shard.read_bytes() + b"One more.\n")
    told = fails(main, "--corpus", corpus, "--tokenizer", tokenizer_file, "--out", tmp_path / "out")
    assert f"{shard}: missing or changed" in told
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_dynamic_masks_and_tfrecord_do_not_go_together(
    corpus_folder, tokenizer_file, tmp_path, fails
):
    given = ["--corpus", corpus_folder, "--tokenizer", tokenizer_file, "--out", tmp_path / "out"]
    assert "--format tfrecord" in fails(main, *given, "--format", "tfrecord", "--masking=dynamic")


def test_tfrecord_shards_hold_the_same_instances(
    instances_folder, corpus_folder, tokenizer_file, small_config, tmp_path
):
    tf = pytest.importorskip("tensorflow")
    config = replace(small_config, format="tfrecord")
    counts = build_instances(corpus_folder, tokenizer_file, tmp_path / "out", config)
    source = InstanceSource(instances_folder, "train")
    path = tmp_path / "out" / "train-00000-of-00001.tfrecord"
    examples = [
        tf.train.Example.FromString(example.numpy())
        for example in tf.data.TFRecordDataset(str(path))
    ]
    assert counts["train"] == len(source) == len(examples)
    for example, expected in zip(examples, (source[n] for n in range(len(source))), strict=True):
        for name, values in expected.items():
            feature = example.features.feature[GOOGLE_NAMES[name]]
            stored = getattr(feature, feature.WhichOneof("kind")).value
            assert list(stored) == values.ravel().tolist()


def test_the_default_vocabulary_is_alberts_own(corpus_folder, tmp_path, fails, monkeypatch):
    """It is looked for in downloads/ of the working folder; a wrong one is never used."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("requests.sessions.Session.request", _offline)
    told = fails(main, "--corpus", corpus_folder, "--out", "out")
    assert "30k-clean.model: not fetched" in told
    assert not (tmp_path / "out").exists()


def _offline(*_, **__):
    raise requests.ConnectionError("no network")
