"""The static site: figures drawn by what lies beside the page, widgets as HTML, no network."""

import re
from pathlib import Path

import nbformat
import plotly.graph_objects as go
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from scripts import load_script

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture(scope="module")
def site():
    return load_script(NOTEBOOKS / "make_site.py")


def book(*outputs: dict) -> nbformat.NotebookNode:
    made = [new_output("display_data", data=data) for data in outputs]
    return new_notebook(cells=[new_code_cell("1", outputs=made)])


def test_a_figure_is_drawn_by_plotly_from_beside_the_page(site):
    figure = go.Figure(go.Bar(x=["</script><b>"], y=[1])).to_plotly_json()
    page = site.page_of(book({site.PLOTLY: figure}), "A <title>")
    assert '<script src="plotly.min.js"></script>' in page
    assert "<title>A &lt;title&gt;</title>" in page
    assert page.count('Plotly.newPlot("figure-0"') == 1
    assert "</script><b>" not in page
    assert "<\\/script><b>" in page


def test_a_widget_is_shown_as_its_html_and_no_script_is_fetched(site):
    widget = {site.WIDGET: {"model_id": "1"}, "text/html": "<p>controls</p>"}
    page = site.page_of(book(widget, {"text/html": "<mark>fever</mark>"}), "Widgets")
    assert "<mark>fever</mark>" in page
    assert "<p>controls</p>" in page
    assert re.findall(r'<script[^>]+src="([^"]*)"', page) == ["plotly.min.js"]
    assert "unpkg" not in page


def test_the_pages_beside_the_notebooks_link_to_files_that_are_there(site):
    for name in site.PAGES:
        text = (NOTEBOOKS / f"{name}.md").read_text("utf-8")
        links = re.findall(r"\]\(([^)#]+)\)", text)
        assert [link for link in links if not (NOTEBOOKS / link).exists()] == []
