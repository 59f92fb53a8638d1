"""LAMB, the optimizer of ALBERT's pre-training, as in Google's code."""

import re

import keras
from keras import ops

from bioalbert_core.training.optimizers import NOT_DECAYED, WholeGradients


@keras.saving.register_keras_serializable(package="bioalbert")
class Lamb(WholeGradients, keras.optimizers.Optimizer):
    """Layer-wise adaptive moments for batch training.

    With large batches one takes fewer, larger steps, but one learning rate is too large for some
    weight matrices and too small for others. LAMB adds weight decay to Adam's update, giving u, and
    rescales u for each matrix w, so that a step moves w by the same fraction of its norm::

        m = beta_1 m + (1 - beta_1) g             moving average of the gradient
        v = beta_2 v + (1 - beta_2) g**2          moving average of its square
        u = m / (sqrt(v) + epsilon) + weight_decay w
        w = w - learning_rate (|w| / |u|) u       |w| / |u| is the trust ratio

    It differs from `keras.optimizers.Lamb` in three ways: it does not correct the bias of m and v;
    weight decay is part of u, so it counts in the trust ratio; and variables that match ``exclude``
    get neither weight decay nor a trust ratio.

    Args:
        learning_rate: a number or a schedule.
        weight_decay: factor of w in the update u.
        exclude: regular expressions, searched in the name of a variable; by default biases and
            layer norms.

    Example: w has the norm 5, so a learning rate of 0.1 moves it by 0.5, whatever the gradient.

    >>> w = keras.Variable([[3.0, 4.0]], name="kernel")
    >>> Lamb(0.1, weight_decay=0.0).apply([ops.convert_to_tensor([[1.0, -1.0]])], [w])
    >>> [round(float(number), 3) for number in ops.reshape(w, -1)]
    [2.646, 4.354]

    Source: You et al. (2020), "Large Batch Optimization for Deep Learning", algorithm 2;
    `lamb_optimizer.py` of google-research/albert, which the paper ran.
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
        # Not `self.weight_decay`: Keras would decay a second time, outside the trust ratio.
        self.decay_in_update = weight_decay
        self.exclude = tuple(exclude)

    def build(self, variables) -> None:
        """Create m and v for each variable, both zero and of its shape."""
        if self.built:
            return
        super().build(variables)
        self._m = [self.add_variable_from_reference(v, "momentum") for v in variables]
        self._v = [self.add_variable_from_reference(v, "velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Take one step for one variable; all arrays here have its shape."""
        index = self._get_variable_index(variable)
        learning_rate = ops.cast(learning_rate, variable.dtype)

        # 1. Update the moments.
        m = self.beta_1 * self._m[index] + (1 - self.beta_1) * gradient
        v = self.beta_2 * self._v[index] + (1 - self.beta_2) * ops.square(gradient)
        self.assign(self._m[index], m)
        self.assign(self._v[index], v)

        # 2. Adam's update: all entries have a similar magnitude, however large their gradients.
        update = m / (ops.sqrt(v) + self.epsilon)

        # 3. Add weight decay, then scale by the trust ratio; excluded variables get neither.
        if not any(re.search(pattern, variable.name) for pattern in self.exclude):
            update = update + self.decay_in_update * variable
            update = update * _trust_ratio(variable, update)

        # 4. Take the step.
        self.assign_sub(variable, learning_rate * update)

    def get_config(self) -> dict:
        """All arguments, from which Keras makes the same optimizer again."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "weight_decay": self.decay_in_update,
            "exclude": self.exclude,
        }


def _trust_ratio(variable, update):
    """|w| / |u|, a scalar; 1 where either norm is 0, so that zero weights can move."""
    weight_norm = ops.sqrt(ops.sum(ops.square(variable)))
    update_norm = ops.sqrt(ops.sum(ops.square(update)))
    both = ops.logical_and(weight_norm > 0, update_norm > 0)
    return ops.where(both, weight_norm / ops.where(both, update_norm, 1.0), 1.0)
