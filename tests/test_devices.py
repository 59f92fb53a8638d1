"""Several devices train to the weights of one, and score as one; virtual devices stand for real."""

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_runs import tiny_instances

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.training import devices

# One program for each backend. It trains on one device, then on all; the first devices have fewer
# masked positions to learn from, and the norm of the gradient is clipped each time. The second half
# is trained once more from a checkpoint. On jax, gradients are accumulated over parts of a batch.
SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from bioalbert_core.plumbing.backend import start_keras
backend, folder = start_keras(), Path(sys.argv[1])
if backend == "tensorflow":
    import tensorflow as tf
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 4)
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.training.checkpoints import read_checkpoint, restore, save_checkpoint
from bioalbert_core.training.devices import choose_devices
from bioalbert_core.pretrain.metrics import for_keras, parts_of
from bioalbert_core.pretrain.model import compile_for_pretraining

MICRO = 8 if backend == "jax" else None
SHAPE = AlbertConfig(60, 8, 16, 2, 2, 32, 32)
rng = np.random.default_rng(0)

def made(count):
    lengths = rng.integers(6, 13, (count, 1))
    return {
        "token_ids": rng.integers(0, 60, (count, 12)).astype("int32"),
        "segment_ids": rng.integers(0, 2, (count, 12)).astype("int32"),
        "padding_mask": (np.arange(12) < lengths).astype("int32"),
        "masked_positions": rng.integers(0, 6, (count, 3)).astype("int32"),
        "masked_ids": rng.integers(0, 60, (count, 3)).astype("int32"),
        "masked_weights": (np.arange(3) < 3 * (np.arange(count) + 1)[:, None] / count).astype("f4"),
        "pair_label": rng.integers(-1, 2, count).astype("int32"),
    }

def new_model():
    model = build_pretraining_model(SHAPE)
    draw = np.random.default_rng(1)
    model.set_weights([draw.normal(0, 0.2, w.shape) for w in model.get_weights()])
    config = PretrainConfig(
        SHAPE, steps=4, batch_size=16, micro_batch=MICRO, peak_learning_rate=0.002, warmup_steps=0,
        clip_norm=0.1,
    )
    compile_for_pretraining(model, config)
    model.optimizer.build(model.trainable_variables)
    return model

def train(devices, model, batches):
    return [
        devices.train_on_batch(model, for_keras(part, batch))
        for batch in batches for part in parts_of(batch, MICRO)
    ]

def state(model):
    every = [*model.trainable_variables, *model.optimizer.variables]
    return {f"{i:03} {v.path}": np.asarray(v) for i, v in enumerate(every)}

batches, odd = [made(16) for _ in range(4)], made(7)
found = {}
for count in (1, None):
    devices = choose_devices(count, 16, MICRO)
    found[devices.describe(16)] = steps = []
    with devices.scope():
        model = new_model()
        steps.append(devices.test_on_batch(model, for_keras(odd)))
        steps += train(devices, model, batches[:2])
        save_checkpoint(folder, 2, model, {})
        steps += train(devices, model, batches[2:])
        steps.append(devices.test_on_batch(model, for_keras(odd)))
        np.savez(folder / f"{count}.npz", **state(model))
        restore(model, read_checkpoint(folder)[1])
        train(devices, model, batches[2:])
        np.savez(folder / f"{count}-resumed.npz", **state(model))
refused = []
for arguments in [(0, 16), (9, 16), (4, 6), (4, 16, 6), (4, 16, 8)]:
    try:
        choose_devices(*arguments)
        refused.append("")
    except UserError as error:
        refused.append(str(error))
(folder / "found.json").write_text(json.dumps({"scores": found, "refused": refused}))
"""
FAST = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "JAX_PLATFORMS": "cpu"}
EIGHT = "--xla_force_host_platform_device_count=8"


@pytest.fixture(scope="module", params=["jax", "tensorflow"])
def run(request, tmp_path_factory):
    """The backend's name and the folder with all that the program left."""
    if not find_spec(request.param):
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        env={**os.environ, **FAST, "KERAS_BACKEND": request.param, "XLA_FLAGS": EIGHT},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return request.param, folder


def found(folder) -> dict:
    return json.loads((folder / "found.json").read_text())


def assert_same(folder, one, other, within):
    """Weights and moments; the moments grow with the gradient, so they show how it was clipped."""
    one, other = np.load(folder / f"{one}.npz"), np.load(folder / f"{other}.npz")
    assert list(one) == list(other) and len(one) > 80
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=0, atol=within, err_msg=name)


@pytest.mark.slow
def test_several_devices_train_to_the_weights_of_one(run):
    assert_same(run[1], "1", "None", within=2e-7)


