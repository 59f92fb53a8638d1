"""Tables and pictures: escaped, read without a script, and whole where a figure is not drawn."""

import json

import numpy as np
import plotly.graph_objects as go
import plotly.io
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from plotly.subplots import make_subplots

from bioalbert_core.show.pictures import (
    BAR,
    DATA,
    MOST_ROWS,
    bar,
    bundle,
    numbers,
    show_figure,
    shown,
    table,
)

MARKUP = "<script>alert(1)</script>&amp;\"'"
TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="\xa0"))


def cells(made: str) -> list[list[str]]:
    rows = html.fromstring(f"<main>{made}</main>").xpath(".//tr")
    return [[cell.text_content() for cell in row.xpath("./th|./td")] for row in rows]


@settings(deadline=None)
@given(TEXT, st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=4))
def test_whatever_stands_in_a_table_is_read_back(caption, rows):
    made = table(caption, ["a", caption], rows)
    assert cells(made) == [["a", caption], *rows]


def test_markup_in_a_table_is_text():
    made = table(MARKUP, [MARKUP], [[MARKUP]], lambda row, column: '"><script>')
    tree = html.fromstring(made)
    assert not tree.xpath(".//script")
    assert tree.findtext(".//caption") == MARKUP


def test_headings_are_marked_as_such():
    tree = html.fromstring(table("t", ["x", "y"], [["a", 1]]))
    assert [it.get("scope") for it in tree.xpath(".//th")] == ["col", "col", "row"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345, "12,345"), (12345.6, "12,346"), (0.5, "0.5"), (True, "1"), (None, ""), (-2.0, "-2")],
)
def test_cells_are_short(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(("share", "percent"), [(-1, "0%"), (0.256, "26%"), (7, "100%")])
def test_a_bar_stays_inside_its_cell(share, percent):
    assert f"{BAR[0]} {percent}" in bar(share)


def lines(steps: int) -> go.Figure:
    figure = make_subplots(rows=2, cols=1)
    x = list(range(steps))
    figure.add_scatter(x=x, y=[2.0 * it for it in x], name="train", row=1, col=1)
    figure.add_scatter(x=x[1:], y=x[1:], name="heldout", row=1, col=1)
    figure.add_scatter(x=x, y=[0.5] * steps, name="train", row=2, col=1)
    figure.update_layout(title="Curves &lt;b&gt;")
    figure.update_yaxes(title_text="loss", row=1, col=1)
    figure.update_yaxes(title_text="accuracy", row=2, col=1)
    return figure


def test_each_axis_has_its_table_of_lines():
    made = numbers(lines(3))
    assert cells(made) == [
        ["", "train", "heldout"],
        ["0", "0", ""],
        ["1", "2", "1"],
        ["2", "4", "2"],
        ["", "train"],
        *([str(step), "0.5"] for step in range(3)),
    ]
    captions = [it.text for it in html.fromstring(f"<main>{made}</main>").xpath(".//caption")]
    assert captions == ["Curves <b>: loss", "Curves <b>: accuracy"]


@pytest.mark.parametrize("steps", [0, 1, MOST_ROWS, MOST_ROWS + 1, 1000])
def test_a_long_line_is_a_short_table_that_ends_where_the_line_ends(steps):
    figure = go.Figure(go.Scatter(x=list(range(steps)), y=[1] * steps))
    found = cells(numbers(figure))[1:]
    assert len(found) == min(steps, MOST_ROWS) or MOST_ROWS / 2 <= len(found) <= MOST_ROWS
    assert not steps or found[-1] == [str(steps - 1), "1"]


def test_a_heat_map_is_a_table_of_its_cells():
    figure = go.Figure(go.Heatmap(z=[[0.25, 1], [0, 0.5]], x=["a", "&lt;"], y=["c<br>d", "e"]))
    assert cells(numbers(figure)) == [["", "a", "<"], ["c d", "0.25", "1"], ["e", "0", "0.5"]]


def test_an_empty_figure_has_no_numbers():
    assert numbers(go.Figure()) == ""


def test_values_that_are_all_zero_have_no_bar():
    assert "gradient" not in numbers(go.Figure(go.Bar(x=["a"], y=[0])))


def test_a_bundle_holds_data_and_numbers_and_no_program():
    figure = go.Figure(go.Bar(x=["a"], y=np.array([3]), name="n"))
    made = bundle(figure)
    assert set(made) == {DATA, "text/html", "text/plain"}
    assert made["text/html"] == numbers(figure)
    told = json.dumps(made)
    assert len(told) < 20_000 and "<script" not in told and "require" not in told
    assert made[DATA]["data"][0]["type"] == "bar"


def test_colab_gets_what_plotly_shows_there(monkeypatch):
    monkeypatch.setattr(plotly.io.renderers, "default", "colab")
    figure = go.Figure(go.Bar(x=["a"], y=[3]))
    made = bundle(figure)
    assert DATA not in made
    assert "<script" in made["text/html"] and made["text/html"].endswith(numbers(figure))
    assert "require" not in made["text/html"].split("</script>")[-2]


def test_a_figure_is_shown_as_its_bundle(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "bioalbert_core.show.pictures.display", lambda it, raw: seen.append((it, raw))
    )
    show_figure(lines(2))
    assert seen == [(bundle(lines(2)), True)]
