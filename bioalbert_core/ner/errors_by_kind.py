"""Kinds of error: boundary, type, both, missed, spurious."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bioalbert_core.ner.bio import Span
from bioalbert_core.ner.scores import Mentions

PAIRED = {  # (same ends, same type): kind
    (True, True): "correct",
    (True, False): "type",
    (False, True): "boundary",
    (False, False): "boundary+type",
}
KINDS = (*PAIRED.values(), "missed", "spurious")


@dataclass(frozen=True)
class Finding:
    """A gold mention paired with a predicted one, or either of them alone."""

    sentence: int
    kind: str
    gold: Span | None
    predicted: Span | None

    @property
    def type(self) -> str:
        """The type it counts for: that of the gold mention, if there is one."""
        return (self.gold or self.predicted).type


def findings(gold: Mentions, predicted: Mentions) -> Iterator[Finding]:
    """Every gold and every predicted mention, each in exactly one finding.

    A gold and a predicted mention are paired if they share a word: first those with the same ends,
    then those of the same type, then those that share more words, then from left to right. An
    unpaired gold mention is missed, an unpaired predicted one spurious.

    >>> errors = findings([[Span(0, 2, "Gene")]], [[Span(1, 2, "Gene"), Span(4, 5, "Gene")]])
    >>> [finding.kind for finding in errors]
    ['boundary', 'spurious']
    """
    for number, (right, guess) in enumerate(zip(gold, predicted, strict=True)):
        left, extra = dict.fromkeys(right), dict.fromkeys(guess)  # sets that keep their order
        for mine, theirs in sorted(overlapping(right, guess), key=_closeness):
            if mine in left and theirs in extra:
                yield Finding(number, _kind(mine, theirs), mine, theirs)
                del left[mine], extra[theirs]
        yield from (Finding(number, "missed", mention, None) for mention in left)
        yield from (Finding(number, "spurious", None, mention) for mention in extra)


def overlapping(gold: Sequence[Span], predicted: Sequence[Span]) -> list[tuple[Span, Span]]:
    """The pairs that share a word, in order.

    >>> overlapping([Span(0, 2, "Gene")], [Span(1, 2, "Gene"), Span(4, 5, "Gene")])
    [(Span(start=0, end=2, type='Gene'), Span(start=1, end=2, type='Gene'))]
    """
    return [(a, b) for a in gold for b in predicted if a.start < b.end and b.start < a.end]


def _kind(gold: Span, predicted: Span) -> str:
    same_ends = (gold.start, gold.end) == (predicted.start, predicted.end)
    return PAIRED[same_ends, gold.type == predicted.type]


def _closeness(pair: tuple[Span, Span]) -> tuple[int, int, int, int]:
    gold, predicted = pair
    shared = min(gold.end, predicted.end) - max(gold.start, predicted.start)
    return KINDS.index(_kind(gold, predicted)), -shared, gold.start, predicted.start


def count_kinds(errors: Iterable[Finding]) -> dict:
    """The number of findings of each kind, overall and by type.

    Returns:
        ``{"overall": {kind: number}, "types": {type: {kind: number}}}``. Correct, type, boundary,
        boundary+type and missed add up to the gold mentions; with spurious instead of missed, to
        the predicted ones.
    """
    counted = Counter((finding.type, finding.kind) for finding in errors)
    types = sorted({type_ for type_, _ in counted})
    return {
        "overall": {kind: sum(counted[type_, kind] for type_ in types) for kind in KINDS},
        "types": {type_: {kind: counted[type_, kind] for kind in KINDS} for type_ in types},
    }
