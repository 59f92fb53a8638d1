"""Curves: what the log holds, in a cell that grows and on a page that needs no network."""

import json
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbclient import NotebookClient

from bioalbert_core.show.curves import curve, curves, live_curves, read_log, save_page

LINES = [
    {"step": 10, "train": {"loss": 3.0, "accuracy": 0.1}, "heldout": {"loss": 3.5}},
    {"step": 14, "event": "training diverged; rolled back to step 10"},
    {"step": 20, "train": {"loss": 2.0, "accuracy": 0.2}, "heldout": {"loss": 2.5}},
]


def drawn(figure):
    """Name, row (by its axis), steps and values of each line."""
    return [(line.name, line.yaxis, list(line.x), list(line.y)) for line in figure.data]


def test_a_score_has_a_line_for_each_group(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    figure = curve(read_log(path), "loss", "Losses")
    assert drawn(figure) == [
        ("train", "y", [10, 20], [3.0, 2.0]),
        ("heldout", "y", [10, 20], [3.5, 2.5]),
    ]
    assert figure.layout.title.text == "Losses"
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("step", "loss")


def test_several_scores_stand_below_each_other_and_a_group_keeps_its_color():
    figure = curves(LINES, ("loss", "accuracy"), "Both")
    train = [line for line in figure.data if line.name == "train"]
    assert [(line.yaxis, list(line.y)) for line in train] == [("y", [3.0, 2.0]), ("y2", [0.1, 0.2])]
    assert train[0].line.color == train[1].line.color != figure.data[1].line.color
    assert [line.showlegend for line in figure.data] == [True, True, False]


@pytest.mark.parametrize("lines", [[], [{"step": 0, "event": "nothing yet"}], LINES])
def test_a_log_without_the_score_is_an_empty_picture(lines):
    assert drawn(curves(lines, ("no_such_score",), "Empty")) == []


def test_only_a_line_that_came_last_makes_the_next_picture(monkeypatch):
    pictures = []
    monkeypatch.setattr(
        "bioalbert_core.show.curves.bundle", lambda figure: pictures.append(drawn(figure)) or {}
    )
    add = live_curves(("loss",), "Live")
    add(LINES[0])
    add(LINES[2])
    assert [len(picture) for picture in pictures] == [0, 2, 2]
    assert pictures[2] == drawn(curves([LINES[0], LINES[2]], ("loss",), "Live"))


CELL = f"""
from bioalbert_core.show.curves import live_curves
print("before")
add = live_curves(("loss",), "Live")
print("between")
for line in {LINES!r}:
    add(line)
print("after")
"""


def test_a_cell_shows_one_picture_that_grows_and_keeps_its_other_output():
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(book, kernel_name="python3", timeout=120).execute()
    outputs = book.cells[0].outputs
    told = "".join(it.text for it in outputs if it.output_type == "stream")
    assert told.split() == ["before", "between", "after"]
    (picture,) = [it for it in outputs if it.output_type == "display_data"]
    saved = json.dumps(picture.data["application/vnd.plotly.v1+json"]["data"])
    assert saved.count('"name": "heldout"') == saved.count('"name": "train"') == 1
    assert len(picture.data["application/vnd.plotly.v1+json"]["data"][0]["x"]) == 2


class Links(HTMLParser):
    """Collects what a page loads."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_no_network(tmp_path):
    save_page(curves(LINES, ("loss", "accuracy"), "Losses <b>"), tmp_path / "curves.html")
    page = (tmp_path / "curves.html").read_text("utf-8")
    links = Links()
    links.feed(page)
    assert links.found == []
    assert len(page) < 6e6
    assert '<html lang="en">' in page and "<title>Losses &lt;b&gt;</title>" in page
    assert re.search(r'"name":"heldout".{0,500}"y":\[3\.5,2\.5\]', page)


def test_the_same_curves_give_the_same_page(tmp_path):
    pages = []
    for name in ("one.html", "two.html"):
        save_page(curve(LINES, "loss", "Losses"), tmp_path / name)
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
