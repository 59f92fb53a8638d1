"""The same weights give the same numbers on TensorFlow and on JAX."""

import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

FAST = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}  # compiled in half the time

SCRIPT = """
import sys
import numpy as np
from bioalbert_core.plumbing.backend import start_keras
assert start_keras() == sys.argv[1]
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.pretrain.metrics import for_keras
from bioalbert_core.pretrain.model import compile_for_pretraining

config = AlbertConfig(60, 8, 16, 2, 2, 32, 32)
rng = np.random.default_rng(0)
model = build_pretraining_model(config)
model.set_weights([rng.normal(0, 0.2, w.shape) for w in model.get_weights()])
lengths = np.array([[12], [9], [5], [12]])
batch = {
    "token_ids": rng.integers(0, 60, (4, 12)).astype("int32"),
    "segment_ids": rng.integers(0, 2, (4, 12)).astype("int32"),
    "padding_mask": (np.arange(12) < lengths).astype("int32"),
    "masked_positions": rng.integers(0, 5, (4, 3)).astype("int32"),
    "masked_ids": rng.integers(0, 60, (4, 3)).astype("int32"),
    "masked_weights": np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1]], "float32"),
    "pair_label": np.array([0, 1, 1, 0], "int32"),
}
before = model.predict_on_batch(for_keras(batch)[0])
compile_for_pretraining(
    model, PretrainConfig(config, steps=4, peak_learning_rate=0.002, warmup_steps=0, clip_norm=1.0)
)
losses = [
    float(model.train_on_batch(*for_keras(batch), return_dict=True)["mlm_loss"])
    for _ in range(3)
]
np.savez(
    sys.argv[2],
    mlm=before["mlm"],
    sop=before["sop"],
    losses=losses,
    **{f"w/{v.path}": np.asarray(v) for v in model.trainable_variables},
)
"""


def numbers(backend: str, folder) -> dict[str, np.ndarray]:
    path = folder / f"{backend}.npz"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, backend, str(path)],
        env={**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", **FAST},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(np.load(path))


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("jax"), reason="jax is not installed")
@pytest.mark.skipif(not find_spec("tensorflow"), reason="tensorflow is not installed")
def test_jax_and_tensorflow_agree_forward_and_in_training(tmp_path):
    one, other = numbers("tensorflow", tmp_path), numbers("jax", tmp_path)
    assert one.keys() == other.keys() and len(one) > 20
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-5, err_msg=name)
    assert one["losses"][2] < one["losses"][0]
