"""Texts into a model and its answers out, one sequence at a time: what the model's games share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.tokenizer import WORD_START

if TYPE_CHECKING:  # a notebook that only cleans text need not import Keras
    import keras


def one_sequence(tokenizer: Tokenizer, a: Sequence[int], b: Sequence[int] = ()) -> dict:
    """The encoder's inputs for ``[CLS] A [SEP]``, or ``[CLS] A [SEP] B [SEP]``.

    Returns:
        ``token_ids``, ``segment_ids``, ``padding_mask``, each (1, length) of int32.
    """
    first = [tokenizer.cls_id, *a, tokenizer.sep_id]
    second = [*b, tokenizer.sep_id] if b else []
    token_ids = np.array([first + second], "int32")
    segment_ids = np.array([[0] * len(first) + [1] * len(second)], "int32")
    return {
        "token_ids": token_ids,
        "segment_ids": segment_ids,
        "padding_mask": np.ones_like(token_ids),
    }


def longest(model: "keras.Model") -> int:
    """How many pieces a model of this kit can read at once, special pieces included."""
    return model.get_layer("position_embedding").sequence_length


def text_of(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    """Ids as text: what the normalization left of it."""
    return "".join(tokenizer.pieces[i] for i in ids).replace(WORD_START, " ").strip()


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis.

    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    shifted = np.exp(logits - logits.max(-1, keepdims=True), dtype="float64")
    return shifted / shifted.sum(-1, keepdims=True)
