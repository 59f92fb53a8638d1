"""A run of pre-training: from instances and settings to a folder with a trained model."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

import keras

from bioalbert_core.albert.counting import cost
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.variables import PARTS
from bioalbert_core.albert.weights.kit import read_kit, write_kit
from bioalbert_core.albert.weights.loading import checkpoint_of, fill
from bioalbert_core.backend import jit_compile
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import location, require_file, sha256
from bioalbert_core.folders import output_folder, partial_of, read_manifest, write_manifest
from bioalbert_core.instances.build import check_instances
from bioalbert_core.instances.loading import sample_token_ids
from bioalbert_core.pretrain.checkpoints import prune_checkpoints, restore
from bioalbert_core.pretrain.devices import choose_devices, machine_memory
from bioalbert_core.pretrain.loop import Position, train
from bioalbert_core.pretrain.optimizers import Lamb, adamw
from bioalbert_core.pretrain.resuming import Start, find_start, is_finished
from bioalbert_core.pretrain.schedule import WarmupLinearDecay
from bioalbert_core.pretrain.throughput import matrix_peak, work_of
from bioalbert_core.pretrain.warm_start import warm_start
from bioalbert_core.progress import Progress, Silence

WARM_START_SAMPLE = 200_000
"""Instances whose pieces are counted for a warm start."""


def pretrain(
    instances: str | Path,
    out: str | Path,
    config: PretrainConfig,
    init: str | Path | None = None,
    seed: int = 0,
    resume: bool = False,
    devices: int | None = None,
    on_line: Callable[[dict], None] | None = None,
) -> dict[str, dict[str, float]]:
    """Train on a folder of instances and write a run.

    The vocabulary's size is the instances'; all else is the config's. A run that was stopped, in
    whatever way, leaves its checkpoints beside ``out``; resumed, it ends with the same weights as
    if it had never stopped. A finished run keeps its last checkpoint, to be continued with more
    steps.

    Args:
        instances: written by the instances command.
        out: the run folder to write: weights, config, tokenizer, log, manifest.
        config: model and training settings.
        init: a run to start from instead of random weights.
        seed: seed of the weights and of the order of the instances.
        resume: continue a run from its newest checkpoint, where there is one; see `resuming`.
        devices: how many devices train together; all there are when not given.
        on_line: called with each line of the log, e.g. what `show.curves.live_curves` gives.

    Returns:
        Held-out scores ``{"before": ..., "after": ...}``, each as `Means` gives them; empty when
        the instances hold nothing out.

    Raises:
        UserError: instances longer than the model allows, an ``init`` that does not fit, or a run
            in the way that cannot be continued so (`find_start`).
    """
    instances = location(instances)
    manifest = check_instances(instances)
    shape = _shape_for(instances, manifest, config)
    settings = {**asdict(config), "model": asdict(shape), "seed": seed}
    inputs = {
        "instances": manifest["outputs"],
        "tokenizer": manifest["inputs"]["tokenizer"],
        "init": sha256(location(init) / "model.safetensors") if init else None,
    }
    plan = {"settings": settings, "inputs": inputs}
    if resume and is_finished(out, "pretrain", plan):
        return read_manifest(out, "pretrain")["heldout"]
    chosen = choose_devices(devices, config.batch_size, config.micro_batch)
    print(chosen.told(config.batch_size))
    lengths = manifest["settings"]["seq_len"], manifest["settings"]["max_predictions"]
    at_once = cost(shape, *lengths).training_bytes(
        config.micro_batch or config.batch_size, config.precision
    )
    if chosen.kind == "CPU" and at_once > machine_memory():
        raise MemoryError(f"a step needs at least {at_once / 1e9:,.0f} GB")
    with chosen.scope():
        model = new_model(shape, config, seed)
        if init is not None:
            _start_from(model, shape, init, manifest["inputs"]["tokenizer"])
    peak = matrix_peak(config.precision) * chosen.apart
    work = work_of(replace(config, model=shape), *lengths, peak)

    first = chosen.process == 0  # alone writes; the others read its checkpoints
    place = output_folder(out, "pretrain", resume=True) if first else nullcontext(partial_of(out))
    with chosen.scope(), place as folder:
        with chosen.first_alone():
            start = find_start(folder, out, plan, resume, write=first)
        position = _position(model, start)
        if config.start == "warm" and init is None and not position.step:
            _start_warm(model, shape, instances, seed)
        log = (folder / "log.jsonl", config.steps, "pretrain", position.step, work.told, on_line)
        with Progress(*log) if first else Silence() as progress:
            if start.event:
                progress.event(position.step, start.event)
            scores = train(model, chosen, instances, folder, config, start.plan, position, progress)
        if first:
            tokenizer = instances / "tokenizer.model"
            write_kit(checkpoint_of(model, shape, tokenizer), folder)
            prune_checkpoints(folder)
            write_manifest(
                folder,
                "pretrain",
                **start.plan,
                backend=keras.backend.backend(),
                counts={"parameters": model.count_params()},
                heldout=scores,
            )
    return scores


def _shape_for(instances: str | Path, manifest: dict, config: PretrainConfig) -> AlbertConfig:
    """The model's shape with the vocabulary of the instances, if they are short enough for it."""
    shape, length = config.model, manifest["settings"]["seq_len"]
    if length > shape.max_length:
        raise UserError(
            f"{instances}: made with --seq-len {length}, the model takes {shape.max_length} at "
            f"most; make them again with --seq-len {shape.max_length}"
        )
    return replace(shape, vocab_size=manifest["vocab_size"])


