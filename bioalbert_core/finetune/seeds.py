"""Fine-tuning with several seeds: how much of a score is chance."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean, stdev

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.finetune.run import Scores, finetune
from bioalbert_core.ner.scores import aligned
from bioalbert_core.plumbing.files import location


def finetune_seeds(
    data: Sequence[str | Path],
    model: str | Path,
    out: str | Path,
    config: FinetuneConfig,
    seeds: Iterable[int],
    resume: bool = False,
) -> list[Scores]:
    """Fine-tune once per seed, each in a folder below ``out``, and return the scores of all.

    With ``resume``, finished runs stay as they are and an unfinished one continues.
    """
    return [finetune(data, model, location(out) / f"seed-{n}", config, n, resume) for n in seeds]


def spread_table(runs: Sequence[Scores]) -> str:
    """The mean and standard deviation of strict test F1 over runs, in percent, for each data set.

    >>> runs = [{"genes": {"test": {"overall": {"f1": f1}}}} for f1 in (0.5, 0.52)]
    >>> print(spread_table(runs))
    strict test F1, 2 seeds  mean   sd       each
    genes                    51.0  1.4  50.0 52.0
    """
    rows = [[f"strict test F1, {len(runs)} seeds", "mean", "sd", "each"]]
    for name in runs[0]:
        each = [100 * scores[name]["test"]["overall"]["f1"] for scores in runs]
        spread = stdev(each) if len(each) > 1 else 0.0
        rows.append(
            [name, f"{fmean(each):.1f}", f"{spread:.1f}", " ".join(f"{f1:.1f}" for f1 in each)]
        )
    return aligned(rows)
