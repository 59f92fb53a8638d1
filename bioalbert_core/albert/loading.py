"""Checkpoints into Keras models, and out of them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from bioalbert_core.albert.checkpoint import Checkpoint
from bioalbert_core.albert.variables import part_of
from bioalbert_core.config import AlbertConfig
from bioalbert_core.plumbing.errors import UserError


def checkpoint_of(
    model: keras.Model,
    config: AlbertConfig,
    tokenizer: Path | None,
    labels: Sequence[str] = (),
    window: int | None = None,
) -> Checkpoint:
    """The weights of a model of this kit, as a checkpoint; random states stay behind."""
    tensors = {variable.path: np.asarray(variable) for variable in model.weights}
    return Checkpoint("model", config, tensors, tokenizer, tuple(labels), window)


def fill(model: keras.Model, checkpoint: Checkpoint, parts: Sequence[str] | None = None) -> None:
    """Copy a checkpoint's weights into a model; nothing is copied when not all of them fit.

    Args:
        model: a model of this kit.
        checkpoint: the weights.
        parts: fill just these parts of the model and leave the others as they are; all of them
            when not given.

    Raises:
        UserError: the checkpoint lacks a variable of the model, or has it in another shape.
    """
    wanted = [
        variable for variable in model.weights if parts is None or part_of(variable.path) in parts
    ]
    for variable in wanted:
        _check(variable, checkpoint)
    for variable in wanted:
        variable.assign(checkpoint.tensors[variable.path])


def assign(
    variables: Iterable[keras.Variable], tensors: Mapping[str, np.ndarray], place: Path
) -> None:
    """Copy arrays, by path, into variables.

    Raises:
        UserError: they are not exactly those of the variables; nothing is copied.
    """
    by_path = {variable.path: variable for variable in variables}
    shapes = {path: tuple(variable.shape) for path, variable in by_path.items()}
    if {path: array.shape for path, array in tensors.items()} != shapes:
        raise UserError(f"{place}: not the weights of the model beside it; get the folder again")
    for path, variable in by_path.items():
        variable.assign(tensors[path])


def _check(variable: keras.Variable, checkpoint: Checkpoint) -> None:
    name, shape = variable.path, tuple(variable.shape)
    if name not in checkpoint.tensors:
        raise UserError(
            f"{checkpoint.place}: this model has no {part_of(name)} (variable {name} {shape} is "
            "missing); give one that has it"
        )
    if (found := checkpoint.tensors[name].shape) != shape:
        raise UserError(
            f"{checkpoint.place}: variable {name} has shape {found}, the model wants {shape}; "
            "give a model of this shape"
        )
