"""A training step in bfloat16 beside one in float32: ALBERT-base, 128 pieces, batch of 8.

    python tests/bench/albert_precision.py [--steps 9]

Both models stand in one process and take turns, so that whatever else the machine does slows both;
the first step of each, which compiles, does not count. Prints the median seconds, pieces a second
and the ratio. ``KERAS_BACKEND`` chooses the backend. Ends with 1 when bfloat16 is less than 1.5
times as fast on a CPU that has instructions for it; elsewhere nothing is demanded.
"""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from bioalbert_core.plumbing.backend import start_keras

BACKEND = start_keras()

import keras

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.config import PretrainConfig
from bioalbert_core.pretrain.metrics import for_keras
from bioalbert_core.pretrain.model import compile_for_pretraining

BATCH, LENGTH, PREDICTIONS = 8, 128, 20
PRECISIONS = ("float32", "mixed_bfloat16")
CONFIG = PretrainConfig(batch_size=BATCH)
CPUINFO = Path("/proc/cpuinfo")
UNITS = ("amx_bf16", "avx512_bf16")


def batch() -> dict[str, np.ndarray]:
    """Random pieces, none of them padding."""
    rng = np.random.default_rng(0)
    vocab_size = CONFIG.model.vocab_size
    return {
        "token_ids": rng.integers(5, vocab_size, (BATCH, LENGTH)).astype("int32"),
        "segment_ids": np.tile(np.arange(LENGTH) >= LENGTH // 2, (BATCH, 1)).astype("int32"),
        "padding_mask": np.ones((BATCH, LENGTH), "int32"),
        "masked_positions": rng.integers(0, LENGTH, (BATCH, PREDICTIONS)).astype("int32"),
        "masked_ids": rng.integers(5, vocab_size, (BATCH, PREDICTIONS)).astype("int32"),
        "masked_weights": np.ones((BATCH, PREDICTIONS), "float32"),
        "pair_label": rng.integers(0, 2, BATCH).astype("int32"),
    }


def trainable(precision: str) -> keras.Model:
    """ALBERT-base, ready to train in this precision."""
    keras.config.set_dtype_policy(precision)
    model = build_pretraining_model(CONFIG.model)
    compile_for_pretraining(model, replace(CONFIG, precision=precision))
    return model


def time_step(model: keras.Model, data: tuple[dict, dict, dict]) -> float:
    """Seconds of one step, until its loss is there."""
    start = time.perf_counter()
    loss = model.train_on_batch(*data, return_dict=True)["loss"]
    if not np.isfinite(loss):
        raise SystemExit("the loss is not a number")
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=9, help="counted steps of each")
    steps = parser.parse_args().steps
    data = for_keras(batch())
    models = {precision: trainable(precision) for precision in PRECISIONS}
    for model in models.values():
        time_step(model, data)
    turns = [{name: time_step(models[name], data) for name in PRECISIONS} for _ in range(steps)]
    seconds = {name: median(turn[name] for turn in turns) for name in PRECISIONS}
    flags = CPUINFO.read_text().split() if CPUINFO.exists() else []
    units = [unit for unit in UNITS if unit in flags]
    print(f"{BACKEND}, bfloat16 instructions of the CPU: {', '.join(units) or 'none'}\n")
    print("| precision | seconds a step | tokens/s |\n| --- | --- | --- |")
    for name, spent in seconds.items():
        print(f"| {name} | {spent:.2f} | {BATCH * LENGTH / spent:,.0f} |")
    ratio = seconds["float32"] / seconds["mixed_bfloat16"]
    print(f"\nratio {ratio:.2f}")
    sys.exit(1 if units and ratio < 1.5 else 0)


if __name__ == "__main__":
    main()
