"""The learning rate: linear warm-up, then linear decay to zero."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="bioalbert")
class WarmupLinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """ALBERT's schedule.

    The decay is counted from step 0 and the warm-up overrides it, as in Google's code: the rate
    drops a little, by the factor 1 - warmup_steps / steps, when the warm-up ends. With ``parts``, a
    step comes in that many calls, as Keras counts them when it accumulates gradients.

    >>> schedule = WarmupLinearDecay(peak_rate=1.0, warmup_steps=10, steps=100)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 9, 10, 50, 100)]
    [0.0, 0.5, 0.9, 0.9, 0.5, 0.0]
    """

    def __init__(self, peak_rate: float, warmup_steps: int, steps: int, parts: int = 1) -> None:
        self.peak_rate = peak_rate
        self.warmup_steps = warmup_steps
        self.steps = steps
        self.parts = parts

    def __call__(self, step):
        """The rate of the update that follows ``step`` earlier calls."""
        step = ops.cast(step // self.parts, "float32")
        decayed = ops.maximum(0.0, 1.0 - step / self.steps)
        warming = step / max(self.warmup_steps, 1)
        return self.peak_rate * ops.where(step < self.warmup_steps, warming, decayed)

    def get_config(self) -> dict:
        """What is needed to make the same schedule again."""
        return {
            "peak_rate": self.peak_rate,
            "warmup_steps": self.warmup_steps,
            "steps": self.steps,
            "parts": self.parts,
        }
