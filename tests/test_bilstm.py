"""The BiLSTM-CRF: it learns, it is saved and loaded, and padding is not seen."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras

from bioalbert_core.ner.baselines.bilstm import BILSTM_PRESETS, BiLSTMTagger, WordDropout
from bioalbert_core.ner.baselines.dictionary import Dictionary
from bioalbert_core.ner.baselines.vocabulary import UNKNOWN, Vocabulary, WordReader
from bioalbert_core.ner.bio import repair
from bioalbert_core.ner.sequence_tagger import Prediction
from bioalbert_core.plumbing.backend import jit_compile
from bioalbert_core.plumbing.errors import UserError

TINY = BILSTM_PRESETS["tiny"]
LABELS = ["O", "B-Drug", "I-Drug"]
STEMS = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "tiv", "zop", "dur"]


def invented(number: int, seed: int) -> tuple[list[list[str]], list[list[str]]]:
    """Words in -ol are drugs, "acid" goes on with one; every drug is a new word."""
    rng = np.random.default_rng(seed)
    sentences, tags = [], []
    for _ in range(number):
        words, row = [], []
        for _ in range(rng.integers(2, 7)):
            stem = "".join(rng.choice(STEMS, 3))
            kind = rng.integers(4)
            words += [[stem], [stem], [stem + "ol"], [stem + "ol", "acid"]][kind]
            row += [["O"], ["O"], ["B-Drug"], ["B-Drug", "I-Drug"]][kind]
        sentences.append(["acid", *words])
        tags.append(["O", *row])
    return sentences, tags


def batch(tagger: BiLSTMTagger, sentences, tags) -> tuple[dict, np.ndarray, np.ndarray]:
    """Inputs, allowed labels and weights, as a training loop makes them."""
    inputs = tagger.reader.pad(tagger.reader.windows(sentences))
    allowed = np.zeros((*inputs["word_ids"].shape, len(LABELS)), "float32")
    for row, gold in enumerate(tags):
        for position, tag in enumerate(gold):
            allowed[row, position, LABELS.index(tag)] = 1
    return inputs, allowed, allowed.max(-1)


FIRST_WORD = Dictionary(("Drug",), {("acid",): "Drug"})


def trained(gazetteer=None, steps: int = 60) -> BiLSTMTagger:
    keras.utils.set_random_seed(0)
    sentences, tags = invented(60, seed=0)
    tagger = BiLSTMTagger(TINY, Vocabulary.of(sentences, TINY.min_count), LABELS, gazetteer)
    tagger.model.compile(keras.optimizers.Adam(0.02), tagger.loss, jit_compile=jit_compile())
    whole = batch(tagger, sentences, tags)
    for _ in range(steps):
        tagger.model.train_on_batch(*whole)
    return tagger


@pytest.fixture(scope="module")
def tagger() -> BiLSTMTagger:
    return trained()


@pytest.fixture
def run(tagger, tmp_path):
    tagger.save(tmp_path / "run")
    return tmp_path / "run"


def test_it_learns_endings_of_words_it_never_saw(tagger):
    sentences, tags = invented(40, seed=1)
    predictions = tagger.predict(sentences)
    right = [
        tag == gold
        for prediction, row in zip(predictions, tags, strict=True)
        for tag, gold in zip(prediction.tags, row, strict=True)
    ]
    assert np.mean(right) > 0.97
    for prediction, words in zip(predictions, sentences, strict=True):
        assert len(prediction.scores) == len(words)
        assert all(0 < score <= 1 for score in prediction.scores)
        assert repair(prediction.tags) == list(prediction.tags)


def test_what_is_saved_and_loaded_predicts_the_same(tagger, run):
    sentences, _ = invented(10, seed=2)
    loaded = BiLSTMTagger.load(run)
    assert sorted(path.name for path in run.iterdir()) == [
        *("config.json", "model.safetensors", "vocabulary.json")
    ]
    assert (loaded.config, loaded.labels) == (tagger.config, tagger.labels)
    assert loaded.predict(sentences) == tagger.predict(sentences)


def test_neighbors_in_a_batch_change_nothing(tagger):
    sentences, _ = invented(20, seed=3)
    together = tagger.predict([*sentences, ["ke"] * 31])
    for words, prediction in zip(sentences, together, strict=False):
        (alone,) = tagger.predict([words])
        assert alone.tags == prediction.tags
        np.testing.assert_allclose(alone.scores, prediction.scores, atol=1e-4)


def test_sentences_without_words_and_very_long_ones(tagger):
    long = [word for words in invented(40, seed=4)[0] for word in words]
    assert len(long) > 3 * TINY.max_length
    predictions = tagger.predict([[], long, ["", "👩\u200d🔬" * 50]])
    assert predictions[0] == Prediction((), ())
    assert [len(p.tags) for p in predictions[1:]] == [len(long), 2]
    assert repair(predictions[1].tags) == list(predictions[1].tags)
    assert tagger.predict([]) == [] and tagger.predict([[]]) == [Prediction((), ())]


def test_the_gazetteer_feature_is_used(tmp_path):
    tagger = trained(FIRST_WORD)
    tagger.save(tmp_path)
    loaded = BiLSTMTagger.load(tmp_path)
    sentences, _ = invented(5, seed=5)
    assert loaded.reader.gazetteer == FIRST_WORD
    assert loaded.predict(sentences) == tagger.predict(sentences)
    loaded.reader.gazetteer = replace(FIRST_WORD, mentions={})
    assert loaded.predict(sentences) != tagger.predict(sentences)
    (tmp_path / "dictionary.json").unlink()
    with pytest.raises(UserError, match="does not match the model in this folder"):
        BiLSTMTagger.load(tmp_path)


def test_words_are_dropped_in_training_only_and_padding_never():
    ids = np.array([[5] * 500 + [0] * 500], "int32")
    layer = WordDropout(0.3)
    assert (np.asarray(layer(ids)) == ids).all()
    dropped = np.asarray(layer(ids, training=True))
    assert 0.2 < (dropped[0, :500] == UNKNOWN).mean() < 0.4
    assert (dropped[0, 500:] == 0).all()


def test_ids_of_words_and_letters():
    reader = WordReader(Vocabulary(("00-gene", "the"), ("T", "e", "h")), 8, word_length=4)
    (window,) = reader.windows([["The", "42-Gene", "the", "new"]])
    inputs = reader.pad([window], multiple=5)
    assert inputs["word_ids"].tolist() == [[3, 2, 3, UNKNOWN, 0]]
    assert inputs["character_ids"][0, :2].tolist() == [[2, 4, 3, 0], [1, 1, 1, 1]]


def with_json(path, **changes) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("config.json", {"model_type": "albert"}, "not the config of a BiLSTM-CRF"),
        ("config.json", {"hidden_size": -1}, "hidden_size -1 is out of range"),
        ("config.json", {"hidden_size": True}, "hidden_size True is out of range"),
        ("config.json", {"dropout": 1.5}, "dropout 1.5 is out of range"),
        ("config.json", {"labels": ["B-X", "O"]}, "the first label is not O"),
        ("config.json", {"labels": "O"}, "labels is not a list of strings"),
        ("config.json", {"filters": 9}, "does not match the model in this folder"),
        ("vocabulary.json", {"words": ["a"]}, "does not match the model in this folder"),
        ("vocabulary.json", {"characters": [1]}, "characters is not a list of strings"),
    ],
)
def test_a_damaged_run_is_told(run, name, changes, words):
    with_json(run / name, **changes)
    with pytest.raises(UserError, match=words) as error:
        BiLSTMTagger.load(run)
    assert str(run) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "model.safetensors"])
def test_a_missing_or_cut_file_is_told(run, name):
    data = (run / name).read_bytes()
    (run / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match=name):
        BiLSTMTagger.load(run)
    (run / name).unlink()
    with pytest.raises(UserError, match=name):
        BiLSTMTagger.load(run)
