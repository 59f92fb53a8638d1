"""Held-out scores of a pre-trained model: the first instances, a spread sample, and all.

    python tests/bench/heldout.py RUN INSTANCES [--precision mixed_bfloat16]

The shards hold one source after the other, so the first instances are those of one source, and
their scores are not those of the split. Training looks at a spread sample, and at its end at all.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.kit import read_kit
from bioalbert_core.albert.loading import fill
from bioalbert_core.config import PRETRAIN_PRESETS
from bioalbert_core.instances.loading import InstanceSource, heldout_batches
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.pretrain.metrics import measure
from bioalbert_core.pretrain.model import new_model
from bioalbert_core.training.devices import choose_devices

SIZE, SAMPLE = 16, 800  # as the second part of bioalbert-tiny was trained


def main() -> None:
    """Print a row for each choice of instances."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("instances", type=Path)
    parser.add_argument("--precision", default="float32")
    chosen = parser.parse_args()
    weights, config = read_kit(find_model(chosen.run)), PRETRAIN_PRESETS["small"]
    model = new_model(weights.config, replace(config, precision=chosen.precision), seed=0)
    fill(model, weights, weights.parts)
    count = len(InstanceSource(chosen.instances, "heldout"))
    whole = heldout_batches(chosen.instances, SIZE)
    rows = {
        "first": whole[: SAMPLE // SIZE],
        "last": whole[-(SAMPLE // SIZE) :],
        "spread": heldout_batches(chosen.instances, SIZE, SAMPLE),
        f"all {count:,}": whole,
    }
    print("| instances | | MLM loss | MLM accuracy | SOP accuracy | always the same answer |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, batches in rows.items():
        scores = measure(model, choose_devices(1, SIZE), batches)
        shares = (f"{scores[n]:.1%}" for n in ("mlm_accuracy", "sop_accuracy", "sop_majority"))
        cells = (name, f"{scores['instances']:,}", f"{scores['mlm_loss']:.3f}", *shares)
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
