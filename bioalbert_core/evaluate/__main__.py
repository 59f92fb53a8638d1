"""``python -m bioalbert_core.evaluate --gold FILE --pred FILE``: scores of two BIO files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.ner.bio import (
    is_type,
)
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError, check_range


@dataclass(frozen=True)
class EvaluateSettings:
    """Compare predicted with gold BIO tags: strict entity precision, recall, F1, and the rest.

    Tags of IOBES and BILOU are read as BIO before they are scored; the output says of which file.
    """

    gold: Path
    """BIO file with the right tags."""
    pred: Path
    """BIO file with the same words and the tags to score; a third column may hold the probability
    of each tag."""
    train: tuple[Path, ...] = ()
    """BIO files that were trained on: scores seen and unseen mentions apart."""
    versus: Path | None = None
    """Predictions of another system, to tell whether the two truly differ."""
    json: Path | None = None
    """Also write all scores to this JSON file."""
    html: Path | None = None
    """Also draw them on this page."""
    type: str | None = None
    """Name for the mentions of files with bare B and I, to set them beside files with types; that
    of the others' only type when not given."""
    seed: int = 0
    """Of the bootstrap."""


def work(settings: EvaluateSettings) -> None:
    """Score, write what was asked for, and print the tables."""
    from bioalbert_core.evaluate.comparison import evaluate
    from bioalbert_core.evaluate.score_tables import report
    from bioalbert_core.plumbing.files import write_json

    check_range("--seed", settings.seed, 0, 2**32 - 1)
    if settings.type is not None and not is_type(settings.type):
        raise UserError(f"--type {settings.type}: a type is one word; choose such a one")
    for path, suffix in ((settings.json, ".json"), (settings.html, ".html")):
        if path and path.suffix != suffix:
            raise UserError(f"{path}: this name must end in {suffix}; choose such a one")
    draw = _drawing() if settings.html else None
    scores = evaluate(
        settings.gold,
        settings.pred,
        settings.train,
        settings.versus,
        settings.type,
        settings.seed,
    )
    if settings.json:
        write_json(settings.json, scores)
    if draw:
        draw(scores, f"{settings.pred} against {settings.gold}", settings.html)
    print(report(scores))


def _drawing():
    """What draws the page; UserError where plotly is missing, before anything is written."""
    try:
        from bioalbert_core.show.scores import save_scores
    except ImportError:
        words = "--html needs plotly; pip install bioalbert-core[notebooks], or leave it out"
        raise UserError(words) from None
    return save_scores


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(EvaluateSettings, work, "evaluate", argv)


if __name__ == "__main__":
    main()
