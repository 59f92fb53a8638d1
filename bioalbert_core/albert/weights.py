"""A model on disk: ``config.json`` and ``model.safetensors``, nothing that runs code when read."""

from dataclasses import asdict, fields
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import output_file, read_json, require_file, write_json

CONFIG = "config.json"
WEIGHTS = "model.safetensors"


def save_model(model: keras.Model, config: AlbertConfig, folder: Path, **facts: object) -> None:
    """Write the shape, any further facts about the model, and its weights to a folder."""
    write_json(folder / CONFIG, {"model_type": "albert", **asdict(config), **facts})
    with output_file(folder / WEIGHTS) as partial:
        save_file({path: np.asarray(v) for path, v in _named(model).items()}, partial)


def read_config(folder: str | Path) -> tuple[AlbertConfig, dict]:
    """The shape of a saved model, and the further facts beside it.

    Raises:
        UserError: there is no model in the folder, or its config is not an ALBERT's.
    """
    path = require_file(Path(folder) / CONFIG)
    record = read_json(path)
    if record.pop("model_type", None) != "albert":
        raise UserError(f"{path}: not the config of an ALBERT of this kit")
    names = {field.name for field in fields(AlbertConfig)}
    if missing := names - record.keys():
        raise UserError(f"{path}: {', '.join(sorted(missing))} missing; get the file again")
    values = {name: record.pop(name) for name in names}
    for name, value in values.items():
        if not _fits(name, value):
            raise UserError(f"{path}: {name} cannot be {value!r}; get the file again")
    return AlbertConfig(**values), record


def _fits(name: str, value: object) -> bool:
    """Whether a value of a config file is one that `AlbertConfig` can have."""
    if name == "activation":
        return value in ("gelu_tanh", "gelu")
    if name == "share_layers":
        return isinstance(value, bool)
    if name == "dropout":
        return isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value < 1
    return type(value) is int and value >= 1


def load_weights(model: keras.Model, folder: str | Path, encoder_only: bool = False) -> None:
    """Copy saved weights into a model; all are checked before the first is copied.

    Args:
        model: the model to fill.
        folder: where `save_model` wrote.
        encoder_only: fill just the encoder and leave the heads as they are; else everything is
            filled and demanded.

    Raises:
        UserError: the file is cut, or a variable is missing or has another shape.
    """
    path = require_file(Path(folder) / WEIGHTS)
    try:
        saved = load_file(path)
    except (SafetensorError, ValueError) as error:
        raise UserError(f"{path}: cut or damaged ({error}); get it again") from None
    wanted = _named(model)
    if encoder_only:
        wanted = {name: v for name, v in wanted.items() if "_head/" not in name}
    for name, variable in wanted.items():
        if name not in saved:
            raise UserError(f"{path}: variable {name} {tuple(variable.shape)} is missing")
        if saved[name].shape != tuple(variable.shape):
            raise UserError(
                f"{path}: variable {name} has shape {saved[name].shape}, "
                f"the model wants {tuple(variable.shape)}"
            )
    for name, variable in wanted.items():
        variable.assign(saved[name])


def _named(model: keras.Model) -> dict[str, keras.Variable]:
    return {variable.path: variable for variable in model.weights if "seed" not in variable.path}
