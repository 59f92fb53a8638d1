"""Where the parameters are: a BERT, then with factorized embeddings, then with shared layers."""

from dataclasses import replace

import plotly.graph_objects as go
from plotly.colors import qualitative

from bioalbert_core.albert.counting import parameters
from bioalbert_core.config import AlbertConfig

HEAD_SIZE = 64  # of an attention head in BERT and ALBERT; it changes no parameter


def shape(vocab_size: int, embedding: int, hidden: int, layers: int) -> AlbertConfig:
    """An ALBERT of these sizes; the rest follows as in base and large.

    >>> from bioalbert_core.config import ALBERT_LARGE
    >>> shape(30_000, 128, 1024, 24) == ALBERT_LARGE
    True
    """
    return AlbertConfig(
        vocab_size=vocab_size,
        embedding_size=embedding,
        hidden_size=hidden,
        num_layers=layers,
        num_heads=max(1, hidden // HEAD_SIZE),
        intermediate_size=4 * hidden,
    )


def steps(config: AlbertConfig) -> dict[str, dict[str, int]]:
    """The parameters by part, with both heads of pre-training, one idea after the other.

    >>> from bioalbert_core.config import ALBERT_BASE
    >>> {name: sum(parts.values()) for name, parts in steps(ALBERT_BASE).items()}
    {'BERT': 109705010, 'factorized': 89780402, 'factorized and shared': 11813810}
    """
    unshared = replace(config, share_layers=False)
    configs = {
        "BERT": replace(unshared, embedding_size=config.hidden_size),
        "factorized": unshared,
        "factorized and shared": replace(config, share_layers=True),
    }
    return {name: parameters(it) for name, it in configs.items()}


def parameter_figure(config: AlbertConfig) -> go.Figure:
    """A bar for each step, cut by part; the title tells the sums in words."""
    counted = steps(config)
    totals = {name: sum(parts.values()) for name, parts in counted.items()}
    names = [f"{name}<br>{total / 1e6:.1f} million" for name, total in totals.items()]
    figure = go.Figure()
    parts = dict.fromkeys(part for it in counted.values() for part in it)
    for part, color in zip(parts, qualitative.Safe, strict=False):
        values = [it.get(part, 0) for it in counted.values()]
        figure.add_bar(x=names, y=values, name=part.replace("_", " "), marker_color=color)
    few = totals["BERT"] / totals["factorized and shared"]
    title = f"Parameters: {few:.1f} times fewer; the work of a step stays"
    figure.update_layout(title=title, template="plotly_white", barmode="stack", height=450)
    figure.update_yaxes(title_text="parameters")
    return figure
