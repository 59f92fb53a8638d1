"""The kit's ALBERT beside Hugging Face's and keras-hub's: how far all outputs differ.

    pip install -e ".[bench,test]"
    python tests/bench/albert_equality.py [--real FOLDER]

Same weights, same rows of pieces (two segments, padding), on the tensorflow and jax backends, in
the shapes of tiny, base and large. Weights come in by `read_huggingface` and go out by
`write_kerashub` and, for a tagger, `write_huggingface`; keras-hub and transformers load what was
written. They are drawn so that outputs are of ordinary size: matrices with deviation
1 / sqrt(inputs), embeddings and biases 0.1, layer norm scales 1 ± 0.1. ``--real`` adds a trained
`AlbertForMaskedLM`; by default the one in ``shared/data`` beside the checkout.

Ends with 1 when a largest float32 difference is above 1e-5 (for the trained model, whose logits
are larger: above 1e-5 of the largest), or a bfloat16 one above 2e-2, both as root mean squares.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REAL = ROOT.parent / "shared" / "data" / "albert" / "rxnmapper"
sys.path[:0] = [str(ROOT), str(HERE)]
import albert_transformers as peer
import numpy as np
import torch
import transformers
from safetensors.numpy import load_file

from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE, ALBERT_TINY

SHAPES = {"tiny": ALBERT_TINY, "base": ALBERT_BASE, "large": ALBERT_LARGE}
BACKENDS = ("tensorflow", "jax")


def run_keras(backend: str, folders: list[Path]) -> None:
    """The kit and keras-hub, in a process of their own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "albert_keras.py"), *map(str, folders)],
        env={**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{backend}:\n{done.stderr}")


class Case:
    """One shape: the answers of all, to the same inputs."""

    def __init__(self, folder: Path) -> None:
        batch = load_file(folder / "inputs.safetensors")
        self.real = batch["padding_mask"] == 1
        self.theirs = peer.answers(folder)
        self.ours = {b: load_file(folder / f"{b}.safetensors") for b in BACKENDS}
        for backend, found in self.ours.items():
            found["loaded/labels"] = peer.labels(folder / f"{backend}-tagger", batch)

    def at_real(self, x: np.ndarray) -> np.ndarray:
        """What stands at padding is anyone's."""
        return x[self.real] if x.shape[:2] == self.real.shape else x

    def largest(self, found: np.ndarray, wanted: np.ndarray) -> float:
        """The largest difference."""
        return float(np.abs(self.at_real(found - wanted)).max())

    def relative(self, found: np.ndarray, wanted: np.ndarray) -> float:
        """The root mean square of the difference, by that of the output."""
        different, output = self.at_real(found - wanted), self.at_real(wanted)
        return float(np.sqrt((different**2).mean() / (output**2).mean()))

    def in_float32(self) -> Iterator[tuple[str, str, list[float], str]]:
        """Output, peer, difference on each backend, and how far transformers is from float64."""
        every = self.ours.values()
        for name, wanted in self.theirs["float32"].items():
            found = [self.largest(ours[f"kit/{name}"], wanted) for ours in every]
            rounding = f"{self.largest(wanted, self.theirs['float64'][name]):.1e}"
            yield name, "transformers", found, rounding
        for name in ("sequence", "pooled"):
            if all((key := f"keras-hub/{name}") in ours for ours in every):
                found = [self.largest(ours[f"kit/{name}"], ours[key]) for ours in every]
                yield name, "keras-hub", found, ""
        found = [self.largest(ours["tagger/labels"], ours["loaded/labels"]) for ours in every]
        yield "labels", "transformers, exported tagger", found, ""

    def in_bfloat16(self, measure: Callable) -> Iterator[tuple[str, list[float]]]:
        """Output, and how far it is from float32: on each backend, and in transformers."""
        for name, exact in self.theirs["float32"].items():
            every = self.ours.values()
            found = [measure(ours[f"bfloat16/{name}"], ours[f"kit/{name}"]) for ours in every]
            yield name, [*found, measure(self.theirs["bfloat16"][name], exact)]


def print_row(*cells: str) -> None:
    """A line of a table."""
    print(f"| {' | '.join(cells)} |", flush=True)


def float32_table(cases: dict[str, Case]) -> bool:
    """Print it; whether all differences are small enough."""
    print_row("shape", "output", "beside", *BACKENDS, "float32 to float64 in transformers")
    print_row(*["---"] * 6)
    fine = True
    for shape, case in cases.items():
        size = max(np.abs(x).max() for x in case.theirs["float32"].values())
        for output, beside, found, rounding in case.in_float32():
            fine &= max(found) <= 1e-5 * (size if shape == "real" else 1)
            print_row(shape, output, beside, *(f"{x:.1e}" for x in found), rounding)
    return fine


def bfloat16_table(cases: dict[str, Case]) -> bool:
    """Print it; whether all differences are small enough."""
    columns = [*BACKENDS, "transformers, autocast"]
    print_row(
        "shape", "output", *(f"{x}: largest" for x in columns), *(f"{x}: RMS" for x in columns)
    )
    print_row(*["---"] * 8)
    fine = True
    for shape, case in cases.items():
        largest, relative = map(case.in_bfloat16, (case.largest, case.relative))
        for (output, most), (_, shares) in zip(largest, relative, strict=True):
            fine &= max(shares[:2]) <= 2e-2
            print_row(shape, output, *(f"{x:.3f}" for x in most), *(f"{x:.4f}" for x in shares))
    return fine


def main() -> None:
    """Write all cases, let the kit answer, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", type=Path, default=REAL if REAL.is_dir() else None)
    source = parser.parse_args().real
    print(f"torch {torch.__version__}, transformers {transformers.__version__}\n")
    with tempfile.TemporaryDirectory() as root:
        folders = {name: Path(root, name) for name in [*SHAPES, *(["real"] if source else [])]}
        for name, folder in folders.items():
            folder.mkdir()
            peer.invented(SHAPES[name], folder) if name in SHAPES else peer.real(source, folder)
        for backend in BACKENDS:
            run_keras(backend, list(folders.values()))
        cases = {name: Case(folder) for name, folder in folders.items()}
    fine = float32_table(cases)
    print()
    fine &= bfloat16_table(cases)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
