"""Hugging Face's ALBERT folders, in and out; `transformers` loads what is written.

Reading safetensors needs no torch.
"""

import shutil
from pathlib import Path

import numpy as np

from bioalbert_core.albert.checkpoint import Checkpoint, Layout, checked_tagger, collect, present
from bioalbert_core.albert.tensor_files import (
    read_safetensors,
    read_torch_pickle,
    write_safetensors,
)
from bioalbert_core.config import AlbertConfig
from bioalbert_core.convert.foreign import foreign_config, refuse_projection
from bioalbert_core.convert.tokenizer_json import write_tokenizer_json
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_json, require_file, write_json

TOKENIZER = "spiece.model"
# Hugging Face's name for each of our settings.
NAMES = {
    "vocab_size": "vocab_size",
    "embedding_size": "embedding_size",
    "hidden_size": "hidden_size",
    "num_layers": "num_hidden_layers",
    "num_heads": "num_attention_heads",
    "intermediate_size": "intermediate_size",
    "max_length": "max_position_embeddings",
    "dropout": "hidden_dropout_prob",
}
ACTIVATIONS = {"gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh", "gelu": "gelu"}
# Settings that this kit does not have, with the one value that it can read.
FIXED = {
    "model_type": "albert",
    "inner_group_num": 1,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "position_embedding_type": "absolute",
}
# Second names of variables: the MLM head reuses the token embeddings, and its bias has two names.
TWINS = {
    "predictions.decoder.weight": "albert.embeddings.word_embeddings.weight",
    "predictions.decoder.bias": "predictions.bias",
}
PROJECTION = (
    "albert.encoder.embedding_hidden_mapping_in.weight",
    "albert.encoder.embedding_hidden_mapping_in.bias",
)
TOKENIZER_SETTINGS = {
    "tokenizer_class": "AlbertTokenizer",
    "do_lower_case": True,
    "keep_accents": False,
    "remove_space": True,
    "bos_token": "[CLS]",
    "eos_token": "[SEP]",
    "unk_token": "<unk>",
    "sep_token": "[SEP]",
    "pad_token": "<pad>",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}


HUGGINGFACE = Layout(
    name_of=lambda variable: variable.huggingface,
    transposed=lambda variable: variable.name.endswith("/kernel"),  # PyTorch: (output, input)
)


def is_huggingface(folder: Path) -> bool:
    """Whether a folder has a config with Hugging Face's names."""
    path = folder / "config.json"
    return path.is_file() and "num_hidden_layers" in read_json(path)


def read_huggingface(folder: Path) -> Checkpoint:
    """The model in a Hugging Face folder.

    Raises:
        UserError: not an ALBERT, or one that this kit cannot build, or damaged.
    """
    path = require_file(folder / "config.json")
    record = read_json(path)
    config = config_of(record, path)
    weights, arrays = _tensors(folder)
    labels, window = (), None
    if "classifier.weight" in arrays:
        labels, window = checked_tagger(_labels(record, path), record.get("window"), path)
    if config.embedding_size == config.hidden_size and set(PROJECTION) <= arrays.keys():
        refuse_projection(*(arrays.pop(name) for name in PROJECTION), weights)
    tensors, left_over = collect(arrays, HUGGINGFACE, config, weights, len(labels))
    tokenizer = next(iter(present(folder / TOKENIZER)), None)
    files = present(path, weights, tokenizer)
    return Checkpoint(str(folder), config, tensors, tokenizer, labels, window, left_over, files)


def config_of(record: dict, path: Path) -> AlbertConfig:
    """The config that a record with Hugging Face's names describes; UserError if none does.

    >>> config_of({"model_type": "bert"}, Path("c.json"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    bioalbert_core.plumbing.errors.UserError: c.json: model_type is 'bert', this kit's ...
    """
    if (activation := record.get("hidden_act", "gelu_new")) not in list(ACTIVATIONS):
        raise UserError(
            f"{path}: hidden_act is {activation!r}, this kit has {', '.join(ACTIVATIONS)}; "
            "choose another model"
        )
    return foreign_config(
        record,
        path,
        names=NAMES,
        fixed=FIXED,
        groups="num_hidden_groups",
        activation=ACTIVATIONS[activation],
    )


