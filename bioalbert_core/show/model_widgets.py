"""The widgets that play with a model: hidden words, order of segments, parameters, attention."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import ipywidgets
import plotly.graph_objects as go

from bioalbert_core.config import ALBERT_BASE, AlbertConfig
from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.instances.segments import Pair
from bioalbert_core.show import attention, guessing
from bioalbert_core.show.order_game import IN_ORDER, SWAPPED, Game, game_html, rounds_of
from bioalbert_core.show.parameter_bars import parameter_figure, shape
from bioalbert_core.show.shell import LABELS, WIDE, Shell, text_box
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

SIZES = {  # the steps of the parameter explorer's sliders
    "vocab": (2000, 8000, 16_000, 30_000, 60_000, 120_000),
    "embedding": (64, 128, 256, 512, 768, 1024),
    "hidden": (128, 256, 512, 768, 1024, 2048, 4096),
}
SLIDER = {"width": "30em"}


def click_to_mask(
    model: "keras.Model", tokenizer: Tokenizer, text: str = guessing.EXAMPLE
) -> Shell:
    """A button for each word of a text; press some to hide them, and see the model's guesses.

    Args:
        model: a pre-training model.
        tokenizer: its own.
        text: what stands in the box at first.
    """
    box = text_box(text, "Your text", rows=2)
    row = ipywidgets.Box(layout={"flex_flow": "row wrap", **WIDE})

    def draw() -> str:
        text = readable(box.value)
        words = guessing.words_at(text)
        if words != [button.description for button in row.children]:
            row.children = [_word(word) for word in words]
            for button in row.children:
                shell.watch(button)
        hidden = {number for number, button in enumerate(row.children) if button.value}
        found = guessing.guesses(model, tokenizer, text, hidden)
        return guessing.guesses_html(text, hidden, found)

    shell = Shell({"text": box, "words": row}, draw)
    return shell


def _word(word: str) -> ipywidgets.ToggleButton:
    return ipywidgets.ToggleButton(False, description=word, layout={"width": "auto"})


def sop_game(model: "keras.Model", tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Shell:
    """Sentence-order prediction as a game: you against the model.

    Args:
        model: a pre-training model.
        tokenizer: its own.
        pairs: from `bioalbert_core.instances.segments.pairs`, with the task "sop".
    """
    rounds = tuple(rounds_of(model, tokenizer, pairs))
    game = Game(rounds)
    in_order, swapped, again = (
        ipywidgets.Button(description=name) for name in ("In order", "Swapped", "Start again")
    )

    def play(answer: int | None) -> None:
        nonlocal game
        game = Game(rounds) if answer is None else game.answered(answer)
        shell.refresh()

    shell = Shell(
        {"in order": in_order, "swapped": swapped, "again": again}, lambda: game_html(game)
    )
    in_order.on_click(lambda _: play(IN_ORDER))
    swapped.on_click(lambda _: play(SWAPPED))
    again.on_click(lambda _: play(None))
    return shell


def parameter_explorer() -> Shell:
    """Parameters of a BERT, with factorized embeddings, and with shared layers, at any size."""
    start = ALBERT_BASE
    vocab, embedding, hidden = (
        ipywidgets.SelectionSlider(
            options=SIZES[name], value=value, description=told, style=LABELS, layout=SLIDER
        )
        for name, value, told in (
            ("vocab", start.vocab_size, "Pieces in the vocabulary"),
            ("embedding", start.embedding_size, "E, width of the embeddings"),
            ("hidden", start.hidden_size, "H, width of the layers"),
        )
    )
    layers = ipywidgets.IntSlider(
        start.num_layers, 1, 48, description="L, layers", style=LABELS, layout=SLIDER
    )

    def draw() -> go.Figure:
        return parameter_figure(shape(vocab.value, embedding.value, hidden.value, layers.value))

    controls = {"vocab": vocab, "embedding": embedding, "hidden": hidden, "layers": layers}
    return Shell(controls, draw)


def attention_explorer(
    model: "keras.Model",
    config: AlbertConfig,
    tokenizer: Tokenizer,
    text: str = attention.EXAMPLE,
) -> Shell:
    """Where the pieces of a text look, by layer and head.

    Args:
        model: an encoder, pre-training model or tagger of this kit.
        config: its shape.
        tokenizer: its own.
        text: what stands in the box at first; `attention.MOST_PIECES` pieces of it are read.
    """
    of = lru_cache(maxsize=1)(lambda text: attention.attention_of(model, config, tokenizer, text))
    box = text_box(text, "Your text", rows=2)
    layer = ipywidgets.IntSlider(1, 1, config.num_layers, description="Layer", style=LABELS)
    heads = [("mean of all heads", attention.ALL_HEADS)]
    heads += [(f"head {number}", number) for number in range(1, config.num_heads + 1)]
    head = ipywidgets.Dropdown(options=heads, description="Head", style=LABELS)

    def draw() -> go.Figure:
        return attention.attention_figure(*of(readable(box.value)), layer.value, head.value)

    return Shell({"text": box, "layer": layer, "head": head}, draw)
