"""keras-hub's ALBERT presets, in and out, by means of keras-hub itself.

keras-hub does not save ALBERT's heads (its MLM head has another epsilon, and it has none for
sentence order), so they go to ``heads.safetensors``, which it ignores. Its tokenizer is
SentencePiece alone, so ALBERT's rules are compiled into the model.
"""

import errno
import json
import math
import os
import shutil
import warnings
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
from safetensors import safe_open

from bioalbert_core.albert.checkpoint import Checkpoint, checked_tagger, collect, present
from bioalbert_core.albert.kit import KIT
from bioalbert_core.albert.tensor_files import read_safetensors, write_safetensors
from bioalbert_core.albert.variables import PARTS, block_names, part_of, variables
from bioalbert_core.config import AlbertConfig
from bioalbert_core.convert.foreign import foreign_config, refuse_projection
from bioalbert_core.convert.sentencepiece_model import with_albert_rules
from bioalbert_core.plumbing.backend import start_keras
from bioalbert_core.plumbing.errors import UserError, reason
from bioalbert_core.plumbing.files import read_json, require_file
from bioalbert_core.tokenizer import Tokenizer

HEADS = "heads.safetensors"
WEIGHTS = "model.weights.h5"
PROJECTION = ("embedding_projection/kernel", "embedding_projection/bias")
OWN_TOKENIZER = "tokenizer.model"
TOKENIZER = Path("assets", "tokenizer", "vocabulary.spm")
# keras-hub's name for each of our settings.
NAMES = {
    "vocab_size": "vocabulary_size",
    "embedding_size": "embedding_dim",
    "hidden_size": "hidden_dim",
    "num_layers": "num_layers",
    "num_heads": "num_heads",
    "intermediate_size": "intermediate_dim",
    "max_length": "max_sequence_length",
    "dropout": "dropout",
}
# Settings that this kit does not have, with the one value that it can read.
FIXED = {"num_inner_repetitions": 1, "num_segments": 2}
# keras-hub's name for each of our layers; `_pairs` adds the blocks.
LAYERS = {
    "token_embedding": "token_embedding",
    "position_embedding": "position_embedding",
    "segment_embedding": "segment_embedding",
    "embeddings_norm": "embeddings_layer_norm",
    "embedding_projection": "embedding_projection",
    "pooler": "pooled_dense",
}


def is_kerashub(folder: Path) -> bool:
    """Whether a folder is a preset."""
    return (folder / "metadata.json").is_file()


def read_kerashub(folder: Path) -> Checkpoint:
    """The model in a preset folder.

    It reads only sizes and numbers: Keras' own loader can import code that a file names.

    Raises:
        UserError: not an ALBERT, or one that this kit cannot build, or damaged.
    """
    path = require_file(folder / "config.json")
    record = read_json(path)
    if record.get("class_name") != "AlbertBackbone":
        raise UserError(f"{path}: {record.get('class_name')}; expected an AlbertBackbone")
    if not isinstance(settings := record.get("config"), dict):
        raise UserError(f"{path}: config is not a table of settings; get the file again")
    config = foreign_config(
        settings, path, names=NAMES, fixed=FIXED, groups="num_groups", activation="gelu_tanh"
    )
    weights = require_file(folder / WEIGHTS)
    heads, facts = _read_heads(folder / HEADS)
    labels, window = checked_tagger(facts.get("labels", []), facts.get("window"), folder / HEADS)
    arrays, more = _load(weights, config)
    if "pooler" not in facts.get("parts", PARTS):
        del arrays["pooler/kernel"], arrays["pooler/bias"]
    if config.embedding_size == config.hidden_size:
        refuse_projection(*(arrays.pop(name) for name in PROJECTION), weights)
    tensors, left_over = collect({**arrays, **heads}, KIT, config, folder, len(labels))
    tokenizer = next(iter(present(folder / OWN_TOKENIZER, folder / TOKENIZER)), None)
    files = present(path, weights, folder / HEADS, tokenizer)
    left_over = (*left_over, *more)
    return Checkpoint(str(folder), config, tensors, tokenizer, labels, window, left_over, files)


