"""All scores of a predicted BIO file against a gold file."""

from collections.abc import Sequence
from pathlib import Path

from bioalbert_core.evaluate.columns import read_documents, read_scores
from bioalbert_core.evaluate.evaluation import Reading, against, score
from bioalbert_core.ner.bio import (
    DEFAULT_TYPE,
    TaggedSentence,
    read_tagged,
    renamed,
    types_of,
)
from bioalbert_core.plumbing.errors import UserError


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
        train: BIO files of the training data, for ``novelty``.
        versus: the predictions of another system, for ``versus``.
        bare: the type of bare tags; by default, the only type of the other files.
        seed: of the bootstrap.

    Returns:
        - ``overall``, ``types``: as `strict_scores`. All but ``conlleval`` and ``tokens`` read
          tags in the same strict way.
        - ``intervals``: as `bootstrap_intervals`, with ``unit``, ``units`` and ``samples``.
        - ``conlleval``: as `lenient_scores`.
        - ``schemas``: as `schema_scores`.
        - ``errors``: as `count_kinds`.
        - ``tokens``: ``predicted`` and ``all_o``, each as `token_scores` with ``strict_f1``.
        - ``novelty``, with ``train`` only: as `recall_by_novelty`.
        - ``calibration``, with a third column only: as `calibration`.
        - ``notes``: what reading changed, and how many predicted tags are illegal.
        - ``versus``, with ``versus`` only: as `compare`, with that ``file`` and its ``f1``.

    Raises:
        UserError: a file is malformed, the files differ in their words, gold tags are not valid
            BIO, or one file has bare tags and the others several types.
    """
    paths = [gold, predicted, *train, *([] if versus is None else [versus])]
    files = [_read(path, path == gold or path in train) for path in paths]
    (right, guess, *more), renames = _named(paths, [sentences for sentences, _ in files], bare)
    _check_words(gold, right, predicted, guess)
    reading = Reading(right, guess, read_documents(gold))
    known = [sentence for sentences in more[: len(train)] for sentence in sentences]
    notes = [note for _, notes in files for note in notes] + renames
    scores = score(reading, known, read_scores(predicted), seed)
    scores["notes"] = list(dict.fromkeys(notes))
    if versus is not None:
        _check_words(gold, right, versus, more[-1])
        other = Reading(right, more[-1], reading.documents)
        scores["versus"] = {"file": str(versus), **against(reading, other, seed)}
    return scores


def _read(path: str | Path, gold: bool) -> tuple[list[TaggedSentence], list[str]]:
    """The sentences of a file, and notes on them; gold tags must be legal."""
    sentences, faults, note = read_tagged(path)
    if gold and faults:
        raise UserError(faults[0])
    notes = [f"{path}: {note}"] if note else []
    if faults:
        notes.append(f"{faults[0]} (illegal tags, scored as they are: {len(faults):,})")
    return sentences, notes


def _named(
    paths: Sequence[str | Path], files: Sequence[list[TaggedSentence]], bare: str | None
) -> tuple[list[list[TaggedSentence]], list[str]]:
    """Give bare tags a type, with a note for each file that has them.

    Raises:
        UserError: several types are possible.
    """
    types = {str(path): types_of(sentences) for path, sentences in zip(paths, files, strict=True)}
    names = set().union(*types.values()) - {DEFAULT_TYPE}
    mixed = [path for path in types if DEFAULT_TYPE in types[path]]
    if not mixed or not (names or bare):
        return list(files), []
    if not bare and (len(names) > 1 or any(len(types[path]) > 1 for path in mixed)):
        typed = next(path for path in types if types[path] & names)
        raise UserError(
            f"{mixed[0]}: mixed schemes, bare B and I here, types ({', '.join(sorted(names)[:4])}) "
            f"in {typed}; name the bare ones with --type"
        )
    name = bare or min(names)
    notes = [f"{path}: bare tags read as {name}" for path in mixed]
    return [renamed(sentences, {DEFAULT_TYPE: name}) for sentences in files], notes


def _check_words(
    gold: str | Path, right: Sequence[TaggedSentence], path: str | Path, guess: list[TaggedSentence]
) -> None:
    """UserError unless a predicted file has the words of the gold file."""
    if len(right) != len(guess):
        raise UserError(
            f"{path}: {len(guess)} sentences, but {gold} has {len(right)}; give the same sentences"
        )
    for number, (ours, theirs) in enumerate(zip(right, guess, strict=True), start=1):
        if ours.words != theirs.words:
            raise UserError(
                f"{path}: sentence {number} ('{' '.join(theirs.words)[:40]}...') "
                f"differs from {gold} in its words; give the same sentences"
            )
