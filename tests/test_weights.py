"""Weights on disk: what is saved comes back bit for bit, and damage is told in words."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras
from tiny_runs import SHAPE

from bioalbert_core.albert.heads import build_pretraining_model, build_tagger
from bioalbert_core.albert.kit import read_kit, write_kit
from bioalbert_core.albert.loading import checkpoint_of, fill
from bioalbert_core.plumbing.errors import UserError

TINY = replace(SHAPE, vocab_size=60, num_layers=3)
KERNEL = "embedding_projection/kernel"


def save(model, config, folder, **facts) -> None:
    write_kit(replace(checkpoint_of(model, config, tokenizer=None), **facts), folder)


def load(model, folder, parts=None) -> None:
    fill(model, read_kit(folder), parts)


def build(seed: int, build=build_pretraining_model, *more) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build(TINY, *more)


def values(model: keras.Model) -> dict[str, np.ndarray]:
    return {v.path: np.asarray(v).copy() for v in model.weights if "seed" not in v.path}


def same(one: dict, other: dict) -> list[str]:
    """The names whose values are the same to the bit."""
    return sorted(n for n in one.keys() & other.keys() if one[n].tobytes() == other[n].tobytes())


@pytest.fixture(scope="module")
def theirs() -> keras.Model:
    return build(1)


@pytest.fixture(scope="module")
def ours() -> keras.Model:
    """The model to load into; each test that loads changes it or leaves it."""
    return build(2)


@pytest.fixture
def folder(tmp_path, theirs):
    save(theirs, TINY, tmp_path)
    return tmp_path


def refuse(model: keras.Model, folder, parts=None) -> str:
    """The words of the error; the model must be as before."""
    before = values(model)
    with pytest.raises(UserError) as error:
        load(model, folder, parts)
    assert same(values(model), before) == sorted(before)
    told = str(error.value)
    assert told.startswith(str(folder)) and "\n" not in told
    return told


def change(folder, change) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def test_what_is_saved_comes_back_to_the_bit(folder, theirs):
    model = build(3)
    assert len(same(values(model), values(theirs))) < len(values(theirs))
    load(model, folder)
    assert same(values(model), values(theirs)) == sorted(values(theirs))


def test_the_same_weights_are_the_same_bytes(folder, theirs, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    save(theirs, TINY, again)
    for name in ("config.json", "model.safetensors"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert sorted(p.name for p in folder.iterdir()) == ["config.json", "model.safetensors"]


def test_shape_and_facts_come_back(tmp_path, theirs):
    config = replace(TINY, dropout=0.25)
    save(theirs, config, tmp_path, labels=("O", "B-Gene"), window=64)
    found = read_kit(tmp_path)
    assert (found.config, found.labels, found.window) == (config, ("O", "B-Gene"), 64)


def test_dropout_state_is_no_weight(tmp_path):
    tagger = build(0, build_tagger, 3)
    save(tagger, TINY, tmp_path, labels=("O", "B", "I"))
    assert sorted(load_file(tmp_path / "model.safetensors")) == sorted(values(tagger))


def test_loading_the_encoder_leaves_the_head(folder, theirs):
    tagger = build(4, build_tagger, 3)
    head = {n: v for n, v in values(tagger).items() if n.startswith("tagger_head/")}
    assert len(head) == 2
    load(tagger, folder, parts=["encoder"])
    after = values(tagger)
    assert same(after, head) == sorted(head)
    assert same(after, values(theirs)) == sorted(after.keys() - head.keys())


def test_a_missing_head_is_an_error_when_all_is_demanded(folder):
    told = refuse(build(4, build_tagger, 3), folder)
    assert "tagger_head/" in told and "missing" in told


def test_a_missing_variable_is_named(folder, ours):
    change(folder, lambda tensors: tensors.pop(KERNEL))
    assert f"variable {KERNEL} (8, 16) is missing" in refuse(ours, folder)
    refuse(build(4, build_tagger, 3), folder, parts=["encoder"])


def test_a_variable_of_another_shape_is_named_with_both_shapes(folder, ours):
    change(folder, lambda tensors: tensors.update({KERNEL: np.zeros((16, 8), "float32")}))
    told = refuse(ours, folder)
    assert KERNEL in told and "(16, 8)" in told and "(8, 16)" in told


@pytest.mark.parametrize("kept", [4, 40, -1])
def test_a_cut_file_is_told(folder, ours, kept):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    assert "cut or damaged" in refuse(ours, folder)


def test_a_pickle_under_the_name_is_refused_and_not_run(folder, ours):
    ran = folder / "ran"

    class Trap:
        def __reduce__(self):
            return (open, (str(ran), "w"))

    (folder / "model.safetensors").write_bytes(pickle.dumps(Trap()))
    assert "cut or damaged" in refuse(ours, folder)
    assert not ran.exists()


def test_a_missing_or_empty_file_is_told(folder, ours):
    path = folder / "model.safetensors"
    path.write_bytes(b"")
    assert "empty" in refuse(ours, folder)
    path.unlink()
    assert "no such file" in refuse(ours, folder)


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (
            '{"model_type": "bert", "hidden_size": 768}',
            "not the config of one of this kit",
        ),
        ("{}", "not the config of one of this kit"),
        ('{"model_type": "albert", "vocab_size": 60}', "hidden_size"),
        ('{"model_type": ', "line 1"),
        ("[1, 2]", "JSON object"),
        ("", "empty"),
    ],
)
def test_the_config_of_another_model_is_refused(tmp_path, record, told):
    (tmp_path / "config.json").write_text(record, "utf-8")
    with pytest.raises(UserError) as error:
        read_kit(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'config.json'}: ")
    assert told in str(error.value)


@pytest.mark.parametrize("wrong", [{"num_layers": "3"}, {"max_length": None}])
def test_a_config_with_values_that_are_no_numbers_is_refused(folder, wrong):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **wrong}), "utf-8")
    with pytest.raises(UserError, match=next(iter(wrong))):
        read_kit(folder)


def test_a_folder_without_a_model_is_told(tmp_path):
    with pytest.raises(UserError, match=r"config\.json: no such file"):
        read_kit(tmp_path)
