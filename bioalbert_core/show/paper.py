"""Tables I to V of the BioALBERT paper: its own numbers, as tables and as a figure."""

import csv
from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.colors import qualitative

from bioalbert_core.plumbing.files import read_text
from bioalbert_core.plumbing.shipped import data_folder
from bioalbert_core.show.pictures import table

TABLES = {
    1: "Table I: settings of pre-training",
    2: "Table II: the four models",
    3: "Table III: settings of fine-tuning",
    4: "Table IV: the data sets",
    5: "Table V: results",
}
MEASURES = ("precision", "recall", "F1")
ROUNDING = 0.011  # precision, recall and F1 are each printed with an error of up to 0.005
ALL_SETS = "all data sets"

Row = dict[str, str]


def read_table(number: int) -> list[Row]:
    """The rows of a table, 1 to 5, by column, as printed.

    The fifth has one row for each data set and system.

    >>> read_table(5)[0]["system"], read_table(5)[0]["F1"]
    ('SOTA', '88.60')
    """
    path = data_folder().parent / "paper" / f"table{number}.csv"
    return list(csv.DictReader(read_text(path).splitlines()))


def data_sets() -> list[str]:
    """The data sets of Table V, in its order."""
    return list(dict.fromkeys(row["data set"] for row in read_table(5)))


def of_set(rows: Sequence[Row], name: str) -> list[Row]:
    """The rows of one data set of Table V, or all of them for `ALL_SETS`."""
    return [row for row in rows if name in (ALL_SETS, row["data set"])]


def computed_f1(row: Row) -> float:
    """F1 computed from a row's precision and recall.

    >>> round(computed_f1({"precision": "50", "recall": "100"}), 2)
    66.67
    """
    precision, recall = float(row["precision"]), float(row["recall"])
    return 2 * precision * recall / (precision + recall)


def adds_up(row: Row) -> bool:
    """Whether the printed F1 follows from precision and recall, up to rounding."""
    return abs(computed_f1(row) - float(row["F1"])) <= ROUNDING


def paper_html(number: int, name: str = ALL_SETS) -> str:
    """A table, 1 to 5; of the fifth one data set, with the computed F1 where it differs."""
    rows = read_table(number)
    if number == 5:
        rows = [_checked(row) for row in of_set(rows, name)]
    return table(TABLES[number], list(rows[0]), [list(row.values()) for row in rows])


def _checked(row: Row) -> Row:
    differs = "" if adds_up(row) else f"{computed_f1(row):.2f}"
    return row | {"F1 from precision and recall, where different": differs}


def results_figure(measure: str = "F1", name: str = ALL_SETS) -> go.Figure:
    """Table V as bars: a group for each data set, a color for each system."""
    rows = of_set(read_table(5), name)
    title = f"Table V: {measure} in percent; the axis does not start at 0"
    layout = {"title": title, "template": "plotly_white", "barmode": "group", "height": 480}
    figure = go.Figure(layout=layout)
    systems = dict.fromkeys(row["system"] for row in rows)
    for system, color in zip(systems, qualitative.Safe, strict=False):
        own = {row["data set"]: float(row[measure]) for row in rows if row["system"] == system}
        bars = {"x": list(own), "y": list(own.values())}
        figure.add_bar(**bars, name=system, marker_color=color)
    lowest = min(float(row[measure]) for row in rows)
    return figure.update_yaxes(title_text=measure, range=[10 * (lowest // 10), 100])
