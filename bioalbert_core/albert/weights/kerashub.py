"""keras-hub's ALBERT presets, in and out, through keras-hub itself.

keras-hub has no place for ALBERT's heads (its MLM head computes with another epsilon, and it has
none for sentence order), so they lie beside its files in ``heads.safetensors``, which it ignores.
Its tokenizer is SentencePiece alone, so ALBERT's rules are compiled into the model for it.
"""

import errno
import json
import math
import os
import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path

import h5py
import keras_hub
import numpy as np
from safetensors import safe_open

from bioalbert_core.albert.variables import PARTS, layer_names, part_of, variables
from bioalbert_core.albert.weights.checkpoint import (
    Checkpoint,
    checked_config,
    checked_tagger,
    collect,
    present,
    refuse_projection,
    share_layers_of,
    tokenizer_at,
)
from bioalbert_core.albert.weights.kit import KIT
from bioalbert_core.albert.weights.safe import read_safetensors, write_safetensors
from bioalbert_core.albert.weights.sentencepiece_model import with_albert_rules
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError, reason
from bioalbert_core.files import read_json, require_file
from bioalbert_core.tokenizer import Tokenizer

HEADS = "heads.safetensors"
WEIGHTS = "model.weights.h5"
PROJECTION = ("embedding_projection/kernel", "embedding_projection/bias")
OWN_TOKENIZER = "tokenizer.model"
TOKENIZER = Path("assets", "tokenizer", "vocabulary.spm")
# Our setting, and keras-hub's name for it.
SIZES = {
    "vocab_size": "vocabulary_size",
    "embedding_size": "embedding_dim",
    "hidden_size": "hidden_dim",
    "num_layers": "num_layers",
    "num_heads": "num_heads",
    "intermediate_size": "intermediate_dim",
    "max_length": "max_sequence_length",
    "dropout": "dropout",
}
# Our layer, and keras-hub's name for it; the blocks are `_pairs`' to add.
LAYERS = {
    "token_embedding": "token_embedding",
    "position_embedding": "position_embedding",
    "segment_embedding": "segment_embedding",
    "embeddings_norm": "embeddings_layer_norm",
    "embedding_projection": "embedding_projection",
    "pooler": "pooled_dense",
}


def read_kerashub(folder: Path) -> Checkpoint:
    """The model in a preset folder.

    Only sizes and numbers are read: Keras' own way to load a preset can import what a file names.

    Raises:
        UserError: not an ALBERT, one that this kit cannot build, or damaged.
    """
    path = require_file(folder / "config.json")
    record = read_json(path)
    if record.get("class_name") != "AlbertBackbone":
        raise UserError(f"{path}: {record.get('class_name')}; only an AlbertBackbone can be read")
    config = _config(record.get("config"), path)
    weights = require_file(folder / WEIGHTS)
    heads, facts = _read_heads(folder / HEADS)
    labels, window = checked_tagger(facts.get("labels", []), facts.get("window"), folder / HEADS)
    found, more = _load(weights, config)
    if "pooler" not in facts.get("parts", PARTS):
        del found["pooler/kernel"], found["pooler/bias"]
    if config.embedding_size == config.hidden_size:
        refuse_projection(*(found.pop(name) for name in PROJECTION), weights)
    tensors, left_over = collect({**found, **heads}, KIT, config, folder, len(labels))
    tokenizer = tokenizer_at(folder / OWN_TOKENIZER) or tokenizer_at(folder / TOKENIZER)
    files = present(path, weights, folder / HEADS, tokenizer)
    left_over = (*left_over, *more)
    return Checkpoint(str(folder), config, tensors, tokenizer, labels, window, left_over, files)


def _load(path: Path, config: AlbertConfig) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of a weights file by the names that they have here; what else is in it."""
    try:
        stored = _shapes(path)
        wanted = [v.shape for v in variables(config, ("encoder", "pooler"))]
        if 16 * sum(map(math.prod, stored.values())) < sum(map(math.prod, wanted)):
            raise ValueError("far less numbers in it than the model has")  # before all is built
        backbone = _backbone(config)
        with warnings.catch_warnings(action="ignore"):  # they say less than the error that follows
            backbone.load_weights(path)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        told = " ".join(reason(error).split())
        raise UserError(
            f"{path}: damaged, or does not fit the config beside it ({told}); get it again"
        ) from None
    found = {ours: theirs.numpy() for ours, theirs in _pairs(backbone, config).items()}
    more = len(stored) - len(found)
    return found, [f"{more} more arrays of {path.name}"] if more else []


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the arrays of floats in an HDF5 file."""
    shapes = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            shapes[name] = item.shape

    with h5py.File(path) as file:
        file.visititems(visit)
    return shapes


