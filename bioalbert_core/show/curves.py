"""Training logs as interactive plots: in a cell, live during training, or as a page."""

import html
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import plotly.graph_objects as go
from IPython.display import DisplayHandle
from plotly.colors import qualitative
from plotly.subplots import make_subplots

from bioalbert_core.plumbing.files import location, output_file
from bioalbert_core.show.pictures import bundle

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>{figure}</body>
</html>
"""


def read_log(path: str | Path) -> list[dict]:
    """The lines of a run's ``log.jsonl``."""
    return [json.loads(line) for line in location(path).read_text("utf-8").splitlines()]


def curve(lines: list[dict], score: str, title: str) -> go.Figure:
    """One score over the steps, with a line for each group it was measured on.

    Args:
        lines: from `read_log`, e.g. ``[{"step": 10, "train": {"loss": 2.0}}]``.
        score: which score to draw, e.g. "mlm_loss".
        title: of the figure.
    """
    return curves(lines, (score,), title)


def curves(lines: list[dict], scores: Sequence[str], title: str) -> go.Figure:
    """Several scores, each as `curve` draws it, one below the other over the same steps."""
    figure = make_subplots(rows=len(scores), cols=1, shared_xaxes=True, vertical_spacing=0.05)
    groups = dict.fromkeys(k for line in lines for k, v in line.items() if isinstance(v, dict))
    named = set()  # groups that the legend has
    for row, score in enumerate(scores, 1):
        for group, color in zip(groups, qualitative.Plotly, strict=False):
            logged = [line for line in lines if score in line.get(group, {})]
            if logged:
                style = {"name": group, "legendgroup": group, "showlegend": group not in named}
                style |= {"mode": "lines+markers", "line_color": color, "row": row, "col": 1}
                steps, values = zip(*((n["step"], n[group][score]) for n in logged), strict=True)
                figure.add_scatter(x=steps, y=values, **style)
                named.add(group)
        figure.update_yaxes(title_text=score.replace("_", " "), row=row, col=1)
    figure.update_xaxes(title_text="step", row=len(scores), col=1)
    layout = {"title": title, "template": "plotly_white", "height": 150 + 200 * len(scores)}
    return figure.update_layout(layout)


def live_curves(scores: Sequence[str], title: str) -> Callable[[dict], None]:
    """Show `curves` below this cell, and return a function that adds a line of a log to them.

    Pass it to a training as ``on_line``. The figure changes in place: the cell's other output
    stays, and no widget is needed.
    """
    lines: list[dict] = []
    handle = DisplayHandle()
    handle.display(bundle(curves(lines, scores, title)), raw=True)

    def add(line: dict) -> None:
        lines.append(line)
        handle.update(bundle(curves(lines, scores, title)), raw=True)

    return add


def save_page(figure: go.Figure, path: str | Path) -> None:
    """Write a figure as a page that needs no network and no Python to open.

    It contains all of plotly, 4.8 MB, so runs do not write one by themselves.
    """
    drawn = figure.to_html(full_html=False, include_plotlyjs=True, div_id="figure")
    title = html.escape(figure.layout.title.text or "")
    with output_file(path) as partial:
        partial.write_text(PAGE.format(title=title, figure=drawn), "utf-8")
