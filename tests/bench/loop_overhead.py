"""What the training loop adds to the compiled step, and how long a checkpoint keeps it waiting.

    python tests/bench/loop_overhead.py [--steps 12] [--presets bioalbert-1.0-pubmed small]

A real run of `pretrain` on the embedded corpus, in batches of 8 instances of 128 pieces, with a
look at one held-out batch and a checkpoint every four steps. Shapes are the preset's but for the
vocabulary, which is the corpus' and smaller: that makes the step shorter, and what is added a
larger share of it. Inside the run two clocks are read: the time in the compiled function (forward,
backward, update, metrics, until all is computed), and the time from the end of a step to the end of
the next, where no look lies between. Their difference is what the loop adds: reading instances,
making a batch of them, handing it over, means, progress. Nothing is run twice, so other programs
disturb both clocks alike. ``KERAS_BACKEND`` chooses the backend.

Ends with 1 when the loop adds 2 % or more to the first preset's step.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from unittest.mock import patch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from bioalbert_core.plumbing.backend import start_keras

BACKEND = start_keras()

import keras

from bioalbert_core.config import PRETRAIN_PRESETS
from bioalbert_core.pretrain import embedded, loop
from bioalbert_core.pretrain.run import pretrain
from bioalbert_core.training.progress import Progress

LENGTH, BATCH, EVERY, MOST = 128, 8, 4, 0.02


@dataclass
class Clocks:
    """Seconds, in the order of the steps."""

    compiled: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    checkpoints: list[float] = field(default_factory=list)

    def added(self) -> list[float]:
        """What the loop added to each step that followed a step at once, the first ones aside."""
        steps = range(EVERY, len(self.ends))
        return [self.ends[i] - self.ends[i - 1] - self.compiled[i] for i in steps if i % EVERY != 0]


def timed(function: Callable, into: list[float]) -> Callable:
    """The function, its seconds kept."""

    def call(*arguments, **options):
        start = time.perf_counter()
        found = function(*arguments, **options)
        if BACKEND == "jax":
            import jax

            jax.block_until_ready(found)
        into.append(time.perf_counter() - start)
        return found

    return call


def run(preset: str, steps: int, instances: Path, out: Path) -> Clocks:
    """A run with its clocks."""
    clocks, make, step = Clocks(), keras.Model.make_train_function, Progress.step

    def make_timed(model, force=False):
        if model.train_function is None or force:
            make(model, force)
            model.train_function = timed(model.train_function, clocks.compiled)
        return model.train_function

    def step_timed(*arguments):
        step(*arguments)
        clocks.ends.append(time.perf_counter())

    config = replace(
        PRETRAIN_PRESETS[preset],
        steps=steps,
        batch_size=BATCH,
        evaluate_every=EVERY,
        evaluate_batches=1,
    )
    with (
        patch.object(keras.Model, "make_train_function", make_timed),
        patch.object(Progress, "step", step_timed),
        patch.object(loop, "save_checkpoint", timed(loop.save_checkpoint, clocks.checkpoints)),
    ):
        pretrain(instances, out, config)
    return clocks


def row(preset: str, clocks: Clocks) -> tuple[str, float]:
    """A line of the table, and the share that the loop adds."""
    compiled, added = median(clocks.compiled[EVERY:]), median(clocks.added())
    checkpoint = median(clocks.checkpoints)
    precision = PRETRAIN_PRESETS[preset].precision
    line = (
        f"| {preset} | {precision} | {compiled:.3f} | {1000 * added:.1f} | {added / compiled:.2%} "
        f"| {checkpoint:.3f} | {checkpoint / compiled:.2f} |"
    )
    return line, added / compiled


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--presets", nargs="*", default=["bioalbert-1.0-pubmed", "small"])
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        with patch.object(embedded, "INSTANCES", replace(embedded.INSTANCES, seq_len=LENGTH)):
            instances = embedded.prepare_instances(Path(folder) / "data")
        found = [
            row(preset, run(preset, options.steps, instances, Path(folder) / preset))
            for preset in options.presets
        ]
    print(f"\n{BACKEND}, {BATCH} x {LENGTH} pieces\n")
    print(
        "| preset | precision | compiled step, s | loop adds, ms | share | checkpoint, s | steps |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(*(line for line, _ in found), sep="\n")
    sys.exit(0 if found[0][1] < MOST else 1)


if __name__ == "__main__":
    main()
