"""The game behind sentence-order prediction: are two segments in order? You against the model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from bioalbert_core.instances.segments import Pair
from bioalbert_core.show.reading import longest, one_sequence, softmax, text_of
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

IN_ORDER, SWAPPED = 0, 1
NAMES = ("in order", "swapped")


@dataclass(frozen=True)
class Round:
    """Two segments, what is right, and the model's probability that they are swapped."""

    a: str
    b: str
    label: int
    swapped: float

    @property
    def model_says(self) -> int:
        """The likelier answer."""
        return SWAPPED if self.swapped > 0.5 else IN_ORDER


@dataclass(frozen=True)
class Game:
    """The rounds, and the answers given so far, one for each of the first rounds."""

    rounds: tuple[Round, ...]
    answers: tuple[int, ...] = ()

    def answered(self, answer: int) -> "Game":
        """The game after one more answer; as it is when it has ended."""
        over = len(self.answers) == len(self.rounds)
        return self if over else replace(self, answers=(*self.answers, answer))

    def score(self) -> tuple[int, int, int]:
        """How many of the answered rounds you, the model, and always "in order" got right.

        >>> game = Game((Round("A.", "B.", SWAPPED, 0.9), Round("C.", "D.", IN_ORDER, 0.9)))
        >>> game.answered(SWAPPED).answered(SWAPPED).score()
        (1, 1, 1)
        """
        played = list(zip(self.rounds, self.answers, strict=False))
        return (
            sum(answer == it.label for it, answer in played),
            sum(it.model_says == it.label for it, _ in played),
            sum(it.label == IN_ORDER for it, _ in played),
        )


def rounds_of(model: "keras.Model", tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[Round]:
    """Pairs as the game shows them, with what the model says.

    Args:
        model: a pre-training model.
        pairs: from `bioalbert_core.instances.segments.pairs`; those without a second segment, and
            those too long for the model, are left out.
    """
    room = longest(model) - 3
    return [
        Round(text_of(tokenizer, it.a), text_of(tokenizer, it.b), it.label, _swapped(model, inputs))
        for it in pairs
        if it.b and len(it.a) + len(it.b) <= room
        for inputs in [one_sequence(tokenizer, it.a, it.b)]
    ]


def _swapped(model: "keras.Model", inputs: dict) -> float:
    nothing_hidden = np.zeros((1, 1), "int32")
    logits = np.asarray(model({**inputs, "masked_positions": nothing_hidden})["sop"])
    return float(softmax(logits)[0, SWAPPED])


def game_html(game: Game) -> str:
    """How the last round ended, the score, and the next pair; all escaped."""
    done, number = len(game.answers), len(game.rounds)
    last = _told(game.rounds[done - 1], game.answers[-1]) if done else ""
    you, model, always = game.score()
    score = (
        f"After {done} of {number} pairs: you {you} right, the model {model}, "
        f"always “in order” {always}."
    )
    question = (
        _pair(game.rounds[done], done + 1) if done < number else "<p><strong>The end.</strong></p>"
    )
    return (
        '<div class="tex2jax_ignore mathjax_ignore">'
        f'<div role="status">{last}<p>{score}</p></div>{question}</div>'
    )


def _told(it: Round, answer: int) -> str:
    verdict = "Right" if answer == it.label else "Wrong"
    sure = it.swapped if it.model_says == SWAPPED else 1 - it.swapped
    return (
        f"<p><strong>{verdict}: {NAMES[it.label]}.</strong> "
        f"The model said {NAMES[it.model_says]} ({sure:.0%} sure).</p>"
    )


def _pair(it: Round, number: int) -> str:
    segments = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in (it.a, it.b))
    return f"<p>Pair {number}: is the second segment what follows the first?</p>{segments}"
