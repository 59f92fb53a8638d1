"""``python -m bioalbert_core.evaluate --gold FILE --pred FILE``: scores of two BIO files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.ner.bio import is_type
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError, check_range


@dataclass(frozen=True)
class EvaluateSettings:
    """Score predicted BIO tags against gold tags: strict entity precision, recall, F1, and more.

    IOBES and BILOU tags are converted to BIO first; a note in the output names the file.
    """

    gold: Path
    """BIO file with the gold tags."""
    pred: Path
    """BIO file with the same words and the tags to score; a third column may hold the probability
    of each tag."""
    train: tuple[Path, ...] = ()
    """BIO files of the training data, to score seen and unseen mentions separately."""
    versus: Path | None = None
    """Predictions of another system, to test whether the difference is significant."""
    json: Path | None = None
    """Also write all scores to this JSON file."""
    html: Path | None = None
    """Also plot them on this page."""
    type: str | None = None
    """The type of bare B and I tags, to compare them with tags that have a type; by default, the
    only type in the other files."""
    seed: int = 0
    """Seed of the bootstrap."""


def work(settings: EvaluateSettings) -> None:
    """Score, write the files that were asked for, and print the tables."""
    from bioalbert_core.evaluate.comparison import evaluate
    from bioalbert_core.evaluate.score_tables import report
    from bioalbert_core.plumbing.files import write_json

    check_range("--seed", settings.seed, 0, 2**32 - 1)
    if settings.type is not None and not is_type(settings.type):
        raise UserError(f"--type {settings.type}: expected one word; choose another name")
    for path, suffix in ((settings.json, ".json"), (settings.html, ".html")):
        if path and path.suffix != suffix:
            raise UserError(f"{path}: expected a name that ends in {suffix}; choose another name")
    draw = _drawing() if settings.html else None
    s = settings
    scores = evaluate(s.gold, s.pred, s.train, s.versus, s.type, s.seed)
    if settings.json:
        write_json(settings.json, scores)
    if draw:
        draw(scores, f"{settings.pred} against {settings.gold}", settings.html)
    print(report(scores))


def _drawing():
    """The function that plots the page. Fails before anything is written if plotly is missing."""
    try:
        from bioalbert_core.show.scores import save_scores
    except ImportError:
        raise UserError(
            "--html needs plotly; pip install bioalbert-core[notebooks], or leave it out"
        ) from None
    return save_scores


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(EvaluateSettings, work, "evaluate", argv)


if __name__ == "__main__":
    main()
