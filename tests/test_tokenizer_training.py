"""A vocabulary trained on a corpus: repeatable, and refused in words where it cannot be."""

import json
from itertools import chain

import pytest
from conftest import invented_documents
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.errors import UserError
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.__main__ import main
from bioalbert_core.tokenizer.normalization import normalize
from bioalbert_core.tokenizer.train import (
    LINE_BYTES,
    RESERVED,
    SentencePieceTrainer,
    sample,
    train_tokenizer,
    training_lines,
)


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


@given(
    st.lists(
        st.text(max_size=50)
        | st.builds(
            str.__mul__, st.text("ab▅α😀\u0301", min_size=1, max_size=9), st.integers(1, 900)
        ),
        max_size=8,
    )
    | st.builds(list.__mul__, st.just(["fever"]), st.integers(0, 2000))
)
def test_nothing_of_a_sentence_is_more_than_sentencepiece_takes(words):
    sentence = " ".join(words)
    lines = training_lines(sentence)
    assert all(len(line.encode()) <= LINE_BYTES and RESERVED not in line for line in lines)
    expected = normalize(sentence).replace(RESERVED, " ")
    assert "".join("".join(lines).split()) == "".join(expected.split())
    if all(len(word) * 4 < LINE_BYTES - 4 for word in expected.split()):
        assert " ".join(lines).split() == expected.split()


def test_a_sentence_up_to_the_limit_is_one_line():
    assert training_lines("a" * LINE_BYTES) == ["a" * LINE_BYTES]
    assert len(training_lines("a" * (LINE_BYTES + 1))) > 1


ALPHABET = ["ab cd ef gh ij kl mn op qr st uv wx yz"]


def corpus_of(folder, *sentences):
    folder.mkdir()
    (folder / "a.txt").write_text("\n".join(sentences), "utf-8")
    return folder


@pytest.mark.parametrize(
    "sentence", ["φθψ ωλγ " * 500, "φθψω" * 2000, "φθψ ωλγ ▅ " * 20, "鼠" * 1500]
)
def test_sentences_that_sentencepiece_would_pass_over_are_used(tmp_path, sentence):
    corpus = corpus_of(tmp_path / "corpus", *chain.from_iterable(invented_documents(20)), sentence)
    train_tokenizer(corpus, 100, tmp_path / "x.model")
    tokenizer = Tokenizer(tmp_path / "x.model")
    assert tokenizer.unk_id not in tokenizer.encode(sentence.replace("▅", "")[:30])


@pytest.mark.parametrize(
    ("sentences", "size", "reason"),
    [
        (["\u0301", "\u0301\u0302"], 40, "there is no text to train on; give more text"),
        (["▅", "▅ ▅"], 40, "there is no text to train on; give more text"),
        (["▁▁"], 40, "there is no text to train on; give more text"),
        (["ab"], 32, r"its text gives at most \d+; give more text"),
        (ALPHABET, 4000, r".*at most (\d+); .* --vocab-size <= \1"),
        (ALPHABET, 32, r".*need more; take --vocab-size >= \d+"),
    ],
)
def test_a_reason_says_why_no_vocabulary_came_out(tmp_path, sentences, size, reason):
    corpus = corpus_of(tmp_path / "corpus", *sentences)
    words = rf"corpus: no vocabulary of {size} pieces: (?:{reason})$"
    with pytest.raises(UserError, match=words):
        train_tokenizer(corpus, size, tmp_path / "x.model")
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]


def test_the_smallest_vocabulary_that_is_named_can_be_trained(tmp_path):
    corpus = corpus_of(tmp_path / "corpus", *ALPHABET)
    with pytest.raises(UserError) as raised:
        train_tokenizer(corpus, 32, tmp_path / "x.model")
    train_tokenizer(corpus, int(str(raised.value).rsplit(" ", 1)[-1]), tmp_path / "x.model")


@pytest.mark.parametrize("error", ["INTERNAL: a.cc(1) [x > 0] ", "", "INTERNAL: a.cc(1) [x] No."])
def test_an_error_of_another_kind_keeps_a_reason(corpus_folder, tmp_path, monkeypatch, error):
    def train(**_):
        raise RuntimeError(error)

    monkeypatch.setattr(SentencePieceTrainer, "train", train)
    with pytest.raises(UserError, match=r"no vocabulary of 200 pieces: \S"):
        train_tokenizer(corpus_folder, 200, tmp_path / "x.model")
