"""Strict entity scores: an entity counts only when its type and both its ends are right.

Computed by seqeval in its strict mode with scheme IOB2. Token-level scores, which look much higher,
are not called F1 anywhere in this kit.
"""

from collections.abc import Sequence

Tags = Sequence[Sequence[str]]


def strict_scores(gold: Tags, predicted: Tags) -> dict:
    """Precision, recall, F1 and the number of gold entities, overall and by type.

    Args:
        gold: BIO tags of each sentence.
        predicted: the same shape; no ``I`` without an entity to continue (see `bio.repair`).

    Returns:
        ``{"overall": {"precision", "recall", "f1", "support"}, "types": {type: the same}}``,
        fractions between 0 and 1; overall is the micro average.

    >>> gold = [["B-Gene", "I-Gene", "O", "B-Disease"]]
    >>> strict_scores(gold, [["B-Gene", "O", "O", "B-Disease"]])["overall"]
    {'precision': 0.5, 'recall': 0.5, 'f1': 0.5, 'support': 2}
    """
    from seqeval.metrics.v1 import precision_recall_fscore_support
    from seqeval.scheme import IOB2

    gold, predicted = [list(tags) for tags in gold], [list(tags) for tags in predicted]
    types = sorted({tag[2:] for tags in (*gold, *predicted) for tag in tags if tag != "O"})
    if not types:
        return {"overall": _row(0.0, 0.0, 0.0, 0), "types": {}}
    common = {"scheme": IOB2, "zero_division": 0}
    overall = precision_recall_fscore_support(gold, predicted, average="micro", **common)
    each = precision_recall_fscore_support(gold, predicted, average=None, **common)
    return {
        "overall": _row(*overall),
        "types": {type_: _row(*row) for type_, *row in zip(types, *each, strict=True)},
    }


def _row(precision: float, recall: float, f1: float, support: int) -> dict:
    return {
        "precision": round(float(precision), 4),
        "recall": round(float(recall), 4),
        "f1": round(float(f1), 4),
        "support": int(support),
    }


def score_table(scores: dict) -> str:
    """The scores as lines of text, in percent.

    >>> row = {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "support": 4}
    >>> print(score_table({"overall": row, "types": {"Gene": row}}))
    strict entity scores      P      R     F1  entities
    Gene                   50.0   25.0   33.3         4
    all types              50.0   25.0   33.3         4
    """
    lines = [f"{'strict entity scores':20} {'P':>6} {'R':>6} {'F1':>6} {'entities':>9}"]
    for name, row in [*scores["types"].items(), ("all types", scores["overall"])]:
        numbers = " ".join(f"{100 * row[key]:6.1f}" for key in ("precision", "recall", "f1"))
        lines.append(f"{name:20} {numbers} {row['support']:9}")
    return "\n".join(lines)
