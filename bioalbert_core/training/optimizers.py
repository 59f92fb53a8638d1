"""AdamW for fine-tuning, and how gradients are summed and clipped before any optimizer's step."""

import keras
from keras import ops

NOT_DECAYED = ("bias", "gamma", "beta")
"""Regular expressions for the names of biases and layer norms, which ALBERT never decays."""


class WholeGradients:
    """Mixin for optimizers: clip the gradient of a whole batch by its true global norm.

    Two things of TensorFlow would falsify that norm. It returns the gradient of an embedding table
    as one vector for each occurrence of a token, not yet summed; and each replica of a
    `MirroredStrategy` only holds the gradient of its share of the batch.
    """

    def apply(self, grads, trainable_variables=None):
        """Take one step, after summing each gradient into an array of its variable's shape."""
        variables = (
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        grads = [
            None if grad is None else ops.add(ops.zeros(variable.shape, variable.dtype), grad)
            for grad, variable in zip(grads, variables, strict=True)
        ]
        return super().apply(grads, trainable_variables)

    def _clip_gradients(self, grads):
        """Clip the sum over all replicas, where Keras would clip each replica's own gradient."""
        replica = _replica()
        if replica is None or replica.num_replicas_in_sync == 1:
            return super()._clip_gradients(grads)
        clipped = super()._clip_gradients(replica.all_reduce("SUM", grads))
        return [grad / replica.num_replicas_in_sync for grad in clipped]  # summed again later


@keras.saving.register_keras_serializable(package="bioalbert")
class AdamW(WholeGradients, keras.optimizers.AdamW):
    """Keras' AdamW, which corrects the bias of the moments; Google's does not."""


def adamw(learning_rate, weight_decay=0.01, **kwargs) -> AdamW:
    """AdamW with BERT's epsilon, and no weight decay for biases and layer norms."""
    optimizer = AdamW(learning_rate, weight_decay=weight_decay, epsilon=1e-6, **kwargs)
    optimizer.exclude_from_weight_decay(var_names=list(NOT_DECAYED))
    return optimizer


def _replica():
    """TensorFlow's context of the current replica; None on other backends."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    return tf.distribute.get_replica_context()
