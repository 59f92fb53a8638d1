"""Other rules by which a mention may count, as SemEval-2013 task 9.1 set them.

Counted by nervaluate, whose names these are:

- ``strict``: both ends and the type are right;
- ``exact``: both ends are right, whatever the type;
- ``partial``: a mention with the right ends counts 1, one that overlaps a half; any type;
- ``type``: the type is right and the mention overlaps.

They tell how wrong a tagger is. Only the strict one is what papers call F1.
"""

from dataclasses import asdict

from bioalbert_core.ner.scores import Mentions

SCHEMAS = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}


def schema_scores(gold: Mentions, predicted: Mentions) -> dict[str, dict]:
    """Precision, recall, F1 and the counts behind them, by schema, over all types.

    >>> from bioalbert_core.ner.bio import Span
    >>> scores = schema_scores([[Span(0, 2, "Gene")]], [[Span(0, 1, "Gene")]])
    >>> {schema: row["f1"] for schema, row in scores.items()}
    {'strict': 0.0, 'exact': 0.0, 'partial': 0.5, 'type': 1.0}
    """
    from nervaluate import Evaluator

    types = sorted({it.type for side in (gold, predicted) for row in side for it in row})
    evaluator = Evaluator(_theirs(gold), _theirs(predicted), tags=types, loader="dict")
    found = evaluator.evaluate()["overall"]
    return {name: _row(asdict(found[theirs])) for name, theirs in SCHEMAS.items()}


def _theirs(mentions: Mentions) -> list[list[dict]]:
    """Mentions as nervaluate takes them: the end is the last word."""
    return [
        [{"label": it.type, "start": it.start, "end": it.end - 1} for it in row] for row in mentions
    ]


def _row(found: dict) -> dict:
    row = {key: round(float(found[key]), 4) for key in ("precision", "recall", "f1")}
    kinds = ("correct", "incorrect", "partial", "missed", "spurious")
    return row | {kind: found[kind] for kind in kinds}