def new_model(shape: AlbertConfig, config: PretrainConfig, seed: int) -> keras.Model:
    """A model with random weights, ready to train in the config's precision."""
    keras.utils.set_random_seed(seed)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        model = build_pretraining_model(shape)
    finally:
        keras.config.set_dtype_policy(policy)
    compile_for_pretraining(model, config)
    model.optimizer.build(model.trainable_variables)
    return model


def _start_warm(model: keras.Model, shape: AlbertConfig, instances: str | Path, seed: int) -> None:
    """Give a model with random weights the start of `warm_start`."""
    start = warm_start(shape, sample_token_ids(instances, WARM_START_SAMPLE, seed), seed)
    for variable in model.weights:
        if variable.path in start:
            variable.assign(start[variable.path])


def _position(model: keras.Model, start: Start) -> Position:
    """Where the run begins; the model then is what it was there."""
    if start.tensors:
        restore(model, start.tensors)
    return Position(**start.position)


def compile_for_pretraining(model: keras.Model, config: PretrainConfig) -> None:
    """Give the model its losses, its optimizer and the schedule.

    With the weights of `for_keras`, the MLM loss is the mean over predicted positions, padding left
    out, as in Google's code; the SOP loss is the mean over instances; the total is their plain sum.
    """
    parts = config.batch_size // (config.micro_batch or config.batch_size)
    schedule = WarmupLinearDecay(config.peak_rate, config.warmup_steps, config.steps, parts)
    make = {"lamb": Lamb, "adamw": adamw}[config.optimizer]
    model.compile(
        optimizer=make(
            schedule,
            weight_decay=config.weight_decay,
            global_clipnorm=config.clip_norm,
            gradient_accumulation_steps=parts if parts > 1 else None,
        ),
        loss={
            task: keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
            for task in ("mlm", "sop")
        },
        weighted_metrics={
            "mlm": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
            "sop": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        },
        jit_compile=jit_compile(),
    )


def _start_from(model: keras.Model, shape: AlbertConfig, init: str | Path, tokenizer: str) -> None:
    """Copy the weights of a run that has this shape and the tokenizer with this hash."""
    checkpoint = read_kit(init)
    theirs = checkpoint.config
    if theirs != shape:
        different = [n for n, v in asdict(shape).items() if getattr(theirs, n) != v]
        told = ", ".join(f"{n} {getattr(theirs, n)} (here {getattr(shape, n)})" for n in different)
        raise UserError(f"{init}: the weights are of another shape: {told}")
    if sha256(require_file(location(init) / "tokenizer.model")) != tokenizer:
        raise UserError(
            f"{init}: trained with another tokenizer than the instances were made with; "
            "make them again with its tokenizer.model"
        )
    fill(model, checkpoint, checkpoint.parts)
    if missing := [part for part in PARTS[:4] if part not in checkpoint.parts]:
        print(f"{init}: has no {', '.join(missing)}; random weights there")
