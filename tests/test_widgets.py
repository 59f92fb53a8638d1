"""The shells, driven through their controls; and in a kernel, what a notebook then holds."""

import json
from random import Random
from types import SimpleNamespace

import nbformat
import plotly.graph_objects as go
import pytest
from ipywidgets import Checkbox, IntSlider
from lxml import html
from nbclient import NotebookClient

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.kit import read_kit
from bioalbert_core.albert.loading import fill
from bioalbert_core.instances.segments import pairs
from bioalbert_core.ner.bio import TaggedSentence, read_bio
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.shipped import data_folder, find_model
from bioalbert_core.show import widgets
from bioalbert_core.show.highlight import Mark
from bioalbert_core.show.pictures import DATA
from bioalbert_core.show.shell import WIDGET, Shell
from bioalbert_core.tokenizer import Tokenizer

MODEL = find_model("bioalbert-tiny")


@pytest.fixture(scope="module")
def shipped():
    """The model that the kit ships, its config and its tokenizer."""
    checkpoint = read_kit(MODEL)
    model = build_pretraining_model(checkpoint.config)
    fill(model, checkpoint)
    return SimpleNamespace(
        model=model, config=checkpoint.config, tokenizer=Tokenizer(checkpoint.tokenizer)
    )


def told(shell: Shell) -> str:
    return html.fromstring(f"<main>{shell.view}</main>").text_content()


# The shell


def test_a_shell_draws_once_for_each_change():
    drawn, slider = [], IntSlider(1)
    shell = Shell({"n": slider}, lambda: drawn.append(slider.value) or str(slider.value))
    assert drawn == []
    assert (shell.view, shell.bundle["text/html"], shell.view) == ("1", "1", "1")
    slider.value = 2
    assert shell.view == "2" and drawn == [1, 2]


def test_a_users_error_is_told_in_words_and_escaped():
    def draw() -> str:
        raise UserError("<b>: is wrong; mend it")

    assert Shell({}, draw).view == '<p role="alert">error: &lt;b&gt;: is wrong; mend it</p>'


def test_two_shells_share_nothing():
    one, other = widgets.cleaning_explorer(), widgets.cleaning_explorer()
    one.controls["least"].value = 0
    assert other.controls["least"].value == 20 and one.view != other.view


# Text


def test_cleaning_explorer():
    shell = widgets.cleaning_explorer("Results\nIt lowered the fever. It did.")
    assert "7 of 20 characters" in told(shell) and "After: 3 lines" in told(shell)
    shell.controls["split"].value = False
    assert "After: 2 lines" in told(shell)
    shell.controls["least"].value = 3
    assert "characters" not in told(shell)
    shell.controls["text"].value = "<b>"
    assert "<b>" in told(shell) and "After: 2 lines" in told(shell)


def test_tokenizer_explorer(tokenizer):
    shell = widgets.tokenizer_explorer(tokenizer)
    assert "▁" in told(shell)
    before = shell.view
    shell.controls["alone"].value = True
    assert shell.view != before
    shell.controls["text"].value = ""
    assert "0 words, 0 pieces" in told(shell)


# The highlighter

TEXT = "p53 and aspirin"
FOUND = {
    TEXT: [Mark(0, 3, "Gene", 0.9), Mark(8, 15, "Chemical", 0.4)],
    "fever": [Mark(0, 5, "<i>Ill</i>", 0.5)],
}


@pytest.fixture
def asked():
    return []


@pytest.fixture
def tag(asked):
    return lambda text: asked.append(text) or FOUND.get(text, [])


def marks(shell: Shell) -> list[str]:
    tree = html.fromstring(f"<main>{shell.view}</main>")
    return [it.get("aria-label") for it in tree.xpath(".//mark[@tabindex]")]


def ticks(shell: Shell) -> dict[str, Checkbox]:
    return {it.description: it for it in shell.controls["types"].children}


def test_highlighter_marks_the_first_text_and_filters(tag, asked):
    shell = widgets.highlighter(tag, TEXT)
    both = ["p53: Gene, score 0.90", "aspirin: Chemical, score 0.40"]
    assert marks(shell) == both
    assert "Entities found: Chemical 1, Gene 1." in told(shell)
    assert list(ticks(shell)) == ["Chemical", "Gene"]
    ticks(shell)["Gene"].value = False
    assert marks(shell) == both[1:]
    shell.controls["least"].value = 0.5
    assert marks(shell) == [] and "No entity found." in told(shell)
    ticks(shell)["Gene"].value = True
    assert marks(shell) == both[:1]
    assert "0.90" not in told(shell)
    shell.controls["scores"].value = True
    assert "Gene 0.90" in told(shell)
    assert asked == [TEXT]  # a filter is no reason to ask the model again


