"""Scores of pre-training: how well masked pieces and the order of segments are guessed."""

from collections import Counter

import grain
import keras
import numpy as np
from tqdm import tqdm

from bioalbert_core.instances.loading import Record
from bioalbert_core.pretrain.devices import Devices

INPUTS = ("token_ids", "segment_ids", "padding_mask", "masked_positions")


def for_keras(part: Record, whole: Record | None = None) -> tuple[dict, dict, dict]:
    """A batch, or a part of one, as Keras wants it: inputs, targets, weights of the targets.

    The weights of a whole batch add up to 1 for either task, so that losses that are sums are its
    means. Those of its parts are larger by the number of parts: the mean of their gradients is the
    gradient of the whole batch, also where one holds more masked positions than another. An
    instance without a second segment (label -1) weighs nothing.
    """
    whole = part if whole is None else whole
    inputs = {name: part[name] for name in INPUTS}
    targets = {"mlm": part["masked_ids"], "sop": np.maximum(part["pair_label"], 0)}
    parts = len(whole["pair_label"]) / len(part["pair_label"])
    weights = {
        task: (own * np.float32(parts / max(all_.sum(), 1))).astype("float32")
        for task, own, all_ in (
            ("mlm", part["masked_weights"], whole["masked_weights"]),
            ("sop", part["pair_label"] >= 0, whole["pair_label"] >= 0),
        )
    }
    return inputs, targets, weights


def parts_of(batch: Record, size: int | None) -> list[Record]:
    """A batch cut into parts of ``size`` instances; left whole when none is given."""
    count = len(batch["pair_label"])
    starts = range(0, count, size or count)
    return [{name: rows[i : i + (size or count)] for name, rows in batch.items()} for i in starts]


def measure(
    model: keras.Model, devices: Devices, batches: grain.MapDataset, name: str = ""
) -> dict[str, float]:
    """Scores over all batches, as `Means` gives them, with the number of ``instances``.

    Nothing is trained. With a name, progress is shown.
    """
    means, count = Means(), 0
    for index in tqdm(range(len(batches)), name, disable=None if name else True, leave=False):
        batch = batches[index]
        weighted = for_keras(batch)
        means.add(devices.test_on_batch(model, weighted), weighted)
        count += len(batch["pair_label"])
    return {**means.take(), "instances": count}


class Means:
    """Means over batches: MLM scores over masked positions, SOP accuracy over instances.

    Keras gives the scores of one batch at a time; batches differ in how much they hold. Beside the
    SOP accuracy stands ``sop_majority``, what always giving the more frequent answer would reach.
    Instances without a second segment have no SOP scores.
    """

    def __init__(self) -> None:
        self._totals: Counter[str] = Counter()
        self._weights: Counter[str] = Counter()

    def add(self, found: dict[str, float], weighted: tuple[dict, dict, dict]) -> None:
        """Take in the scores of one batch, or part of one, as `for_keras` gave it."""
        _, targets, weights = weighted
        positions = np.count_nonzero(weights["mlm"])
        labels = targets["sop"][weights["sop"] > 0]
        mlm_weight = weights["mlm"].sum() or 1.0
        for name, score, weight in (
            ("mlm_loss", found["mlm_loss"] / mlm_weight, positions),
            ("mlm_accuracy", found["mlm_accuracy"], positions),
            ("sop_accuracy", found["sop_accuracy"], len(labels)),
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
        """The means so far; then start again."""
        means = self.so_far()
        self.__init__()
        return means
