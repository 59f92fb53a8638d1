"""``python -m bioalbert_core.finetune --data DIR --model RUN --out RUN``"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

from bioalbert_core.config import FINETUNE_PRESETS, FinetuneConfig, with_steps
from bioalbert_core.ner.kinds import kind_of
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import check_learning_rate, check_range, check_unused


@dataclass(frozen=True)
class FinetuneSettings:
    """Fine-tune a pre-trained ALBERT on BIO data and score it on the test split."""

    data: tuple[str, ...]
    """Data sets: folders with train.tsv, devel.tsv (or dev.tsv) and test.tsv, or with BRAT files,
    or names from `download --list`. Each teaches the types that it marks; FOLDER=TYPE names the
    only type of a folder."""
    model: str
    """A run folder of bioalbert_core.pretrain, or the name of a model that the kit ships; or a
    baseline: dictionary or bilstm-crf."""
    out: Path
    """The run folder to write."""
    preset: Literal[tuple(FINETUNE_PRESETS)] = "quick"  # type: ignore[valid-type]
    """quick, for two CPU cores, or the hyperparameters of the paper's Table III."""
    start: Literal["pretrained", "random", "bert"] | None = None
    """Initial weights: those of the run (pretrained, the default), random ones of its shape, or
    random ones of a BERT of its widths."""
    steps: int | None = None
    """Training steps; by default, the preset's. The schedule is rescaled to match."""
    learning_rate: float | None = None
    """Peak learning rate; by default, the preset's."""
    batch_size: int | None = None
    """Sentences per step; by default, the preset's."""
    evaluate_every: int | None = None
    """Steps between evaluations on the devel splits, each with a checkpoint; by default, the
    preset's."""
    head: Literal["softmax", "crf"] | None = None
    """softmax predicts each label alone (as in the paper; can be converted to other formats); crf
    predicts the labels of a sentence together. By default, the preset's: quick uses crf."""
    gazetteer: bool = False
    """Add a gazetteer feature: each word's label in a dictionary of the training mentions."""
    class_weights: bool = False
    """Weight rare labels more."""
    with_devel: bool = False
    """Train on the devel split too, and keep the last weights: for a final model."""
    seed: int = 0
    """Seed for new weights and for the order of the sentences."""
    seeds: int = 1
    """Train with N consecutive seeds, starting at --seed, each in its own folder below --out, and
    report the mean and the standard deviation."""
    resume: bool = False
    """Continue a stopped run from its newest checkpoint, or a finished one with more --steps. All
    other settings and the inputs must be the same."""

    @property
    def memory(self) -> str:
        """The message when memory runs out."""
        size = config_of(self).batch_size
        return f"not enough memory for a batch of {size:,}. Lower --batch-size."


def work(settings: FinetuneSettings) -> None:
    """Train, score, and print the test scores."""
    check_range("--steps", settings.steps, 1, 10**9)
    check_range("--batch-size", settings.batch_size, 1, 10**6)
    check_range("--evaluate-every", settings.evaluate_every, 1, 10**9)
    check_range("--seed", settings.seed, 0, 2**32 - 1)
    check_range("--seeds", settings.seeds, 1, 1000)
    check_learning_rate(settings.learning_rate)
    config = config_of(settings)
    check_unused(settings, kind_of(settings.model).ignored.split(), f"with {settings.model}")
    from bioalbert_core.plumbing.backend import start_keras

    print(f"backend: {start_keras()}")
    from bioalbert_core.finetune.run import finetune
    from bioalbert_core.finetune.seeds import finetune_seeds, spread_table
    from bioalbert_core.ner.scores import score_table
    from bioalbert_core.plumbing.shipped import find_model

    data, model, out = settings.data, find_model(settings.model), settings.out
    if settings.seeds > 1:
        seeds = range(settings.seed, settings.seed + settings.seeds)
        print(spread_table(finetune_seeds(data, model, out, config, seeds, settings.resume)))
    else:
        scores = finetune(data, model, out, config, settings.seed, settings.resume)
        trained = " (trained on)" if config.with_devel else ""
        for name, splits in scores.items():
            print(f"{name}: devel F1{trained}: {splits['devel']['overall']['f1']:.1%}")
            print(f"{name}: test split\n{score_table(splits['test'])}")
    print(f"run: {out}")


def config_of(settings: FinetuneSettings) -> FinetuneConfig:
    """The preset, with the options that were given in place of its values."""
    config = FINETUNE_PRESETS[settings.preset]
    if settings.steps:
        config = with_steps(config, settings.steps)
    given = {field.name: getattr(settings, field.name, None) for field in fields(config)}
    given["peak_learning_rate"] = settings.learning_rate
    return replace(config, **{name: value for name, value in given.items() if value is not None})


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(FinetuneSettings, work, "finetune", argv)


if __name__ == "__main__":
    main()
