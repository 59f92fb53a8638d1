"""What a folder of instances holds, beside what ALBERT's rules say: lengths, labels, masks.

    python tests/bench/instance_distributions.py INSTANCES

The runs of masked words are counted where no other run touches them; a run of n words is drawn with
probability 6/11 / n, and shortened where the budget ends.
"""

import sys
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np

from bioalbert_core.instances.build import check_instances
from bioalbert_core.instances.masking import Masker
from bioalbert_core.instances.shards import load_rows
from bioalbert_core.tokenizer import Tokenizer


def masks_of(row: np.void, masker: Masker, counts: Counter[str]) -> None:
    """Count what became of the chosen pieces of one instance, and their runs of words."""
    positions = row["masked_positions"][: row["masked_count"]]
    ids = row["masked_ids"][: row["masked_count"]]
    shown = row["token_ids"][positions]
    counts["[MASK]"] += int((shown == masker.mask_id).sum())
    counts["kept"] += int((shown == ids).sum())
    counts["pieces"] += len(ids)
    whole = row["token_ids"][: row["length"]].copy()
    whole[positions] = ids
    chosen = set(positions.tolist())
    words = [start in chosen for start, _ in masker.words(whole)]
    partly = [
        0 < sum(p in chosen for p in range(start, end)) < end - start
        for start, end in masker.words(whole)
    ]
    counts["words cut"] += sum(partly)
    for masked, run in groupby(words):
        if masked:
            counts[f"run {min(len(list(run)), 4)}"] += 1


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1])
    settings = check_instances(folder)["settings"]
    rows = np.concatenate([load_rows(p) for p in sorted(folder.glob("train-*.npy"))])
    masker = Masker.of(Tokenizer(folder / "tokenizer.model"), settings["max_predictions"])
    lengths, budget = (
        rows["length"],
        np.round(rows["length"] * 0.15).clip(1, masker.max_predictions),
    )
    print(f"{len(rows):,} instances, {settings}")
    print(f"pieces            mean {lengths.mean():.1f} of {settings['seq_len']}")
    print(f"label 1           {(rows['pair_label'] == 1).mean():.4f}")
    print(f"predictions       mean {rows['masked_count'].mean():.2f}, allowed {budget.mean():.2f}")
    counts: Counter[str] = Counter()
    for row in rows[:: max(1, len(rows) // 20_000)]:
        masks_of(row, masker, counts)
    pieces = counts["pieces"]
    random_share = 1 - (counts["[MASK]"] + counts["kept"]) / pieces
    print(
        f"of {pieces:,} pieces    [MASK] {counts['[MASK]'] / pieces:.4f}, kept "
        f"{counts['kept'] / pieces:.4f}, random {random_share:.4f}; words cut {counts['words cut']}"
    )
    runs = [counts[f"run {n}"] for n in (1, 2, 3)]
    shares = ", ".join(f"{n}: {count / sum(runs):.4f}" for n, count in enumerate(runs, 1))
    print(f"runs of words     {shares} (drawn .5455, .2727, .1818)")


if __name__ == "__main__":
    main()
