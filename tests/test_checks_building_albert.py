"""Checks of the exercises to notebook 04: wrong answers get the right hint, whatever they do."""

import numpy as np
import pytest

from bioalbert_core.course.checks.building_albert import (
    check_attention_weights,
    check_block_of_each_layer,
    check_embedding_parameters,
    check_masked_attention,
)


def softmax(scores):
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def scores_of(queries, keys):
    return np.array(queries, float) @ np.array(keys, float).T


def plain_softmax(queries, keys):
    e = np.exp(scores_of(queries, keys) / 2)
    return e / e.sum(-1, keepdims=True)


def zeroed_behind(scores, mask):
    return softmax(np.array(scores)) * np.array(mask)


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_embedding_parameters, lambda v, e, h: v * h, "a dense layer"),
        (check_embedding_parameters, lambda v, e, h: v * e + e * h + h, "nothing is widened"),
        (check_embedding_parameters, lambda v, e, h: v * e + e * h * (e != h), "and a bias"),
        (check_embedding_parameters, lambda v, e, h: None, "returns nothing"),
        (check_attention_weights, lambda q, k: scores_of(q, k), "one key gets all"),
        (check_attention_weights, lambda q, k: softmax(scores_of(q, k)), "root of D"),
        (check_attention_weights, lambda q, k: softmax(scores_of(q, k) / 4), "root of D"),
        (
            check_attention_weights,
            lambda q, k: softmax(scores_of(q, k).T / 2).T,
            "share the weight",
        ),
        (check_attention_weights, plain_softmax, "largest away first"),
        (check_attention_weights, lambda q, k: q @ k, "TypeError"),
        (check_block_of_each_layer, lambda n, g: [i % g for i in range(n)], "take turns"),
        (check_block_of_each_layer, lambda n, g: [0] * n, "own block"),
        (check_block_of_each_layer, lambda n, g: [i // g for i in range(n)], "every layer uses"),
        (check_masked_attention, lambda s, m: softmax(np.array(s) * m), "exponential of 0"),
        (check_masked_attention, zeroed_behind, "exponential of 0"),
        (check_masked_attention, lambda s, m: softmax(np.array(s)), "exponential of 0"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, at an overflow that is the fault
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)


def test_an_answer_as_plain_lists_is_right(capsys):
    check_attention_weights(lambda q, k: softmax(scores_of(q, k) / 2).tolist())
    assert capsys.readouterr().out.startswith("Right.")