def write_kerashub(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a preset that `keras_hub.models.AlbertBackbone.from_preset` loads.

    The settings of `AlbertTokenizer` and of its preprocessor, which is as long as the model, are
    written where they can run, which is not without TensorFlow; the SentencePiece model always.

    Raises:
        UserError: the model has the exact GELU, which keras-hub's ALBERT has not.
        OSError: the disk is too full for it (HDF5 would bring the process down).
    """
    config = checkpoint.config
    if config.activation != "gelu_tanh":
        raise UserError(
            f"{checkpoint.place}: has the exact GELU, keras-hub's ALBERT has not; use --to hf"
        )
    if shutil.disk_usage(folder).free < 5 * sum(t.size for t in checkpoint.tensors.values()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    backbone = _backbone(config)
    for name, variable in _pairs(backbone, config).items():
        variable.assign(checkpoint.tensors.get(name, _stand_in(name, variable.shape)))
    backbone.save_to_preset(str(folder))
    heads = {n: v for n, v in checkpoint.tensors.items() if part_of(n).endswith("_head")}
    facts = {
        "parts": checkpoint.parts,
        "labels": checkpoint.labels,
        "window": checkpoint.window,
    }
    write_safetensors(folder / HEADS, heads, {"bioalbert": json.dumps(facts)})
    if checkpoint.tokenizer:
        _write_tokenizer(checkpoint, folder)


def _write_tokenizer(checkpoint: Checkpoint, folder: Path) -> None:
    """The tokenizer as keras-hub runs it, and beside it the model as this kit reads it."""
    shutil.copyfile(checkpoint.tokenizer, folder / OWN_TOKENIZER)
    proto = with_albert_rules(Tokenizer(checkpoint.tokenizer))
    (folder / TOKENIZER).parent.mkdir(parents=True)
    (folder / TOKENIZER).write_bytes(proto)
    if find_spec("tensorflow_text"):
        tokenizer = keras_hub.models.AlbertTokenizer(proto=proto)
        length = checkpoint.config.max_length
        preprocessor = keras_hub.models.AlbertTextClassifierPreprocessor(tokenizer, length)
        preprocessor.save_to_preset(str(folder))


def _backbone(config: AlbertConfig) -> keras_hub.models.AlbertBackbone:
    sizes = {theirs: getattr(config, ours) for ours, theirs in SIZES.items()}
    groups = 1 if config.share_layers else config.num_layers
    return keras_hub.models.AlbertBackbone(**sizes, num_groups=groups, dtype="float32")


def _pairs(backbone: keras_hub.models.AlbertBackbone, config: AlbertConfig) -> dict:
    """keras-hub's variables by the names that they have here."""
    blocks = dict.fromkeys(layer_names(config))
    layers = LAYERS | {name: f"group_{i}_inner_layer_0" for i, name in enumerate(blocks)}
    return {
        f"{ours}/{variable.path.split('/', 1)[1]}": variable
        for ours, theirs in layers.items()
        for variable in backbone.get_layer(theirs).weights
    }


def _stand_in(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """For what keras-hub's model always has: no projection is the identity, no pooler is zeros."""
    return np.eye(shape[0]) if name == PROJECTION[0] else np.zeros(shape)


def _config(record: object, path: Path) -> AlbertConfig:
    if not isinstance(record, dict):
        raise UserError(f"{path}: its config is no table of settings; get the file again")
    share_layers = share_layers_of(record.get("num_groups", 1), record.get("num_layers"), path)
    for name, wanted in {"num_inner_repetitions": 1, "num_segments": 2}.items():
        if record.get(name, wanted) != wanted:
            raise UserError(
                f"{path}: {name} is not {wanted}, as in this kit's ALBERT; it cannot take the model"
            )
    values = {ours: record.get(theirs) for ours, theirs in SIZES.items()}
    values |= {"activation": "gelu_tanh", "share_layers": share_layers}
    return checked_config(values, path)


def _read_heads(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """The heads beside the preset, and what is told of them; nothing where there are none."""
    if not path.exists():
        return {}, {}
    heads = read_safetensors(require_file(path))
    with safe_open(path, "numpy") as file:
        told = (file.metadata() or {}).get("bioalbert", "")
    try:
        facts = json.loads(told)
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or any(part_of(name) == "encoder" for name in heads):
        raise UserError(f"{path}: not as this kit writes it; get the preset again")
    return heads, facts
