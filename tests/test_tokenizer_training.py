"""A vocabulary trained on a corpus: repeatable, and refused in words where it cannot be."""

import pytest

from bioalbert_core.errors import UserError
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.__main__ import main
from bioalbert_core.tokenizer.train import train_tokenizer


def test_training_twice_gives_the_same_bytes(corpus_folder, tokenizer_file, tmp_path):
    train_tokenizer(corpus_folder, 200, tmp_path / "again.model")
    assert (tmp_path / "again.model").read_bytes() == tokenizer_file.read_bytes()


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
