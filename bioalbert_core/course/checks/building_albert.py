"""Checks of the exercises to notebook 04: parameters, attention, sharing, masks."""

from collections.abc import Callable, Sequence

import numpy as np

from bioalbert_core.course.checks.engine import compare


def check_embedding_parameters(embedding_parameters: Callable) -> None:
    """Exercise 1: ``embedding_parameters(vocabulary, embedding, hidden)``."""
    cases = [
        (10, 2, 2, 20.0, "where E equals H nothing is widened: a table of V rows, no dense layer"),
        (10, 2, 5, 35.0,
         "a table of V rows, and a dense layer: a number for each pair, and a bias"),
        (30_000, 128, 768, 3_939_072.0,
         "the dense layer has a bias for each number that comes out"),
    ]  # fmt: skip
    compare(embedding_parameters, cases, "For BERT-base it would be 23,040,000.")


def check_attention_weights(attention_weights: Callable) -> None:
    """Exercise 2: ``attention_weights(queries, keys)``."""
    one, other = [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]
    cases = [
        ([one], [[2.0, 0.0, 0.0, 0.0]], "one key gets all the weight: is there a softmax?"),
        ([one], [other, other], "equal scores share the weight equally: the sum of a row is 1"),
        ([[2.0, 0.0, 0.0, 0.0]], [one, other], "divide the dot products by the root of D, here 2"),
        ([one, other], [[2.0, 0, 0, 0], other, other],
         "a row for each query, a column for each key"),
        ([[4000.0, 0, 0, 0]], [one, other],
         "scores are large here: take the row's largest away first"),
    ]  # fmt: skip
    compare(_as_lists(attention_weights), cases, "That is attention.", _weights)


def check_block_of_each_layer(block_of_each_layer: Callable) -> None:
    """Exercise 3: ``block_of_each_layer(layers, groups)``."""
    cases = [
        (3, 1, [0, 0, 0], "one group is ALBERT: every layer uses block 0"),
        (3, 3, [0, 1, 2], "as many groups as layers is BERT: each layer has its own block"),
        (4, 2, [0, 0, 1, 1], "the layers of a block stand in a row, they do not take turns"),
        (6, 3, [0, 0, 1, 1, 2, 2], "each block is used by layers / groups layers"),
        (6, 2, [0, 0, 0, 1, 1, 1], "each block is used by layers / groups layers"),
    ]
    compare(block_of_each_layer, cases, "Google's code calls them hidden groups.")


def check_masked_attention(masked_attention: Callable) -> None:
    """Exercise 4 (find the bug): ``masked_attention(scores, mask)``."""
    cases = [
        ([0.0, 0.0], [1, 1], "without padding nothing changes"),
        ([3.0, 3.0, 0.0], [1, 1, 0], "the exponential of 0 is 1: a score of 0 is no 'never look'"),
        ([-5.0, -5.0, 0.0], [1, 1, 0], "padding must get no weight, also where all scores are low"),
        ([1.0, 1.0, 7.0, 9.0], [1, 1, 0, 0], "the weights of real pieces still add up to 1"),
    ]
    compare(_as_lists(masked_attention), cases, "Padding is invisible now.", _share)


def _weights(queries: Sequence, keys: Sequence) -> list[list[float]]:
    scores = np.array(queries) @ np.array(keys).T / np.sqrt(len(queries[0]))
    return [_softmax(of_query) for of_query in scores]


def _share(scores: Sequence[float], mask: Sequence[int]) -> list[float]:
    return _softmax(np.where(mask, scores, -np.inf))


def _softmax(scores: np.ndarray) -> list[float]:
    exponentials = np.exp(scores - scores.max())
    return (exponentials / exponentials.sum()).tolist()


def _as_lists(function: Callable) -> Callable:
    """The same function, with arrays as lists of short numbers, which print on one line."""

    def called(*arguments: object) -> object:
        answer = function(*arguments)
        return answer.round(7).tolist() if isinstance(answer, np.ndarray) else answer

    return called
