"""Entity scores: a mention counts only if its type and both its ends are right.

The strict reading of tags is seqeval's (mode strict, scheme IOB2): an ``I`` that continues no
mention is ignored. The lenient reading is that of conlleval, the script of the CoNLL shared tasks:
such an ``I`` begins a mention. Legal tags read the same in both. Token-level scores, which look
much higher, are in `token_scores`; this kit never calls them F1.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from bioalbert_core.ner.bio import Span, spans_of

Tags = Sequence[Sequence[str]]
Mentions = Sequence[Sequence[Span]]  # of each sentence, in order, without overlaps


def strict_scores(gold: Tags, predicted: Tags) -> dict:
    """Precision, recall, F1 and the number of gold entities, overall and by type.

    Args:
        gold: BIO tags of each sentence.
        predicted: the same shape; an ``I`` that continues no entity is ignored.

    Returns:
        ``{"overall": {"precision", "recall", "f1", "support"}, "types": {type: the same}}``,
        fractions between 0 and 1; overall is the micro average.

    >>> gold = [["B-Gene", "I-Gene", "O", "B-Disease"]]
    >>> strict_scores(gold, [["B-Gene", "O", "O", "B-Disease"]])["overall"]
    {'precision': 0.5, 'recall': 0.5, 'f1': 0.5, 'support': 2}
    """
    _check_lengths(gold, predicted)
    return score_mentions(strict_mentions(gold), strict_mentions(predicted))


def lenient_scores(gold: Tags, predicted: Tags) -> dict:
    """`strict_scores` with the lenient reading: as conlleval, and seqeval's default mode.

    >>> lenient_scores([["B-Gene", "I-Gene"]], [["I-Gene", "I-Gene"]])["overall"]["f1"]
    1.0
    """
    _check_lengths(gold, predicted)
    return score_mentions(lenient_mentions(gold), lenient_mentions(predicted))


def strict_mentions(tags: Tags) -> Mentions:
    """The mentions of each sentence, as seqeval reads them in its strict mode.

    >>> strict_mentions([["I-Gene", "B-Gene", "I-Disease"]])
    [[Span(start=1, end=2, type='Gene')]]
    """
    from seqeval.scheme import IOB2, Entities

    found = Entities([list(row) for row in tags], IOB2).entities
    return [
        [Span(it.start, it.end, row[it.start][2:]) for it in mentions]
        for row, mentions in zip(tags, found, strict=True)
    ]


def lenient_mentions(tags: Tags) -> Mentions:
    """The mentions of each sentence, where a stray ``I`` begins one.

    >>> len(lenient_mentions([["I-Gene", "B-Gene", "I-Disease"]])[0])
    3
    """
    return [list(spans_of(row)) for row in tags]


def score_mentions(gold: Mentions, predicted: Mentions) -> dict:
    """What `strict_scores` returns, from mentions."""
    types, counts = count(gold, predicted)
    total = counts.sum(0)  # (types, 3)
    return {
        "overall": _row(total.sum(0)),
        "types": {type_: _row(row) for type_, row in zip(types, total, strict=True)},
    }


def all_o(tags: Tags) -> Tags:
    """The tags of a tagger that finds nothing: the floor for every score.

    >>> strict_scores([["B-Gene", "O"]], all_o([["B-Gene", "O"]]))["overall"]["f1"]
    0.0
    """
    return [["O"] * len(row) for row in tags]


def count(gold: Mentions, predicted: Mentions) -> tuple[list[str], np.ndarray]:
    """The counts behind all entity scores, by sentence.

    Returns:
        The types, sorted, and an int array (sentences, types, 3): mentions that both have,
        that gold has, that the prediction has.

    >>> count([[Span(0, 2, "Gene")]], [[Span(0, 2, "Gene"), Span(3, 4, "Gene")]])[1].tolist()
    [[[1, 1, 2]]]
    """
    types = sorted({it.type for side in (gold, predicted) for row in side for it in row})
    column = {type_: number for number, type_ in enumerate(types)}
    counts = np.zeros((len(gold), len(types), 3), "int64")
    for row, right, guess in zip(counts, gold, predicted, strict=True):
        for which, mentions in enumerate((set(right) & set(guess), right, guess)):
            for mention in mentions:
                row[column[mention.type], which] += 1
    return types, counts


def rates(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 from counts, (..., 3) to (..., 3); 0 where there is nothing.

    >>> rates(np.array([1, 2, 4])).round(3).tolist()
    [0.25, 0.5, 0.333]
    """
    both, gold, predicted = np.moveaxis(counts, -1, 0)
    sums = np.stack([predicted, gold, (gold + predicted) / 2], -1)
    return both[..., None] / np.where(sums > 0, sums, 1)


def _check_lengths(gold: Tags, predicted: Tags) -> None:
    if [len(row) for row in gold] != [len(row) for row in predicted]:
        raise ValueError("gold and predicted tags differ in their lengths")


def _row(counts: np.ndarray) -> dict:
    precision, recall, f1 = (round(float(rate), 4) for rate in rates(counts))
    return {"precision": precision, "recall": recall, "f1": f1, "support": int(counts[1])}


def score_table(scores: dict) -> str:
    """The scores as lines of text, in percent.

    >>> row = {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "support": 4}
    >>> print(score_table({"overall": row, "types": {"Gene": row}}))
    strict entity scores     P     R    F1  entities
    Gene                  50.0  25.0  33.3         4
    all types             50.0  25.0  33.3         4
    """
    rows = [["strict entity scores", "P", "R", "F1", "entities"]]
    for name, row in [*scores["types"].items(), ("all types", scores["overall"])]:
        numbers = [f"{100 * row[key]:.1f}" for key in ("precision", "recall", "f1")]
        rows.append([name, *numbers, str(row["support"])])
    return aligned(rows)


def aligned(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as a table: the first column to the left, the others to the right.

    >>> print(aligned([["", "F1"], ["Gene", "5.0"]]))
           F1
    Gene  5.0
    """
    rows = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    )
