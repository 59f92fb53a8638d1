"""Which run can be resumed: one rule for every command that trains.

A run is identified by its settings and the hashes of its inputs. With --resume, an unfinished run
with the same identity continues as if it had never stopped, and a finished one is left as it is. If
only the number of steps grew, either continues from its newest checkpoint; the schedule is then
rescaled to match, and log and manifest record it. Any other run is refused.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json
from bioalbert_core.plumbing.folders import MANIFEST, empty, read_manifest
from bioalbert_core.training.checkpoints import newest_step, read_checkpoint

FREE = {"on_divergence"}  # settings that may always change
SCHEDULE = {"steps", "warmup_steps"}  # settings that may change if the number of steps grew


@dataclass(frozen=True)
class Start:
    """Where a run begins: at a checkpoint, or at step 0 with no tensors."""

    identity: dict
    """Settings, inputs, and ``continued``: the numbers of steps that were raised later."""
    position: dict = field(default_factory=dict)
    tensors: list[np.ndarray] | None = None
    event: str = ""
    """A line for the log, if the number of steps grew."""


def is_finished(out: str | Path, command: str, identity: dict) -> bool:
    """Whether ``out`` is a finished run with this identity; if so, says so on stderr."""
    if not (location(out) / MANIFEST).is_file():
        return False
    if any(_differences(identity, read_manifest(out, command)).values()):
        return False
    steps = identity["settings"]["steps"]
    print(
        f"{out}: this run is finished ({steps:,} of {steps:,} steps). "
        "Raise --steps to continue it, or choose another --out.",
        file=sys.stderr,
    )
    return True


def find_start(
    folder: Path, out: str | Path, identity: dict, resume: bool, write: bool = True
) -> Start:
    """Find where a run begins; empty ``folder`` unless an unfinished run there continues.

    Args:
        folder: of the unfinished run; only written to with ``write``.
        out: of the finished run, which continues if there is no unfinished one.

    Raises:
        UserError: an unfinished run without ``resume``, a run with another identity, or no intact
            checkpoint.
    """
    step = newest_step(folder)
    if step and not resume:
        raise UserError(
            f"{folder}: found an unfinished run, stopped after step {step} or later; "
            "add --resume to continue it, or choose another --out"
        )
    source = folder if step else location(out)
    start = Start({**identity, "continued": []})
    if resume and (step or (source / MANIFEST).is_file()):
        start = _continue(source, identity)
    if write and not step:
        empty(folder)
        if start.tensors:
            (folder / "log.jsonl").write_bytes((source / "log.jsonl").read_bytes())
    return start


def _continue(source: Path, identity: dict) -> Start:
    if not newest_step(source):
        _check(source, identity, read_json(source / MANIFEST))
        raise UserError(
            f"{source}: this run is finished and its last checkpoint is gone; choose another --out"
        )
    facts, tensors = read_checkpoint(source)
    earlier = facts["identity"]
    _check(source, identity, earlier)
    old, new = earlier["settings"]["steps"], identity["settings"]["steps"]
    continued = earlier.get("continued", [])
    if old == new:
        return Start({**identity, "continued": continued}, facts["position"], tensors)
    event = f"continues a run of {old:,} steps; the schedule is rescaled to {new:,}"
    return Start({**identity, "continued": [*continued, old]}, facts["position"], tensors, event)


def _check(folder: Path, identity: dict, earlier: dict) -> None:
    different = _differences(identity, earlier)
    if earlier["settings"]["steps"] < identity["settings"]["steps"]:
        different["settings"] = [n for n in different["settings"] if n not in SCHEDULE]
    for kind, names in different.items():
        if names:
            raise UserError(
                f"{folder}: the run here has other {kind} ({', '.join(names)}); "
                "use the same ones, or choose another --out"
            )


def _differences(identity: dict, earlier: dict) -> dict[str, list[str]]:
    """The names of the settings and of the inputs that differ."""
    return {
        kind: [n for n, v in identity[kind].items() if n not in FREE and v != earlier[kind].get(n)]
        for kind in ("settings", "inputs")
    }
