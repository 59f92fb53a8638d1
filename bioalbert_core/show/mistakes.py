"""Errors by kind, each in its sentence: gold above, predicted below."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import accumulate

from bioalbert_core.ner.bio import Span, TaggedSentence
from bioalbert_core.ner.errors_by_kind import KINDS, Finding, findings
from bioalbert_core.ner.scores import lenient_mentions
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.show.highlight import Mark, gold_over_predicted

ON_A_PAGE = 5
ALL_TYPES = "all types"
IN_WORDS = {
    "correct": "boundaries and type are right",
    "type": "the boundaries are right, the type is wrong",
    "boundary": "the type is right, a boundary is wrong",
    "boundary+type": "the type and a boundary are wrong",
    "missed": "in gold, but not predicted",
    "spurious": "predicted, but not in gold",
}


def findings_of(
    gold: Sequence[TaggedSentence], predicted: Sequence[TaggedSentence]
) -> list[Finding]:
    """Every mention of both sides, in the order of the sentences.

    Raises:
        UserError: the words of the sentences differ.
    """
    if [sentence.words for sentence in gold] != [sentence.words for sentence in predicted]:
        raise UserError(
            "error browser: gold and predicted have different words; use the same texts"
        )
    sides = (lenient_mentions([s.tags for s in sentences]) for sentences in (gold, predicted))
    return list(findings(*sides))


def kinds_of(mentions: Sequence[Finding]) -> dict[str, int]:
    """The number of findings of each kind, all kinds named."""
    counts = Counter(finding.kind for finding in mentions)
    return {kind: counts[kind] for kind in KINDS}


def of_kind(mentions: Sequence[Finding], kind: str, type_: str = ALL_TYPES) -> list[Finding]:
    """The findings of one kind, and of one type unless that is `ALL_TYPES`."""
    return [f for f in mentions if f.kind == kind and type_ in (ALL_TYPES, f.type)]


def mistakes_html(
    sentences: Sequence[TaggedSentence], mentions: Sequence[Finding], page: int
) -> str:
    """One page of findings, all escaped. Pages count from 1; a page too far is the last one."""
    if not mentions:
        return '<p role="status">There is none.</p>'
    pages = -(-len(mentions) // ON_A_PAGE)
    page = min(max(1, page), pages)
    first = (page - 1) * ON_A_PAGE
    shown = mentions[first : first + ON_A_PAGE]
    status = f"{first + 1} to {first + len(shown)} of {len(mentions)}, page {page} of {pages}"
    body = "".join(_finding(sentences[finding.sentence], finding) for finding in shown)
    return f'<p role="status">{status}</p>{body}'


def _finding(sentence: TaggedSentence, finding: Finding) -> str:
    gold, predicted = (_marks(sentence, span) for span in (finding.gold, finding.predicted))
    rows = gold_over_predicted(" ".join(sentence.words), gold, predicted)
    kind = f"<strong>{escape(finding.kind)}</strong>: {IN_WORDS[finding.kind]}"
    return f"<section>{kind} (sentence {finding.sentence + 1}){rows}</section>"


def _marks(sentence: TaggedSentence, span: Span | None) -> list[Mark]:
    """A span of words as characters of the words joined by spaces."""
    if span is None:
        return []
    starts = [0, *accumulate(len(word) + 1 for word in sentence.words)]
    return [Mark(starts[span.start], starts[span.end] - 1, span.type)]
