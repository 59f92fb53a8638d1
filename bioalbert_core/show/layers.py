"""Gold over predicted: each sentence twice, one layer over the other, and what to show of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioalbert_core.corpus.sentences import sentence_spans
from bioalbert_core.show.highlight import STYLE, TEXT_START, Mention, marked

ROWS_STYLE = """
.bioalbert .rows { border-left: 3px solid #8aa; padding-left: .6em; margin: .6em 0; }
.bioalbert .side { display: inline-block; width: 6em; font-size: .8em; font-weight: 700; }
""".strip()


@dataclass(frozen=True)
class Mark:
    """A `Mention` of its own."""

    start: int
    end: int
    type: str
    score: float | None = None


def chosen(
    entities: Iterable[Mention], types: Collection[str], least: float = 0.0
) -> list[Mention]:
    """The entities of these types whose score is not below ``least``; those without one stay.

    >>> found = [Mark(0, 3, "Gene", 0.4), Mark(4, 9, "Disease", 0.9), Mark(10, 12, "Gene")]
    >>> [it.start for it in chosen(found, {"Gene"}, 0.5)]
    [10]
    """
    return [it for it in entities if it.type in types and (it.score is None or it.score >= least)]


def gold_over_predicted(
    text: str, gold: Sequence[Mention], predicted: Sequence[Mention], scores: bool = False
) -> str:
    """A text by sentences, each with its gold entities above and the predicted ones below.

    Entities that overlap inside a layer are drawn one inside the other; all text is escaped. A
    sentence goes on where an entity would be cut.

    Args:
        text: as it stands.
        gold, predicted: with character offsets into ``text``.
        scores: whether scores stand behind the types.
    """
    rows = "".join(
        f'<div class="rows">{_row("gold", text, gold, part, scores)}'
        f"{_row('predicted', text, predicted, part, scores)}</div>"
        for part in parts(text, [*gold, *predicted])
    )
    return f"{TEXT_START}<style>{STYLE}\n{ROWS_STYLE}</style>{rows}</div>"


def parts(text: str, entities: Iterable[Mention]) -> Iterator[tuple[int, int]]:
    """(start, end) of the stretches that stand in rows of their own; together they are the text.

    >>> list(parts("One. Two.", [])), list(parts("One. Two.", [Mark(0, 8, "Gene")]))
    ([(0, 5), (5, 9)], [(0, 9)])
    """
    inside = {place for it in entities for place in range(it.start + 1, it.end)}
    starts = {start for start, _ in sentence_spans(text)} - inside
    yield from pairwise(sorted({0, len(text), *starts}))


def _row(
    side: str, text: str, entities: Iterable[Mention], part: tuple[int, int], scores: bool
) -> str:
    start, end = part
    own = [
        Mark(it.start - start, it.end - start, it.type, it.score)
        for it in entities
        if start <= it.start and it.end <= end
    ]
    inner = marked(text[start:end].rstrip("\r\n"), own, scores)
    return f'<div role="group" aria-label="{side}"><span class="side">{side}</span>{inner}</div>'
