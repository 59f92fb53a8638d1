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
    told = {"facts": json.dumps(facts), "sha256": _digest(tensors)}
    write_safetensors(folder / f"checkpoint-{step:010d}.safetensors", tensors, told)
    for old in children(folder, PATTERN)[:-keep]:
        old.unlink()


def read_checkpoint(folder: Path) -> tuple[dict, list[np.ndarray]] | None:
    """The newest checkpoint that is whole: its facts, and the tensors for `restore`.

    A damaged one is told of on standard error, deleted, and the one before it taken. None where
    there is no checkpoint.
    """
    for path in reversed(children(folder, PATTERN)):
        try:
            with fetched(path) as local, safe_open(local, "numpy") as file:
                told = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
        except (SafetensorError, ValueError) as error:
            why = str(error)
        else:
            if told.get("sha256") == _digest(tensors):
                return json.loads(told["facts"]), list(tensors.values())
            why = "its checksum is wrong"
        print(f"{path}: damaged ({why}); the one before it is used", file=sys.stderr)
        path.unlink()
    return None


def restore(model: keras.Model, tensors: list[np.ndarray]) -> list[np.ndarray]:
    """Put a model where it stood: weights, moments and random states. What is left over returns."""
    variables = _variables(model)
    for variable, value in zip(variables, tensors[: len(variables)], strict=True):
        variable.assign(value)
    return tensors[len(variables) :]


def checkpoint_to_resume(
    folder: Path, plan: dict, resume: bool
) -> tuple[dict, list[np.ndarray]] | None:
    """What `read_checkpoint` gives, if the run in the folder may be gone on with.

    Args:
        folder: of a run.
        plan: its settings and inputs, to be equal to ``facts["plan"]`` of the checkpoint.
        resume: whether an unfinished run is to be gone on with. If not, there may be none.

    Raises:
        UserError: an unfinished run that is not to be resumed, or was started otherwise.
    """
    if not resume and (step := newest_step(folder)):
        raise UserError(
            f"{folder}: an unfinished run is here, stopped after step {step} or later; "
            "add --resume to go on with it, or delete the folder"
        )
    found = read_checkpoint(folder)
    for kind, begun in found[0]["plan"].items() if found else ():
        if changed := [name for name in plan[kind] if plan[kind][name] != begun.get(name)]:
            raise UserError(
                f"{folder}: the unfinished run here was started with other {kind} "
                f"({', '.join(changed)}); give the same ones, or delete the folder"
            )
    return found


def newest_step(folder: Path) -> int:
    """The steps done at the newest checkpoint of a folder, 0 where there is none."""
    names = [path.name for path in children(folder, PATTERN)]
    return max((int(re.findall(r"\d+", name)[0]) for name in names), default=0)


def delete_checkpoints(folder: Path) -> None:
    """Remove the checkpoints of a run that is finished."""
    for path in children(folder, PATTERN):
        path.unlink()


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
