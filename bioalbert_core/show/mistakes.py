"""Errors by kind, each in its sentence: gold above, predicted below."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import accumulate

from bioalbert_core.ner.bio import Span, TaggedSentence
from bioalbert_core.ner.errors_by_kind import KINDS, Finding, findings
from bioalbert_core.ner.scores import lenient_mentions
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.show.layers import Mark, gold_over_predicted

ON_A_PAGE = 5
ALL_TYPES = "all types"
IN_WORDS = {
    "correct": "ends and type are right",
    "type": "the ends are right, the type is wrong",
    "boundary": "the type is right, an end is wrong",
    "boundary+type": "the type and an end are wrong",
    "missed": "nothing was predicted here",
    "spurious": "nothing is there in gold",
}


def findings_of(
    gold: Sequence[TaggedSentence], predicted: Sequence[TaggedSentence]
) -> list[Finding]:
    """Every mention of both sides, in the order of the sentences.

    Raises:
        UserError: the sentences are not the same words.
    """
    if [it.words for it in gold] != [it.words for it in predicted]:
        raise UserError("error browser: gold and predicted have other words; give the same texts")
    sides = (lenient_mentions([it.tags for it in sentences]) for sentences in (gold, predicted))
    return list(findings(*sides))


def kinds_of(found: Sequence[Finding]) -> dict[str, int]:
    """How many findings there are of each kind, all kinds named."""
    counted = Counter(it.kind for it in found)
    return {kind: counted[kind] for kind in KINDS}


def of_kind(found: Sequence[Finding], kind: str, type_: str = ALL_TYPES) -> list[Finding]:
    """The findings of a kind, and of a type where one is named."""
    return [it for it in found if it.kind == kind and type_ in (ALL_TYPES, it.type)]


def mistakes_html(sentences: Sequence[TaggedSentence], found: Sequence[Finding], page: int) -> str:
    """A page of findings, counted from 1; the last one where there are not so many. All escaped."""
    if not found:
        return '<p role="status">There is none.</p>'
    pages = -(-len(found) // ON_A_PAGE)
    page = min(max(1, page), pages)
    first = (page - 1) * ON_A_PAGE
    shown = found[first : first + ON_A_PAGE]
    last = first + len(shown)
    told = f"{first + 1} to {last} of {len(found)}, page {page} of {pages}"
    body = "".join(_finding(sentences[it.sentence], it) for it in shown)
    return f'<p role="status">{told}</p>{body}'


def _finding(sentence: TaggedSentence, it: Finding) -> str:
    text = " ".join(sentence.words)
    gold, predicted = (_marks(sentence, span) for span in (it.gold, it.predicted))
    return (
        f"<section><strong>{escape(it.kind)}</strong>: {IN_WORDS[it.kind]} "
        f"(sentence {it.sentence + 1}){gold_over_predicted(text, gold, predicted)}</section>"
    )


def _marks(sentence: TaggedSentence, span: Span | None) -> list[Mark]:
    """A span of words as characters of the words with a space between them."""
    if span is None:
        return []
    ends = list(accumulate(len(word) + 1 for word in sentence.words))
    start = ends[span.start] - len(sentence.words[span.start]) - 1
    return [Mark(start, ends[span.end - 1] - 1, span.type)]
