"""``python -m bioalbert_core.pretrain [--instances DIR] [--preset NAME] [--out RUN]``"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from bioalbert_core.config import PRETRAIN_PRESETS, PretrainConfig, with_steps
from bioalbert_core.plumbing.addresses import fetched
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError, check_learning_rate, check_range, check_unused
from bioalbert_core.plumbing.folders import read_manifest


@dataclass(frozen=True)
class PretrainSettings:
    """Pre-train an ALBERT with MLM + SOP and LAMB.

    Without --instances, the embedded corpus is cleaned, tokenized and turned into instances first.
    """

    instances: Path | None = None
    """Folder written by bioalbert_core.instances; by default, the embedded corpus is used."""
    preset: Literal[tuple(PRETRAIN_PRESETS)] = "tiny"  # type: ignore[valid-type]
    """Shape of the model and training settings: tiny, small, or one of the paper's four."""
    init: Path | None = None
    """A run to start from instead of random weights, or the name of a shipped model."""
    start: Literal["random", "data-driven"] | None = None
    """Without --init: start from random weights, or initialize embeddings and attention heads from
    the data, which skips the first plateau of the loss (pretrain/data_driven_start.py). By default
    as in the preset."""
    out: Path | None = None
    """Run folder to write; by default runs/pretrain-PRESET."""
    steps: int | None = None
    """Training steps; by default as in the preset. The schedule is rescaled to match."""
    learning_rate: float | None = None
    """Peak learning rate; by default as in the preset."""
    batch_size: int | None = None
    """Instances in a step; by default as in the preset."""
    micro_batch: int | None = None
    """Instances on the device at a time, if a batch does not fit into its memory; their gradients
    are added up."""
    precision: Literal["float32", "mixed_bfloat16"] | None = None
    """Number format of the computation; by default as in the preset."""
    on_divergence: Literal["stop", "roll-back"] = "stop"
    """If the loss diverges: stop, or roll back to the latest checkpoint and skip the batches
    since."""
    seed: int = 0
    """Seed of the weights and of the order of the instances."""
    devices: int | None = None
    """How many devices (CPU, GPU, TPU) train together, each with a share of the batch; by default
    all."""
    resume: bool = False
    """Continue an interrupted run from its newest checkpoint, or a finished run with more --steps.
    Settings and inputs must be the same."""
    plan: bool = False
    """Estimate time, memory and disk space instead of training; this takes a minute to measure this
    machine. Without --instances, the paper's presets are estimated for the paper's corpora."""

    @property
    def memory(self) -> str:
        """What to do when memory runs out."""
        if self.micro_batch:
            return f"not enough memory for {self.micro_batch:,} instances. Lower --micro-batch."
        size = f"{config_of(self).batch_size:,}"
        return f"not enough memory for a batch of {size}. Lower --batch-size, or set --micro-batch."


def work(settings: PretrainSettings) -> None:
    """Prepare the instances if necessary, train, and print the held-out scores."""
    check_range("--steps", settings.steps, 1, 10**9)
    check_range("--batch-size", settings.batch_size, 1, 10**6)
    check_range("--micro-batch", settings.micro_batch, 1, 10**6)
    check_range("--seed", settings.seed, 0, 2**32 - 1)
    check_learning_rate(settings.learning_rate)
    if settings.init:
        check_unused(settings, ("start",), "with --init")
    config = config_of(settings)
    if settings.plan:
        print(estimate(settings, config))
        return
    from bioalbert_core.plumbing.backend import start_keras
    from bioalbert_core.plumbing.shipped import find_model
    from bioalbert_core.pretrain.embedded import prepare_instances

    out = settings.out or Path("runs") / f"pretrain-{settings.preset}"
    instances = settings.instances
    if instances is None:
        instances = prepare_instances(out.resolve().with_name(f"{out.resolve().name}-data"))

    print(f"backend: {start_keras()}")
    from bioalbert_core.pretrain.run import pretrain

    init = find_model(settings.init) if settings.init else None
    with fetched(instances) as local:
        scores = pretrain(
            local, out, config, init, settings.seed, settings.resume, settings.devices
        )
    pair = read_manifest(instances, "instances")["settings"]["pair"].upper()
    for when, heldout in scores.items():
        size = f"{heldout['instances']:,} instances"
        print(f"held-out documents, {when} ({size}): {describe_scores(heldout, pair)}")
    print(f"run: {out}")


def config_of(settings: PretrainSettings) -> PretrainConfig:
    """The preset, changed by the options.

    Raises:
        UserError: the micro-batch does not divide the batch.
    """
    config = PRETRAIN_PRESETS[settings.preset]
    if settings.steps:
        config = with_steps(config, settings.steps)
    same = ("batch_size", "micro_batch", "precision", "start", "on_divergence")
    given = {name: getattr(settings, name) for name in same}
    given["peak_learning_rate"] = settings.learning_rate
    config = replace(config, **{name: value for name, value in given.items() if value is not None})
    if config.batch_size % (config.micro_batch or 1):
        raise UserError(
            f"--micro-batch {config.micro_batch}: must divide the batch of {config.batch_size}"
        )
    return config


def estimate(settings: PretrainSettings, config: PretrainConfig) -> str:
    """What the run would take, in words; writes nothing."""
    from bioalbert_core.plumbing.backend import start_keras
    from bioalbert_core.pretrain.embedded import prepare_instances
    from bioalbert_core.pretrain.planning.corpora import folder_data, paper_data
    from bioalbert_core.pretrain.planning.plan import Plan, describe

    if settings.instances:
        data = folder_data(settings.instances, config)
    elif settings.preset.startswith("bioalbert"):
        data = paper_data(settings.preset)
    else:
        with TemporaryDirectory() as folder:
            data = replace(folder_data(prepare_instances(folder), config), source="embedded corpus")
    start_keras()
    from bioalbert_core.pretrain.planning.speed import measure_speed

    plan = Plan(config, data)
    return describe(plan, *measure_speed(plan))


def describe_scores(scores: dict[str, float], pair: str) -> str:
    """Held-out scores in a line; ``pair`` is the name of the second task.

    >>> describe_scores({"mlm_loss": 7.604, "mlm_accuracy": 0.0}, "NONE")
    'MLM loss 7.60, MLM accuracy 0.0%'
    """
    line = f"MLM loss {scores['mlm_loss']:.2f}, MLM accuracy {scores['mlm_accuracy']:.1%}"
    if "sop_accuracy" in scores:
        line += (
            f", {pair} accuracy {scores['sop_accuracy']:.1%} "
            f"(always the same answer: {scores['sop_majority']:.1%})"
        )
    return line


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(PretrainSettings, work, "pretrain", argv)


if __name__ == "__main__":
    main()
