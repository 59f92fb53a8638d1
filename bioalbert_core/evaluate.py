"""``python -m bioalbert_core.evaluate --gold FILE --pred FILE``: scores of two BIO files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.command import run
from bioalbert_core.errors import UserError, check_range
from bioalbert_core.ner.bio import (
    DEFAULT_TYPE,
    TaggedSentence,
    is_type,
    read_bio,
    renamed,
    types_of,
)


@dataclass(frozen=True)
class EvaluateSettings:
    """Compare predicted with gold BIO tags: strict entity precision, recall, F1, and the rest."""

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
    """Name for the mentions of files with bare B and I, to set them beside files with types."""
    seed: int = 0
    """Of the bootstrap."""


def evaluate(
    gold: str | Path,
    predicted: str | Path,
    train: Sequence[str | Path] = (),
    versus: str | Path | None = None,
    bare: str = DEFAULT_TYPE,
    seed: int = 0,
) -> dict:
    """All scores of a predicted file against a gold file. Rates are fractions from 0 to 1.

    Args:
        gold: BIO file with the right tags.
        predicted: BIO file with the tags to score.
        train: BIO files that were trained on, for ``novelty``.
        versus: predictions of another system, for ``versus``.
        bare: the type of bare tags.
        seed: of the bootstrap.

    Returns:
        - ``overall``, ``types``: as `strict_scores` gives them. All else but ``conlleval`` and
          ``tokens`` is of the same strict reading of tags.
        - ``intervals``: as `bootstrap_intervals`, with ``unit``, ``units`` and ``samples``.
        - ``conlleval``: as `lenient_scores`.
        - ``schemas``: as `schema_scores`.
        - ``errors``: as `count_kinds`.
        - ``tokens``: ``predicted`` and ``all_o``, each as `token_scores` with ``strict_f1``.
        - ``novelty``, with ``train`` only: as `recall_by_novelty`.
        - ``calibration``, with a third column only: as `calibration`.
        - ``versus``, with ``versus`` only: as `compare`, with that ``file`` and its ``f1``.

    Raises:
        UserError: a file is malformed, the files differ in their words, gold tags are not valid
            BIO, or one file has bare tags and the other types.
    """
    from bioalbert_core.ner.columns import read_documents, read_scores
    from bioalbert_core.ner.evaluation import Reading, against, score

    right = _read(gold, bare, gold=True)
    guess = _read_like(gold, right, predicted, bare)
    others = None if versus is None else _read_like(gold, right, versus, bare)
    known = []
    for path in train:
        known += (sentences := _read(path, bare, gold=True))
        _check_scheme(gold, right, path, sentences)
    reading = Reading(right, guess, read_documents(gold))
    scores = score(reading, known, read_scores(predicted), seed)
    if others is not None:
        other = Reading(right, others, reading.documents)
        scores["versus"] = {"file": str(versus), **against(reading, other, seed)}
    return scores


def _read(path: str | Path, bare: str, gold: bool = False) -> list[TaggedSentence]:
    return renamed(read_bio(path, gold), {DEFAULT_TYPE: bare})


def _read_like(
    gold: str | Path, right: Sequence[TaggedSentence], path: str | Path, bare: str
) -> list[TaggedSentence]:
    """The predicted sentences of a file; UserError unless they can be set beside gold."""
    guess = _read(path, bare)
    if len(right) != len(guess):
        raise UserError(
            f"{path}: {len(guess)} sentences, {gold} has {len(right)}; give the same sentences"
        )
    for number, (ours, theirs) in enumerate(zip(right, guess, strict=True), start=1):
        if ours.words != theirs.words:
            raise UserError(
                f"{path}: sentence {number} ('{' '.join(theirs.words)[:40]}...') "
                f"has other words than in {gold}; give the same sentences"
            )
    _check_scheme(gold, right, path, guess)
    return guess


def _check_scheme(
    gold: str | Path,
    right: Sequence[TaggedSentence],
    path: str | Path,
    other: Sequence[TaggedSentence],
) -> None:
    """UserError where one file has bare tags and the other types: none would ever match."""
    mine, yours = types_of(right), types_of(other)
    if mine and yours and (DEFAULT_TYPE in mine) != (DEFAULT_TYPE in yours):
        bare, typed = (gold, path) if DEFAULT_TYPE in mine else (path, gold)
        types = ", ".join(sorted((mine | yours) - {DEFAULT_TYPE})[:4])
        raise UserError(
            f"{path}: mixed schemes, {bare} has bare B and I, {typed} has types ({types}); name "
            "the bare ones with --type"
        )


def work(settings: EvaluateSettings) -> None:
    """Score, write what was asked for, and print the tables."""
    from bioalbert_core.files import write_json
    from bioalbert_core.ner.score_tables import report

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
        settings.type or DEFAULT_TYPE,
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
