"""The kit's own format: ``config.json`` and ``model.safetensors``; reading them runs no code."""

from dataclasses import asdict
from pathlib import Path

from bioalbert_core.albert.weights.checkpoint import (
    Checkpoint,
    Format,
    checked_config,
    checked_tagger,
    collect,
    present,
    tokenizer_at,
)
from bioalbert_core.albert.weights.safe import read_safetensors, write_safetensors
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import location, read_json, require_file, write_json

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.model"
HEAD = "head.safetensors"  # of taggers with a CRF or a dictionary, which no other ALBERT has


KIT = Format(name_of=lambda variable: variable.name, flat=False)  # as they are in the model


def write_kit(checkpoint: Checkpoint, folder: Path) -> None:
    """Write shape, labels, weights and tokenizer to a folder."""
    record = {"model_type": "albert", **asdict(checkpoint.config)}
    if checkpoint.labels:
        record |= {"labels": checkpoint.labels, "window": checkpoint.window}
    write_json(folder / CONFIG, record)
    write_safetensors(folder / WEIGHTS, checkpoint.tensors)
    if checkpoint.own:
        write_safetensors(folder / HEAD, checkpoint.own)
    if checkpoint.tokenizer:
        (folder / TOKENIZER).write_bytes(checkpoint.tokenizer.read_bytes())


def is_kit(folder: Path) -> bool:
    """Whether a folder has a config in this kit's words."""
    return (folder / CONFIG).is_file() and "num_layers" in read_json(folder / CONFIG)


def read_kit(folder: str | Path) -> Checkpoint:
    """The model in a folder that the pretrain, finetune or convert command wrote.

    Raises:
        UserError: there is none, or it is damaged.
    """
    folder = location(folder)
    config, labels, window = _read_config(folder)
    path = require_file(folder / WEIGHTS)
    tensors, left_over = collect(read_safetensors(path), KIT, config, path, len(labels))
    head = folder / HEAD
    return Checkpoint(
        str(folder),
        config,
        tensors,
        tokenizer_at(folder / TOKENIZER),
        labels,
        window,
        left_over,
        present(folder / CONFIG, path, head, folder / TOKENIZER),
        read_safetensors(head) if head.exists() else {},
    )


def _read_config(folder: Path) -> tuple[AlbertConfig, tuple[str, ...], int | None]:
    path = require_file(folder / CONFIG)
    record = read_json(path)
    if record.get("model_type") != "albert" or "num_hidden_layers" in record:
        raise UserError(
            f"{path}: not the config of an ALBERT of this kit; python -m bioalbert_core.convert "
            "makes one out of an ALBERT of other programs"
        )
    config = checked_config(record, path)
    return config, *checked_tagger(record.get("labels", []), record.get("window"), path)
