"""Hugging Face's ALBERT folders, in and out; what is written loads in `transformers`.

Read without torch when the weights are safetensors.
"""

import shutil
from pathlib import Path

import numpy as np

from bioalbert_core.albert.variables import Variable
from bioalbert_core.albert.weights.checkpoint import (
    Checkpoint,
    Format,
    checked_config,
    checked_tagger,
    collect,
    present,
    refuse_projection,
    share_layers_of,
    tokenizer_at,
)
from bioalbert_core.albert.weights.safe import (
    read_safetensors,
    read_torch_pickle,
    write_safetensors,
)
from bioalbert_core.albert.weights.tokenizer_json import write_tokenizer_json
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import read_json, require_file, write_json

TOKENIZER = "spiece.model"
# Our setting, and Hugging Face's name for it.
SIZES = {
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
# What Hugging Face's ALBERT can do and this kit's cannot, with the only values that are read here.
FIXED = {
    "model_type": "albert",
    "inner_group_num": 1,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "position_embedding_type": "absolute",
}
# Second names of variables: the MLM head's table is the embeddings', its bias has two names.
TWINS = {
    "predictions.decoder.weight": "albert.embeddings.word_embeddings.weight",
    "predictions.decoder.bias": "predictions.bias",
}
MAPPING = (
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


def _transposed(variable: Variable) -> bool:
    return variable.huggingface.endswith(".weight") and variable.name.endswith("/kernel")


HUGGINGFACE = Format(name_of=lambda variable: variable.huggingface, transposed=_transposed)


def is_huggingface(folder: Path) -> bool:
    """Whether a folder has a config in Hugging Face's words."""
    path = folder / "config.json"
    return path.is_file() and "num_hidden_layers" in read_json(path)


def read_huggingface(folder: Path) -> Checkpoint:
    """The model in a folder of Hugging Face's.

    Raises:
        UserError: not an ALBERT, one that this kit cannot build, or damaged.
    """
    path = require_file(folder / "config.json")
    record = read_json(path)
    config = config_of(record, path)
    place, found = _tensors(folder)
    labels, window = (), None
    if "classifier.weight" in found:
        labels, window = checked_tagger(_labels(record, path), record.get("window"), path)
    if config.embedding_size == config.hidden_size and set(MAPPING) <= found.keys():
        refuse_projection(*(found.pop(name) for name in MAPPING), place)
    tensors, left_over = collect(found, HUGGINGFACE, config, place, len(labels))
    return Checkpoint(
        str(folder),
        config,
        tensors,
        tokenizer_at(folder / TOKENIZER),
        labels,
        window,
        left_over,
        present(path, place, folder / TOKENIZER),
    )


def config_of(record: dict, path: Path) -> AlbertConfig:
    """The shape that a config in Hugging Face's words tells; UserError where there is none like it.

    >>> config_of({"model_type": "bert"}, Path("c.json"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    bioalbert_core.errors.UserError: c.json: model_type is 'bert', this kit's ALBERT has ...
    """
    for name, wanted in FIXED.items():
        if (found := record.get(name, wanted)) != wanted:
            raise UserError(
                f"{path}: {name} is {found!r}, this kit's ALBERT has {wanted!r}; "
                "it cannot take this model"
            )
    layers, groups = record.get("num_hidden_layers"), record.get("num_hidden_groups", 1)
    share_layers = share_layers_of(groups, layers, path)
    if (activation := record.get("hidden_act", "gelu_new")) not in list(ACTIVATIONS):
        raise UserError(
            f"{path}: hidden_act is {activation!r}, this kit has {', '.join(ACTIVATIONS)}; "
            "it cannot take this model"
        )
    values = {ours: record.get(theirs) for ours, theirs in SIZES.items()}
    values |= {"activation": ACTIVATIONS[activation], "share_layers": share_layers}
    return checked_config(values, path)


def _tensors(folder: Path) -> tuple[Path, dict[str, np.ndarray]]:
    """The weights file and what it holds, each variable under one name."""
    path = folder / "model.safetensors"
    if (folder / "model.safetensors.index.json").is_file():
        raise UserError(f"{folder}: weights in several files; join them in one model.safetensors")
    if path.is_file() or not (folder / "pytorch_model.bin").is_file():
        found = read_safetensors(require_file(path))
    else:
        path = folder / "pytorch_model.bin"
        found = read_torch_pickle(path)
    bare = ("embeddings.", "encoder.", "pooler.")  # of a model without heads
    found = {f"albert.{n}" if n.startswith(bare) else n: values for n, values in found.items()}
    for twin, name in TWINS.items():
        if twin in found and not np.array_equal(found.setdefault(name, found[twin]), found[twin]):
            raise UserError(
                f"{path}: {twin} is not {name}; in an ALBERT they are one; get it again"
            )
    known = (*TWINS, "albert.embeddings.position_ids")
    return path, {name: values for name, values in found.items() if name not in known}


def _labels(record: dict, path: Path) -> tuple[str, ...]:
    """The labels of a tagger; of a classifier of whole texts none, as this kit has none."""
    if record.get("architectures") != ["AlbertForTokenClassification"]:
        return ()
    labels = record.get("id2label", {"0": "LABEL_0", "1": "LABEL_1"})
    try:
        return tuple(labels[str(number)] for number in range(len(labels)))
    except (KeyError, TypeError):
        raise UserError(
            f"{path}: id2label is no table from 0, 1, ... to labels; get the file again"
        ) from None


def write_huggingface(checkpoint: Checkpoint, folder: Path) -> None:
    """Write the model and its tokenizer as `transformers` reads them."""
    tensors = {
        variable.huggingface: HUGGINGFACE.from_kit(variable, checkpoint.tensors[variable.name])
        for variable in checkpoint.rows
    }
    config = checkpoint.config
    if config.embedding_size == config.hidden_size:  # theirs projects all the same
        identity = np.eye(config.hidden_size), np.zeros(config.hidden_size)
        tensors |= {n: v.astype("float32") for n, v in zip(MAPPING, identity, strict=True)}
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
        **{theirs: getattr(config, ours) for ours, theirs in SIZES.items()},
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
