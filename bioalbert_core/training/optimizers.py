"""The optimizers: LAMB as Google's ALBERT code has it, and so as the paper ran it; AdamW."""

import re

import keras
from keras import ops

# Patterns of the names of biases and layer norms, which ALBERT never decays.
NOT_DECAYED = ("bias", "gamma", "beta")


class WholeGradients:
    """For optimizers: gradients of embeddings as whole tables, before anything is done with them.

    TensorFlow gives them as rows with indices, a row for each time a piece occurs. Clipping by the
    global norm would then take the norm of the rows and not of their sums.
    """

    def apply(self, grads, trainable_variables=None):
        """One step for all variables."""
        variables = (
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        grads = [
            None if grad is None else ops.add(ops.zeros(variable.shape, variable.dtype), grad)
            for grad, variable in zip(grads, variables, strict=True)
        ]
        return super().apply(grads, trainable_variables)

    def _clip_gradients(self, grads):
        """Clip their sum over the replicas of TensorFlow, where Keras clips what each one has."""
        replica = _replica()
        if replica is None or replica.num_replicas_in_sync == 1:
            return super()._clip_gradients(grads)
        clipped = super()._clip_gradients(replica.all_reduce("SUM", grads))
        return [grad / replica.num_replicas_in_sync for grad in clipped]  # they are added up again


@keras.saving.register_keras_serializable(package="bioalbert")
class Lamb(WholeGradients, keras.optimizers.Optimizer):
    """Layer-wise adaptive moments, Google's formula (You et al., 2020; `lamb_optimizer.py`).

    For each variable w with gradient g::

        m = beta_1 m + (1 - beta_1) g
        v = beta_2 v + (1 - beta_2) g**2
        u = m / (sqrt(v) + epsilon) + weight_decay w
        w = w - rate (|w| / |u|) u

    It differs from `keras.optimizers.Lamb`: no bias correction of m and v, the decay stands inside
    the update whose norm makes the trust ratio, and variables in ``exclude`` get neither decay nor
    trust ratio.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: the decay inside the update.
        exclude: patterns searched in a variable's name; biases and layer norms by default.
    """

    def __init__(
        self,
        learning_rate=0.00176,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-6,
        weight_decay=0.01,
        exclude=NOT_DECAYED,
        name="lamb",
        **kwargs,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        # Not `self.weight_decay`: Keras would apply that one a second time, outside the ratio.
        self.decay_in_update = weight_decay
        self.exclude = tuple(exclude)

    def build(self, variables) -> None:
        """Make the two moments of each variable."""
        if self.built:
            return
        super().build(variables)
        self._m = [self.add_variable_from_reference(v, "momentum") for v in variables]
        self._v = [self.add_variable_from_reference(v, "velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate) -> None:
        """One step for one variable."""
        index = self._get_variable_index(variable)
        rate = ops.cast(learning_rate, variable.dtype)
        m = self.beta_1 * self._m[index] + (1 - self.beta_1) * gradient
        v = self.beta_2 * self._v[index] + (1 - self.beta_2) * ops.square(gradient)
        self.assign(self._m[index], m)
        self.assign(self._v[index], v)
        update = m / (ops.sqrt(v) + self.epsilon)
        if not any(re.search(pattern, variable.name) for pattern in self.exclude):
            update = update + self.decay_in_update * variable
            update = update * _trust_ratio(variable, update)
        self.assign_sub(variable, rate * update)

    def get_config(self) -> dict:
        """What is needed to make the same optimizer again."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.decay_in_update,
            "exclude": self.exclude,
        }


@keras.saving.register_keras_serializable(package="bioalbert")
class AdamW(WholeGradients, keras.optimizers.AdamW):
    """Keras' AdamW, which corrects the bias of the moments; Google's does not."""


def adamw(learning_rate, weight_decay=0.01, **kwargs) -> AdamW:
    """AdamW with BERT's epsilon, and no decay of biases and layer norms."""
    optimizer = AdamW(learning_rate, weight_decay=weight_decay, epsilon=1e-6, **kwargs)
    optimizer.exclude_from_weight_decay(var_names=list(NOT_DECAYED))
    return optimizer


def _replica():
    """What TensorFlow knows of the replica that asks; None on other backends."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    return tf.distribute.get_replica_context()


def _trust_ratio(variable, update):
    """|w| / |u|, or 1 where either norm is 0."""
    weight_norm = ops.sqrt(ops.sum(ops.square(variable)))
    update_norm = ops.sqrt(ops.sum(ops.square(update)))
    both = ops.logical_and(weight_norm > 0, update_norm > 0)
    return ops.where(both, weight_norm / ops.where(both, update_norm, 1.0), 1.0)
