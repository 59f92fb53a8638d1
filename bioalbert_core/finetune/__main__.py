"""``python -m bioalbert_core.finetune --data DIR --model RUN --out RUN``"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bioalbert_core.config import FINETUNE_PRESETS, FinetuneConfig, with_steps
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import check_learning_rate, check_range, check_unused


@dataclass(frozen=True)
class FinetuneSettings:
    """Fine-tune a pre-trained ALBERT on BIO data and score it on the test split."""

    data: tuple[str, ...]
    """Data sets: folders with train.tsv, devel.tsv (or dev.tsv) and test.tsv or with BRAT files,
    or names that `download --list` shows. Of several, each teaches the types that it marks;
    FOLDER=TYPE names the only type of a folder."""
    model: str
    """Run folder written by bioalbert_core.pretrain, or the name of a model that the kit ships; or
    a baseline: dictionary, or bilstm-crf."""
    out: Path
    """Run folder to write."""
    preset: Literal[tuple(FINETUNE_PRESETS)] = "quick"  # type: ignore[valid-type]
    """quick for two CPU cores, or the paper's Table III."""
    start: Literal["pretrained", "random", "bert"] | None = None
    """The run's weights (pretrained, when not given); random ones of its shape; or random ones of
    a BERT of its widths."""
    steps: int | None = None
    """Training steps; the preset's when not given. The schedule is fitted to them."""
    learning_rate: float | None = None
    """Peak learning rate; the preset's when not given."""
    batch_size: int | None = None
    """Sentences in a step; the preset's when not given."""
    evaluate_every: int | None = None
    """Steps between two looks at the devel splits, each with a checkpoint; the preset's when not
    given."""
    head: Literal["softmax", "crf"] | None = None
    """Labels chosen one by one (paper; such a tagger can be converted), or by a CRF all together
    (quick); the preset's when not given."""
    dictionary: bool = False
    """Tell the tagger what a dictionary of the training mentions says of each word."""
    class_weights: bool = False
    """Weigh rare labels more."""
    with_devel: bool = False
    """Learn from the devel split too and keep the last weights: for a last model."""
    seed: int = 0
    """Seed of new weights and of the order of the sentences."""
    seeds: int = 1
    """Train with so many seeds from --seed on, each into a folder of its own below --out, and tell
    mean and standard deviation."""
    resume: bool = False
    """Continue a run that was stopped, from its newest checkpoint, or a finished one that was made
    with fewer --steps, with the same settings and inputs."""

    @property
    def memory(self) -> str:
        """What to do when there is not enough of it."""
        size = config_of(self).batch_size
        return f"not enough memory for a batch of {size:,}. Lower --batch-size."


USELESS = {
    "bilstm-crf": "start head",
    "dictionary": "preset start steps learning_rate batch_size evaluate_every head dictionary seed "
    "seeds",
}
"""The options that do nothing with a baseline."""


def work(settings: FinetuneSettings) -> None:
    """Train, score, and print the test scores."""
    check_range("--steps", settings.steps, 1, 10**9)
    check_range("--batch-size", settings.batch_size, 1, 10**6)
    check_range("--evaluate-every", settings.evaluate_every, 1, 10**9)
    check_range("--seed", settings.seed, 0, 2**32 - 1)
    check_range("--seeds", settings.seeds, 1, 1000)
    check_learning_rate(settings.learning_rate)
    config = config_of(settings)
    check_unused(settings, USELESS.get(settings.model, "").split(), f"with {settings.model}")
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
        learned = ", learned from too" if config.with_devel else ""
        for name, of_one in scores.items():
            print(f"{name}: devel F1{learned}: {of_one['devel']['overall']['f1']:.1%}")
            print(f"{name}: test split\n{score_table(of_one['test'])}")
    print(f"run: {out}")


def config_of(settings: FinetuneSettings) -> FinetuneConfig:
    """The preset, with what was given on the command line in its place."""
    config = FINETUNE_PRESETS[settings.preset]
    if settings.steps:
        config = with_steps(config, settings.steps)
    return replace(
        config,
        peak_learning_rate=config.peak_learning_rate
        if settings.learning_rate is None
        else settings.learning_rate,
        batch_size=settings.batch_size or config.batch_size,
        evaluate_every=settings.evaluate_every or config.evaluate_every,
        start=settings.start or config.start,
        head=settings.head or config.head,
        dictionary=settings.dictionary,
        class_weights=settings.class_weights,
        with_devel=settings.with_devel,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(FinetuneSettings, work, "finetune", argv)


if __name__ == "__main__":
    main()
