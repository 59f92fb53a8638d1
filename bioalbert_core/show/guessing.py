"""Hide words of a text, and see what the model would put there."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from bioalbert_core.show.reading import longest, one_sequence, softmax
from bioalbert_core.show.tables import bar, table
from bioalbert_core.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras

EXAMPLE = "The patients were treated with aspirin for seven days."
TOP = 5


@dataclass(frozen=True)
class Guess:
    """A hidden piece, and the likeliest pieces with their probabilities, best first."""

    piece: str
    likeliest: tuple[tuple[str, float], ...]


def words_at(text: str) -> list[str]:
    """The words that can be clicked: what stands between white space.

    >>> words_at("p53, or  not")
    ['p53,', 'or', 'not']
    """
    return text.split()


def guesses(
    model: "keras.Model",
    tokenizer: Tokenizer,
    text: str,
    hidden: Collection[int],
    top: int = TOP,
) -> list[Guess]:
    """What a pre-training model guesses for each piece of the hidden words.

    All of them are hidden at once behind [MASK], so that the model sees no part of them. Pieces
    that the model cannot read, because the text is too long, are left out.

    Args:
        text: read up to the model's length.
        hidden: numbers of the words of `words_at`.
    """
    encoding = tokenizer.encode_with_spans(text)
    ids = encoding.ids[: longest(model) - 2]
    spans = [it.span() for i, it in enumerate(re.finditer(r"\S+", text)) if i in hidden]
    places = [
        place
        for place, (start, end) in enumerate(encoding.spans[: len(ids)])
        if any(low <= start and end <= high and start < end for low, high in spans)
    ]
    if not places:
        return []
    inputs = one_sequence(tokenizer, ids)
    positions = np.array([places], "int32") + 1  # [CLS] stands before
    inputs["token_ids"][0, positions] = tokenizer.mask_id
    logits = np.asarray(model({**inputs, "masked_positions": positions})["mlm"])[0]
    return [
        Guess(tokenizer.pieces[ids[place]], _likeliest(tokenizer, row, top))
        for place, row in zip(places, softmax(logits), strict=True)
    ]


def _likeliest(
    tokenizer: Tokenizer, probabilities: np.ndarray, top: int
) -> tuple[tuple[str, float], ...]:
    best = np.argsort(-probabilities, kind="stable")[:top]
    return tuple((tokenizer.pieces[i], float(probabilities[i])) for i in best)


def guesses_html(text: str, hidden: Collection[int], found: list[Guess]) -> str:
    """The text with its gaps, and a table of guesses for each gap; all escaped."""
    words = [
        "<strong>[MASK]</strong>" if number in hidden else escape(word)
        for number, word in enumerate(words_at(text))
    ]
    told = (
        "Click words to hide them."
        if not hidden
        else f"{sum(it.likeliest[0][0] == it.piece for it in found)} of {len(found)} hidden pieces "
        "are the model's first guess."
    )
    tables = "".join(_table(number, it) for number, it in enumerate(found, 1))
    return (
        '<div class="tex2jax_ignore mathjax_ignore">'
        f'<p>{" ".join(words)}</p><p role="status">{told}</p>{tables}</div>'
    )


def _table(number: int, guess: Guess) -> str:
    rows = [
        (piece, f"{share:.1%}", "right" if piece == guess.piece else "")
        for piece, share in guess.likeliest
    ]

    def style(row: int, column: int) -> str:
        return bar(guess.likeliest[row][1]) if column == 1 else ""

    caption = f"Gap {number}, where {guess.piece} stood"
    return table(caption, ["guess", "probability", ""], rows, style)
