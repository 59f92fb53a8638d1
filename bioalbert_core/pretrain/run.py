"""A pre-training run: from instances and settings to a folder with a trained model."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

import keras

from bioalbert_core.albert.counting import cost
from bioalbert_core.albert.kit import read_kit, write_kit
from bioalbert_core.albert.loading import checkpoint_of, fill
from bioalbert_core.albert.variables import PARTS
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.instances.build import check_instances
from bioalbert_core.instances.loading import sample_token_ids
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, require_file, sha256
from bioalbert_core.plumbing.folders import output_folder, partial_of, read_manifest, write_manifest
from bioalbert_core.pretrain.data_driven_start import data_driven_start
from bioalbert_core.pretrain.loop import Position, Run, Scores, train
from bioalbert_core.pretrain.model import new_model
from bioalbert_core.pretrain.planning.speed import matrix_peak, work_of
from bioalbert_core.training.checkpoints import prune_checkpoints, restore
from bioalbert_core.training.devices import Devices, choose_devices, machine_memory
from bioalbert_core.training.progress import NoProgress, Progress
from bioalbert_core.training.resuming import find_start, is_finished

START_SAMPLE = 200_000  # instances that data-driven initialization counts


def pretrain(
    instances: str | Path,
    out: str | Path,
    config: PretrainConfig,
    init: str | Path | None = None,
    seed: int = 0,
    resume: bool = False,
    devices: int | None = None,
    on_line: Callable[[dict], None] | None = None,
) -> Scores:
    """Train on a folder of instances and write a run.

    The size of the vocabulary comes from the instances, everything else from the config. An
    interrupted run leaves its checkpoints next to ``out``; resumed, it ends with the same weights
    as if it had never stopped. A finished run keeps its last checkpoint, so that more steps can
    follow.

    Args:
        instances: written by the instances command.
        out: the run folder to write: weights, config, tokenizer, log, manifest.
        config: model and training settings.
        init: a run to start from instead of random weights.
        seed: seed of the weights and of the order of the instances.
        resume: continue a run from its newest checkpoint, if there is one; see `resuming`.
        devices: how many devices train together; None: all.
        on_line: called with each line of the log, e.g. `show.curves.live_curves(...)`.

    Returns:
        Held-out scores ``{"before": ..., "after": ...}``, each from `Means`; empty if nothing is
        held out.

    Raises:
        UserError: instances longer than the model allows, an ``init`` that does not fit, or a run
            in ``out`` that cannot be resumed (`find_start`).
    """
    # 1. What identifies this run? If it is finished, there is nothing to do.
    instances = location(instances)
    manifest = check_instances(instances)
    config = replace(config, model=_shape_for(instances, manifest, config))
    identity = _identity(manifest, config, init, seed)
    if resume and is_finished(out, "pretrain", identity):
        return read_manifest(out, "pretrain")["heldout"]

    # 2. Build the model on its devices, with random weights or those of `init`.
    chosen = choose_devices(devices, config.batch_size, config.micro_batch)
    print(chosen.describe(config.batch_size))
    lengths = manifest["settings"]["seq_len"], manifest["settings"]["max_predictions"]
    _check_memory(config, chosen, lengths)
    with chosen.scope():
        model = new_model(config.model, config, seed)
        if init is not None:
            _copy_weights(model, config.model, init, manifest["inputs"]["tokenizer"])
    peak = matrix_peak(config.precision) * chosen.independent
    speed = work_of(config, *lengths, peak).describe

    # 3. Train, from a checkpoint or from step 0. Process 0 writes; the others only read.
    first = chosen.process == 0
    folders = output_folder(out, "pretrain", resume=True) if first else nullcontext(partial_of(out))
    with chosen.scope(), folders as folder:
        with chosen.first_alone():
            start = find_start(folder, out, identity, resume, write=first)
        if start.tensors:
            restore(model, start.tensors)
        position = Position(**start.position)
        if config.start == "data-driven" and init is None and not position.step:
            _initialize_from_data(model, config.model, instances, seed)
        run = Run(model, chosen, config, seed, instances, folder, start.identity)
        log = (folder / "log.jsonl", config.steps, "pretrain", position.step, speed, on_line)
        with Progress(*log) if first else NoProgress() as progress:
            if start.event:
                progress.event(position.step, start.event)
            scores = train(run, position, progress)
        if first:
            _finish(run, scores)
    return scores


def _identity(
    manifest: dict, config: PretrainConfig, init: str | Path | None, seed: int
) -> dict[str, dict]:
    """Settings and inputs, which a run must share to continue this one."""
    return {
        "settings": {**asdict(config), "seed": seed},
        "inputs": {
            "instances": manifest["outputs"],
            "tokenizer": manifest["inputs"]["tokenizer"],
            "init": sha256(location(init) / "model.safetensors") if init else None,
        },
    }


def _finish(run: Run, scores: Scores) -> None:
    """Write the trained model and the manifest."""
    tokenizer = run.instances / "tokenizer.model"
    write_kit(checkpoint_of(run.model, run.config.model, tokenizer), run.folder)
    prune_checkpoints(run.folder)
    write_manifest(
        run.folder,
        "pretrain",
        **run.identity,
        backend=keras.backend.backend(),
        counts={"parameters": run.model.count_params()},
        heldout=scores,
    )


def _shape_for(instances: Path, manifest: dict, config: PretrainConfig) -> AlbertConfig:
    """The shape of the model, with the vocabulary of the instances if they are short enough."""
    length, limit = manifest["settings"]["seq_len"], config.model.max_length
    if length > limit:
        raise UserError(
            f"{instances}: made with --seq-len {length}, but the model allows {limit}; "
            f"make them again with --seq-len {limit}"
        )
    return replace(config.model, vocab_size=manifest["vocab_size"])


def _check_memory(config: PretrainConfig, devices: Devices, lengths: tuple[int, int]) -> None:
    at_once = config.micro_batch or config.batch_size
    needed = cost(config.model, *lengths).training_bytes(at_once, config.precision)
    if devices.kind == "CPU" and needed > machine_memory():
        raise MemoryError(f"a step needs at least {needed / 1e9:,.0f} GB")


def _initialize_from_data(
    model: keras.Model, shape: AlbertConfig, instances: Path, seed: int
) -> None:
    """Overwrite some random weights by those of `data_driven_start`."""
    start = data_driven_start(shape, sample_token_ids(instances, START_SAMPLE, seed), seed)
    for variable in model.weights:
        if variable.path in start:
            variable.assign(start[variable.path])


def _copy_weights(
    model: keras.Model, shape: AlbertConfig, init: str | Path, tokenizer: str
) -> None:
    """Copy the weights of a run with this shape and a tokenizer with this hash."""
    checkpoint = read_kit(init)
    theirs = checkpoint.config
    different = [n for n, v in asdict(shape).items() if getattr(theirs, n) != v]
    if different:
        named = ", ".join(f"{n} {getattr(theirs, n)} (here {getattr(shape, n)})" for n in different)
        raise UserError(f"{init}: its model has another shape: {named}; choose the same --preset")
    if sha256(require_file(location(init) / "tokenizer.model")) != tokenizer:
        raise UserError(
            f"{init}: its tokenizer is not that of the instances; "
            "make them again with its tokenizer.model"
        )
    fill(model, checkpoint, checkpoint.parts)
    if missing := [part for part in PARTS[:4] if part not in checkpoint.parts]:
        print(f"{init}: has no {', '.join(missing)}; these start from random weights")
