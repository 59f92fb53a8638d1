"""The model against Hugging Face's, by golden files that `tests/golden/make.py` made with it."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras

from bioalbert_core.albert.encoder import build_encoder
from bioalbert_core.albert.heads import build_pretraining_model, build_tagger
from bioalbert_core.albert.loading import fill
from bioalbert_core.convert.huggingface import read_huggingface

GOLDEN = Path(__file__).parent / "golden"
PRETRAINING = ("pretraining", "unshared")
INPUTS = ("token_ids", "segment_ids", "padding_mask")


def answers(model: keras.Model, folder: Path, **more: np.ndarray):
    """What a model of ours says to the golden inputs, with the golden weights."""
    fill(model, read_huggingface(folder))
    golden = load_file(folder / "expected.safetensors")
    return model.predict_on_batch({**{name: golden[name] for name in INPUTS}, **more})


def same(found: np.ndarray, wanted: np.ndarray) -> None:
    assert np.abs(wanted).max() > 0.1 and wanted.std() > 0.1
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", [*PRETRAINING, "tagger"])
def test_golden_weights_are_read_whole(name):
    checkpoint = read_huggingface(GOLDEN / name)
    stored = load_file(GOLDEN / name / "model.safetensors")
    assert len(checkpoint.tensors) == len(stored) and checkpoint.left_over == ()
    assert sum(x.size for x in checkpoint.tensors.values()) == sum(x.size for x in stored.values())


@pytest.mark.parametrize("name", PRETRAINING)
def test_golden_sequence_and_pooled_output(name):
    golden = load_file(GOLDEN / name / "expected.safetensors")
    found = answers(build_encoder(read_huggingface(GOLDEN / name).config), GOLDEN / name)
    real = golden["padding_mask"] == 1  # what stands at padding is anyone's
    same(found["sequence"][real], golden["sequence"][real])
    same(found["pooled"], golden["pooled"])


@pytest.mark.parametrize("name", PRETRAINING)
def test_golden_logits_of_the_pretraining_heads(name):
    golden = load_file(GOLDEN / name / "expected.safetensors")
    positions = golden["masked_positions"]
    model = build_pretraining_model(read_huggingface(GOLDEN / name).config)
    found = answers(model, GOLDEN / name, masked_positions=positions)
    # Theirs has logits at all positions, ours at the masked ones.
    same(found["mlm"], np.take_along_axis(golden["mlm"], positions[..., None], axis=1))
    same(found["sop"], golden["sop"])


def test_golden_logits_of_the_tagger():
    golden = load_file(GOLDEN / "tagger" / "expected.safetensors")
    checkpoint = read_huggingface(GOLDEN / "tagger")
    assert checkpoint.labels == ("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease")
    found = answers(build_tagger(checkpoint.config, 5), GOLDEN / "tagger")
    real = golden["padding_mask"] == 1
    same(found[real], golden["labels"][real])


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() == "jax", reason="that is this backend")
@pytest.mark.skipif(not find_spec("jax"), reason="jax is not installed")
def test_jax_gives_the_golden_answers_too():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "logits", __file__],
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # compiled in half the time
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout + done.stderr
