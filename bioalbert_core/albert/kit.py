"""The kit's own format: ``config.json`` and ``model.safetensors``; reading them runs no code."""

from dataclasses import asdict
from pathlib import Path

from bioalbert_core.albert.checkpoint import (
    Checkpoint,
    Layout,
    checked_config,
    checked_tagger,
    collect,
    present,
)
from bioalbert_core.albert.tensor_files import read_safetensors, write_safetensors
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, require_file, write_json

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.model"
HEAD = "head.safetensors"  # of taggers with a CRF or a gazetteer feature
COMPANION = "dictionary.json"  # of taggers with a gazetteer feature

KIT = Layout(name_of=lambda variable: variable.name, flat=False)  # as in the model


def is_kit(folder: Path) -> bool:
    """Whether a folder has a config of this kit."""
    return (folder / CONFIG).is_file() and "num_layers" in read_json(folder / CONFIG)


def write_kit(checkpoint: Checkpoint, folder: Path) -> None:
    """Write config, labels, weights and tokenizer to a folder."""
    record = {"model_type": "albert", **asdict(checkpoint.config)}
    if checkpoint.labels:
        record |= {"labels": checkpoint.labels, "window": checkpoint.window}
    write_json(folder / CONFIG, record)
    write_safetensors(folder / WEIGHTS, checkpoint.tensors)
    if checkpoint.own:
        write_safetensors(folder / HEAD, checkpoint.own)
    if checkpoint.tokenizer:
        (folder / TOKENIZER).write_bytes(checkpoint.tokenizer.read_bytes())
    for companion in checkpoint.companions:
        (folder / companion.name).write_bytes(companion.read_bytes())


def read_kit(folder: str | Path) -> Checkpoint:
    """The model in a folder that the pretrain, finetune or convert command wrote.

    Raises:
        UserError: no model there, or a damaged one.
    """
    folder = location(folder)
    path, weights = require_file(folder / CONFIG), folder / WEIGHTS
    head, tokenizer, companion = folder / HEAD, folder / TOKENIZER, folder / COMPANION
    record = read_json(path)
    if record.get("model_type") != "albert" or "num_hidden_layers" in record:
        raise UserError(
            f"{path}: not the config of one of this kit's models; convert models of other "
            "programs with python -m bioalbert_core.convert"
        )
    config = checked_config(record, path)
    labels, window = checked_tagger(record.get("labels", []), record.get("window"), path)
    arrays = read_safetensors(require_file(weights))
    tensors, left_over = collect(arrays, KIT, config, weights, len(labels))
    return Checkpoint(
        str(folder),
        config,
        tensors,
        tokenizer=next(iter(present(tokenizer)), None),
        labels=labels,
        window=window,
        left_over=left_over,
        files=present(path, weights, head, tokenizer, companion),
        own=read_safetensors(head) if head.exists() else {},
        companions=present(companion),
    )
