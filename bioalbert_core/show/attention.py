"""Where each head looks: one layer's attention weights as a heat map."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from bioalbert_core.config import AlbertConfig
from bioalbert_core.show.reading import one_sequence
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

EXAMPLE = "Aspirin lowers the risk of stroke, but it may cause bleeding."
MOST_PIECES = 40  # of a text: more cannot be read in a picture
ALL_HEADS = 0


def attention_of(
    model: "keras.Model", config: AlbertConfig, tokenizer: Tokenizer, text: str
) -> tuple[list[str], np.ndarray]:
    """The pieces of a text as the model reads it, and its attention.

    Returns:
        Names of the pieces, [CLS] and [SEP] among them, and weights of shape (layers, heads,
        length, length), as `look_inside` gives them.
    """
    from bioalbert_core.albert.inside import look_inside

    ids = tokenizer.encode(text)[: min(MOST_PIECES, config.max_length - 2)]
    inputs = one_sequence(tokenizer, ids)
    pieces = [tokenizer.pieces[i] for i in inputs["token_ids"][0]]
    return pieces, look_inside(model, config, inputs)["attention"][0]


def attention_figure(
    pieces: Sequence[str], attention: np.ndarray, layer: int, head: int = ALL_HEADS
) -> go.Figure:
    """A heat map: a row is a piece that looks, a column a piece it takes from.

    Args:
        pieces: their names.
        attention: (layers, heads, length, length).
        layer: from 1.
        head: from 1; `ALL_HEADS` for their mean.
    """
    of_layer = attention[layer - 1]
    weights = of_layer.mean(0) if head == ALL_HEADS else of_layer[head - 1]
    # Numbered, since plotly takes the same name for the same place; escaped, since it reads tags.
    names = [f"{number} {escape(piece, quote=False)}" for number, piece in enumerate(pieces)]
    figure = go.Figure(
        go.Heatmap(z=weights.round(4).tolist(), x=names, y=names, zmin=0, colorscale="Blues")
    )
    which = "mean of all heads" if head == ALL_HEADS else f"head {head}"
    figure.update_layout(
        title=f"Attention in layer {layer}, {which}", template="plotly_white", height=650
    )
    figure.update_xaxes(title_text="looked at", dtick=1, tickangle=-60)
    figure.update_yaxes(title_text="looks", dtick=1, autorange="reversed")
    return figure