def _load(path: Path, config: AlbertConfig) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of a weights file by our names, and what else is in it."""
    try:
        stored = _shapes(path)
        needed = [v.shape for v in variables(config, ("encoder", "pooler"))]
        if 16 * sum(map(math.prod, stored.values())) < sum(map(math.prod, needed)):
            raise ValueError("holds far fewer numbers than the model")  # check before building
        backbone = _backbone(config)
        with warnings.catch_warnings(action="ignore"):  # the error says more
            backbone.load_weights(path)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        details = " ".join(reason(error).split())
        raise UserError(
            f"{path}: damaged, or does not match its config.json ({details}); get it again"
        ) from None
    arrays = {ours: theirs.numpy() for ours, theirs in _pairs(backbone, config).items()}
    more = len(stored) - len(arrays)
    return arrays, [f"{more} more arrays of {path.name}"] if more else []


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the float arrays in an HDF5 file."""
    shapes = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            shapes[name] = item.shape

    with h5py.File(path) as file:
        file.visititems(visit)
    return shapes


def write_kerashub(checkpoint: Checkpoint, folder: Path) -> None:
    """Write a preset that `keras_hub.models.AlbertBackbone.from_preset` loads.

    The settings of `AlbertTokenizer` and its preprocessor are written only with TensorFlow Text
    installed, which they need to run; the SentencePiece model always.

    Raises:
        UserError: the model has the exact GELU, which keras-hub's ALBERT does not have.
        OSError: too little disk space, checked first because HDF5 would crash the process.
    """
    config = checkpoint.config
    if config.activation != "gelu_tanh":
        raise UserError(
            f"{checkpoint.place}: keras-hub's ALBERT does not have the exact GELU; use --to hf"
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
    """Write the tokenizer twice: as keras-hub runs it, and as this kit reads it."""
    shutil.copyfile(checkpoint.tokenizer, folder / OWN_TOKENIZER)
    proto = with_albert_rules(Tokenizer(checkpoint.tokenizer))
    (folder / TOKENIZER).parent.mkdir(parents=True)
    (folder / TOKENIZER).write_bytes(proto)
    if find_spec("tensorflow_text"):
        models = _library().models
        tokenizer = models.AlbertTokenizer(proto=proto)
        length = checkpoint.config.max_length
        preprocessor = models.AlbertTextClassifierPreprocessor(tokenizer, length)
        preprocessor.save_to_preset(str(folder))


def _backbone(config: AlbertConfig):
    sizes = {theirs: getattr(config, ours) for ours, theirs in NAMES.items()}
    groups = 1 if config.share_layers else config.num_layers
    return _library().models.AlbertBackbone(**sizes, num_groups=groups, dtype="float32")


def _library() -> ModuleType:
    """keras-hub, which takes seconds to import."""
    start_keras()
    import keras_hub

    return keras_hub


def _pairs(backbone, config: AlbertConfig) -> dict:
    """keras-hub's variables, by our names."""
    blocks = {name: f"group_{i}_inner_layer_0" for i, name in enumerate(block_names(config))}
    return {
        f"{ours}/{variable.path.split('/', 1)[1]}": variable
        for ours, theirs in (LAYERS | blocks).items()
        for variable in backbone.get_layer(theirs).weights
    }


def _stand_in(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """What a keras-hub model cannot lack: an identity projection, or a pooler of zeros."""
    return np.eye(shape[0]) if name == PROJECTION[0] else np.zeros(shape)


def _read_heads(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """The heads of a preset and the facts about them, if it has any."""
    if not path.exists():
        return {}, {}
    heads = read_safetensors(require_file(path))
    with safe_open(path, "numpy") as file:
        text = (file.metadata() or {}).get("bioalbert", "")
    try:
        facts = json.loads(text)
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or any(part_of(name) == "encoder" for name in heads):
        raise UserError(f"{path}: not written by this kit; get the preset again")
    return heads, facts
