"""What a pre-training model knows, as two games: hidden words, and the order of two segments."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from bioalbert_core.instances.segments import Pair
from bioalbert_core.show.highlight import block
from bioalbert_core.show.pictures import bar, table
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.tokenizer import WORD_START

if TYPE_CHECKING:  # a notebook that only cleans text needs no Keras
    import keras

EXAMPLE = "The patients were treated with aspirin for seven days."
TOP = 5
IN_ORDER, SWAPPED = 0, 1
NAMES = ("in order", "swapped")


# One sequence into a model, and its answer


def one_sequence(tokenizer: Tokenizer, a: Sequence[int], b: Sequence[int] = ()) -> dict:
    """The encoder's inputs for ``[CLS] A [SEP]``, or ``[CLS] A [SEP] B [SEP]``.

    Returns:
        ``token_ids``, ``segment_ids``, ``padding_mask``, each (1, length) of int32.
    """
    first = [tokenizer.cls_id, *a, tokenizer.sep_id]
    second = [*b, tokenizer.sep_id] if b else []
    ids = np.array([first + second], "int32")  # (1, length)
    segments = np.array([[0] * len(first) + [1] * len(second)], "int32")  # (1, length)
    return {"token_ids": ids, "segment_ids": segments, "padding_mask": np.ones_like(ids)}


def longest(model: "keras.Model") -> int:
    """How many tokens a model of this kit can read at once, special tokens included."""
    return model.get_layer("position_embedding").sequence_length


def text_of(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    """Token ids as normalized text."""
    return "".join(tokenizer.pieces[i] for i in ids).replace(WORD_START, " ").strip()


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    powers = np.exp(logits - logits.max(-1, keepdims=True), dtype="float64")
    return powers / powers.sum(-1, keepdims=True)


# Hidden words


@dataclass(frozen=True)
class Guess:
    """A hidden token, and the likeliest tokens with their probabilities, best first."""

    piece: str
    likeliest: tuple[tuple[str, float], ...]


def guesses(
    model: "keras.Model", tokenizer: Tokenizer, text: str, hidden: Collection[int], top: int = TOP
) -> list[Guess]:
    """What a pre-training model predicts for each token of the hidden words.

    All of them are masked at once, so that the model sees no part of a hidden word. Tokens beyond
    the model's length are skipped.

    Args:
        hidden: which words of ``text.split()``.
    """
    encoding = tokenizer.encode_with_spans(text)
    ids = encoding.ids[: longest(model) - 2]
    words = [word.span() for i, word in enumerate(re.finditer(r"\S+", text)) if i in hidden]
    masked = [
        i
        for i, (start, end) in enumerate(encoding.spans[: len(ids)])
        if any(low <= start < end <= high for low, high in words)
    ]
    if not masked:
        return []
    inputs = one_sequence(tokenizer, ids)
    positions = np.array([masked], "int32") + 1  # (1, masked); [CLS] comes first
    inputs["token_ids"][0, positions] = tokenizer.mask_id
    logits = np.asarray(model({**inputs, "masked_positions": positions})["mlm"])[0]
    answers = []
    for i, shares in zip(masked, softmax(logits), strict=True):  # shares: (vocabulary,)
        best = np.argsort(-shares, kind="stable")[:top]
        likeliest = tuple((tokenizer.pieces[j], float(shares[j])) for j in best)
        answers.append(Guess(tokenizer.pieces[ids[i]], likeliest))
    return answers


def guesses_html(text: str, hidden: Collection[int], guesses: Sequence[Guess]) -> str:
    """The text with its gaps, and a table of guesses for each gap; all escaped."""
    words = [
        "<strong>[MASK]</strong>" if number in hidden else escape(word)
        for number, word in enumerate(text.split())
    ]
    right = sum(guess.likeliest[0][0] == guess.piece for guess in guesses)
    status = f"{right} of {len(guesses)} hidden tokens are the model's first guess."
    status = status if hidden else "Click words to hide them."
    tables = "".join(_guess_table(number, guess) for number, guess in enumerate(guesses, 1))
    return block(f'<p>{" ".join(words)}</p><p role="status">{status}</p>{tables}')


def _guess_table(number: int, guess: Guess) -> str:
    rows = [
        (piece, f"{share:.1%}", "right" if piece == guess.piece else "")
        for piece, share in guess.likeliest
    ]
    caption = f"Gap {number}, in place of {guess.piece}"
    head = ["guess", "probability", ""]
    return table(caption, head, rows, lambda i, j: bar(guess.likeliest[i][1]) if j == 1 else "")


# The order of two segments


@dataclass(frozen=True)
class Round:
    """Two segments, the right answer, and the model's probability that they are swapped."""

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
    """The rounds, and the answers given so far to the first of them."""

    rounds: tuple[Round, ...]
    answers: tuple[int, ...] = ()

    def answered(self, answer: int) -> "Game":
        """The game after one more answer; the same game if it is over."""
        over = len(self.answers) == len(self.rounds)
        return self if over else replace(self, answers=(*self.answers, answer))

    def score(self) -> tuple[int, int, int]:
        """How many of the answered rounds you, the model, and always "in order" got right.

        >>> game = Game((Round("A.", "B.", SWAPPED, 0.9), Round("C.", "D.", IN_ORDER, 0.9)))
        >>> game.answered(SWAPPED).answered(SWAPPED).score()
        (1, 1, 1)
        """
        played = self.rounds[: len(self.answers)]
        you = sum(a == r.label for a, r in zip(self.answers, played, strict=True))
        model = sum(r.model_says == r.label for r in played)
        return you, model, sum(r.label == IN_ORDER for r in played)


