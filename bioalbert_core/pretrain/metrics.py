"""Pre-training scores: how well the model predicts masked tokens and the order of segments."""

from collections import Counter

import grain
import keras
import numpy as np
from tqdm import tqdm

from bioalbert_core.instances.loading import Record
from bioalbert_core.training.devices import Devices, Weighted

INPUTS = ("token_ids", "segment_ids", "padding_mask", "masked_positions")


def for_keras(part: Record, whole: Record | None = None) -> Weighted:
    """A batch, or a micro-batch of it, for Keras: inputs, targets, weights of the targets.

    Keras sums the weighted losses. The weights of a batch add up to 1 for each task, so its loss is
    a mean. Those of a micro-batch are larger by the number of micro-batches, so the mean of their
    gradients is the gradient of the batch, even if they differ in masked positions. An instance
    without a second segment (label -1) has weight 0.
    """
    whole = part if whole is None else whole
    inputs = {name: part[name] for name in INPUTS}
    targets = {"mlm": part["masked_ids"], "sop": np.maximum(part["pair_label"], 0)}
    parts = len(whole["pair_label"]) / len(part["pair_label"])
    weights = {
        task: (own * np.float32(parts / max(total.sum(), 1))).astype("float32")
        for task, own, total in (
            ("mlm", part["masked_weights"], whole["masked_weights"]),  # (batch, predictions)
            ("sop", part["pair_label"] >= 0, whole["pair_label"] >= 0),  # (batch,)
        )
    }
    return inputs, targets, weights


def parts_of(batch: Record, size: int | None) -> list[Record]:
    """Cut a batch into micro-batches of ``size`` instances; None leaves it whole."""
    count = len(batch["pair_label"])
    size = size or count
    return [{n: a[i : i + size] for n, a in batch.items()} for i in range(0, count, size)]


def measure(
    model: keras.Model, devices: Devices, batches: grain.MapDataset, name: str = ""
) -> dict[str, float]:
    """Evaluate on all batches: scores from `Means`, and the number of ``instances``.

    Shows a progress bar if it has a name.
    """
    means, count = Means(), 0
    for index in tqdm(range(len(batches)), name, disable=None if name else True, leave=False):
        batch = batches[index]
        weighted = for_keras(batch)
        means.add(devices.test_on_batch(model, weighted), weighted)
        count += len(batch["pair_label"])
    return {**means.take(), "instances": count}


class Means:
    """Means over batches of different sizes: MLM per masked position, SOP per instance.

    ``sop_majority`` is the SOP accuracy of always giving the more frequent answer. Instances
    without a second segment have no SOP scores.
    """

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()
        self._weights: Counter[str] = Counter()

    def add(self, scores: dict[str, float], weighted: Weighted) -> None:
        """Add the scores of a batch or micro-batch from `for_keras`."""
        _, targets, weights = weighted
        positions = np.count_nonzero(weights["mlm"])
        labels = targets["sop"][weights["sop"] > 0]
        mlm_weight = weights["mlm"].sum() or 1.0
        for name, score, weight in (
            ("mlm_loss", scores["mlm_loss"] / mlm_weight, positions),
            ("mlm_accuracy", scores["mlm_accuracy"], positions),
            ("sop_accuracy", scores["sop_accuracy"], len(labels)),
            ("swapped", labels.mean() if len(labels) else 0, len(labels)),
        ):
            if weight:
                self._totals[name] += float(score) * float(weight)
                self._weights[name] += float(weight)

    def so_far(self) -> dict[str, float]:
        """The means so far."""
        means = {name: total / self._weights[name] for name, total in self._totals.items()}
        if "swapped" in means:
            swapped = means.pop("swapped")
            means["sop_majority"] = max(swapped, 1 - swapped)
        return {name: round(mean, 4) for name, mean in means.items()}

    def take(self) -> dict[str, float]:
        """The means so far; then start over."""
        means = self.so_far()
        self.__init__()
        return means
