"""Entities highlighted in their text, as HTML that is safe, readable and needs no script.

All text is escaped. Each type is written out as well as colored, each mention can be reached by
keyboard and is read out with its type, and text and background have a contrast of at least 4.5 : 1
on light and dark pages. Overlapping entities are nested.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Protocol

from bioalbert_core.corpus.sentences import sentence_spans

# The palette of the course: (background, text).
RED, BLUE = ("#fde0dd", "#7a0f1f"), ("#d9ecff", "#0b3d70")
GREEN, YELLOW = ("#e1f3d8", "#1f4d13"), ("#fff0c9", "#5c3d00")
COLORS = {"Disease": RED, "Chemical": BLUE, "Gene": GREEN, "Species": YELLOW}
OTHER_COLORS = (("#eae2f8", "#432874"), ("#d6f3f0", "#0c4a45"), ("#f3e3d3", "#5a3310"))

STYLE = """
.bioalbert { line-height: 2.1; white-space: pre-wrap; }
.bioalbert mark { padding: .15em .3em; border-radius: .3em; border: 1px solid currentColor; }
.bioalbert mark:focus { outline: 3px solid #1a73e8; outline-offset: 1px; }
.bioalbert .type { font-size: .7em; font-weight: 700; margin-left: .4em; }
""".strip()

PAGE_STYLE = """
body { font: 17px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
       background: #fff; color: #1b1b1b; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } a { color: inherit; }
nav ol { columns: 14rem; } nav li, h2 { overflow-wrap: anywhere; }
#scores:not(:checked) ~ section .score { display: none; }
@media (prefers-color-scheme: dark) { body { background: #16181c; color: #ececec; } }
""".strip()

ROWS_STYLE = """
.bioalbert .rows { border-left: 3px solid #8aa; padding-left: .6em; margin: .6em 0; }
.bioalbert .side { display: inline-block; width: 6em; font-size: .8em; font-weight: 700; }
""".strip()

TEXT_START = '<div class="bioalbert tex2jax_ignore mathjax_ignore">'
PAGE_FOOT = "</main></body></html>\n"


class Mention(Protocol):
    """Characters ``start`` to ``end``, a type, and a score or None."""

    start: int
    end: int
    type: str
    score: float | None


@dataclass(frozen=True)
class Mark:
    """A `Mention` of this room's own."""

    start: int
    end: int
    type: str
    score: float | None = None


def highlight(text: str, entities: Iterable[Mention], scores: bool = False) -> str:
    """A text with its entities marked, as one HTML element with its own style.

    Args:
        text: unescaped.
        entities: with character offsets into ``text``, in any order; they may overlap.
        scores: whether to write scores after the types. Screen readers always read them.

    >>> "&lt;b&gt; <mark" in highlight("<b> p53", [Mark(4, 7, "Gene", 0.9)])
    True
    """
    return f"{TEXT_START}<style>{STYLE}</style>{marked(text, entities, scores)}</div>"


def marked(text: str, entities: Iterable[Mention], scores: bool = False) -> str:
    """The inside of `highlight`: the text escaped, a mark around each entity."""
    entities = sorted(entities, key=lambda e: (e.start, -e.end))
    cuts = sorted({0, len(text), *(e.start for e in entities), *(e.end for e in entities)})
    html, coming, over = [], deque(entities), []
    for start, end in pairwise(cuts):
        over = [e for e in over if e.end > start]
        while coming and coming[0].start == start:
            over.append(coming.popleft())
        stretch = escape(text[start:end])
        for entity in reversed(over):  # from the innermost to the outermost
            access = _access(entity, text) if entity.start == start else ""
            label = _label(entity, scores) if entity.end == end else ""
            stretch = f'<mark style="{css(colors(entity.type))}"{access}>{stretch}{label}</mark>'
        html.append(stretch)
    return "".join(html)


def _access(entity: Mention, text: str) -> str:
    """Attributes that let the keyboard reach an entity and a screen reader read it."""
    about = entity.type if entity.score is None else f"{entity.type}, score {entity.score:.2f}"
    read_out = f"{text[entity.start : entity.end]}: {about}"
    return f' tabindex="0" role="note" title="{escape(about)}" aria-label="{escape(read_out)}"'


def _label(entity: Mention, scores: bool) -> str:
    written = scores and entity.score is not None
    score = f'<span class="score"> {entity.score:.2f}</span>' if written else ""
    return f'<span class="type">{escape(entity.type)}{score}</span>'


def css(pair: tuple[str, str]) -> str:
    """A pair of the palette as CSS."""
    return "background:{};color:{}".format(*pair)


def colors(type_: str) -> tuple[str, str]:
    """Background and text color of a type. Types without colors of their own share a few."""
    return COLORS.get(type_) or OTHER_COLORS[sum(type_.encode()) % len(OTHER_COLORS)]


def block(body: str, name: str = "", style: str = "") -> str:
    """An HTML element that MathJax leaves alone, with its style where it has one."""
    style = style and f"<style>{style}</style>"
    return f'<div class="{name} tex2jax_ignore mathjax_ignore">{style}{body}</div>'


# Gold above predicted


def chosen(
    entities: Iterable[Mention], types: Collection[str], least: float = 0.0
) -> list[Mention]:
    """The entities of these types whose score is at least ``least``, or that have no score.

    >>> marks = [Mark(0, 3, "Gene", 0.4), Mark(4, 9, "Disease", 0.9), Mark(10, 12, "Gene")]
    >>> [mark.start for mark in chosen(marks, {"Gene"}, 0.5)]
    [10]
    """
    return [e for e in entities if e.type in types and (e.score is None or e.score >= least)]


def gold_over_predicted(
    text: str, gold: Sequence[Mention], predicted: Sequence[Mention], scores: bool = False
) -> str:
    """A text sentence by sentence, its gold entities above and the predicted ones below.

    Args:
        text: unescaped.
        gold, predicted: with character offsets into ``text``.
        scores: whether to write scores after the types.
    """
    rows = "".join(
        f'<div class="rows">{_row("gold", text, gold, part, scores)}'
        f"{_row('predicted', text, predicted, part, scores)}</div>"
        for part in parts(text, [*gold, *predicted])
    )
    return f"{TEXT_START}<style>{STYLE}\n{ROWS_STYLE}</style>{rows}</div>"


def parts(text: str, entities: Iterable[Mention]) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence; sentences that share an entity stay together.

    >>> list(parts("One. Two.", [])), list(parts("One. Two.", [Mark(0, 8, "Gene")]))
    ([(0, 5), (5, 9)], [(0, 9)])
    """
    inside = {offset for e in entities for offset in range(e.start + 1, e.end)}
    starts = {start for start, _ in sentence_spans(text)} - inside
    yield from pairwise(sorted({0, len(text), *starts}))


def _row(
    side: str, text: str, entities: Iterable[Mention], part: tuple[int, int], scores: bool
) -> str:
    start, end = part
    own = [
        Mark(e.start - start, e.end - start, e.type, e.score)
        for e in entities
        if start <= e.start and e.end <= end
    ]
    inner = marked(text[start:end].rstrip("\r\n"), own, scores)
    return f'<div role="group" aria-label="{side}"><span class="side">{side}</span>{inner}</div>'


# Pages and counts


def page_head(title: str) -> str:
    """The start of an HTML page: then come a `legend`, `marked` texts and `PAGE_FOOT`."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{PAGE_STYLE}\n{STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n"
    )


def legend(types: Mapping[str, int]) -> str:
    """The types in their colors, each with its count, and a switch for the scores.

    The switch needs no script: it hides the scores in the ``section`` elements that follow it.

    >>> "Gene</mark> 2," in legend({"Gene": 2, "Species": 1})
    True
    """
    each = [
        f'<mark style="{css(colors(type_))}">{escape(type_)}</mark> {number:,}'
        for type_, number in sorted(types.items())
    ]
    return (
        f'<p class="bioalbert">{", ".join(each) or "No entity found."}</p>\n'
        '<input type="checkbox" id="scores"> <label for="scores">Show scores</label>\n'
    )


def counted(types: Mapping[str, int]) -> str:
    """The number of entities of each type, in words.

    >>> counted({"Gene": 2, "Disease": 1})
    'Entities found: Disease 1, Gene 2.'
    """
    counts = ", ".join(f"{escape(type_)} {number}" for type_, number in sorted(types.items()))
    return f"Entities found: {counts}." if counts else "No entity found."