def rounds_of(model: "keras.Model", tokenizer: Tokenizer, pairs: Sequence[Pair]) -> list[Round]:
    """Pairs as the game shows them, each with the model's answer.

    Args:
        model: a pre-training model.
        pairs: from `bioalbert_core.instances.segments.pairs`. Pairs without a second segment, and
            those too long for the model, are skipped.
    """
    room = longest(model) - 3
    playable = [pair for pair in pairs if pair.b and len(pair.a) + len(pair.b) <= room]
    return [
        Round(text_of(tokenizer, pair.a), text_of(tokenizer, pair.b), pair.label, swapped)
        for pair in playable
        for swapped in [_swapped(model, one_sequence(tokenizer, pair.a, pair.b))]
    ]


def _swapped(model: "keras.Model", inputs: dict) -> float:
    no_mask = np.zeros((1, 1), "int32")
    logits = np.asarray(model({**inputs, "masked_positions": no_mask})["sop"])  # (1, 2)
    return float(softmax(logits)[0, SWAPPED])


def game_html(game: Game) -> str:
    """How the last round ended, the score, and the next pair; all escaped."""
    done, number = len(game.answers), len(game.rounds)
    last = _verdict(game.rounds[done - 1], game.answers[-1]) if done else ""
    you, model, always = game.score()
    score = (
        f"After {done} of {number} pairs: you {you} right, the model {model}, "
        f"always “in order” {always}."
    )
    question = "<p><strong>The end.</strong></p>"
    if done < number:
        segments = (game.rounds[done].a, game.rounds[done].b)
        quotes = "".join(f"<blockquote>{escape(text)}</blockquote>" for text in segments)
        question = f"<p>Pair {done + 1}: does the second segment follow the first?</p>{quotes}"
    return block(f'<div role="status">{last}<p>{score}</p></div>{question}')


def _verdict(round_: Round, answer: int) -> str:
    verdict = "Right" if answer == round_.label else "Wrong"
    sure = max(round_.swapped, 1 - round_.swapped)
    return (
        f"<p><strong>{verdict}: {NAMES[round_.label]}.</strong> "
        f"The model said {NAMES[round_.model_says]} ({sure:.0%} sure).</p>"
    )
