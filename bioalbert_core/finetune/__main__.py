"""``python -m bioalbert_core.finetune --data DIR --model RUN --out RUN``"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bioalbert_core.command import run
from bioalbert_core.config import FINETUNE_PRESETS, with_steps
from bioalbert_core.errors import check_range


@dataclass(frozen=True)
class FinetuneSettings:
    """Fine-tune a pre-trained ALBERT on BIO data and score it on the test split."""

    data: Path
    """Folder with train.tsv, devel.tsv (or dev.tsv) and test.tsv."""
    model: Path
    """Run folder written by bioalbert_core.pretrain."""
    out: Path
    """Run folder to write."""
    preset: Literal[tuple(FINETUNE_PRESETS)] = "quick"  # type: ignore[valid-type]
    """quick for two CPU cores, or the paper's Table III."""
    steps: int | None = None
    """Training steps; the preset's when not given. The schedule is fitted to them."""
    seed: int = 0
    """Seed of the new head and of the order of the sentences."""


def work(settings: FinetuneSettings) -> None:
    """Train, score, and print the test scores."""
    check_range("--steps", settings.steps, 1, 10**9)
    check_range("--seed", settings.seed, 0, 2**32 - 1)
    from bioalbert_core.backend import start_keras

    config = FINETUNE_PRESETS[settings.preset]
    if settings.steps:
        config = with_steps(config, settings.steps)
    print(f"backend: {start_keras()}")
    from bioalbert_core.finetune.training import finetune
    from bioalbert_core.ner.scores import score_table

    scores = finetune(settings.data, settings.model, settings.out, config, settings.seed)
    print(f"devel F1 of the weights kept: {scores['devel']['overall']['f1']:.1%}")
    print("test split,", score_table(scores["test"]))
    print(f"run: {settings.out}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(FinetuneSettings, work, "finetune", argv)


if __name__ == "__main__":
    main()