def test_highlighter_tags_a_new_text_and_keeps_what_was_ticked(tag, asked):
    shell = widgets.highlighter(tag, TEXT)
    assert marks(shell)
    ticks(shell)["Gene"].value = False
    shell.controls["text"].value = "fever"
    shell.controls["find"].click()
    assert marks(shell) == ["fever: <i>Ill</i>, score 0.50"]
    shell.controls["text"].value = ""
    assert marks(shell) == []
    shell.controls["text"].value = TEXT
    assert marks(shell) == ["aspirin: Chemical, score 0.40"]
    assert asked == [TEXT, "fever", "", TEXT]


def test_a_type_is_a_label_and_no_markup(tag, monkeypatch):
    shell = widgets.highlighter(tag, "fever")
    assert marks(shell)
    (name,) = ticks(shell)
    literal = Checkbox().has_trait("description_allow_html")
    assert name == ("<i>Ill</i>" if literal else "&lt;i&gt;Ill&lt;/i&gt;")
    if literal:
        assert not ticks(shell)[name].description_allow_html


def test_highlighter_lays_gold_over_predicted_while_the_text_is_that_of_gold(tag):
    shell = widgets.highlighter(tag, TEXT, [Mark(8, 15, "Drug")])
    assert marks(shell) == [
        "aspirin: Drug",
        "p53: Gene, score 0.90",
        "aspirin: Chemical, score 0.40",
    ]
    assert list(ticks(shell)) == ["Chemical", "Drug", "Gene"]
    ticks(shell)["Drug"].value = False
    shell.controls["least"].value = 0.5
    assert marks(shell) == ["p53: Gene, score 0.90"]
    shell.controls["text"].value = "fever"
    assert "gold" not in told(shell)


# Errors and the paper


def test_error_browser():
    words = ("p53", "causes", "lung", "cancer")
    gold = [TaggedSentence(words, ("B-Gene", "O", "B-Ill", "I-Ill"))] * 7
    predicted = [TaggedSentence(words, ("O", "O", "O", "B-Ill"))] * 7
    shell = widgets.error_browser(gold, predicted)
    kind, type_, page = (shell.controls[name] for name in ("kind", "type", "page"))
    assert ("missed (7)", "missed") in kind.options and kind.value == "boundary"
    assert "1 to 5 of 7, page 1 of 2" in told(shell)
    page.value = 2
    assert "6 to 7 of 7" in told(shell)
    kind.value = "missed"
    assert marks(shell) == ["p53: Gene"] * 2
    type_.value = "Ill"
    assert "There is none" in told(shell)


def test_error_browser_of_nothing_and_of_other_words():
    assert "There is none" in told(widgets.error_browser([], []))
    with pytest.raises(UserError, match="different words"):
        widgets.error_browser([TaggedSentence(("a",), ("O",))], [])


def test_error_browser_takes_what_read_bio_gives():
    gold = read_bio(data_folder() / "ner" / "devel.tsv")
    assert "There is none" not in told(widgets.error_browser(gold, gold))


def test_paper_tables():
    shell = widgets.paper_tables()
    assert len(shell.view.data) == 9
    shell.controls["data set"].value = "JNLPBA"
    shell.controls["measure"].value = "recall"
    assert shell.view.data[0].y == (83.22,)
    shell.controls["picture"].value = False
    assert "Table V" in told(shell) and "LINNAEUS" not in told(shell)
    shell.controls["table"].value = 2
    shell.controls["picture"].value = True
    assert "Table II:" in told(shell) and "18.8B" in told(shell)


# With a model


def test_click_to_mask(shipped):
    shell = widgets.click_to_mask(shipped.model, shipped.tokenizer)
    assert "Click words" in told(shell)
    words = shell.controls["words"].children
    assert [it.description for it in words] == shell.controls["text"].value.split()
    words[2].value = True  # "were"
    assert "1 of 1 hidden tokens are the model's first guess" in told(shell)
    words[2].value = False
    assert "Click words" in told(shell)
    shell.controls["text"].value = "<b> <b>"
    first, second = shell.controls["words"].children
    assert first.description == second.description == "<b>" and not first.value
    second.value = True
    assert told(shell).startswith("<b> [MASK]")
    shell.controls["text"].value = ""
    assert shell.controls["words"].children == ()


