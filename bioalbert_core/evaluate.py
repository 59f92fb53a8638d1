"""``python -m bioalbert_core.evaluate --gold FILE --pred FILE``: strict scores of two BIO files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.command import run
from bioalbert_core.errors import UserError


@dataclass(frozen=True)
class EvaluateSettings:
    """Compare predicted with gold BIO tags: strict entity precision, recall and F1."""

    gold: Path
    """BIO file with the right tags."""
    pred: Path
    """BIO file with the same words and the tags to score."""
    json: Path | None = None
    """Also write the scores to this JSON file."""


def evaluate(gold: str | Path, predicted: str | Path) -> dict:
    """Strict scores of a predicted file against a gold file, as `strict_scores` gives them.

    A predicted ``I`` that continues no entity counts as the ``B`` of a new one; in the gold file
    it is an error.

    Raises:
        UserError: the files differ in their words, or gold tags are not valid BIO.
    """
    from bioalbert_core.ner.bio import read_bio, repair
    from bioalbert_core.ner.scores import strict_scores

    right, guess = read_bio(gold, gold=True), read_bio(predicted)
    if len(right) != len(guess):
        raise UserError(
            f"{predicted}: {len(guess)} sentences, {gold} has {len(right)}; give the same sentences"
        )
    for number, (ours, theirs) in enumerate(zip(right, guess, strict=True), start=1):
        if ours.words != theirs.words:
            raise UserError(
                f"{predicted}: sentence {number} ('{' '.join(theirs.words)[:40]}...') "
                f"has other words than in {gold}; give the same sentences"
            )
    return strict_scores([s.tags for s in right], [repair(s.tags) for s in guess])


def work(settings: EvaluateSettings) -> None:
    """Score and print the table."""
    from bioalbert_core.files import write_json
    from bioalbert_core.ner.scores import score_table

    scores = evaluate(settings.gold, settings.pred)
    if settings.json:
        if settings.json.suffix != ".json":
            raise UserError(f"{settings.json}: the name of the scores ends in .json; choose one")
        write_json(settings.json, scores)
    print(score_table(scores))


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(EvaluateSettings, work, "evaluate", argv)


if __name__ == "__main__":
    main()
