"""An evaluation as a figure: F1 with confidence intervals, kinds of error, reliability."""

from pathlib import Path

import plotly.graph_objects as go
from plotly.colors import qualitative
from plotly.subplots import make_subplots

from bioalbert_core.ner.errors_by_kind import KINDS
from bioalbert_core.show.curves import save_page

F1 = "Strict entity F1 with 95 % intervals"
ERRORS = "Gold and predicted entities by kind of error"
RELIABILITY = "Reliability: precision by score"
INK = "#1f3b73"


def score_figure(scores: dict, title: str) -> go.Figure:
    """The panels one below the other; reliability only for predictions with scores.

    Args:
        scores: as `bioalbert_core.evaluate.evaluate` returns them.
        title: of the figure.
    """
    bins = scores.get("calibration", {}).get("bins")
    titles = [F1, ERRORS, RELIABILITY] if bins else [F1, ERRORS]
    figure = make_subplots(rows=len(titles), cols=1, subplot_titles=titles, vertical_spacing=0.12)
    add_f1(figure, scores, {"row": 1, "col": 1})
    add_errors(figure, scores["errors"], {"row": 2, "col": 1})
    if bins:
        add_reliability(figure, bins, {"row": 3, "col": 1})
    layout = {"title": title, "template": "plotly_white", "barmode": "stack"}
    return figure.update_layout(layout, height=120 + 330 * len(titles))


def add_f1(figure: go.Figure, scores: dict, panel: dict) -> None:
    """A dot with its interval for each type and for all types; horizontal, to be wide."""
    intervals = scores["intervals"]
    bounds = [i["f1"] for i in (*intervals["types"].values(), intervals["overall"])]
    f1 = [s["f1"] for s in (*scores["types"].values(), scores["overall"])]
    above = [max(0.0, high - value) for (_, high), value in zip(bounds, f1, strict=True)]
    below = [max(0.0, value - low) for (low, _), value in zip(bounds, f1, strict=True)]
    style = {"mode": "markers", "marker": {"size": 7, "color": INK}, "showlegend": False}
    style |= {"error_x": {"array": above, "arrayminus": below}}
    figure.add_scatter(x=f1, y=[*scores["types"], "all types"], **style, **panel)
    figure.update_xaxes(range=[0, 1], tickformat=".0%", **panel)
    figure.update_yaxes(autorange="reversed", **panel)


def add_errors(figure: go.Figure, errors: dict, panel: dict) -> None:
    """One bar for each type, divided by kind of error."""
    types = errors["types"]
    for kind, color in zip(KINDS, qualitative.Safe, strict=False):
        counts = [kinds[kind] for kinds in types.values()]
        figure.add_bar(x=list(types), y=counts, name=kind, marker_color=color, **panel)
    figure.update_yaxes(title_text="entities", **panel)


def add_reliability(figure: go.Figure, bins: list[dict], panel: dict) -> None:
    """The precision of each bin over its mean score, and the diagonal of perfect calibration."""
    dashes = {"mode": "lines", "line": {"dash": "dash", "color": "gray"}}
    figure.add_scatter(x=[0, 1], y=[0, 1], name="score = precision", **dashes, **panel)
    style = {"mode": "lines+markers", "line_color": INK, "name": "these predictions"}
    style |= {"text": [f"{b['mentions']} entities" for b in bins]}
    x, y = ([b[name] for b in bins] for name in ("mean_score", "precision"))
    figure.add_scatter(x=x, y=y, **style, **panel)
    figure.update_xaxes(range=[0, 1], title_text="mean score of a bin", **panel)
    figure.update_yaxes(range=[0, 1], tickformat=".0%", title_text="precision", **panel)


def save_scores(scores: dict, title: str, path: str | Path) -> None:
    """Write `score_figure` as a page that needs no network; see `curves.save_page`."""
    save_page(score_figure(scores, title), path)
