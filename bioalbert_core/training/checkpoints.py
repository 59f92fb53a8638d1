"""Checkpoints: everything a run needs to resume as if it had never stopped."""

import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError, safe_open

from bioalbert_core.albert.tensor_files import write_safetensors
from bioalbert_core.plumbing.addresses import children, fetched
from bioalbert_core.plumbing.errors import UserError

PATTERN = "checkpoint-*.safetensors"


def save_checkpoint(
    folder: Path,
    step: int,
    model: keras.Model,
    facts: dict,
    keep: int = 3,
    more: Sequence[np.ndarray] = (),
) -> None:
    """Write weights, moments and random states after ``step`` steps; keep the ``keep`` newest.

    The file has a checksum, and a crash leaves no partial one. ``facts`` (JSON) and ``more`` are
    whatever else the run must restore.
    """
    tensors = {f"{i:05d}": np.asarray(v) for i, v in enumerate([*_variables(model), *more])}
    # One value: safetensors writes several in no fixed order, but equal runs have equal bytes.
    metadata = json.dumps({"facts": facts, "sha256": _digest(tensors)})
    path = folder / f"checkpoint-{step:010d}.safetensors"
    write_safetensors(path, tensors, {"bioalbert": metadata})
    prune_checkpoints(folder, keep)


def read_checkpoint(folder: Path) -> tuple[dict, list[np.ndarray]]:
    """Facts and tensors of the newest intact checkpoint; damaged ones are reported and skipped.

    Raises:
        UserError: no checkpoint is intact.
    """
    for path in reversed(children(folder, PATTERN)):
        try:
            with fetched(path) as local, safe_open(local, "numpy") as file:
                metadata = json.loads((file.metadata() or {}).get("bioalbert", "{}"))
                tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
            if metadata.get("sha256") == _digest(tensors):
                return metadata["facts"], list(tensors.values())
            reason = "wrong checksum"
        except (SafetensorError, ValueError) as error:
            reason = str(error)
        print(f"{path}: damaged ({reason}); skipped", file=sys.stderr)
    raise UserError(
        f"{folder}: all checkpoints are damaged; restore one from a backup, or choose another --out"
    )


def restore(model: keras.Model, tensors: list[np.ndarray]) -> list[np.ndarray]:
    """Restore a model from a checkpoint's tensors; return those that were saved as ``more``."""
    variables = _variables(model)
    for variable, value in zip(variables, tensors[: len(variables)], strict=True):
        variable.assign(value)
    return tensors[len(variables) :]


def newest_step(folder: Path) -> int:
    """The step of a folder's newest checkpoint; 0 if there is none."""
    names = [path.name for path in children(folder, PATTERN)]
    return max((int(re.findall(r"\d+", name)[0]) for name in names), default=0)


def prune_checkpoints(folder: Path, keep: int = 1) -> None:
    """Delete all but the newest checkpoints of a folder."""
    for old in children(folder, PATTERN)[:-keep]:
        old.unlink()


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Weights, states of random generators, moments; the code of the model fixes their order."""
    weights = model.trainable_variables + model.non_trainable_variables
    return weights + model.optimizer.variables


def _digest(tensors: dict[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name, values in sorted(tensors.items()):
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()
