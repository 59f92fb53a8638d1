"""Entities highlighted in their text, as HTML that is safe, readable and needs no script.

All text is escaped. Each type is written out as well as colored, each mention can be reached by
the keyboard and is read out with its type, and text and background keep a contrast of at least
4.5 : 1 in light and in dark pages. Overlapping entities are drawn one inside the other.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from html import escape
from itertools import pairwise
from typing import Protocol

COLORS = {  # type: (background, text)
    "Disease": ("#fde0dd", "#7a0f1f"),
    "Chemical": ("#d9ecff", "#0b3d70"),
    "Gene": ("#e1f3d8", "#1f4d13"),
    "Species": ("#fff0c9", "#5c3d00"),
}
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


TEXT_START = '<div class="bioalbert tex2jax_ignore mathjax_ignore">'
PAGE_FOOT = "</main></body></html>\n"


class Mention(Protocol):
    """What is drawn: characters ``start`` to ``end``, a type, and a score or None."""

    start: int
    end: int
    type: str
    score: float | None


def highlight(text: str, entities: Iterable[Mention], scores: bool = False) -> str:
    """A text with its entities marked, as one HTML element with its own style.

    Args:
        text: as it stands; it is escaped here.
        entities: with character offsets into ``text``, in any order; they may overlap.
        scores: whether scores stand behind the types; they are always read out.

    >>> from types import SimpleNamespace as E
    >>> "&lt;b&gt; <mark" in highlight("<b> p53", [E(start=4, end=7, type="Gene", score=0.9)])
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
        piece = escape(text[start:end])
        for entity in reversed(over):
            reached = _reached(entity, text) if entity.start == start else ""
            label = _label(entity, scores) if entity.end == end else ""
            piece = f'<mark style="{_style(entity.type)}"{reached}>{piece}{label}</mark>'
        html.append(piece)
    return "".join(html)


def _reached(entity: Mention, text: str) -> str:
    """What lets the keyboard reach an entity, and a screen reader read it out."""
    about = entity.type if entity.score is None else f"{entity.type}, score {entity.score:.2f}"
    read_out = f"{text[entity.start : entity.end]}: {about}"
    return f' tabindex="0" role="note" title="{escape(about)}" aria-label="{escape(read_out)}"'


def _label(entity: Mention, scores: bool) -> str:
    told = scores and entity.score is not None
    score = f'<span class="score"> {entity.score:.2f}</span>' if told else ""
    return f'<span class="type">{escape(entity.type)}{score}</span>'


def _style(type_: str) -> str:
    background, color = colors(type_)
    return f"background:{background};color:{color}"


def colors(type_: str) -> tuple[str, str]:
    """Background and text color of a type; types without their own share a small set."""
    return COLORS.get(type_) or OTHER_COLORS[sum(type_.encode()) % len(OTHER_COLORS)]


def page_head(title: str) -> str:
    """The start of an HTML page; `legend` and `marked` texts may follow, then `PAGE_FOOT`."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{PAGE_STYLE}\n{STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n"
    )


def legend(types: Mapping[str, int]) -> str:
    """The types in their colors, each with its number, and a switch for the scores.

    The switch works without a script on the ``section`` elements behind it in the same parent,
    where texts are `marked` with scores.

    >>> "Gene</mark> 2," in legend({"Gene": 2, "Species": 1})
    True
    """
    each = [
        f'<mark style="{_style(type_)}">{escape(type_)}</mark> {number:,}'
        for type_, number in sorted(types.items())
    ]
    return (
        f'<p class="bioalbert">{", ".join(each) or "No entity found."}</p>\n'
        '<input type="checkbox" id="scores"> <label for="scores">Show scores</label>\n'
    )


def counted(types: Mapping[str, int]) -> str:
    """How many entities there are of each type, in words.

    >>> counted({"Gene": 2, "Disease": 1})
    'Entities found: Disease 1, Gene 2.'
    """
    told = ", ".join(f"{escape(type_)} {number}" for type_, number in sorted(types.items()))
    return f"Entities found: {told}." if told else "No entity found."
