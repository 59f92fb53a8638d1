"""An evaluation as a picture: F1 with its intervals, errors by kind, reliability of scores."""

from pathlib import Path

import plotly.graph_objects as go
from plotly.colors import qualitative
from plotly.subplots import make_subplots

from bioalbert_core.ner.errors_by_kind import KINDS
from bioalbert_core.show.curves import save_page

F1 = "Strict entity F1 with 95 % intervals"
ERRORS = "Gold and predicted entities by kind of error"
RELIABILITY = "Reliability: share of right entities by score"
INK = "#1f3b73"


def score_figure(scores: dict, title: str) -> go.Figure:
    """The panels below each other; reliability only where the predictions came with scores.

    Args:
        scores: as `bioalbert_core.evaluate.evaluate` returns them.
        title: what stands above.
    """
    bins = scores.get("calibration", {}).get("bins")
    titles = [F1, ERRORS, RELIABILITY] if bins else [F1, ERRORS]
    figure = make_subplots(rows=len(titles), cols=1, subplot_titles=titles, vertical_spacing=0.12)
    add_f1(figure, scores, 1)
    add_errors(figure, scores["errors"], 2)
    if bins:
        add_reliability(figure, bins, 3)
    figure.update_layout(
        title=title, template="plotly_white", barmode="stack", height=120 + 330 * len(titles)
    )
    return figure


def add_f1(figure: go.Figure, scores: dict, row: int) -> None:
    """A dot for each type and for all, with the interval as its bar; lying, so that it is wide."""
    names = [*scores["types"], "all types"]
    rows = [*scores["types"].values(), scores["overall"]]
    intervals = scores["intervals"]
    bounds = [it["f1"] for it in (*intervals["types"].values(), intervals["overall"])]
    f1 = [it["f1"] for it in rows]
    above = [max(0.0, high - value) for (_, high), value in zip(bounds, f1, strict=True)]
    below = [max(0.0, value - low) for (low, _), value in zip(bounds, f1, strict=True)]
    figure.add_scatter(
        x=f1,
        y=names,
        mode="markers",
        marker={"size": 7, "color": INK},
        error_x={"array": above, "arrayminus": below},
        showlegend=False,
        row=row,
        col=1,
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", row=row, col=1)
    figure.update_yaxes(autorange="reversed", row=row, col=1)


def add_errors(figure: go.Figure, errors: dict, row: int) -> None:
    """A bar for each type, cut by kind."""
    names = list(errors["types"])
    for kind, color in zip(KINDS, qualitative.Safe, strict=False):
        numbers = [errors["types"][name][kind] for name in names]
        figure.add_bar(x=names, y=numbers, name=kind, marker_color=color, row=row, col=1)
    figure.update_yaxes(title_text="entities", row=row, col=1)


def add_reliability(figure: go.Figure, bins: list[dict], row: int) -> None:
    """The share of right entities over the mean score of each bin, and where it should lie."""
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dash", "color": "gray"},
        name="score = share right",
        row=row,
        col=1,
    )
    figure.add_scatter(
        x=[it["mean_score"] for it in bins],
        y=[it["precision"] for it in bins],
        text=[f"{it['mentions']} entities" for it in bins],
        mode="lines+markers",
        line_color=INK,
        name="these predictions",
        row=row,
        col=1,
    )
    figure.update_xaxes(range=[0, 1], title_text="mean score of a bin", row=row, col=1)
    figure.update_yaxes(
        range=[0, 1], tickformat=".0%", title_text="right (precision)", row=row, col=1
    )


def save_scores(scores: dict, title: str, path: str | Path) -> None:
    """`score_figure` as a page that needs no network; see `curves.save_page`."""
    save_page(score_figure(scores, title), path)
