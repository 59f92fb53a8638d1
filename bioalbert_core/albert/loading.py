"""Checkpoints into Keras models, and back."""

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
    """The weights of one of this kit's models, without its random states."""
    tensors = {variable.path: np.asarray(variable) for variable in model.weights}
    return Checkpoint("model", config, tensors, tokenizer, tuple(labels), window)


def fill(model: keras.Model, checkpoint: Checkpoint, parts: Sequence[str] | None = None) -> None:
    """Copy a checkpoint's weights into a model, or nothing unless all of them match.

    Args:
        model: one of this kit's models.
        checkpoint: the weights.
        parts: the parts of the model to fill; by default all. The others keep their weights.

    Raises:
        UserError: the checkpoint lacks a variable of the model, or has it in another shape.
    """
    chosen = [
        variable for variable in model.weights if parts is None or part_of(variable.path) in parts
    ]
    for variable in chosen:
        name, shape = variable.path, tuple(variable.shape)
        if name not in checkpoint.tensors:
            raise UserError(
                f"{checkpoint.place}: this model has no {part_of(name)} (variable {name} {shape} "
                "is missing); choose one that has it"
            )
        if (stored := checkpoint.tensors[name].shape) != shape:
            raise UserError(
                f"{checkpoint.place}: variable {name} has shape {stored}, the model expects "
                f"{shape}; choose a model with this shape"
            )
    for variable in chosen:
        variable.assign(checkpoint.tensors[variable.path])


def assign(
    variables: Iterable[keras.Variable], tensors: Mapping[str, np.ndarray], place: Path
) -> None:
    """Copy arrays into variables, by path.

    Raises:
        UserError: their names or shapes differ from the variables'; nothing is copied.
    """
    by_path = {variable.path: variable for variable in variables}
    shapes = {path: tuple(variable.shape) for path, variable in by_path.items()}
    if {path: array.shape for path, array in tensors.items()} != shapes:
        raise UserError(f"{place}: does not match the model in this folder; get the folder again")
    for path, variable in by_path.items():
        variable.assign(tensors[path])