def _tensors(folder: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """The weights file and its arrays, each under one name."""
    path = folder / "model.safetensors"
    if (folder / "model.safetensors.index.json").is_file():
        raise UserError(f"{folder}: weights in several files; merge them into model.safetensors")
    if path.is_file() or not (folder / "pytorch_model.bin").is_file():
        arrays = read_safetensors(require_file(path))
    else:
        path = folder / "pytorch_model.bin"
        arrays = read_torch_pickle(path)
    bare = ("embeddings.", "encoder.", "pooler.")  # of a model without heads
    arrays = {f"albert.{n}" if n.startswith(bare) else n: array for n, array in arrays.items()}
    for twin, name in TWINS.items():
        if twin in arrays:
            first = arrays.setdefault(name, arrays[twin])
            if not np.array_equal(first, arrays.pop(twin)):
                raise UserError(
                    f"{path}: {twin} is not {name}, but an ALBERT shares them; get it again"
                )
    arrays.pop("albert.embeddings.position_ids", None)  # a buffer: 0, 1, 2, ...
    return path, arrays


def _labels(record: dict, path: Path) -> tuple[str, ...]:
    """The labels of a tagger; none for a classifier of whole texts, which this kit lacks."""
    if record.get("architectures") != ["AlbertForTokenClassification"]:
        return ()
    labels = record.get("id2label", {"0": "LABEL_0", "1": "LABEL_1"})
    try:
        return tuple(labels[str(number)] for number in range(len(labels)))
    except (KeyError, TypeError):
        raise UserError(
            f"{path}: id2label does not map 0, 1, ... to labels; get the file again"
        ) from None


def write_huggingface(checkpoint: Checkpoint, folder: Path) -> None:
    """Write the model and its tokenizer for `transformers`."""
    tensors = {
        variable.huggingface: HUGGINGFACE.from_kit(variable, checkpoint.tensors[variable.name])
        for variable in checkpoint.variables
    }
    config = checkpoint.config
    if config.embedding_size == config.hidden_size:  # Hugging Face's ALBERT projects anyway
        identity = np.eye(config.hidden_size), np.zeros(config.hidden_size)
        tensors |= {n: v.astype("float32") for n, v in zip(PROJECTION, identity, strict=True)}
    write_json(folder / "config.json", _record(checkpoint))
    write_safetensors(folder / "model.safetensors", tensors, {"format": "pt"})
    if checkpoint.tokenizer:
        shutil.copyfile(checkpoint.tokenizer, folder / TOKENIZER)
        settings = {**TOKENIZER_SETTINGS, "model_max_length": config.max_length}
        write_json(folder / "tokenizer_config.json", settings)
        write_tokenizer_json(checkpoint.tokenizer, folder / "tokenizer.json")


def _record(checkpoint: Checkpoint) -> dict:
    config = checkpoint.config
    record = {
        "architectures": [_architecture(checkpoint.parts)],
        **FIXED,
        **{theirs: getattr(config, ours) for ours, theirs in NAMES.items()},
        "attention_probs_dropout_prob": config.dropout,
        "classifier_dropout_prob": 0.1,
        "hidden_act": {"gelu_tanh": "gelu_new", "gelu": "gelu"}[config.activation],
        "num_hidden_groups": 1 if config.share_layers else config.num_layers,
        "initializer_range": 0.02,
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 3,
    }
    if labels := checkpoint.labels:
        record["id2label"] = {str(number): label for number, label in enumerate(labels)}
        record["label2id"] = {label: number for number, label in enumerate(labels)}
        record["window"] = checkpoint.window
    return record


def _architecture(parts: tuple[str, ...]) -> str:
    if "tagger_head" in parts:
        return "AlbertForTokenClassification"
    if {"mlm_head", "sop_head", "pooler"} <= set(parts):
        return "AlbertForPreTraining"
    return "AlbertForMaskedLM" if "mlm_head" in parts else "AlbertModel"
