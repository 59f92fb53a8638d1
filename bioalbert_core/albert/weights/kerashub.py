"""keras-hub's ALBERT presets, in and out, through keras-hub itself.

keras-hub has no place for ALBERT's heads (its MLM head computes with another epsilon, and it has
none for sentence order), so they lie beside its files in ``heads.safetensors``, which it ignores.
"""

import json
import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path

import keras_hub
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from bioalbert_core.albert.variables import block_names, part_of
from bioalbert_core.albert.weights.checkpoint import (
    Checkpoint,
    checked_config,
    collect,
    refuse_projection,
)
from bioalbert_core.albert.weights.kit import KIT
from bioalbert_core.albert.weights.safe import read_safetensors
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import output_file, read_json, require_file

HEADS = "heads.safetensors"
WEIGHTS = "model.weights.h5"
PROJECTION = ("embedding_projection/kernel", "embedding_projection/bias")
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
    config = _config(record.get("config") or {}, path)
    weights = require_file(folder / WEIGHTS)
    found = _load(weights, config)
    if not found["pooler/kernel"].any():  # a tagger has none
        del found["pooler/kernel"], found["pooler/bias"]
    if config.embedding_size == config.hidden_size:
        refuse_projection(*(found.pop(name) for name in PROJECTION), weights)
    heads, labels, window = _read_heads(folder / HEADS)
    tensors, left_over = collect({**found, **heads}, KIT, config, folder, len(labels))
    tokenizer = folder / TOKENIZER
    tokenizer = tokenizer if tokenizer.is_file() else None
    return Checkpoint(str(folder), config, tensors, tokenizer, labels, window, left_over)


def _load(path: Path, config: AlbertConfig) -> dict[str, np.ndarray]:
    """The arrays of a weights file by the names that they have here."""
    backbone = _backbone(config)
    try:
        with warnings.catch_warnings(action="ignore"):  # they say less than the error that follows
            backbone.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        told = " ".join(str(error).split())
        raise UserError(f"{path}: damaged, or does not fit the config beside it ({told})") from None
    return {ours: theirs.numpy() for ours, theirs in _pairs(backbone, config).items()}


def write_kerashub(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a preset that `keras_hub.models.AlbertBackbone.from_preset` loads.

    The settings of `AlbertTokenizer` are written where it can run, which is not without TensorFlow;
    the SentencePiece model itself always.

    Raises:
        UserError: the model has the exact GELU, which keras-hub's ALBERT has not.
    """
    config = checkpoint.config
    if config.activation != "gelu_tanh":
        raise UserError(f"{checkpoint.place}: has the exact GELU, keras-hub's ALBERT has not")
    backbone = _backbone(config)
    for name, variable in _pairs(backbone, config).items():
        variable.assign(checkpoint.tensors.get(name, _stand_in(name, variable.shape)))
    backbone.save_to_preset(str(folder))
    heads = {n: v for n, v in checkpoint.tensors.items() if part_of(n).endswith("_head")}
    facts = {"labels": list(checkpoint.labels), "window": checkpoint.window}
    with output_file(folder / HEADS) as partial:
        save_file(heads, partial, metadata={"tagger": json.dumps(facts)})
    if checkpoint.tokenizer:
        (folder / TOKENIZER).parent.mkdir(parents=True)
        shutil.copyfile(checkpoint.tokenizer, folder / TOKENIZER)
        if find_spec("tensorflow_text"):
            tokenizer = keras_hub.models.AlbertTokenizer(proto=str(checkpoint.tokenizer))
            tokenizer.save_to_preset(str(folder))


def _backbone(config: AlbertConfig) -> keras_hub.models.AlbertBackbone:
    sizes = {theirs: getattr(config, ours) for ours, theirs in SIZES.items()}
    groups = 1 if config.share_layers else config.num_layers
    return keras_hub.models.AlbertBackbone(**sizes, num_groups=groups, dtype="float32")


def _pairs(backbone: keras_hub.models.AlbertBackbone, config: AlbertConfig) -> dict:
    """keras-hub's variables by the names that they have here."""
    blocks = block_names(config)
    layers = LAYERS | {name: f"group_{i}_inner_layer_0" for i, name in enumerate(blocks)}
    return {
        f"{ours}/{variable.path.split('/', 1)[1]}": variable
        for ours, theirs in layers.items()
        for variable in backbone.get_layer(theirs).weights
        if "seed" not in variable.path
    }


def _stand_in(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """For what keras-hub's model always has: no projection is the identity, no pooler is zeros."""
    return np.eye(shape[0]) if name == PROJECTION[0] else np.zeros(shape)


def _config(record: dict, path: Path) -> AlbertConfig:
    layers, groups = record.get("num_layers"), record.get("num_groups", 1)
    if groups not in (1, layers) or record.get("num_inner_repetitions", 1) != 1:
        raise UserError(
            f"{path}: num_groups {groups}, num_inner_repetitions "
            f"{record.get('num_inner_repetitions')}; this kit shares one block among all layers "
            "or none"
        )
    if record.get("num_segments", 2) != 2:
        raise UserError(
            f"{path}: num_segments is {record['num_segments']}, this kit's ALBERT has 2"
        )
    values = {ours: record.get(theirs) for ours, theirs in SIZES.items()}
    values |= {"activation": "gelu_tanh", "share_layers": groups == 1}
    return checked_config(values, path)


def _read_heads(path: Path) -> tuple[dict[str, np.ndarray], tuple[str, ...], int | None]:
    """The heads beside the preset, and a tagger's labels and window."""
    if not path.is_file():
        return {}, (), None
    heads = read_safetensors(path)
    with safe_open(path, "numpy") as file:
        facts = json.loads((file.metadata() or {}).get("tagger", "{}"))
    return heads, tuple(facts.get("labels", ())), facts.get("window")
