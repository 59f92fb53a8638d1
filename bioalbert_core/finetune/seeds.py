"""The same fine-tuning with several seeds: how much of a score is luck."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, stdev

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import location, read_json
from bioalbert_core.finetune.training import Scores, finetune
from bioalbert_core.folders import MANIFEST, read_manifest


def finetune_seeds(
    data: Sequence[str | Path],
    model: str | Path,
    out: str | Path,
    config: FinetuneConfig,
    seeds: Iterable[int],
    resume: bool = False,
) -> list[Scores]:
    """A run below ``out`` for each seed, and the scores of all.

    Args:
        resume: leave the runs that are finished as they are, and go on with the one that is not.

    Raises:
        UserError: as `finetune`; or a finished run was made with other settings.
    """
    found = []
    for seed in seeds:
        run = location(out) / f"seed-{seed}"
        if resume and (run / MANIFEST).is_file():
            _check(run, {**asdict(config), "seed": seed})
            found.append(read_json(run / "scores.json"))
        else:
            found.append(finetune(data, model, run, config, seed, resume))
    return found


def _check(run: Path, settings: dict) -> None:
    made = read_manifest(run, "finetune")["settings"]
    if different := [name for name in settings if made.get(name) != settings[name]]:
        raise UserError(
            f"{run}: made with other settings ({', '.join(different)}); delete the folder, or "
            "give the same ones"
        )


def spread_table(found: Sequence[Scores]) -> str:
    """Mean and standard deviation of strict test F1 over runs, in percent, a line a data set.

    >>> runs = [{"ills": {"test": {"overall": {"f1": f1}}}} for f1 in (0.5, 0.52)]
    >>> print(spread_table(runs))
    strict test F1, 2 seeds    mean     sd  each
    ills                       51.0    1.4  50.0 52.0
    """
    lines = [f"{f'strict test F1, {len(found)} seeds':24} {'mean':>6} {'sd':>6}  each"]
    for name in found[0]:
        each = [100 * scores[name]["test"]["overall"]["f1"] for scores in found]
        told = " ".join(f"{f1:.1f}" for f1 in each)
        spread = stdev(each) if len(each) > 1 else 0.0
        lines.append(f"{name:24} {fmean(each):6.1f} {spread:6.1f}  {told}")
    return "\n".join(lines)
