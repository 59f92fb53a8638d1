"""Other matching rules, as defined by SemEval-2013 task 9.1.

- ``strict``: both ends and the type are right;
- ``exact``: both ends are right, whatever the type;
- ``partial``: a mention with the right ends counts 1, one that overlaps 0.5; any type;
- ``type``: the type is right and the mention overlaps.

They show how wrong a tagger is. Only the strict one is what papers call F1.

As in MUC-5, overlapping gold and predicted mentions are paired, one to one. Of all pairings, a
schema uses one with the most right pairs; of these, one with the most pairs. So scores do not
depend on the order: mirrored sentences have the same scores, and swapping gold and prediction
swaps precision and recall. (nervaluate 1.2 takes the first gold
mention that overlaps: with the gold "A A A A", "B O A A" has a type F1 of 0, "A A O B" of 66.7.)
"""

from collections.abc import Callable, Sequence

from bioalbert_core.ner.bio import Span
from bioalbert_core.ner.errors_by_kind import overlapping
from bioalbert_core.ner.scores import Mentions

Rule = Callable[[Span, Span], bool]


def same_ends(gold: Span, predicted: Span) -> bool:
    """Whether two mentions are of the same words."""
    return (gold.start, gold.end) == (predicted.start, predicted.end)


RIGHT: dict[str, Rule] = {
    "strict": lambda gold, predicted: gold == predicted,
    "exact": same_ends,
    "partial": same_ends,
    "type": lambda gold, predicted: gold.type == predicted.type,
}


def schema_scores(gold: Mentions, predicted: Mentions) -> dict[str, dict]:
    """Precision, recall, F1 and the counts behind them, by schema, over all types.

    >>> scores = schema_scores([[Span(0, 2, "Gene")]], [[Span(0, 1, "Gene")]])
    >>> {schema: row["f1"] for schema, row in scores.items()}
    {'strict': 0.0, 'exact': 0.0, 'partial': 0.5, 'type': 1.0}
    """
    golds, guesses = sum(map(len, gold)), sum(map(len, predicted))
    overlaps = [overlapping(*sides) for sides in zip(gold, predicted, strict=True)]
    scores = {}
    for schema, right in RIGHT.items():
        counts = [best_pairs(sentence, right) for sentence in overlaps]
        correct, pairs = (sum(count[which] for count in counts) for which in (0, 1))
        halves = pairs - correct if schema == "partial" else 0
        scores[schema] = {
            "precision": round((correct + halves / 2) / (guesses or 1), 4),
            "recall": round((correct + halves / 2) / (golds or 1), 4),
            "f1": round((2 * correct + halves) / (golds + guesses or 1), 4),
            "correct": correct,
            "incorrect": pairs - correct - halves,
            "partial": halves,
            "missed": golds - pairs,
            "spurious": guesses - pairs,
        }
    return scores


def best_pairs(overlaps: Sequence[tuple[Span, Span]], right: Rule) -> tuple[int, int]:
    """The most right pairs of a sentence, and the most pairs among pairings with that many.

    Dynamic programming. Mentions of one side do not overlap, so the overlaps that exclude a given
    one, because they share a mention with it, are its direct neighbors. The best of the first n
    overlaps is that of the first n - 1, or this one plus the best of those before its neighbors.

    Args:
        overlaps: gold and predicted mentions that share a word, in the order of the text.
        right: whether a pair counts as correct.

    >>> gold, left, rest = Span(0, 4, "A"), Span(0, 1, "B"), Span(2, 4, "A")
    >>> best_pairs([(gold, left), (gold, rest)], RIGHT["type"])
    (1, 1)
    """
    best, free = [(0, 0)], 0
    for gold, predicted in overlaps:
        while overlaps[free][0] != gold and overlaps[free][1] != predicted:
            free += 1
        correct, pairs = best[free]
        best.append(max(best[-1], (correct + right(gold, predicted), pairs + 1)))
    return best[-1]
