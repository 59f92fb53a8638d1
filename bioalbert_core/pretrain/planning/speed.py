"""How fast this machine trains: tokens per second, share of its peak, and a trial before a run."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import keras
import numpy as np

from bioalbert_core.albert.counting import cost
from bioalbert_core.config import AlbertConfig, InstanceConfig, PretrainConfig
from bioalbert_core.instances.loading import Record
from bioalbert_core.pretrain.metrics import for_keras
from bioalbert_core.pretrain.model import new_model
from bioalbert_core.pretrain.planning.plan import Plan

SIZES = (512, 1024, 2048, 4096, 8192)  # of matrices
LONG_ENOUGH = 0.01  # seconds of a matrix product at which the time to start it is negligible
ENOUGH, TOO_SLOW = 10.0, 40.0  # seconds of all steps; of the first, after which there is no second
MEMORY = 8e9  # bytes that a step may need


@dataclass
class Work:
    """What a training step computes, and the peak of the devices.

    The share of the peak is the model FLOPs utilization (MFU) of Chowdhery et al., PaLM (2022),
    appendix B, but relative to a peak measured here. A step faster than the peak shows that
    something else ran during that measurement: from then on no share is given.

    >>> Work(tokens=32 * 128, flops=2 * 10**10, peak=10**11).describe(seconds=0.5)
    '8,192 tokens/s, 40% of peak'
    """

    tokens: int
    """Including padding, as in the FLOPs."""
    flops: int
    """Of all sequences, forward and backward; see `albert.counting`."""
    peak: float | None
    """FLOP/s of all devices together."""

    def describe(self, seconds: float) -> str:
        """The speed if a step takes this long."""
        speed = f"{self.tokens / seconds:,.0f} tokens/s"
        if self.peak and self.flops / seconds > self.peak:
            self.peak = None
        return f"{speed}, {self.flops / seconds / self.peak:.0%} of peak" if self.peak else speed


def work_of(config: PretrainConfig, seq_len: int, predictions: int, peak: float) -> Work:
    """The work of one step on instances of this length, with this many masked positions.

    >>> work_of(PretrainConfig(batch_size=2), seq_len=512, predictions=20, peak=1e12)
    Work(tokens=1024, flops=581376854016, peak=1000000000000.0)
    """
    flops = cost(config.model, seq_len, predictions).training_flops
    return Work(config.batch_size * seq_len, config.batch_size * flops, peak)


def matrix_peak(precision: str) -> float:
    """FLOP/s of products of square matrices on one device, measured in under a second.

    The matrices grow until one product takes long enough; the best rate counts. Other work on the
    machine lowers it.

    Args:
        precision: a Keras dtype policy, as in `PretrainConfig`.
    """
    dtype = keras.DTypePolicy(precision).compute_dtype
    rates: list[float] = []
    for size in SIZES:
        seconds = _product_seconds(size, dtype)
        rates.append(2 * size**3 / seconds)
        if seconds > LONG_ENOUGH:
            break
    return max(rates)


def _product_seconds(size: int, dtype: str) -> float:
    """The time of a product of two (size, size) matrices, the best of three tries."""
    tile = np.random.default_rng(0).normal(0, SIZES[0] ** 0.5 / size, (SIZES[0], SIZES[0]))
    copies = size // SIZES[0]  # drawing all numbers would take longer than the product
    matrix = np.tile(tile.astype("float32"), (copies, copies))
    matrix = keras.ops.convert_to_tensor(matrix, dtype=dtype)

    def multiply(times: int) -> float:
        start = perf_counter()
        product = matrix
        for _ in range(times):  # each needs the one before
            product = keras.ops.matmul(product, matrix)
        float(keras.ops.cast(product[0, 0], "float32"))  # waits for the device
        return perf_counter() - start

    multiply(1)  # compiles
    times = math.ceil(2 * LONG_ENOUGH / multiply(1))
    return min(multiply(times) for _ in range(3)) / times


def measure_speed(plan: Plan) -> tuple[float, str]:
    """FLOP/s of real training steps, as `counting` counts them, and how they were measured.

    Model, length, optimizer and precision are the run's; batches are small, random and without
    padding. Uses one device and takes about a minute at most.
    """
    device = keras.distribution.list_devices()[0]
    size = trial_size(plan, work=1e12 if device.startswith("cpu") else 1e13)
    shape = replace(plan.config.model, vocab_size=plan.data.vocab_size)
    config = replace(plan.config, model=shape, batch_size=size, micro_batch=None)
    model = new_model(shape, config, seed=0)
    batch = for_keras(random_batch(shape, plan.data.made, size))
    first, *rest = time_steps(lambda: model.train_on_batch(*batch))
    seconds = median(rest or [first])
    counted = f"median of {len(rest)}" if rest else "only the first, with its compilation"
    how = f"training steps on batches of {size}: {seconds:.2g} s, {counted}"
    how += f" ({keras.backend.backend()}, {device})"
    return size * plan.cost.training_flops / seconds, how


def trial_size(plan: Plan, work: float) -> int:
    """Sequences for a step of about this many FLOPs: at least one, at most a batch."""
    state = plan.cost.training_bytes(0)
    each = plan.cost.training_bytes(1, plan.config.precision) - state
    room = min(work / plan.cost.training_flops, (MEMORY - state) / each)
    return max(1, min(plan.config.batch_size, int(room)))


def time_steps(
    step: Callable[[], object], clock: Callable[[], float] = perf_counter
) -> list[float]:
    """Seconds of a first step, which compiles, and of more unless it took too long."""
    seconds: list[float] = []
    while not seconds or (seconds[0] < TOO_SLOW and sum(seconds[1:]) < ENOUGH):
        start = clock()
        step()
        seconds.append(clock() - start)
    return seconds


def random_batch(shape: AlbertConfig, made: InstanceConfig, size: int) -> Record:
    """A batch of random tokens, in the format of `train_batches`."""
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
