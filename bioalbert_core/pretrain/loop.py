"""The pre-training loop: one step after another, now and then held-out scores and a checkpoint."""

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras

from bioalbert_core.config import PretrainConfig
from bioalbert_core.instances.loading import heldout_batches, train_batches
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.pretrain.metrics import Means, for_keras, measure, parts_of
from bioalbert_core.training.checkpoints import (
    newest_step,
    read_checkpoint,
    restore,
    save_checkpoint,
)
from bioalbert_core.training.devices import Devices
from bioalbert_core.training.progress import Progress

DIVERGED = 1.5
"""Training has diverged when its loss is this many times the lowest so far."""
MAX_ROLLBACKS = 3

Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Run:
    """What does not change during a run."""

    model: keras.Model
    """Compiled, in the scope of the devices."""
    devices: Devices
    config: PretrainConfig
    seed: int
    """Seed of the order of the instances."""
    instances: Path
    folder: Path
    """Of the unfinished run; its checkpoints are here."""
    identity: dict
    """Settings and inputs, which a resumed run must share."""


@dataclass
class Position:
    """What changes: a checkpoint holds this next to weights and moments."""

    step: int = 0
    """Steps done. The next batch is number step + skipped."""
    skipped: int = 0
    """Batches left out because training diverged on them."""
    rollbacks: int = 0
    lowest_loss: float = math.inf
    """Lowest mean MLM loss between two evaluations."""
    scores: Scores = field(default_factory=dict)
    """Held-out scores of a sample, before training and at the latest evaluation."""


def train(run: Run, position: Position, progress: Progress) -> Scores:
    """Take the remaining steps, leaving checkpoints in the run's folder.

    Returns:
        Held-out scores: ``before``, of a sample that is the same at each evaluation, and ``after``,
        of everything held out. Empty if nothing is held out.

    Raises:
        UserError: training diverged, and the config says to stop then.
    """
    config, size = run.config, run.config.batch_size
    batches = train_batches(run.instances, size, run.seed)
    sample = heldout_batches(run.instances, size, most=config.evaluate_batches * size)
    if not position.scores and len(sample):
        position.scores["before"] = measure(run.model, run.devices, sample)

    means = Means()  # of the training scores since the latest evaluation
    while position.step < config.steps:
        # 1. Take a step. Which batch it sees only depends on the seed and the position.
        loss = train_step(run, batches[position.step + position.skipped], means)
        position.step += 1
        progress.step(position.step, means.so_far())

        # 2. Now and then, compare the mean loss since the latest evaluation with the lowest one;
        #    the loss of a single step is too noisy for that, but it must be a number.
        evaluate = position.step % config.evaluate_every == 0 or position.step == config.steps
        if evaluate:
            scores = means.take()
            loss = scores["mlm_loss"]
        if not math.isfinite(loss) or (evaluate and loss > DIVERGED * position.lowest_loss):
            position = _roll_back(run, position, loss, progress)
            means = Means()
            continue

        # 3. If training goes well, evaluate and save.
        if evaluate:
            position.lowest_loss = min(position.lowest_loss, loss)
            if len(sample):
                position.scores["after"] = measure(run.model, run.devices, sample)
            progress.note(position.step, train=scores, heldout=position.scores.get("after", {}))
            if not run.devices.process:
                facts = {"identity": run.identity, "position": asdict(position)}
                save_checkpoint(run.folder, position.step, run.model, facts)

    everything = heldout_batches(run.instances, size)
    if len(everything) > len(sample):
        print(f"evaluating on all {len(everything):,} held-out batches of {size:,}", flush=True)
        position.scores["after"] = measure(run.model, run.devices, everything, "held-out")
    return position.scores


def train_step(run: Run, batch: dict, means: Means) -> float:
    """Take one step; return the loss before it.

    With micro-batches the optimizer adds up their gradients and steps after the last one.
    """
    micro_batches = parts_of(batch, run.config.micro_batch)
    loss = 0.0
    for micro_batch in micro_batches:
        weighted = for_keras(micro_batch, batch)
        scores = run.devices.train_on_batch(run.model, weighted)
        means.add(scores, weighted)
        loss += scores["loss"] / len(micro_batches)
    return loss


def _roll_back(run: Run, position: Position, loss: float, progress: Progress) -> Position:
    """Restore the newest checkpoint and skip the batches since; or fail, if the config says so."""
    what = f"training diverged before step {position.step} (loss {loss:.3g})"
    step = newest_step(run.folder)
    if not step:
        raise UserError(f"{run.folder}: {what}, before the first checkpoint; lower --learning-rate")
    if run.config.on_divergence == "stop" or position.rollbacks == MAX_ROLLBACKS:
        raise UserError(
            f"{run.folder}: {what}; the checkpoint of step {step} is kept. Resume from it with "
            "--resume --on-divergence roll-back, or start again with a lower --learning-rate."
        )
    try:
        facts, tensors = read_checkpoint(run.folder)
    except UserError as error:
        raise UserError(f"{error}; {what}") from None
    restore(run.model, tensors)
    restored = Position(**facts["position"])
    restored.skipped = position.skipped + position.step - restored.step
    restored.rollbacks = position.rollbacks + 1
    progress.event(
        position.step, f"{what}; rolled back to step {restored.step}, skipping the batches since"
    )
    return restored
