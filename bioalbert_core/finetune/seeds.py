"""The same fine-tuning with several seeds: how much of a score is luck."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, stdev

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.files import location
from bioalbert_core.finetune.training import Scores, finetune
from bioalbert_core.ner.scores import aligned


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
        resume: leave the runs that are finished as they are, and continue the one that is not.

    Raises:
        UserError: as `finetune`.
    """
    return [finetune(data, model, location(out) / f"seed-{n}", config, n, resume) for n in seeds]


def spread_table(found: Sequence[Scores]) -> str:
    """Mean and standard deviation of strict test F1 over runs, in percent, a line a data set.

    >>> runs = [{"ills": {"test": {"overall": {"f1": f1}}}} for f1 in (0.5, 0.52)]
    >>> print(spread_table(runs))
    strict test F1, 2 seeds  mean   sd       each
    ills                     51.0  1.4  50.0 52.0
    """
    rows = [[f"strict test F1, {len(found)} seeds", "mean", "sd", "each"]]
    for name in found[0]:
        each = [100 * scores[name]["test"]["overall"]["f1"] for scores in found]
        spread = stdev(each) if len(each) > 1 else 0.0
        told = " ".join(f"{f1:.1f}" for f1 in each)
        rows.append([name, f"{fmean(each):.1f}", f"{spread:.1f}", told])
    return aligned(rows)
