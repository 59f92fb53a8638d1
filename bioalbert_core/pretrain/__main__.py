"""``python -m bioalbert_core.pretrain [--instances DIR] [--preset NAME] [--out RUN]``"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from bioalbert_core.addresses import fetched
from bioalbert_core.command import run
from bioalbert_core.config import PRETRAIN_PRESETS, PretrainConfig, with_steps
from bioalbert_core.errors import UserError, check_range, check_rate, check_unused
from bioalbert_core.folders import read_manifest


@dataclass(frozen=True)
class PretrainSettings:
    """Pre-train an ALBERT with MLM + SOP and LAMB.

    Without --instances, the embedded corpus is read, cleaned, tokenized and made into instances
    first, so that the command does its part alone.
    """

    instances: Path | None = None
    """Folder written by bioalbert_core.instances; the embedded corpus when not given."""
    preset: Literal[tuple(PRETRAIN_PRESETS)] = "tiny"  # type: ignore[valid-type]
    """Model shape and training settings: tiny, small, or one of the paper's four."""
    init: Path | None = None
    """A run to start from instead of random weights, or the name of a model that the kit ships."""
    start: Literal["random", "warm"] | None = None
    """Without --init: from random weights, or from embeddings and heads set up in seconds so that
    the first plateau is skipped (pretrain/warm_start.py); the preset's when not given."""
    out: Path | None = None
    """Run folder to write; runs/pretrain-PRESET when not given."""
    steps: int | None = None
    """Training steps; the preset's when not given. The schedule is fitted to them."""
    rate: float | None = None
    """Highest learning rate; the preset's when not given."""
    batch_size: int | None = None
    """Instances in a step; the preset's when not given."""
    micro_batch: int | None = None
    """Instances on the device at a time, where a batch is too large for its memory."""
    precision: Literal["float32", "mixed_bfloat16"] | None = None
    """What to compute in; the preset's when not given."""
    on_explosion: Literal["stop", "back"] = "stop"
    """When the loss explodes: stop, or go back to the newest checkpoint and try other batches."""
    seed: int = 0
    """Seed of the weights and of the order of the instances."""
    devices: int | None = None
    """How many devices (CPU, GPU, TPU) train together, each with a share of the batch; all there
    are when not given."""
    resume: bool = False
    """Continue a run that was stopped, from its newest checkpoint, or a finished one that was made
    with fewer --steps, with the same settings and inputs."""
    plan: bool = False
    """Print what the run would take, and train no more than a minute to measure this machine. A
    recipe of the paper is planned for the paper's corpora when --instances is not given."""

    @property
    def memory(self) -> str:
        """What to do when there is not enough of it."""
        if self.micro_batch:
            return f"not enough memory for {self.micro_batch:,} instances. Lower --micro-batch."
        size = f"{config_of(self).batch_size:,}"
        return f"not enough memory for a batch of {size}. Lower --batch-size, or set --micro-batch."


def work(settings: PretrainSettings) -> None:
    """Prepare what is missing, train, and print the held-out scores."""
    check_range("--steps", settings.steps, 1, 10**9)
    check_range("--batch-size", settings.batch_size, 1, 10**6)
    check_range("--micro-batch", settings.micro_batch, 1, 10**6)
    check_range("--seed", settings.seed, 0, 2**32 - 1)
    check_rate(settings.rate)
    if settings.init:
        check_unused(settings, ("start",), "with --init")
    config = config_of(settings)
    if settings.plan:
        print(plan(settings, config))
        return
    from bioalbert_core.backend import start_keras
    from bioalbert_core.mini import find_model, prepare_instances

    out = settings.out or Path("runs") / f"pretrain-{settings.preset}"
    instances = settings.instances
    if instances is None:
        instances = prepare_instances(out.resolve().with_name(f"{out.resolve().name}-data"))

    print(f"backend: {start_keras()}")
    from bioalbert_core.pretrain.training import pretrain

    init = find_model(settings.init) if settings.init else None
    with fetched(instances) as local:
        scores = pretrain(
            local, out, config, init, settings.seed, settings.resume, settings.devices
        )
    pair = read_manifest(instances, "instances")["settings"]["pair"].upper()
    for when, found in scores.items():
        size = f"{found['instances']:,} instances"
        print(f"held-out documents, {when} ({size}): {told(found, pair)}")
    print(f"run: {out}")


def config_of(settings: PretrainSettings) -> PretrainConfig:
    """The preset, with what was given on the command line in its place.

    Raises:
        UserError: the parts do not make a whole batch.
    """
    config = PRETRAIN_PRESETS[settings.preset]
    if settings.steps:
        config = with_steps(config, settings.steps)
    config = replace(
        config,
        peak_rate=config.peak_rate if settings.rate is None else settings.rate,
        batch_size=settings.batch_size or config.batch_size,
        micro_batch=settings.micro_batch,
        precision=settings.precision or config.precision,
        start=settings.start or config.start,
        on_explosion=settings.on_explosion,
    )
    if config.batch_size % (config.micro_batch or 1):
        raise UserError(
            f"--micro-batch {config.micro_batch}: must divide the batch of {config.batch_size}"
        )
    return config


def plan(settings: PretrainSettings, config: PretrainConfig) -> str:
    """What the run would take, in words; nothing is written."""
    from bioalbert_core.backend import start_keras
    from bioalbert_core.mini import prepare_instances
    from bioalbert_core.pretrain.data import folder_data, paper_data
    from bioalbert_core.pretrain.plan import Plan, describe

    if settings.instances:
        data = folder_data(settings.instances, config)
    elif settings.preset.startswith("bioalbert"):
        data = paper_data(settings.preset)
    else:
        with TemporaryDirectory() as folder:
            data = replace(folder_data(prepare_instances(folder), config), source="embedded corpus")
    start_keras()
    from bioalbert_core.pretrain.trial import measure_speed

    planned = Plan(config, data)
    return describe(planned, *measure_speed(planned))


def told(scores: dict[str, float], pair: str) -> str:
    """Held-out scores in a line; ``pair`` is the name of the second task.

    >>> told({"mlm_loss": 7.604, "mlm_accuracy": 0.0}, "NONE")
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
