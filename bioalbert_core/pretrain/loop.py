"""The loop of pre-training: step after step, with held-out scores and a checkpoint now and then."""

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras

from bioalbert_core.config import PretrainConfig
from bioalbert_core.errors import UserError
from bioalbert_core.instances.loading import Record, heldout_batches, train_batches
from bioalbert_core.pretrain.checkpoints import (
    newest_step,
    read_checkpoint,
    restore,
    save_checkpoint,
)
from bioalbert_core.pretrain.devices import Devices
from bioalbert_core.pretrain.measuring import Means, for_keras, measure, parts_of
from bioalbert_core.progress import Progress

EXPLODED = 1.5
"""Training has exploded when its loss is this many times the lowest so far."""
RETURNS = 3
"""How often a run may go back."""

Scores = dict[str, dict[str, float]]


@dataclass
class Position:
    """Where a run stands: what a checkpoint holds beside weights and moments."""

    step: int = 0
    """Steps done. The next batch is number step + passed_over."""
    passed_over: int = 0
    """Batches left out, on which the loss exploded."""
    returns: int = 0
    """How often the run went back."""
    lowest_loss: float = math.inf
    """Lowest mean MLM loss between two looks at the held-out documents."""
    scores: Scores = field(default_factory=dict)
    """Held-out scores of the sample before training and at the last look."""


def train(
    model: keras.Model,
    devices: Devices,
    instances: Path,
    folder: Path,
    config: PretrainConfig,
    plan: dict,
    position: Position,
    progress: Progress,
) -> Scores:
    """Run the steps that are left, and leave checkpoints in the folder.

    Args:
        model: compiled, and standing at ``position``.
        devices: in whose scope the model was made.
        instances: written by the instances command.
        folder: of the unfinished run.
        config: its settings.
        plan: what a run must share to go on with the checkpoints; its settings hold the seed.
        position: where the run stands.
        progress: is told of steps and scores.

    Returns:
        Held-out scores, ``before`` of a sample that is the same at each look and ``after`` of all
        that is held out; empty when nothing is.

    Raises:
        UserError: the loss exploded, and the settings say to stop then.
    """
    size = config.batch_size
    batches = train_batches(instances, size, plan["settings"]["seed"])
    heldout = heldout_batches(instances, size, most=config.evaluate_batches * size)
    if not position.scores and len(heldout):
        position.scores["before"] = measure(model, devices, heldout)
    means = Means()
    while position.step < config.steps:
        batch = batches[position.step + position.passed_over]
        loss = train_step(model, devices, batch, config.micro_batch, means)
        position.step += 1
        progress.step(position.step, means.so_far())
        look = position.step % config.evaluate_every == 0 or position.step == config.steps
        scores = means.take() if look else {}
        loss = scores["mlm_loss"] if look else loss
        if not math.isfinite(loss) or (look and loss > EXPLODED * position.lowest_loss):
            position = _after_explosion(model, folder, config, position, loss, progress)
            means = Means()
        elif look:
            position.lowest_loss = min(position.lowest_loss, loss)
            if len(heldout):
                position.scores["after"] = measure(model, devices, heldout)
            progress.note(position.step, train=scores, heldout=position.scores.get("after", {}))
            facts = {"plan": plan, "position": asdict(position)}
            if not devices.process:
                save_checkpoint(folder, position.step, model, facts)
    whole = heldout_batches(instances, size)
    if len(whole) > len(heldout):
        print(f"scoring all that is held out: {len(whole):,} batches of {size:,}", flush=True)
        position.scores["after"] = measure(model, devices, whole, "all that is held out")
    return position.scores


def train_step(
    model: keras.Model, devices: Devices, batch: Record, micro_batch: int | None, means: Means
) -> float:
    """One step on a batch, part by part; the optimizer moves after the last. Returns the loss."""
    total = 0.0
    parts = parts_of(batch, micro_batch)
    for part in parts:
        weighted = for_keras(part, batch)
        found = devices.train_on_batch(model, weighted)
        means.add(found, weighted)
        total += float(found["loss"]) / len(parts)
    return total


def _after_explosion(
    model: keras.Model,
    folder: Path,
    config: PretrainConfig,
    position: Position,
    loss: float,
    progress: Progress,
) -> Position:
    """Back at the newest checkpoint, behind the batches since; or an error, as the settings say."""
    told = f"the loss exploded before step {position.step} ({loss:.3g})"
    step = newest_step(folder)
    if not step:
        raise UserError(f"{folder}: {told}, before the first checkpoint; lower the learning rate")
    if config.on_explosion == "stop" or position.returns == RETURNS:
        raise UserError(
            f"{folder}: {told}; the checkpoint of step {step} is kept: go on from it with "
            "--resume --on-explosion back, or start again with a lower learning rate"
        )
    try:
        facts, tensors = read_checkpoint(folder)
    except UserError as error:
        raise UserError(f"{error}; {told}") from None
    restore(model, tensors)
    again = Position(**facts["position"])
    again.passed_over = position.passed_over + position.step - again.step
    again.returns = position.returns + 1
    progress.event(position.step, f"{told}; back to step {again.step}, other batches from there")
    return again
