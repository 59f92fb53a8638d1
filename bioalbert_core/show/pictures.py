"""Plotly figures for a notebook: interactive where a front end draws them, else their numbers.

A figure that shows itself may write plotly's whole program into the notebook, and look for
require.js. The bundle made here holds the figure as data, which JupyterLab, Notebook and VS Code
draw, and beside it a table of its numbers: for pages without a kernel, and for screen readers.
"""

import json
from collections.abc import Sequence
from html import unescape

import plotly.graph_objects as go
import plotly.io
from IPython.display import display

from bioalbert_core.show.tables import bar, table

DATA = "application/vnd.plotly.v1+json"
MOST_ROWS = 20  # of a table that stands for lines


def show_figure(figure: go.Figure) -> None:
    """Show a figure below this cell, as `bundle` gives it."""
    display(bundle(figure), raw=True)


def bundle(figure: go.Figure) -> dict:
    """What to display, by media type.

    Colab draws no figure from its data; there it is what plotly itself would show in Colab.

    >>> sorted(bundle(go.Figure(go.Bar(x=["a"], y=[1], name="n"))))
    ['application/vnd.plotly.v1+json', 'text/html', 'text/plain']
    """
    told = {"text/html": numbers(figure), "text/plain": f"<figure: {_title(figure)}>"}
    if "colab" in plotly.io.renderers.default:
        return told | {"text/html": figure._repr_mimebundle_()["text/html"] + told["text/html"]}
    return told | {DATA: json.loads(figure.to_json())}


def numbers(figure: go.Figure) -> str:
    """The numbers of lines, bars and heat maps as tables, one for each axis of values."""
    axes: dict[str, list] = {}
    for trace in figure.data:
        axes.setdefault(trace.yaxis or "y", []).append(trace)
    return "".join(
        _heat_map(traces[0], _title(figure))
        if traces[0].type == "heatmap"
        else _series(traces, _caption(figure, axis))
        for axis, traces in axes.items()
    )


def _title(figure: go.Figure) -> str:
    return str(_plain(figure.layout.title.text or ""))


def _caption(figure: go.Figure, axis: str) -> str:
    name = figure.layout[f"yaxis{axis[1:]}"].title.text
    return ": ".join(filter(None, (_title(figure), name)))


def _series(traces: Sequence, caption: str) -> str:
    """A row for each place, a column for each line or group of bars."""
    columns = [dict(zip(it.x, it.y, strict=True)) for it in traces]
    places = list(dict.fromkeys(place for column in columns for place in column))
    step = -(-len(places) // MOST_ROWS)
    kept = [place for i, place in enumerate(reversed(places)) if i % step == 0][::-1]
    rows = [[_plain(place), *(column.get(place) for column in columns)] for place in kept]
    most = max((value for column in columns for value in column.values()), default=0)

    def style(row: int, column: int) -> str:
        value = rows[row][column]
        return bar(value / most) if column and most and value is not None else ""

    head = ["", *(str(it.name or "value") for it in traces)]
    return table(caption + (f" (1 of {step} rows)" if step > 1 else ""), head, rows, style)


def _heat_map(trace: go.Heatmap, caption: str) -> str:
    rows = [
        [_plain(name), *(round(float(value), 2) for value in values)]
        for name, values in zip(trace.y, trace.z, strict=True)
    ]

    def style(row: int, column: int) -> str:
        return bar(rows[row][column]) if column else ""

    return table(caption, ["", *map(str, map(_plain, trace.x))], rows, style)


def _plain(place: object) -> object:
    """A name without what only plotly reads as markup; numbers as they are."""
    return unescape(place.replace("<br>", " ")) if isinstance(place, str) else place
