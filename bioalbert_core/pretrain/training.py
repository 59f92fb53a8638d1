"""The pre-training loop: masked language modeling and sentence order, with LAMB."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path

import keras

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.weights import load_weights, read_config, save_model
from bioalbert_core.backend import jit_compile
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import require_file, sha256
from bioalbert_core.folders import output_folder, write_manifest
from bioalbert_core.instances.build import check_instances
from bioalbert_core.instances.loading import heldout_batches, train_batches
from bioalbert_core.pretrain.lamb import Lamb
from bioalbert_core.pretrain.measuring import Means, for_keras, measure
from bioalbert_core.pretrain.schedule import WarmupLinearDecay
from bioalbert_core.progress import Progress


def pretrain(
    instances: str | Path,
    out: str | Path,
    config: PretrainConfig,
    init: str | Path | None = None,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Train on a folder of instances and write a run.

    The vocabulary's size is the instances'; all else is the config's.

    Args:
        instances: written by the instances command.
        out: the run folder to write: weights, config, tokenizer, log, manifest.
        config: model and training settings.
        init: a run to start from instead of random weights.
        seed: seed of the weights and of the order of the instances.

    Returns:
        Held-out scores ``{"before": ..., "after": ...}``, each as `Means` gives them; empty when
        the instances hold nothing out.

    Raises:
        UserError: instances longer than the model allows, or an ``init`` that does not fit.
    """
    manifest = check_instances(instances)
    shape = replace(config.model, vocab_size=manifest["vocab_size"])
    if manifest["settings"]["seq_len"] > shape.max_length:
        raise UserError(
            f"{instances}: made with --seq-len {manifest['settings']['seq_len']}, the model takes "
            f"{shape.max_length} at most; make them again with --seq-len {shape.max_length}"
        )
    keras.utils.set_random_seed(seed)
    model = build_pretraining_model(shape)
    if init is not None:
        _start_from(model, shape, init, manifest["inputs"]["tokenizer"])
    compile_for_pretraining(model, config)

    with output_folder(out, "pretrain") as folder:
        scores = _train(model, Path(instances), folder, config, seed)
        save_model(model, shape, folder)
        shutil.copyfile(Path(instances) / "tokenizer.model", folder / "tokenizer.model")
        write_manifest(
            folder,
            "pretrain",
            settings={**asdict(config), "model": asdict(shape), "seed": seed},
            backend=keras.backend.backend(),
            inputs={
                "instances": manifest["outputs"],
                "tokenizer": manifest["inputs"]["tokenizer"],
                "init": sha256(Path(init) / "model.safetensors") if init else None,
            },
            counts={"parameters": model.count_params()},
            heldout=scores,
        )
    return scores


def compile_for_pretraining(model: keras.Model, config: PretrainConfig) -> None:
    """Give the model its losses, LAMB and the schedule.

    The MLM loss is the mean over predicted positions, padding left out, as in Google's code; the
    SOP loss is the mean over instances; the total is their plain sum.
    """
    schedule = WarmupLinearDecay(config.peak_rate, config.warmup_steps, config.steps)
    model.compile(
        optimizer=Lamb(
            schedule, weight_decay=config.weight_decay, global_clipnorm=config.clip_norm
        ),
        loss={
            "mlm": keras.losses.SparseCategoricalCrossentropy(
                from_logits=True, reduction="mean_with_sample_weight"
            ),
            "sop": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        },
        weighted_metrics={
            "mlm": [
                keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="cross_entropy"),
                keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
            ],
            "sop": [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        },
        jit_compile=jit_compile(),
    )


def _train(
    model: keras.Model, instances: Path, folder: Path, config: PretrainConfig, seed: int
) -> dict[str, dict[str, float]]:
    """Run the steps, measuring on held-out documents before, on the way, and after."""
    train = train_batches(instances, config.batch_size, seed)
    heldout = heldout_batches(instances, config.batch_size)[: config.evaluate_batches]
    scores = {"before": measure(model, heldout)} if len(heldout) else {}
    means = Means()
    with Progress(folder / "log.jsonl", config.steps, "pretrain") as progress:
        for step in range(config.steps):
            batch = train[step]
            means.add(model.train_on_batch(*for_keras(batch), return_dict=True), batch)
            progress.step()
            done = step + 1
            if done % config.evaluate_every == 0 or done == config.steps:
                if len(heldout):
                    scores["after"] = measure(model, heldout)
                progress.note(done, train=means.take(), heldout=scores.get("after", {}))
    return scores


def _start_from(model: keras.Model, shape: AlbertConfig, init: str | Path, tokenizer: str) -> None:
    """Copy the weights of a run that has this shape and the tokenizer with this hash."""
    theirs, _ = read_config(init)
    if theirs != shape:
        different = [n for n, v in asdict(shape).items() if getattr(theirs, n) != v]
        told = ", ".join(f"{n} {getattr(theirs, n)} (here {getattr(shape, n)})" for n in different)
        raise UserError(f"{init}: the weights are of another shape: {told}")
    if sha256(require_file(Path(init) / "tokenizer.model")) != tokenizer:
        raise UserError(
            f"{init}: trained with another tokenizer than the instances were made with; "
            "make them again with its tokenizer.model"
        )
    load_weights(model, init)
