"""The widgets of the course: thin ipywidgets shells around the pure functions of this room.

Each is a `Shell`: write it as the last line of a cell. Those that need a model are defined in
`model_widgets` and can be imported from here as well.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape

from ipywidgets import (
    BoundedIntText,
    Box,
    Button,
    Checkbox,
    Dropdown,
    FloatSlider,
    IntSlider,
)

from bioalbert_core.corpus.cleaning import MINIMUM_LINE
from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.show import cleaning, mistakes, paper, pieces
from bioalbert_core.show.curves import live_curves
from bioalbert_core.show.highlight import (
    Mention,
    chosen,
    counted,
    gold_over_predicted,
    highlight,
)
from bioalbert_core.show.model_widgets import (
    attention_explorer,
    click_to_mask,
    parameter_explorer,
    sop_game,
)
from bioalbert_core.show.shell import LABELS, WIDE, WRAP, Shell, text_box

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
    """The paper's cleaning rules on a text, whose documents are separated by a line of ``===``."""
    box = text_box(text, "Raw text", rows=9, live=True)
    wide = {"style": LABELS, "layout": WIDE}
    least = IntSlider(MINIMUM_LINE, 0, 60, description="Shortest line (rule ii)", **wide)
    split = Checkbox(True, description="One sentence per line")
    controls = {"text": box, "least": least, "split": split}
    return Shell(controls, lambda: cleaning.cleaning_html(box.value, least.value, split.value))


def tokenizer_explorer(tokenizer: pieces.Tokenizer, text: str = pieces.EXAMPLE) -> Shell:
    """A text as words and pieces, with the place of each piece and of each word's label."""
    box = text_box(text, "Your text", rows=2, live=True)
    wide = {"style": LABELS, "layout": WIDE}
    alone = Checkbox(False, description="Split each word alone, as a tagger does", **wide)
    controls = {"text": box, "alone": alone}
    return Shell(controls, lambda: pieces.pieces_html(tokenizer, box.value, alone.value))


def highlighter(tag: Tag, text: str, gold: Sequence[Mention] = ()) -> Shell:
    """The entities of a text of your own, filtered by type and score.

    Args:
        tag: an `EntityRecognizer`, or any function from a text to entities.
        text: the first text; it is tagged at once.
        gold: its gold entities. They are shown above the predicted ones until the text changes.
    """
    entities = lru_cache(maxsize=1)(lambda of: tuple(tag(of)))
    box = text_box(text, "Your text", rows=5)
    button = Button(description="Find entities", button_style="primary")
    slider = {"min": 0, "max": 1, "step": 0.05, "style": LABELS}
    least = FloatSlider(0, description="Lowest score", **slider)
    scores = Checkbox(False, description="Write scores out")
    ticks: dict[str, Checkbox] = {}
    types = Box((), layout={**WRAP, **WIDE})

    def draw() -> str:
        gold_now = gold if box.value == text else ()
        predicted = entities(box.value)
        for type_ in sorted({e.type for e in (*predicted, *gold_now)} - ticks.keys()):
            ticks[type_] = _tick(type_)
            shell.watch(ticks[type_])
        types.children = tuple(ticks.values())
        ticked = {type_ for type_, tick in ticks.items() if tick.value}
        shown = chosen(predicted, ticked, least.value)
        if gold_now:
            return gold_over_predicted(box.value, chosen(gold_now, ticked), shown, scores.value)
        names = [e.type for e in shown]
        summary = counted({name: names.count(name) for name in names})
        return f'<p role="status">{summary}</p>{highlight(box.value, shown, scores.value)}'

    controls = {"text": box, "find": button, "types": types, "least": least, "scores": scores}
    shell = Shell(controls, draw)
    button.on_click(shell.refresh)
    return shell


def _tick(type_: str) -> Checkbox:
    """A box to tick. Its label comes from somebody's file, and ipywidgets 7 reads it as HTML."""
    tick = Checkbox(True, indent=False, layout={"width": "auto"})
    tick.description = type_ if tick.has_trait("description_allow_html") else escape(type_)
    return tick


def error_browser(gold: Sequence[TaggedSentence], predicted: Sequence[TaggedSentence]) -> Shell:
    """Gold and predicted mentions by kind of error and type, a page at a time.

    Args:
        gold: sentences from `bioalbert_core.ner.bio.read_bio`.
        predicted: the same words with other tags.

    Raises:
        UserError: the words differ.
    """
    mentions = mistakes.findings_of(gold, predicted)
    counts = mistakes.kinds_of(mentions)
    names = [(f"{kind} ({number})", kind) for kind, number in counts.items()]
    first = next((kind for kind in counts if counts[kind] and kind != "correct"), "correct")
    kind = Dropdown(options=names, value=first, description="Kind")
    types = [mistakes.ALL_TYPES, *sorted({mention.type for mention in mentions})]
    type_ = Dropdown(options=types, description="Type")
    page = BoundedIntText(1, min=1, max=max(1, len(mentions)), description="Page")

    def draw() -> str:
        shown = mistakes.of_kind(mentions, kind.value, type_.value)
        return mistakes.mistakes_html(gold, shown, page.value)

    return Shell({"kind": kind, "type": type_, "page": page}, draw)


def paper_tables() -> Shell:
    """Tables I to V of the paper; the fifth also as a figure, by data set and measure."""
    names = [(name, number) for number, name in paper.TABLES.items()]
    number = Dropdown(options=names, value=5, description="Table", layout=WIDE)
    picture = Checkbox(True, description="Table V as a figure")
    sets = [paper.ALL_SETS, *paper.data_sets()]
    of_set = Dropdown(options=sets, description="Data set")
    measure = Dropdown(options=paper.MEASURES, value="F1", description="Measure")

    def draw() -> object:
        if number.value == 5 and picture.value:
            return paper.results_figure(measure.value, of_set.value)
        return paper.paper_html(number.value, of_set.value)

    controls = {"table": number, "picture": picture, "data set": of_set, "measure": measure}
    return Shell(controls, draw)
