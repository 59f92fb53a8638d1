"""A linear-chain conditional random field (CRF): labels that depend on their neighbors.

A softmax predicts each label alone. A CRF scores a whole label sequence: for each word, an
emission (from the network) plus a transition from the previous label (learned). The probability of
a sequence is exp(score) / Z, where Z is the sum of exp(score) over all sequences. There are
labels ** words sequences; the forward recursion sums over them in words * labels ** 2 steps.

All functions take the *steps* of a chain, (batch, length, labels, labels): ``steps[b, t, i, j]`` is
the score of label j at position t after label i at position t - 1. A `CRF` layer makes them. An
illegal step scores ``ILLEGAL``; a position that is not a word copies the previous label, so padding
and later tokens of a word change nothing.

Sources: Lafferty et al. (2001); on a neural network, Lample et al. (2016), section 2.2.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

ILLEGAL = -1e4  # in effect minus infinity, but differences and gradients stay finite


def forward(steps, reduce: Callable):
    """The forward recursion: score all sequences that end in each label, at each position.

        scores[t, j] = reduce over i of (scores[t - 1, i] + steps[t, i, j])

    With ``ops.logsumexp`` as ``reduce``, it sums over the sequences: the forward algorithm. With
    ``ops.max``, it keeps the best one: Viterbi.

    Two labels, two words, and steps that all score 0. One sequence ends in each label at the first
    word (the start is fixed), two at the second:

    >>> scores = forward(ops.zeros((1, 2, 2, 2)), ops.logsumexp)  # (2 words, 1, 2 labels)
    >>> np.asarray(ops.exp(scores[:, 0])).round(3).tolist()
    [[1.0, 1.0], [2.0, 2.0]]

    Returns:
        (length, batch, labels).
    """

    def advance(scores, step):  # (batch, labels), (batch, labels, labels)
        scores = reduce(ops.expand_dims(scores, 2) + step, axis=1)  # (batch, labels)
        return scores, scores

    return ops.scan(advance, start_scores(steps), ops.moveaxis(steps, 1, 0))[1]


def backward(steps):
    """The recursion from the end: sum over all sequences that continue from each label.

        scores[t, i] = logsumexp over j of (steps[t + 1, i, j] + scores[t + 1, j])

    Returns:
        (length, batch, labels).
    """

    def advance(scores, step):  # (batch, labels), (batch, labels, labels)
        return ops.logsumexp(ops.expand_dims(scores, 1) + step, axis=2), scores

    nothing = ops.zeros_like(steps[:, 0, 0])  # (batch, labels): any label may be last
    return ops.scan(advance, nothing, ops.moveaxis(steps, 1, 0), reverse=True)[1]


def start_scores(steps):
    """Scores before the first word: only "O", so no sentence begins with an ``I``."""
    start = np.full(steps.shape[-1], ILLEGAL, "float32")
    start[0] = 0
    return ops.zeros_like(steps[:, 0, 0]) + start  # (batch, labels)


def log_partition(steps):
    """log Z, the log of the sum of exp(score) over all label sequences. Shape (batch,).

    Two words with two labels each have four sequences; if all score 0, Z is 4:

    >>> print(np.asarray(ops.exp(log_partition(ops.zeros((1, 2, 2, 2))))).round(4))
    [4.]
    """
    return ops.logsumexp(forward(steps, ops.logsumexp)[-1], axis=-1)


def marginals(steps):
    """The probability of each label at each position, over all sequences.

    Forward-backward (Rabiner, 1989): what leads to a label times what follows it, divided by Z.

    Returns:
        (batch, length, labels).
    """
    scores = forward(steps, ops.logsumexp) + backward(steps)  # (length, batch, labels)
    return ops.softmax(ops.moveaxis(scores, 0, 1), axis=-1)


def best_path(steps):
    """The sequence with the highest score (Viterbi, 1967).

    Returns:
        (batch, length, labels): 1 for the label on the path, 0 for the others.
    """
    scores = forward(steps, ops.max)  # (length, batch, labels): of the best sequence up to here
    before = ops.concatenate([start_scores(steps)[None], scores[:-1]])  # the same, one word earlier
    # arrivals[t, b, i, j]: the best sequence that ends in i, j at t - 1, t. (One array, because
    # Keras on TensorFlow cannot scan two of unknown length.)
    arrivals = ops.expand_dims(before, 3) + ops.moveaxis(steps, 1, 0)

    # Follow the path from its end: given the label at t, the best label at t - 1.
    def previous(label, arrival):  # (batch, labels) one-hot, (batch, labels, labels)
        return _one_hot_best(ops.sum(arrival * ops.expand_dims(label, 1), axis=2)), label

    path = ops.scan(previous, _one_hot_best(scores[-1]), arrivals, reverse=True)[1]
    return ops.moveaxis(path, 0, 1)  # (length, batch, labels) to (batch, length, labels)


def _one_hot_best(scores):
    """1 for the highest score, 0 for the others. (batch, labels)."""
    return ops.one_hot(ops.argmax(scores, axis=-1), scores.shape[-1], dtype=scores.dtype)


def allow(steps, allowed):
    """The steps without the labels where ``allowed``, (batch, length, labels), is 0."""
    return steps + ILLEGAL * (1 - ops.expand_dims(ops.cast(allowed, steps.dtype), 2))


def legal_transitions(labels: Sequence[str]) -> np.ndarray:
    """Which label may follow which: ``I-X`` only after ``B-X`` or ``I-X``.

    Returns:
        (labels, labels) of bool: [previous label, label].

    >>> legal_transitions(["O", "B-Gene", "I-Gene"]).astype(int)
    array([[1, 1, 0],
           [1, 1, 1],
           [1, 1, 1]])
    """
    return np.array([[b[0] != "I" or a[1:] == b[1:] for b in labels] for a in labels])


class CRF(keras.layers.Layer):
    """Turns emissions and learned transitions into the steps of a chain.

    Args:
        labels: their names, "O" first.
    """

    def __init__(self, labels: Sequence[str], **kwargs) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.legal = legal_transitions(labels)
        self.supports_masking = True
        # XLA on TensorFlow cannot compile the gradient of a scan of unknown length.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    def build(self, emissions_shape, words_shape) -> None:
        """Make the transition weights, (labels, labels)."""
        self.transitions = self.add_weight(
            shape=self.legal.shape, initializer="zeros", name="transitions"
        )

    def call(self, emissions, words):
        """The steps, (batch, length, labels, labels).

        Args:
            emissions: (batch, length, labels).
            words: (batch, length), true where a word begins.
        """
        transitions = ops.where(self.legal, ops.convert_to_tensor(self.transitions), ILLEGAL)
        steps = ops.expand_dims(emissions, 2) + transitions  # (batch, length, labels, labels)
        # Elsewhere only staying at a label is allowed, and it costs nothing.
        copy_label = np.where(np.eye(len(self.legal)), 0.0, ILLEGAL).astype("float32")
        return ops.where(ops.cast(words, "bool")[:, :, None, None], steps, copy_label)

    def compute_mask(self, inputs, previous_mask) -> None:
        """No mask: the steps contain it."""


class BestPath(keras.layers.Layer):
    """Turns steps into the marginal probabilities of the labels on the best path; others get 0.

    The argmax and max over labels are then the label and its score, as for a softmax.
    """

    def call(self, steps):
        """(batch, length, labels, labels) to (batch, length, labels)."""
        # Above 0, so that the path's label stays the argmax however small its probability.
        return best_path(steps) * ops.maximum(marginals(steps), keras.config.epsilon())


class CRFLoss(keras.losses.Loss):
    """Negative log likelihood of the allowed sequences, per scored word.

    The allowed sequences have the probability Z(allowed) / Z: the loss is log Z - log Z(allowed).
    With one allowed label per word, that is the negative log likelihood of the gold sequence; with
    several, partial supervision, as in `losses.AllowedLoss`.
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The mean loss per word of a batch, a scalar.

        Args:
            y_true: 1 for each allowed label, (batch, length, labels).
            y_pred: steps from a `CRF`.
            sample_weight: (batch, length), 0 for a position without a gold tag. All other words
                count the same, because a CRF gives a probability to sequences, not to words.
        """
        scored = ops.cast(ops.cast(sample_weight, "bool"), "float32")  # (batch, length)
        allowed = ops.maximum(ops.cast(y_true, "float32"), 1 - ops.expand_dims(scored, -1))
        gold = allow(y_pred, allowed)  # (batch, length, labels, labels)
        # One recursion for both, (2 * batch, ...).
        every, gold = ops.split(log_partition(ops.concatenate([y_pred, gold])), 2)  # (batch,) each
        return ops.sum(every - gold) / ops.sum(scored)