@pytest.mark.slow
def test_scores_are_those_of_the_whole_batch(run):
    """Also the first and the last, of 7 instances, which no number of devices divides."""
    one, several = found(run[1])["scores"].values()
    assert len(one) == len(several) == (10 if run[0] == "jax" else 6)
    for expected, scores in zip(one, several, strict=True):
        assert scores == pytest.approx(expected, abs=2e-6)


@pytest.mark.slow
def test_a_checkpoint_resumes_to_the_bit(run):
    for count in ("1", "None"):
        assert_same(run[1], count, f"{count}-resumed", within=0)


@pytest.mark.slow
def test_the_devices_are_described(run):
    backend, folder = run
    many, each = (8, 2) if backend == "jax" else (4, 4)
    assert list(found(folder)["scores"]) == [
        f"devices: 1 CPU ({backend})",
        f"devices: {many} CPU ({backend}, data parallel, {each} instances each)",
    ]


@pytest.mark.slow
def test_what_cannot_be_is_refused_in_words(run):
    backend, folder = run
    too_few, too_many, batch, part, backend_cannot = found(folder)["refused"]
    there = 8 if backend == "jax" else 4
    assert too_few == f"--devices 0: this machine has {there} x CPU; use 1 to {there}"
    assert too_many == f"--devices 9: this machine has {there} x CPU; use 1 to {there}"
    assert batch == (
        "--batch-size 6: cannot be divided among 4 devices; use a multiple of 4, or --devices 3"
    )
    assert part.startswith("--micro-batch 6: cannot be divided among 4 devices")
    if backend == "jax":
        assert backend_cannot == ""
    else:
        assert backend_cannot.startswith("--micro-batch 8: ")
        assert "set KERAS_BACKEND=jax, or use --devices 1" in backend_cannot


def test_tensorflow_beside_a_tpu_is_refused_in_words(monkeypatch):
    pytest.importorskip("tensorflow")
    monkeypatch.setenv("TPU_ACCELERATOR_TYPE", "v5litepod-1")
    with pytest.raises(UserError, match="set KERAS_BACKEND=jax"):
        devices._of_tensorflow()


# On a TPU of Colab there is no TensorFlow: nothing of the way from instances to a run may need it.
WITHOUT_TENSORFLOW = """
import sys
from pathlib import Path
tests, instances, run = sys.argv[1:]
sys.path.insert(0, tests)
sys.modules.update(tensorflow=None, tensorflow_text=None)
from bioalbert_core.plumbing.backend import start_keras
assert start_keras() == "jax"
from dataclasses import replace
from tiny_runs import PRETRAIN
from bioalbert_core.pretrain.run import pretrain
pretrain(instances, run, replace(PRETRAIN, steps=2))
"""


@pytest.mark.slow
def test_pretraining_needs_no_tensorflow(tmp_path, tmp_path_factory):
    pytest.importorskip("jax")
    places = Path(__file__).parent, tiny_instances(tmp_path_factory), tmp_path / "run"
    env = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *map(str, places)],
        env={**env, **FAST},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model.safetensors").exists()


# Each process has one device and half of a batch; where they find each other, Keras' variables say.
ONE_OF_TWO = """
import sys
tests, instances, run = sys.argv[1:]
sys.path.insert(0, tests)
from bioalbert_core.plumbing.backend import start_keras
start_keras()
from dataclasses import replace
from tiny_runs import PRETRAIN
from bioalbert_core.pretrain.run import pretrain
pretrain(instances, run, replace(PRETRAIN, steps=4, evaluate_every=2), resume=True)
"""


def start_process(run, instances, **variables):
    places = Path(__file__).parent, instances, run
    env = {**os.environ, **FAST, "KERAS_BACKEND": "jax", **variables}
    command = [sys.executable, "-c", ONE_OF_TWO, *map(str, places)]
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_processes_train_to_the_weights_of_one(tmp_path, tmp_path_factory):
    """The first of them writes the run."""
    pytest.importorskip("jax")
    instances = tiny_instances(tmp_path_factory)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    several = {
        "KERAS_DISTRIBUTION_JOB_ADDRESSES": address,
        "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
    }
    processes = [
        start_process(tmp_path / "two", instances, **several, KERAS_DISTRIBUTION_PROCESS_ID=number)
        for number in "01"
    ]
    processes.append(start_process(tmp_path / "one", instances))
    for process in processes:
        assert process.wait() == 0, process.stderr.read()
    one, two = (load_file(tmp_path / run / "model.safetensors") for run in ("one", "two"))
    for name in one:
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=1e-6, err_msg=name)
    logs = [(tmp_path / run / "log.jsonl").read_text().splitlines() for run in ("one", "two")]
    assert len(logs[0]) == len(logs[1]) == 2
    assert {p.name for p in tmp_path.iterdir()} == {"one", "two"}
