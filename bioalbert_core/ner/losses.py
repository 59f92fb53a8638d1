"""Cross-entropy for gold data that does not always name one label."""

import keras
from keras import ops

NEVER = -1e9  # a logit of probability 0


class AllowedLoss(keras.losses.Loss):
    """Cross-entropy of a softmax where several labels may be right.

    A data set that marks only diseases says nothing about genes: its "O" means "O" or any gene
    label. So gold is a set of allowed labels per word, and the loss is the negative log of their
    total probability:

        loss = -log sum_allowed p(label) = log sum_all exp(logit) - log sum_allowed exp(logit)

    With one allowed label this is the usual cross-entropy. Of four equally probable labels, one
    allowed label costs ln 4 = 1.386; two cost ln 2 = 0.693:

    >>> import numpy as np
    >>> logits, scored = np.zeros((1, 1, 4)), np.ones((1, 1))
    >>> one, two = np.array([[[1, 0, 0, 0]]]), np.array([[[1, 1, 0, 0]]])
    >>> [round(float(AllowedLoss()(allowed, logits, scored)), 3) for allowed in (one, two)]
    [1.386, 0.693]
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The weighted mean loss per word of a batch, a scalar.

        Args:
            y_true: 1 for each allowed label, (batch, length, labels).
            y_pred: logits, (batch, length, labels).
            sample_weight: (batch, length), 0 for positions without a gold tag, such as padding.
        """
        logits, weights = ops.cast(y_pred, "float32"), ops.cast(sample_weight, "float32")
        allowed = ops.where(ops.cast(y_true, "bool"), logits, NEVER)  # (batch, length, labels)
        losses = ops.logsumexp(logits, axis=-1) - ops.logsumexp(allowed, axis=-1)  # (batch, length)
        return ops.sum(ops.where(weights > 0, losses * weights, 0.0)) / ops.sum(weights)
