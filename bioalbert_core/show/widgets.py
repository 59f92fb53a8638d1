"""The widgets of the course: thin ipywidgets shells around the pure functions of this room.

Each is a `Shell`: write it as the last line of a cell. Those that play with a model stand in
`model_widgets`, and can be had from here as well.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from html import escape

import ipywidgets

from bioalbert_core.corpus.cleaning import MINIMUM_LINE
from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.show import cleaning, mistakes, paper, pieces
from bioalbert_core.show.curves import live_curves
from bioalbert_core.show.highlight import Mention, counted, highlight
from bioalbert_core.show.layers import chosen, gold_over_predicted
from bioalbert_core.show.model_widgets import (
    attention_explorer,
    click_to_mask,
    parameter_explorer,
    sop_game,
)
from bioalbert_core.show.shell import LABELS, WIDE, Shell, text_box

__all__ = [
    "attention_explorer",
    "cleaning_explorer",
    "click_to_mask",
    "error_browser",
    "highlighter",
    "live_curves",
    "paper_tables",
    "parameter_explorer",
    "sop_game",
    "tokenizer_explorer",
]

Tag = Callable[[str], Sequence[Mention]]


def cleaning_explorer(text: str = cleaning.EXAMPLE) -> Shell:
    """The paper's cleaning rules on a text: which lines go, and what is left.

    Args:
        text: what stands in the box at first; a line of ``===`` parts documents.
    """
    box = text_box(text, "Raw text", rows=9, live=True)
    least = ipywidgets.IntSlider(
        MINIMUM_LINE, 0, 60, description="Shortest line (rule ii)", style=LABELS, layout=WIDE
    )
    split = ipywidgets.Checkbox(True, description="One sentence a line")

    def draw() -> str:
        return cleaning.cleaning_html(box.value, least.value, split.value)

    return Shell({"text": box, "least": least, "split": split}, draw)


def tokenizer_explorer(tokenizer: pieces.Tokenizer, text: str = pieces.EXAMPLE) -> Shell:
    """A text as words and pieces, and where each piece and the label of each word stand in it."""
    box = text_box(text, "Your text", rows=2, live=True)
    alone = ipywidgets.Checkbox(False, description="Cut each word alone, as a tagger does")
    alone.layout, alone.style = WIDE, LABELS

    def draw() -> str:
        return pieces.pieces_html(tokenizer, box.value, alone.value)

    return Shell({"text": box, "alone": alone}, draw)


def highlighter(tag: Tag, text: str, gold: Sequence[Mention] = ()) -> Shell:
    """The entities of a text of your own, by type and score, gold ones above where they are known.

    Args:
        tag: an `EntityRecognizer`, or any function from a text to entities.
        text: what stands in the box at first; it is tagged at once.
        gold: the right entities of that text; shown as long as it stands there unchanged.
    """
    entities = lru_cache(maxsize=1)(lambda of: tuple(tag(of)))
    box = text_box(text, "Your text", rows=5)
    button = ipywidgets.Button(description="Find entities", button_style="primary")
    least = ipywidgets.FloatSlider(
        0, min=0, max=1, step=0.05, description="Lowest score", style=LABELS
    )
    scores = ipywidgets.Checkbox(False, description="Write scores out")
    ticks: dict[str, ipywidgets.Checkbox] = {}
    types = ipywidgets.Box((), layout={"flex_flow": "row wrap", **WIDE})

    def draw() -> str:
        gold_now = gold if box.value == text else ()
        found = entities(box.value)
        for type_ in sorted({it.type for it in (*found, *gold_now)} - ticks.keys()):
            ticks[type_] = _tick(type_)
            shell.watch(ticks[type_])
        types.children = tuple(ticks.values())
        wanted = {type_ for type_, tick in ticks.items() if tick.value}
        shown = chosen(found, wanted, least.value)
        if gold_now:
            return gold_over_predicted(box.value, chosen(gold_now, wanted), shown, scores.value)
        return _summary(shown) + highlight(box.value, shown, scores.value)

    controls = {"text": box, "find": button, "types": types, "least": least, "scores": scores}
    shell = Shell(controls, draw)
    button.on_click(shell.refresh)
    return shell


def _tick(type_: str) -> ipywidgets.Checkbox:
    """A box to tick. Its label is a type out of somebody's file: ipywidgets 7 reads it as HTML."""
    tick = ipywidgets.Checkbox(True, indent=False, layout={"width": "auto"})
    tick.description = type_ if tick.has_trait("description_allow_html") else escape(type_)
    return tick


def _summary(entities: Collection[Mention]) -> str:
    types = [it.type for it in entities]
    return f'<p role="status">{counted({type_: types.count(type_) for type_ in types})}</p>'


def error_browser(gold: Sequence[TaggedSentence], predicted: Sequence[TaggedSentence]) -> Shell:
    """Gold and predicted mentions by kind of error and type, a page at a time.

    Args:
        gold: sentences as `bioalbert_core.ner.bio.read_bio` gives them.
        predicted: the same words with other tags.

    Raises:
        UserError: the words are not the same.
    """
    found = mistakes.findings_of(gold, predicted)
    numbers = mistakes.kinds_of(found)
    names = [(f"{kind} ({number})", kind) for kind, number in numbers.items()]
    first = next((it for it in numbers if numbers[it] and it != "correct"), "correct")
    kind = ipywidgets.Dropdown(options=names, value=first, description="Kind")
    types = [mistakes.ALL_TYPES, *sorted({it.type for it in found})]
    type_ = ipywidgets.Dropdown(options=types, description="Type")
    page = ipywidgets.BoundedIntText(1, min=1, max=max(1, len(found)), description="Page")

    def draw() -> str:
        shown = mistakes.of_kind(found, kind.value, type_.value)
        return mistakes.mistakes_html(gold, shown, page.value)

    return Shell({"kind": kind, "type": type_, "page": page}, draw)


def paper_tables() -> Shell:
    """Tables I to V of the paper; the fifth also as a picture, by data set and measure."""
    names = [(name, number) for number, name in paper.TABLES.items()]
    number = ipywidgets.Dropdown(options=names, value=5, description="Table", layout=WIDE)
    picture = ipywidgets.Checkbox(True, description="Table V as a picture")
    sets = [paper.ALL_SETS, *paper.data_sets()]
    of_set = ipywidgets.Dropdown(options=sets, description="Data set")
    measure = ipywidgets.Dropdown(options=paper.MEASURES, value="F1", description="Measure")

    def draw() -> object:
        if number.value == 5 and picture.value:
            return paper.results_figure(measure.value, of_set.value)
        return paper.paper_html(number.value, of_set.value)

    controls = {"table": number, "picture": picture, "data set": of_set, "measure": measure}
    return Shell(controls, draw)
