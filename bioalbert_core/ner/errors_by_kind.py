"""What went wrong with each mention: its ends, its type, both, or all of it."""

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
    """A gold mention, the predicted one that stands for it, or one of the two alone."""

    sentence: int
    kind: str
    gold: Span | None
    predicted: Span | None

    @property
    def type(self) -> str:
        """The type it is counted under: that of gold, where there is gold."""
        return (self.gold or self.predicted).type


def findings(gold: Mentions, predicted: Mentions) -> Iterator[Finding]:
    """Every gold and every predicted mention, each in exactly one finding.

    A gold and a predicted mention are paired when they share a word. Where several could be, those
    with the same ends come first, then those of the same type, then those that share more words,
    then those further left. A gold mention left over is missed, a predicted one spurious.

    >>> found = findings([[Span(0, 2, "Gene")]], [[Span(1, 2, "Gene"), Span(4, 5, "Gene")]])
    >>> [it.kind for it in found]
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


def count_kinds(found: Iterable[Finding]) -> dict:
    """How many findings there are of each kind, overall and by type.

    Returns:
        ``{"overall": {kind: number}, "types": {type: {kind: number}}}``. Correct, type, boundary,
        boundary+type and missed add up to the gold mentions; with spurious in the place of missed
        they add up to the predicted ones.
    """
    counted = Counter((it.type, it.kind) for it in found)
    types = sorted({type_ for type_, _ in counted})
    return {
        "overall": {kind: sum(counted[type_, kind] for type_ in types) for kind in KINDS},
        "types": {type_: {kind: counted[type_, kind] for kind in KINDS} for type_ in types},
    }
