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
    read_tagged,
    renamed,
    types_of,
)


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


def evaluate(
    gold: str | Path,
    predicted: str | Path,
    train: Sequence[str | Path] = (),
    versus: str | Path | None = None,
    bare: str | None = None,
    seed: int = 0,
) -> dict:
    """All scores of a predicted file against a gold file. Rates are fractions from 0 to 1.

    Args:
        gold: BIO file with the right tags.
        predicted: BIO file with the tags to score.
        train: BIO files that were trained on, for ``novelty``.
        versus: predictions of another system, for ``versus``.
        bare: the type of bare tags; that of the other files where they have only one.
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
        - ``notes``: what was changed in reading, and how many predicted tags are at fault.
        - ``versus``, with ``versus`` only: as `compare`, with that ``file`` and its ``f1``.

    Raises:
        UserError: a file is malformed, the files differ in their words, gold tags are not valid
            BIO, or one file has bare tags and the others several types.
    """
    from bioalbert_core.ner.columns import read_documents, read_scores
    from bioalbert_core.ner.evaluation import Reading, against, score

    notes: list[str] = []
    files = [(gold, _read(gold, notes, gold=True)), (predicted, _read(predicted, notes))]
    files += [(path, _read(path, notes, gold=True)) for path in train]
    files += [] if versus is None else [(versus, _read(versus, notes))]
    right, guess, *more = _named(files, bare, notes)
    _check_words(gold, right, predicted, guess)
    reading = Reading(right, guess, read_documents(gold))
    known = [sentence for sentences in more[: len(train)] for sentence in sentences]
    scores = score(reading, known, read_scores(predicted), seed) | {
        "notes": list(dict.fromkeys(notes))
    }
    if versus is not None:
        _check_words(gold, right, versus, more[-1])
        other = Reading(right, more[-1], reading.documents)
        scores["versus"] = {"file": str(versus), **against(reading, other, seed)}
    return scores


def _read(path: str | Path, notes: list[str], gold: bool = False) -> list[TaggedSentence]:
    """The sentences of a file; `read_tagged` says of what kind the notes are."""
    sentences, faults, note = read_tagged(path)
    if gold and faults:
        raise UserError(faults[0])
    if note:
        notes.append(f"{path}: {note}")
    if faults:
        notes.append(f"{faults[0]} (tags at fault, scored as they stand: {len(faults):,})")
    return sentences


def _named(
    files: Sequence[tuple[str | Path, list[TaggedSentence]]], bare: str | None, notes: list[str]
) -> list[list[TaggedSentence]]:
    """The sentences of files, bare tags under a name; UserError where it is not clear which."""
    types = {str(path): types_of(sentences) for path, sentences in files}
    names = set().union(*types.values()) - {DEFAULT_TYPE}
    mixed = [path for path in types if DEFAULT_TYPE in types[path]]
    if not mixed or not (names or bare):
        return [sentences for _, sentences in files]
    if not bare and (len(names) > 1 or any(len(types[path]) > 1 for path in mixed)):
        typed = next(path for path in types if types[path] & names)
        raise UserError(
            f"{mixed[0]}: mixed schemes, bare B and I here, types ({', '.join(sorted(names)[:4])}) "
            f"in {typed}; name the bare ones with --type"
        )
    name = bare or min(names)
    notes += [f"{path}: bare tags read as {name}" for path in mixed]
    return [renamed(sentences, {DEFAULT_TYPE: name}) for _, sentences in files]


def _check_words(
    gold: str | Path, right: Sequence[TaggedSentence], path: str | Path, guess: list[TaggedSentence]
) -> None:
    """UserError unless the predicted sentences of a file can be set beside gold."""
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
