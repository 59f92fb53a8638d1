"""Checkpoints: all that a run needs to go on as if it had never stopped."""

import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError, safe_open

from bioalbert_core.addresses import children, fetched
from bioalbert_core.albert.weights.safe import write_safetensors
from bioalbert_core.errors import UserError

PATTERN = "checkpoint-*.safetensors"


def save_checkpoint(
    folder: Path,
    step: int,
    model: keras.Model,
    facts: dict,
    keep: int = 3,
    more: Sequence[np.ndarray] = (),
) -> None:
    """Write weights, optimizer and random states after ``step`` steps; keep the ``keep`` newest.

    The file appears whole or not at all, and holds a checksum of its tensors.

    Args:
        folder: where the checkpoints of this run lie.
        step: how many steps are done.
        model: compiled and built.
        facts: anything of JSON that goes with it.
        keep: how many checkpoints to leave in the folder.
        more: other arrays that go with it.
    """
    tensors = {f"{i:05d}": np.asarray(v) for i, v in enumerate([*_variables(model), *more])}
    # In one value: safetensors writes several in any order, and equal runs shall have equal bytes.
    told = json.dumps({"facts": facts, "sha256": _digest(tensors)})
    path = folder / f"checkpoint-{step:010d}.safetensors"
    write_safetensors(path, tensors, {"bioalbert": told})
    prune_checkpoints(folder, keep)


def read_checkpoint(folder: Path) -> tuple[dict, list[np.ndarray]]:
    """The newest checkpoint that is whole: its facts, and the tensors for `restore`.

    A damaged one is reported on standard error, left where it is, and the one before it taken.

    Raises:
        UserError: no checkpoint is whole.
    """
    for path in reversed(children(folder, PATTERN)):
        try:
            with fetched(path) as local, safe_open(local, "numpy") as file:
                told = json.loads((file.metadata() or {}).get("bioalbert", "{}"))
                tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
        except (SafetensorError, ValueError) as error:
            why = str(error)
        else:
            if told.get("sha256") == _digest(tensors):
                return told["facts"], list(tensors.values())
            why = "its checksum is wrong"
        print(f"{path}: damaged ({why}); skipped", file=sys.stderr)
    raise UserError(
        f"{folder}: no checkpoint here is whole; put back a copy of one, or choose another --out"
    )


def restore(model: keras.Model, tensors: list[np.ndarray]) -> list[np.ndarray]:
    """Put a model where it stood: weights, moments and random states. What is left over returns."""
    variables = _variables(model)
    for variable, value in zip(variables, tensors[: len(variables)], strict=True):
        variable.assign(value)
    return tensors[len(variables) :]


def newest_step(folder: Path) -> int:
    """The steps done at the newest checkpoint of a folder, 0 where there is none."""
    names = [path.name for path in children(folder, PATTERN)]
    return max((int(re.findall(r"\d+", name)[0]) for name in names), default=0)


def prune_checkpoints(folder: Path, keep: int = 1) -> None:
    """Delete all checkpoints of a folder but the newest."""
    for old in children(folder, PATTERN)[:-keep]:
        old.unlink()


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Weights, states of random generators, moments: in an order that the model's code fixes."""
    return [
        *model.trainable_variables,
        *model.non_trainable_variables,
        *model.optimizer.variables,
    ]


def _digest(tensors: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, values in sorted(tensors.items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
