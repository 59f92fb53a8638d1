"""Scores of pre-training: how well masked pieces and the order of segments are guessed."""

from collections import Counter

import grain
import keras
import numpy as np

from bioalbert_core.instances.loading import Record

INPUTS = ("token_ids", "segment_ids", "padding_mask", "masked_positions")


def for_keras(batch: Record) -> tuple[dict, dict, dict]:
    """A batch as Keras wants it: inputs, targets, weights of the targets.

    An instance without a second segment (label -1) weighs nothing in the SOP loss.
    """
    inputs = {name: batch[name] for name in INPUTS}
    targets = {"mlm": batch["masked_ids"], "sop": np.maximum(batch["pair_label"], 0)}
    weights = {
        "mlm": batch["masked_weights"],
        "sop": (batch["pair_label"] >= 0).astype("float32"),
    }
    return inputs, targets, weights


def measure(model: keras.Model, batches: grain.MapDataset) -> dict[str, float]:
    """Scores over all batches, as `Means` gives them; nothing is trained."""
    means = Means()
    for index in range(len(batches)):
        batch = batches[index]
        means.add(model.test_on_batch(*for_keras(batch), return_dict=True), batch)
    return means.take()


class Means:
    """Means over batches: MLM scores over masked positions, SOP accuracy over instances.

    Keras gives the scores of one batch at a time; batches differ in how much they hold. Beside the
    SOP accuracy stands ``sop_majority``, what always giving the more frequent answer would reach.
    Instances without a second segment have no SOP scores.
    """

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()
        self._weights: Counter[str] = Counter()

    def add(self, found: dict[str, float], batch: Record) -> None:
        """Take in the scores of one batch."""
        positions, labels = batch["masked_weights"].sum(), batch["pair_label"]
        labels = labels[labels >= 0]
        for name, score, weight in (
            ("mlm_loss", found["mlm_cross_entropy"], positions),
            ("mlm_accuracy", found["mlm_accuracy"], positions),
            ("sop_accuracy", found["sop_accuracy"], len(labels)),
            ("swapped", labels.mean() if len(labels) else 0, len(labels)),
        ):
            if weight:
                self._totals[name] += float(score) * float(weight)
                self._weights[name] += float(weight)

    def take(self) -> dict[str, float]:
        """The means so far; then start again."""
        means = {name: total / self._weights[name] for name, total in self._totals.items()}
        if "swapped" in means:
            swapped = means.pop("swapped")
            means["sop_majority"] = max(swapped, 1 - swapped)
        self.__init__()
        return {name: round(mean, 4) for name, mean in means.items()}
