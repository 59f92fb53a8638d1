"""A vocabulary trained on a corpus: repeatable, and refused in words where it cannot be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.errors import UserError
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.__main__ import main
from bioalbert_core.tokenizer.train import sample, train_tokenizer


def test_training_twice_gives_the_same_bytes(corpus_folder, tokenizer_file, tmp_path):
    train_tokenizer(corpus_folder, 200, tmp_path / "again.model")
    assert (tmp_path / "again.model").read_bytes() == tokenizer_file.read_bytes()


def test_a_sample_of_a_corpus_gives_the_same_bytes_each_time(corpus_folder, tmp_path):
    made = []
    for name in ("one.model", "two.model"):
        train_tokenizer(corpus_folder, 100, tmp_path / name, sentences=50)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    train_tokenizer(corpus_folder, 100, tmp_path / "all.model")
    assert (tmp_path / "all.model").read_bytes() != made[0]


def test_what_a_model_was_made_from_stands_beside_it(corpus_folder, tmp_path):
    out = tmp_path / "x.model"
    train_tokenizer(corpus_folder, 100, out, sentences=50)
    record = json.loads((tmp_path / "x.model.json").read_text("utf-8"))
    corpus = json.loads((corpus_folder / "manifest.json").read_text("utf-8"))
    assert record["command"] == "tokenizer"
    assert record["settings"] == {"vocab_size": 100, "sentences": 50}
    assert record["inputs"] == {"corpus": corpus["outputs"]}
    assert record["counts"] == {"sentences": 50, "of": corpus["counts"]["sentences"]}
    assert record["outputs"] == {"x.model": Tokenizer(out).sha256}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.model", "x.model.json"]


@given(total=st.integers(0, 60), number=st.integers(1, 80))
def test_a_sample_has_its_size_and_keeps_the_order(total, number):
    drawn = list(sample(range(total), total, number))
    assert len(drawn) == min(total, number)
    assert drawn == sorted(set(drawn))


def test_a_sample_is_drawn_evenly_from_all_of_the_corpus():
    drawn = list(sample(range(100_000), 100_000, 10_000))
    tenths = [sum(n // 10_000 == tenth for n in drawn) for tenth in range(10)]
    assert all(900 < count < 1100 for count in tenths)  # 3.3 standard deviations of 30


def test_a_corpus_that_was_changed_is_refused(corpus_folder, tmp_path, fails):
    copy = tmp_path / "corpus"
    copy.mkdir()
    for path in corpus_folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    shard = next(copy.glob("*.txt"))
    shard.write_text(shard.read_text("utf-8").replace("a", "e"), "utf-8")
    told = fails(main, "train", "--corpus", copy, "--out", tmp_path / "x.model")
    assert f"{shard}: missing or changed" in told
    assert not (tmp_path / "x.model").exists()


@pytest.mark.parametrize("number", ["0", "-5", "10000001"])
def test_an_impossible_number_of_sentences_is_told(corpus_folder, tmp_path, fails, number):
    given = ("--corpus", corpus_folder, "--out", tmp_path / "x.model", "--sentences", number)
    assert f"--sentences {number}: must be between" in fails(main, "train", *given)


@pytest.mark.parametrize("size", ["100000", "99999999999", "4", "0", "-1"])
def test_an_impossible_vocabulary_is_told_and_leaves_nothing(corpus_folder, tmp_path, fails, size):
    out = tmp_path / "new" / "x.model"
    told = fails(main, "train", "--corpus", corpus_folder, "--vocab-size", size, "--out", out)
    assert size in told
    assert not told.rstrip().endswith(":")  # a reason follows
    assert list(tmp_path.iterdir()) == []


def test_the_largest_possible_vocabulary_is_named(corpus_folder, tmp_path):
    with pytest.raises(UserError, match=r"no vocabulary of 9999 pieces: .* <= (\d+)") as told:
        train_tokenizer(corpus_folder, 9999, tmp_path / "x.model")
    largest = int(str(told.value).rstrip(".").rsplit(" ", 1)[-1])
    train_tokenizer(corpus_folder, largest, tmp_path / "x.model")
    assert Tokenizer(tmp_path / "x.model").vocab_size == largest


def test_training_wants_a_finished_corpus(tmp_path, fails):
    told = fails(main, "train", "--corpus", tmp_path, "--out", tmp_path / "x.model")
    assert f"{tmp_path}: no finished output" in told
