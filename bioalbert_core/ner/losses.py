"""The loss of a tagger whose gold is not always one label."""

import keras
from keras import ops

NEVER = -1e9


class AllowedLoss(keras.losses.Loss):
    """Cross-entropy of a softmax, where any of some labels may be right.

    The probability of what is allowed is the sum of the probabilities of the allowed labels; the
    loss is minus its logarithm, and the mean is taken over the scored words. With one label allowed
    this is the usual cross-entropy. An "O" of a data set that marks diseases alone says nothing of
    genes: there "O" and the labels of all genes are allowed.

    >>> import numpy as np
    >>> logits, scored = np.zeros((1, 1, 4)), np.ones((1, 1))
    >>> one, half = np.array([[[1, 0, 0, 0]]]), np.array([[[1, 1, 0, 0]]])
    >>> [round(float(AllowedLoss()(allowed, logits, scored)), 3) for allowed in (one, half)]
    [1.386, 0.693]
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The mean loss of a batch, a number.

        Args:
            y_true: 1 for each label that is allowed, (batch, length, labels).
            y_pred: logits, (batch, length, labels).
            sample_weight: (batch, length), 0 where nothing is scored.
        """
        logits, weights = ops.cast(y_pred, "float32"), ops.cast(sample_weight, "float32")
        allowed = ops.where(ops.cast(y_true, "bool"), logits, NEVER)
        losses = ops.logsumexp(logits, axis=-1) - ops.logsumexp(allowed, axis=-1)
        return ops.sum(ops.where(weights > 0, losses * weights, 0.0)) / ops.sum(weights)