def test_sop_game(shipped):
    text = ("It was cold.", "Then it got warm.", "So the ice melted.", "We went home.")
    document = [shipped.tokenizer.encode(it) for it in text]
    made = [it for seed in range(3) for it in pairs([document], 0, 64, Random(seed))]
    shell = widgets.sop_game(shipped.model, shipped.tokenizer, made)
    assert "Pair 1" in told(shell)
    for pair in made:
        shell.controls["swapped" if pair.label else "in order"].click()
        assert "Right:" in told(shell)
    assert "The end" in told(shell) and f"you {len(made)} right" in told(shell)
    shell.controls["start again"].click()
    assert "After 0" in told(shell) and "Pair 1" in told(shell)
    shell.controls["in order" if made[0].label else "swapped"].click()
    assert "Wrong:" in told(shell)


def test_parameter_explorer():
    shell = widgets.parameter_explorer()
    assert "9.3 times" in shell.view.layout.title.text
    before = [sum(trace.y[step] for trace in shell.view.data) for step in range(3)]
    shell.controls["layers"].value = 24
    after = [sum(trace.y[step] for trace in shell.view.data) for step in range(3)]
    assert after[0] > before[0] and after[2] == before[2]  # shared layers cost nothing more
    for name in ("vocab", "embedding", "hidden"):
        total = sum(trace.y[2] for trace in shell.view.data)
        shell.controls[name].value = shell.controls[name].options[-1]
        assert sum(trace.y[2] for trace in shell.view.data) > total


def test_attention_explorer(shipped):
    shell = widgets.attention_explorer(shipped.model, shipped.config, shipped.tokenizer)
    assert "layer 1, mean of all heads" in shell.view.layout.title.text
    mean = shell.view.data[0].z
    shell.controls["layer"].value = shipped.config.num_layers
    shell.controls["head"].value = shipped.config.num_heads
    assert "layer 4, head 4" in shell.view.layout.title.text and shell.view.data[0].z != mean
    shell.controls["text"].value = ""
    assert shell.view.data[0].x == ("0 [CLS]", "1 [SEP]")
    assert shell.controls["layer"].max == 4 and len(shell.controls["head"].options) == 5


# In a notebook

CELLS = [
    "from bioalbert_core.show.widgets import cleaning_explorer, parameter_explorer\n"
    "shell = cleaning_explorer('Results')\nshell",
    "figures = parameter_explorer()\nfigures",
    "print('before')\nshell.controls['least'].value = 3\nfigures.controls['layers'].value = 7",
]


@pytest.fixture(scope="module")
def executed():
    """The cells as they are saved: without widget states, which GitHub cannot read."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(it) for it in CELLS])
    NotebookClient(book, kernel_name="python3", timeout=120, store_widget_state=False).execute()
    return book


def test_controls_stand_above_and_the_view_changes_in_its_place(executed):
    controls, view = executed.cells[0].outputs
    assert set(controls.data) == {WIDGET, "text/html", "text/plain"}
    assert WIDGET not in view.data
    assert "of 20 characters" not in view.data["text/html"]
    assert "After: 2 lines" in view.data["text/html"]
    _, figure = executed.cells[1].outputs
    assert set(figure.data) == {DATA, "text/html", "text/plain"}
    fresh = widgets.parameter_explorer()
    fresh.controls["layers"].value = 7
    assert figure.data["text/html"] == fresh.bundle["text/html"]
    assert [it.output_type for it in executed.cells[2].outputs] == ["stream"]


def test_a_page_without_a_kernel_shows_the_last_view(executed):
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter(template_name="basic").from_notebook_node(executed)
    assert "After: 2 lines" in page and "factorized and shared" in page
    assert "where a kernel runs" in page and WIDGET not in page


def test_a_saved_notebook_is_small_and_loads_nothing(executed):
    saved = json.dumps(executed)
    assert len(saved) < 60_000 and "widgets" not in executed.metadata
    for word in ("<script", "require", "cdn", "http"):
        assert word not in json.dumps([cell.outputs for cell in executed.cells]), word


def test_no_shell_is_a_figure_widget():
    assert not issubclass(Shell, go.FigureWidget)
    assert set(widgets.__all__) >= {"live_curves", "highlighter", "paper_tables"}
    assert len(widgets.__all__) == 10
