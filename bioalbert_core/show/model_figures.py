"""The inside of a model as figures: where its heads look, and where its parameters are."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from plotly.colors import qualitative

from bioalbert_core.albert.counting import parameters
from bioalbert_core.config import AlbertConfig
from bioalbert_core.show.games import one_sequence
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

EXAMPLE = "Aspirin lowers the risk of stroke, but it may cause bleeding."
MOST_PIECES = 40  # of a text: a picture of more is unreadable
ALL_HEADS = 0
HEAD_SIZE = 64  # of an attention head in BERT and ALBERT; it does not change the parameters


def attention_of(
    model: "keras.Model", config: AlbertConfig, tokenizer: Tokenizer, text: str
) -> tuple[list[str], np.ndarray]:
    """The tokens of a text and the attention between them.

    Returns:
        Names of the tokens, [CLS] and [SEP] included, and weights of shape (layers, heads, length,
        length), as `look_inside` gives them.
    """
    from bioalbert_core.albert.inside import look_inside

    ids = tokenizer.encode(text)[: min(MOST_PIECES, config.max_length - 2)]
    inputs = one_sequence(tokenizer, ids)
    pieces = [tokenizer.pieces[i] for i in inputs["token_ids"][0]]
    return pieces, look_inside(model, config, inputs)["attention"][0]


def attention_figure(
    pieces: Sequence[str], attention: np.ndarray, layer: int, head: int = ALL_HEADS
) -> go.Figure:
    """A heat map: a row for each token that looks, a column for each token that is looked at.

    Args:
        pieces: names of the tokens.
        attention: (layers, heads, length, length).
        layer: from 1.
        head: from 1; `ALL_HEADS` for their mean.
    """
    heads = attention[layer - 1]  # (heads, length, length)
    weights = heads.mean(0) if head == ALL_HEADS else heads[head - 1]  # (length, length)
    # Numbered, because plotly merges equal names; escaped, because it reads tags.
    names = [f"{number} {escape(piece, quote=False)}" for number, piece in enumerate(pieces)]
    heat = go.Heatmap(z=weights.round(4).tolist(), x=names, y=names, zmin=0, colorscale="Blues")
    which = "mean of all heads" if head == ALL_HEADS else f"head {head}"
    title = f"Attention in layer {layer}, {which}"
    figure = go.Figure(heat, {"title": title, "template": "plotly_white", "height": 650})
    figure.update_xaxes(title_text="looked at", dtick=1, tickangle=-60)
    figure.update_yaxes(title_text="looks", dtick=1, autorange="reversed")
    return figure


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
    """The parameters by part, pre-training heads included, as ALBERT's two ideas are added.

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
    return {name: parameters(step) for name, step in configs.items()}


def parameter_figure(config: AlbertConfig) -> go.Figure:
    """One bar for each step, divided by part."""
    counts = steps(config)
    totals = {name: sum(parts.values()) for name, parts in counts.items()}
    names = [f"{name}<br>{total / 1e6:.1f} million" for name, total in totals.items()]
    fewer = totals["BERT"] / totals["factorized and shared"]
    title = f"Parameters: {fewer:.1f} times fewer; the computation per step stays the same"
    layout = {"title": title, "template": "plotly_white", "barmode": "stack", "height": 450}
    figure = go.Figure(layout=layout)
    all_parts = dict.fromkeys(part for parts in counts.values() for part in parts)
    for part, color in zip(all_parts, qualitative.Safe, strict=False):
        values = [parts.get(part, 0) for parts in counts.values()]
        figure.add_bar(x=names, y=values, name=part.replace("_", " "), marker_color=color)
    figure.update_yaxes(title_text="parameters")
    return figure
