"""Tables, and Plotly figures with their numbers, for pages with and without a kernel.

A figure that shows itself may write all of plotly into the notebook, or look for require.js. The
bundle made here holds the figure as data, which JupyterLab, Notebook and VS Code draw, and next to
it a table of its numbers, for pages without a kernel and for screen readers.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from html import escape, unescape

import plotly.graph_objects as go
import plotly.io
from IPython.display import display

from bioalbert_core.show.highlight import block

DATA = "application/vnd.plotly.v1+json"
MOST_ROWS = 20  # of a table that stands for a line
STYLE = """
.bioalbert-table { overflow-x: auto; }
.bioalbert-table caption { text-align: left; font-weight: 600; padding: .3em 0; }
.bioalbert-table th { text-align: left; font-weight: 600; }
.bioalbert-table td, .bioalbert-table th { padding: .15em .6em; }
""".strip()
BAR = ("#bcd7f0", "#10273f")  # the part of a cell that its number fills, and the text on it


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    style: Callable[[int, int], str] = lambda row, column: "",
) -> str:
    """A table in HTML, all text escaped. The first cell of a row is its heading.

    Args:
        caption: its title.
        head: names of the columns.
        rows: cells of any type, written by `shown`.
        style: the CSS of the cell in a row and a column, both from 0.

    >>> "&lt;b&gt;" in table("Words", ["word"], [["<b>"]])
    True
    """
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "".join(["<tr>", *(_cell(v, j, style(i, j)) for j, v in enumerate(row)), "</tr>"])
        for i, row in enumerate(rows)
    )
    caption = f"<caption>{escape(caption)}</caption>"
    inner = f"<table>{caption}<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
    return block(inner, "bioalbert-table", STYLE)


def _cell(value: object, column: int, style: str) -> str:
    tag, scope = ("td", "") if column else ("th", ' scope="row"')
    styled = f' style="{escape(style)}"' if style else ""
    return f"<{tag}{scope}{styled}>{escape(shown(value))}</{tag}>"


def shown(value: object) -> str:
    """A cell as text: nothing for None, numbers short and with commas.

    >>> shown(11813810), shown(0.123456), shown(88.3), shown("88.30"), shown(None)
    ('11,813,810', '0.1235', '88.3', '88.30', '')
    """
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def bar(share: float) -> str:
    """The style of a cell that is filled from the left by a share between 0 and 1.

    >>> bar(0.25)
    'background:linear-gradient(90deg,#bcd7f0 25%,#f4f8fc 25%);color:#10273f'
    """
    percent = f"{100 * min(1.0, max(0.0, share)):.0f}%"
    filled, color = BAR
    return f"background:linear-gradient(90deg,{filled} {percent},#f4f8fc {percent});color:{color}"


# Figures


def show_figure(figure: go.Figure) -> None:
    """Show a figure below this cell, as `bundle` gives it."""
    display(bundle(figure), raw=True)


def bundle(figure: go.Figure) -> dict:
    """What to display, by media type.

    Colab draws no figure from its data. There, plotly's own HTML for Colab takes its place.

    >>> sorted(bundle(go.Figure(go.Bar(x=["a"], y=[1], name="n"))))
    ['application/vnd.plotly.v1+json', 'text/html', 'text/plain']
    """
    html, plain = numbers(figure), f"<figure: {_title(figure)}>"
    if "colab" in plotly.io.renderers.default:
        drawn = figure._repr_mimebundle_()["text/html"]
        return {"text/html": drawn + html, "text/plain": plain}
    return {"text/html": html, "text/plain": plain, DATA: json.loads(figure.to_json())}


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
    """One row for each x, one column for each line or group of bars."""
    columns = [dict(zip(trace.x, trace.y, strict=True)) for trace in traces]
    all_x = list(dict.fromkeys(x for column in columns for x in column))
    step = -(-len(all_x) // MOST_ROWS)
    kept = [x for i, x in enumerate(reversed(all_x)) if i % step == 0][::-1]
    rows = [[_plain(x), *(column.get(x) for column in columns)] for x in kept]
    largest = max((value for column in columns for value in column.values()), default=0)

    def style(row: int, column: int) -> str:
        value = rows[row][column]
        return bar(value / largest) if column and largest and value is not None else ""

    head = ["", *(str(trace.name or "value") for trace in traces)]
    return table(caption + (f" (1 of {step} rows)" if step > 1 else ""), head, rows, style)


def _heat_map(trace: go.Heatmap, caption: str) -> str:
    rows = [
        [_plain(name), *(round(float(value), 2) for value in values)]
        for name, values in zip(trace.y, trace.z, strict=True)
    ]
    head = ["", *map(str, map(_plain, trace.x))]
    return table(caption, head, rows, lambda i, j: bar(rows[i][j]) if j else "")


def _plain(name: object) -> object:
    """A name without plotly's markup; numbers as they are."""
    return unescape(name.replace("<br>", " ")) if isinstance(name, str) else name
