"""The learning rate: linear warmup, then linear decay to zero."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="bioalbert")
class WarmupLinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """ALBERT's schedule: rise to the peak in ``warmup_steps``, fall to zero at ``steps``.

    The first gradients come from random weights and say little, so the first steps are small; the
    last ones are small to settle in a minimum.

    As in Google's code, the decay starts at step 0 and the warmup overrides it. So the peak is not
    quite reached: here step 9 has 0.9, and step 10, where the decay takes over, 1 - 10/100.

    >>> schedule = WarmupLinearDecay(peak_learning_rate=1.0, warmup_steps=10, steps=100)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 9, 10, 50, 100)]
    [0.0, 0.5, 0.9, 0.9, 0.5, 0.0]

    Args:
        peak_learning_rate: the peak; the warmup ends just below it.
        warmup_steps: how many steps the warmup takes; 0 for none.
        steps: how many steps the training takes.
        parts: micro-batches in a batch. Keras counts a step for each of them.

    Source: `optimization.py` of google-research/albert; the numbers are in the paper's Table I.
    """

    def __init__(
        self, peak_learning_rate: float, warmup_steps: int, steps: int, parts: int = 1
    ) -> None:
        self.peak_learning_rate = peak_learning_rate
        self.warmup_steps = warmup_steps
        self.steps = steps
        self.parts = parts

    def __call__(self, step):
        """The learning rate, a scalar, after ``step`` earlier micro-batches."""
        step = ops.cast(step // self.parts, "float32")
        decaying = ops.maximum(0.0, 1.0 - step / self.steps)  # counted from step 0
        warming = step / max(self.warmup_steps, 1)
        share = ops.where(step < self.warmup_steps, warming, decaying)
        return self.peak_learning_rate * share

    def get_config(self) -> dict:
        """All arguments, from which Keras makes the same schedule again."""
        return {
            "peak_learning_rate": self.peak_learning_rate,
            "warmup_steps": self.warmup_steps,
            "steps": self.steps,
            "parts": self.parts,
        }
