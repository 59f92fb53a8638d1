"""Which run may be continued: one rule for every command that trains.

A run is known by its settings and by the hashes of all that it reads, its *plan*. With --resume an
unfinished run with the same plan continues as if it had never stopped, and a finished one is left
as it is. Where nothing but the number of steps grew, either continues from its newest checkpoint;
the schedule is then rescaled to all steps, and log and manifest say so. Any other run is refused.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bioalbert_core.errors import UserError
from bioalbert_core.files import location, read_json
from bioalbert_core.folders import MANIFEST, empty, read_manifest
from bioalbert_core.pretrain.checkpoints import newest_step, read_checkpoint

FREE = {"on_explosion"}
"""Settings that may change: they say what to do with the same run."""
SCHEDULE = {"steps", "warmup_steps"}
"""Settings that may change where the steps grow."""


@dataclass(frozen=True)
class Start:
    """Where a run begins: at a checkpoint, or at step 0 with nothing."""

    plan: dict
    """Settings and inputs; ``continued``: the numbers of steps that were raised later."""
    position: dict = field(default_factory=dict)
    tensors: list[np.ndarray] | None = None
    event: str = ""
    """For the log, where the steps grew."""


def is_finished(out: str | Path, command: str, plan: dict) -> bool:
    """Whether ``out`` is a finished run with this very plan; says so on standard error."""
    if not (location(out) / MANIFEST).is_file():
        return False
    if any(_differences(plan, read_manifest(out, command)).values()):
        return False
    steps = plan["settings"]["steps"]
    print(
        f"{out}: this run is finished ({steps:,} of {steps:,} steps). "
        "Raise --steps to continue it, or choose another --out.",
        file=sys.stderr,
    )
    return True


def find_start(
    folder: Path, out: str | Path, plan: dict, resume: bool, write: bool = True
) -> Start:
    """The start of a run; its folder is emptied where no unfinished run in it continues.

    Args:
        folder: of the unfinished run.
        out: of the finished one, if there is any; continued only where no unfinished one is.
        plan: settings and inputs.
        resume: whether to continue a run. If not, no unfinished one may be there.
        write: False in all processes but one of those that train together.

    Raises:
        UserError: an unfinished run that is not to be resumed; a run with another plan; no
            checkpoint of it is left, or none is whole.
    """
    step = newest_step(folder)
    if step and not resume:
        raise UserError(
            f"{folder}: an unfinished run is here, stopped after step {step} or later; "
            "add --resume to continue it, or choose another --out"
        )
    source = folder if step else location(out)
    start = Start({**plan, "continued": []})
    if resume and (step or (source / MANIFEST).is_file()):
        start = _continue(source, plan)
    if write and not step:
        empty(folder)
        if start.tensors:
            (folder / "log.jsonl").write_bytes((source / "log.jsonl").read_bytes())
    return start


def _continue(source: Path, plan: dict) -> Start:
    if not newest_step(source):
        _check(source, plan, read_json(source / MANIFEST))
        raise UserError(
            f"{source}: this run is finished and its last checkpoint is gone; choose another --out"
        )
    facts, tensors = read_checkpoint(source)
    begun = facts["plan"]
    _check(source, plan, begun)
    old, new = (it["settings"]["steps"] for it in (begun, plan))
    grown = [old] if old < new else []
    event = f"continues a run of {old:,} steps; the schedule is rescaled to {new:,}" * len(grown)
    plan = {**plan, "continued": begun.get("continued", []) + grown}
    return Start(plan, facts["position"], tensors, event)


def _check(folder: Path, plan: dict, begun: dict) -> None:
    different = _differences(plan, begun)
    if begun["settings"]["steps"] < plan["settings"]["steps"]:
        different["settings"] = [n for n in different["settings"] if n not in SCHEDULE]
    for kind, names in different.items():
        if names:
            raise UserError(
                f"{folder}: the run here was started with other {kind} ({', '.join(names)}); "
                "give the same ones, or choose another --out"
            )


def _differences(plan: dict, begun: dict) -> dict[str, list[str]]:
    """The names of the settings and the inputs that are not the same."""
    return {
        kind: [n for n, v in plan[kind].items() if n not in FREE and v != begun[kind].get(n)]
        for kind in ("settings", "inputs")
    }
