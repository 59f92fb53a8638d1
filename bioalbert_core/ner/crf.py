"""A linear-chain conditional random field: labels that know their neighbors.

A softmax chooses each label alone. A CRF (Lafferty et al., 2001; on a neural network: Lample et
al., 2016) scores whole label sequences: the sum over words of an emission, from the network, and a
transition from the label before, learned. The probability of a sequence is exp(score) / Z, where Z
adds up exp(score) over all sequences; one recursion along the sentence does that.

All that goes on from `CRF` are its steps, (batch, length, labels, labels): the score of going from
label i of the word before to label j of this one. What is illegal is scored ``ILLEGAL``; positions
that are no words pass the label on, so padding and later pieces of a word change nothing.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import ops

ILLEGAL = -1e4  # as good as minus infinity, without its NaN in differences and gradients


def legal_transitions(labels: Sequence[str]) -> np.ndarray:
    """Which label may follow which: ``I-X`` only ``B-X`` or ``I-X``, all others any label.

    Returns:
        (labels, labels) of bool; row: the label before.

    >>> legal_transitions(["O", "B-Gene", "I-Gene"]).astype(int)
    array([[1, 1, 0],
           [1, 1, 1],
           [1, 1, 1]])
    """
    return np.array([[b[0] != "I" or a[1:] == b[1:] for b in labels] for a in labels])


class CRF(keras.layers.Layer):
    """Emissions and learned transitions to the steps of a chain.

    Before the first word stands an "O": no sentence begins with an ``I``. Any label may be last.

    Args:
        labels: their names, "O" first.
    """

    def __init__(self, labels: Sequence[str], **kwargs) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.legal = legal_transitions(labels)
        self.supports_masking = True
        # TensorFlow's XLA cannot compile the gradient of a scan whose length it is not told.
        self.supports_jit = keras.backend.backend() != "tensorflow"

    def build(self, emissions_shape, words_shape) -> None:
        """Make the transition weights, (labels, labels)."""
        self.transitions = self.add_weight(
            shape=self.legal.shape, initializer="zeros", name="transitions"
        )

    def call(self, emissions, words):
        """(batch, length, labels) and (batch, length), true for words, to the steps."""
        transitions = ops.where(self.legal, ops.convert_to_tensor(self.transitions), ILLEGAL)
        steps = ops.expand_dims(emissions, 2) + transitions
        pass_on = np.where(np.eye(len(self.legal)), 0.0, ILLEGAL).astype("float32")
        return ops.where(ops.cast(words, "bool")[:, :, None, None], steps, pass_on)

    def compute_mask(self, inputs, previous_mask) -> None:
        """None: it is in the steps."""


def allow(steps, allowed):
    """The steps without labels that are not allowed: ``allowed`` is 1 or 0, shaped as emissions."""
    return steps + ILLEGAL * (1 - ops.expand_dims(ops.cast(allowed, steps.dtype), 2))


def log_partition(steps):
    """log Z: the logarithm of the sum of exp(score) over all label sequences. Shape (batch,).

    A chain of two words whose every step is 0 has 2 x 2 sequences of score 0:

    >>> print(np.asarray(ops.exp(log_partition(ops.zeros((1, 2, 2, 2))))).round(4))
    [4.]
    """
    return ops.logsumexp(_forward(steps, ops.logsumexp)[-1], axis=-1)


def marginals(steps):
    """The probability of each label at each position, all sequences considered.

    Forward-backward (Rabiner, 1989): what leads to a label times what follows from it, over Z.

    Returns:
        (batch, length, labels).
    """
    before = _forward(steps, ops.logsumexp)
    after = _backward(steps)
    return ops.softmax(ops.moveaxis(before + after, 0, 1), axis=-1)


def best_path(steps):
    """The label sequence of the highest score (Viterbi, 1967), found from its end.

    Returns:
        (batch, length, labels): 1 for the label on the path, 0 for the others.
    """
    scores = _forward(steps, ops.max)
    before = ops.concatenate([_start(steps)[None], scores[:-1]])
    # One array, for Keras on TensorFlow cannot scan two of unknown length.
    arrivals = ops.expand_dims(before, 3) + ops.moveaxis(steps, 1, 0)

    def back(label, arrival):
        return _best(ops.sum(arrival * ops.expand_dims(label, 1), axis=2)), label

    path = ops.scan(back, _best(scores[-1]), arrivals, reverse=True)[1]
    return ops.moveaxis(path, 0, 1)


class BestPath(keras.layers.Layer):
    """Steps to the marginal probabilities of the labels on the best path, and 0 for all others.

    So argmax and max of a position give its label and score, as with a softmax.
    """

    def call(self, steps):
        """(batch, length, labels, labels) to (batch, length, labels)."""
        return best_path(steps) * ops.maximum(marginals(steps), keras.config.epsilon())


class CRFLoss(keras.losses.Loss):
    """log Z of all sequences minus log Z of the allowed ones, per scored word.

    With one allowed label for each word this is the negative log likelihood of that sequence. A
    word of which nothing or little is known allows all or some labels (partial supervision).
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The mean loss of a batch, a number.

        Args:
            y_true: 1 for each label that the gold tag allows, (batch, length, labels).
            y_pred: the steps from a `CRF`.
            sample_weight: (batch, length), 0 for a position of which nothing is known; all other
                words count alike, for it is sequences that have a probability.
        """
        scored = ops.cast(ops.cast(sample_weight, "bool"), "float32")
        allowed = ops.maximum(ops.cast(y_true, "float32"), 1 - ops.expand_dims(scored, -1))
        gold = allow(y_pred, allowed)
        all_paths, gold_paths = ops.split(log_partition(ops.concatenate([y_pred, gold])), 2)
        return ops.sum(all_paths - gold_paths) / ops.sum(scored)


def _best(scores):
    """1 for the highest of the scores, 0 for the others. (batch, labels)."""
    return ops.one_hot(ops.argmax(scores, axis=-1), scores.shape[-1], dtype=scores.dtype)


def _start(steps):
    """Scores before the first word: only "O" is possible. (batch, labels)."""
    start = np.full(steps.shape[-1], ILLEGAL, "float32")
    start[0] = 0
    return ops.zeros_like(steps[:, 0, 0]) + start


def _forward(steps, reduce: Callable):
    """For each position and label, the scores of all sequences that end there, added or the best.

    Returns:
        (length, batch, labels).
    """

    def forward(scores, step):
        scores = reduce(ops.expand_dims(scores, 2) + step, axis=1)
        return scores, scores

    return ops.scan(forward, _start(steps), ops.moveaxis(steps, 1, 0))[1]


def _backward(steps):
    """For each position and label, the scores of all that may follow, added.

    Returns:
        (length, batch, labels).
    """

    def backward(scores, step):
        return ops.logsumexp(ops.expand_dims(scores, 1) + step, axis=2), scores

    nothing = ops.zeros_like(steps[:, 0, 0])
    return ops.scan(backward, nothing, ops.moveaxis(steps, 1, 0), reverse=True)[1]
