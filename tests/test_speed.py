"""Speed: the arithmetic, and a measurement that measures."""

from dataclasses import replace

import pytest

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras

from bioalbert_core.albert.counting import cost
from bioalbert_core.config import ALBERT_TINY, PretrainConfig
from bioalbert_core.pretrain.planning import speed
from bioalbert_core.pretrain.planning.speed import Work, matrix_peak, work_of


def test_the_share_is_of_the_flops_of_the_whole_batch():
    config = PretrainConfig(model=ALBERT_TINY, batch_size=8)
    work = work_of(config, seq_len=64, predictions=10, peak=1e9)
    assert work.flops == 8 * 3 * cost(ALBERT_TINY, 64, 10).flops
    assert replace(work, peak=work.flops / 2).describe(4.0) == "128 tokens/s, 50% of peak"


def test_a_share_above_the_whole_is_not_given_and_no_later_one_either():
    """Something else ran while the peak was measured, so no share of it means anything."""
    work = Work(tokens=100, flops=100, peak=100.0)
    words = [work.describe(seconds) for seconds in (2.0, 1.0, 0.5, 2.0)]
    assert words == ["50 tokens/s, 50% of peak", "100 tokens/s, 100% of peak",
                    "200 tokens/s", "50 tokens/s"]  # fmt: skip


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_peak_counts_the_products_in_the_precision_of_the_run(precision, monkeypatch):
    """On a clock that moves by a second a product, whatever its size."""
    times, kinds = [0.0], set()
    matmul = keras.ops.matmul

    def slow(one, other):
        times[0] += 1.0
        kinds.add((tuple(one.shape), keras.backend.standardize_dtype(one.dtype)))
        return matmul(one, other)

    monkeypatch.setattr(keras.ops, "matmul", slow)
    monkeypatch.setattr(speed, "perf_counter", lambda: times[0])
    assert matrix_peak(precision) == 2 * 512**3
    assert kinds == {((512, 512), keras.DTypePolicy(precision).compute_dtype)}


def test_larger_matrices_are_tried_while_products_are_short(monkeypatch):
    rates = {512: 1e12, 1024: 4e12, 2048: 9e12, 4096: 8e12}
    monkeypatch.setattr(speed, "_product_seconds", lambda size, dtype: 2 * size**3 / rates[size])
    assert matrix_peak("float32") == 9e12  # 4096: the first to take longer than 0.01 s


def test_products_of_the_matrix_stay_finite(monkeypatch):
    """Else a device might hurry over them: hundreds are multiplied where one takes microseconds."""
    products = []
    matmul = keras.ops.matmul
    monkeypatch.setattr(speed, "SIZES", (64, 128))
    monkeypatch.setattr(speed, "LONG_ENOUGH", 0.001)
    monkeypatch.setattr(
        keras.ops, "matmul", lambda *both: products.append(matmul(*both)) or products[-1]
    )
    speed._product_seconds(128, "float32")
    sizes = [float(keras.ops.max(keras.ops.abs(product))) for product in products]
    assert min(sizes) > 0.0 and max(sizes) < 1e6
