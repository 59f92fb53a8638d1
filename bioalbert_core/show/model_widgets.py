"""The widgets that need a model: hidden words, order of segments, parameters, attention."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from ipywidgets import Box, Button, Dropdown, IntSlider, SelectionSlider, ToggleButton

from bioalbert_core.config import AlbertConfig
from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.instances.segments import Pair
from bioalbert_core.show import games, model_figures
from bioalbert_core.show.shell import LABELS, WIDE, WRAP, Shell, text_box
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

SLIDERS = {  # of the parameter explorer: label, the value of ALBERT base, all values
    "vocab": ("Vocabulary size", 30_000, (2000, 8000, 16_000, 30_000, 60_000, 120_000)),
    "embedding": ("E, size of the embeddings", 128, (64, 128, 256, 512, 768, 1024)),
    "hidden": ("H, size of the hidden layers", 768, (128, 256, 512, 768, 1024, 2048, 4096)),
    "layers": ("L, layers", 12, range(1, 49)),
}


def click_to_mask(model: "keras.Model", tokenizer: Tokenizer, text: str = games.EXAMPLE) -> Shell:
    """One button for each word of a text: press some to hide them, and see the model's guesses.

    Args:
        model: a pre-training model.
        tokenizer: the model's.
        text: the first text.
    """
    box = text_box(text, "Your text", rows=2)
    row = Box(layout={**WRAP, **WIDE})

    def draw() -> str:
        text = readable(box.value)
        words = text.split()
        if words != [button.description for button in row.children]:
            layout = {"width": "auto"}
            row.children = [ToggleButton(False, description=w, layout=layout) for w in words]
            for button in row.children:
                shell.watch(button)
        hidden = {number for number, button in enumerate(row.children) if button.value}
        return games.guesses_html(text, hidden, games.guesses(model, tokenizer, text, hidden))

    shell = Shell({"text": box, "words": row}, draw)
    return shell


def sop_game(model: "keras.Model", tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Shell:
    """Sentence-order prediction as a game: you against the model.

    Args:
        model: a pre-training model.
        tokenizer: the model's.
        pairs: from `bioalbert_core.instances.segments.pairs`, with the task "sop".
    """
    rounds = tuple(games.rounds_of(model, tokenizer, pairs))
    game = games.Game(rounds)
    answers = {"in order": games.IN_ORDER, "swapped": games.SWAPPED, "start again": None}
    buttons = {name: Button(description=name.capitalize()) for name in answers}
    shell = Shell(buttons, lambda: games.game_html(game))

    def play(button: Button) -> None:
        nonlocal game
        answer = answers[button.description.lower()]
        game = games.Game(rounds) if answer is None else game.answered(answer)
        shell.refresh()

    for button in buttons.values():
        button.on_click(play)
    return shell


def parameter_explorer() -> Shell:
    """Parameters of a BERT, with factorized embeddings, and with shared layers, at any size."""
    style = {"style": LABELS, "layout": {"width": "30em"}}
    controls = {
        name: SelectionSlider(options=steps, value=first, description=label, **style)
        for name, (label, first, steps) in SLIDERS.items()
    }

    def draw() -> go.Figure:
        shape = model_figures.shape(*(control.value for control in controls.values()))
        return model_figures.parameter_figure(shape)

    return Shell(controls, draw)


def attention_explorer(
    model: "keras.Model",
    config: AlbertConfig,
    tokenizer: Tokenizer,
    text: str = model_figures.EXAMPLE,
) -> Shell:
    """Where the tokens of a text look, by layer and head.

    Args:
        model: an encoder, pre-training model or tagger of this kit.
        config: its shape.
        tokenizer: the model's.
        text: the first text; `model_figures.MOST_PIECES` tokens of it are read.
    """

    @lru_cache(maxsize=1)
    def attention(text: str) -> tuple:
        return model_figures.attention_of(model, config, tokenizer, text)

    box = text_box(text, "Your text", rows=2)
    layer = IntSlider(1, 1, config.num_layers, description="Layer", style=LABELS)
    heads = [("mean of all heads", model_figures.ALL_HEADS)]
    heads += [(f"head {number}", number) for number in range(1, config.num_heads + 1)]
    head = Dropdown(options=heads, description="Head", style=LABELS)

    def draw() -> go.Figure:
        inside = attention(readable(box.value))
        return model_figures.attention_figure(*inside, layer.value, head.value)

    return Shell({"text": box, "layer": layer, "head": head}, draw)
