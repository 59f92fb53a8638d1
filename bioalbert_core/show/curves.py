"""Training logs to interactive plots."""

import json
from pathlib import Path

import plotly.graph_objects as go


def read_log(path: str | Path) -> list[dict]:
    """The lines of a run's ``log.jsonl``."""
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def curve(lines: list[dict], score: str, title: str) -> go.Figure:
    """One score over the steps, a line for each group it was measured on.

    Args:
        lines: from `read_log`, e.g. ``[{"step": 10, "train": {"loss": 2.0}}]``.
        score: which score to draw, e.g. "mlm_loss".
        title: what stands above.
    """
    figure = go.Figure()
    groups = [name for name, value in lines[-1].items() if isinstance(value, dict)]
    for group in groups:
        points = [(line["step"], line[group][score]) for line in lines if score in line[group]]
        if points:
            steps, values = zip(*points, strict=True)
            figure.add_scatter(x=steps, y=values, name=group, mode="lines+markers")
    figure.update_layout(
        title=title,
        xaxis_title="step",
        yaxis_title=score.replace("_", " "),
        template="plotly_white",
        height=350,
    )
    return figure
