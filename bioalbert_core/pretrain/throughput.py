"""How fast training runs, in pieces a second and as a share of what the device can do."""

import math
from dataclasses import dataclass
from time import perf_counter

import keras
import numpy as np

from bioalbert_core.albert.counting import cost
from bioalbert_core.config import PretrainConfig

SIZES = (512, 1024, 2048, 4096, 8192)
LONG_ENOUGH = 0.01
"""Seconds of one product at which starting it no longer counts."""


@dataclass
class Work:
    """What a training step takes, and what the devices could do.

    The share is the model FLOPs utilization (MFU) of Chowdhery et al., PaLM (2022), appendix B,
    but of a peak that was measured, by matrix products alone, and not of the maker's. A step that
    is faster shows that something else ran while it was measured: from then on no share is given.

    >>> step = Work(pieces=32 * 128, flops=2 * 10**10, peak=10**11)
    >>> step.told(seconds=0.5)
    '8,192 pieces/s, 40% of peak'
    """

    pieces: int
    """Padding included, as in the FLOPs."""
    flops: int
    """Of all sequences, forward and backward; see `albert.counting`."""
    peak: float | None
    """FLOPs a second of all devices together."""

    def told(self, seconds: float) -> str:
        """The speed in words when a step takes this long."""
        told, rate = f"{self.pieces / seconds:,.0f} pieces/s", self.flops / seconds
        if self.peak and rate > self.peak:
            self.peak = None
        return f"{told}, {rate / self.peak:.0%} of peak" if self.peak else told


def work_of(config: PretrainConfig, seq_len: int, predictions: int, peak: float) -> Work:
    """The work of one step of a run on instances of this length, with so many masked positions.

    >>> work_of(PretrainConfig(batch_size=2), seq_len=512, predictions=20, peak=1e12)
    Work(pieces=1024, flops=581376854016, peak=1000000000000.0)
    """
    flops = cost(config.model, seq_len, predictions).training_flops
    return Work(config.batch_size * seq_len, config.batch_size * flops, peak)


def matrix_peak(precision: str) -> float:
    """FLOPs a second that products of square matrices reach on one device, in less than a second.

    Larger and larger matrices until one product takes long enough; the best rate counts. What else
    runs on the machine lowers it.

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
    """The time of a product of two (size, size) matrices, at its best of three tries."""
    tile = np.random.default_rng(0).normal(0, SIZES[0] ** 0.5 / size, (SIZES[0], SIZES[0]))
    copies = size // SIZES[0]  # random numbers would take longer than the product
    matrix = np.tile(tile.astype("float32"), (copies, copies))
    matrix = keras.ops.convert_to_tensor(matrix, dtype=dtype)

    def multiply(times: int) -> float:
        start = perf_counter()
        product = matrix
        for _ in range(times):  # each waits for the one before
            product = keras.ops.matmul(product, matrix)
        float(keras.ops.cast(product[0, 0], "float32"))  # devices work on while Python does
        return perf_counter() - start

    multiply(1)  # compiles
    times = math.ceil(2 * LONG_ENOUGH / multiply(1))
    return min(multiply(times) for _ in range(3)) / times
