"""How fast this machine trains: some steps of a run, timed, for its plan."""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

import keras
import numpy as np

from bioalbert_core.config import AlbertConfig, InstanceConfig
from bioalbert_core.instances.loading import Record
from bioalbert_core.pretrain.metrics import for_keras
from bioalbert_core.pretrain.planning.plan import Plan
from bioalbert_core.pretrain.run import new_model

ENOUGH = 10.0  # seconds of steps
TOO_SLOW = 40.0  # seconds of the first step, after which there is no second
MEMORY = 8e9  # bytes that a step may need


def measure_speed(plan: Plan) -> tuple[float, str]:
    """FLOPs a second of real training steps, as `counting` counts them, and how it was measured.

    Model, length, optimizer and precision are the run's; batches are small and hold random pieces,
    without padding. One device works, however many there are. Takes about a minute at most.
    """
    device = keras.distribution.list_devices()[0]
    size = trial_size(plan, work=1e12 if device.startswith("cpu") else 1e13)
    shape = replace(plan.config.model, vocab_size=plan.data.vocab_size)
    config = replace(plan.config, model=shape, batch_size=size, micro_batch=None)
    model = new_model(shape, config, seed=0)
    batch = for_keras(random_batch(shape, plan.data.made, size))
    first, *rest = time_steps(lambda: model.train_on_batch(*batch))
    seconds = median(rest or [first])
    counted = f"median of {len(rest)}" if rest else "the first alone, with its compilation"
    how = f"training steps on batches of {size}: {seconds:.2g} s, {counted}"
    how += f" ({keras.backend.backend()}, {device})"
    return size * plan.cost.training_flops / seconds, how


def trial_size(plan: Plan, work: float) -> int:
    """Sequences that make a step of about this many FLOPs: one at least, a batch at most."""
    state = plan.cost.training_bytes(0)
    each = plan.cost.training_bytes(1, plan.config.precision) - state
    room = min(work / plan.cost.training_flops, (MEMORY - state) / each)
    return max(1, min(plan.config.batch_size, int(room)))


def time_steps(
    step: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Seconds of a first step, which compiles, and of some more unless it took too long."""
    seconds: list[float] = []
    while not seconds or (seconds[0] < TOO_SLOW and sum(seconds[1:]) < ENOUGH):
        start = clock()
        step()
        seconds.append(clock() - start)
    return seconds


def random_batch(shape: AlbertConfig, made: InstanceConfig, size: int) -> Record:
    """Records as `train_batches` gives them, of random pieces."""
    rng = np.random.default_rng(0)
    length, predictions = (size, made.seq_len), (size, made.max_predictions)
    return {
        "token_ids": rng.integers(0, shape.vocab_size, length, "int32"),
        "segment_ids": rng.integers(0, 2, length, "int32"),
        "padding_mask": np.ones(length, "int32"),
        "masked_positions": rng.integers(0, made.seq_len, predictions, "int32"),
        "masked_ids": rng.integers(0, shape.vocab_size, predictions, "int32"),
        "masked_weights": np.ones(predictions, "float32"),
        "pair_label": rng.integers(0, 2, size, "int32"),
    }
