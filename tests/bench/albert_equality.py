"""The kit's ALBERT beside Hugging Face's and keras-hub's: largest differences of all outputs.

    pip install -e ".[bench,test]"
    python tests/bench/albert_equality.py [--real FOLDER]

Same weights, same rows of pieces (two segments, padding), on the tensorflow and jax backends, in
the shapes of tiny, base and large. Weights go in by `read_huggingface` and out by
`write_kerashub` and, for a tagger, `write_huggingface`; keras-hub and transformers load what was
written. Weights are drawn so that outputs are of ordinary size: matrices with deviation
1 / sqrt(inputs), embeddings and biases 0.1, layer norm scales 1 ± 0.1. ``--real`` adds a trained
`AlbertForMaskedLM`; by default the one in ``shared/data`` beside the checkout. Ends with 1 when a
float32 difference is above 1e-5, or a bfloat16 one above 2e-2 of the output's largest value.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REAL = ROOT.parent / "shared" / "data" / "albert" / "rxnmapper"
sys.path.insert(0, str(ROOT))
import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file

from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE, ALBERT_TINY, AlbertConfig

Arrays = dict[str, np.ndarray]
SHAPES = {"tiny": ALBERT_TINY, "base": ALBERT_BASE, "large": ALBERT_LARGE}
LENGTHS = (64, 41, 17)  # of the rows, in pieces; 64 is the most that tiny takes
PREDICTIONS = 10
BACKENDS = ("tensorflow", "jax")
SMILES = ("CC(=O)Oc1ccccc1C(=O)O", "CN1C=NC2=C1C(=O)N(C)C(=O)N2C", "c1ccccc1Br.OB(O)c1ccccc1")


def draw_weights(model: torch.nn.Module, rng: np.random.Generator) -> None:
    """Fill every parameter."""
    for name, parameter in model.named_parameters():
        values = rng.normal(0, 1, parameter.shape)
        if "norm.weight" in name.lower():
            values = 1 + 0.1 * values
        elif name.endswith("embeddings.weight") or name.endswith("bias"):
            values *= 0.1
        else:
            values *= parameter.shape[1] ** -0.5
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(values.astype("float32")))


def inputs(rows: list[np.ndarray], rng: np.random.Generator) -> Arrays:
    """Rows of ids, padded; the second half of each is in segment 1."""
    lengths = np.array([len(row) for row in rows])[:, None]
    positions = np.arange(lengths.max())
    real = positions < lengths
    token_ids = np.zeros(real.shape)
    token_ids[real] = np.concatenate(rows)
    batch = {
        "token_ids": token_ids,
        "segment_ids": (positions >= lengths // 2) & real,
        "padding_mask": real,
        "masked_positions": rng.integers(0, lengths, (len(rows), PREDICTIONS)),
    }
    return {name: values.astype("int32") for name, values in batch.items()}


def answers(model: torch.nn.Module, batch: Arrays) -> Arrays:
    """What a model of Hugging Face's says."""
    names = {"token_ids": "input_ids", "segment_ids": "token_type_ids"}
    names["padding_mask"] = "attention_mask"
    theirs = {name: torch.from_numpy(batch[ours]).long() for ours, name in names.items()}
    model.eval()
    with torch.no_grad():
        encoded = model.albert(**theirs)
        found = {"sequence": encoded.last_hidden_state, "pooled": encoded.pooler_output}
        if hasattr(model, "predictions"):
            every = model.predictions(encoded.last_hidden_state)
            rows = torch.arange(len(every))[:, None]
            found["mlm"] = every[rows, torch.from_numpy(batch["masked_positions"]).long()]
        if hasattr(model, "sop_classifier"):
            found["sop"] = model.sop_classifier(encoded.pooler_output)
        if hasattr(model, "classifier"):
            found["labels"] = model.classifier(encoded.last_hidden_state)
    return {name: x.numpy() for name, x in found.items() if x is not None}


def invented(config: AlbertConfig, folder: Path) -> Arrays:
    """Write a model of this shape with random weights, and inputs; give back its answers."""
    rng = np.random.default_rng(0)
    theirs = transformers.AlbertConfig(
        vocab_size=config.vocab_size,
        embedding_size=config.embedding_size,
        hidden_size=config.hidden_size,
        num_hidden_layers=config.num_layers,
        num_attention_heads=config.num_heads,
        intermediate_size=config.intermediate_size,
        max_position_embeddings=config.max_length,
    )
    model = transformers.AlbertForPreTraining(theirs)
    draw_weights(model, rng)
    model.save_pretrained(folder)
    batch = inputs([rng.integers(1, config.vocab_size, length) for length in LENGTHS], rng)
    save_file(batch, folder / "inputs.safetensors")
    return answers(model, batch)


def real(source: Path, folder: Path) -> Arrays:
    """Copy a trained model of molecules, and give back its answers to some, a piece a letter."""
    for name in ("config.json", "pytorch_model.bin"):
        shutil.copy(source / name, folder)
    model = transformers.AlbertForMaskedLM.from_pretrained(folder)
    number = {piece: i for i, piece in enumerate((source / "vocab.txt").read_text().split())}
    texts = (["[CLS]", *text.replace("Br", "F"), "[SEP]"] for text in SMILES)
    rows = [np.array([number[piece] for piece in text]) for text in texts]
    batch = inputs(rows, np.random.default_rng(0))
    save_file(batch, folder / "inputs.safetensors")
    return answers(model, batch)


def run(backend: str, folders: list[Path]) -> None:
    """The Keras side, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "albert_outputs.py"), *map(str, folders)],
        env={**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{backend}:\n{done.stderr}")


class Case:
    """All answers to the inputs of one folder.

    Args:
        folder: the model, its inputs, and what `albert_outputs.py` added.
        theirs: the answers of Hugging Face's model.
    """

    def __init__(self, folder: Path, theirs: Arrays) -> None:
        self.theirs = theirs
        batch = load_file(folder / "inputs.safetensors")
        self.real = batch["padding_mask"] == 1
        self.ours = {b: load_file(folder / f"{b}.safetensors") for b in BACKENDS}
        load = transformers.AlbertForTokenClassification.from_pretrained
        self.loaded = {b: answers(load(folder / f"{b}-tagger"), batch)["labels"] for b in BACKENDS}

    def difference(self, found: np.ndarray, wanted: np.ndarray) -> float:
        """The largest one; what stands at padding is anyone's."""
        if found.shape[:2] == self.real.shape:
            found, wanted = found[self.real], wanted[self.real]
        return float(np.abs(found - wanted).max())

    def float32(self) -> Iterator[tuple[str, str, list[float]]]:
        """Output, peer, and the difference on each backend."""
        ours, at = self.ours, self.difference
        for name, wanted in self.theirs.items():
            yield name, "transformers", [at(ours[b][f"kit/{name}"], wanted) for b in BACKENDS]
        for name in ("sequence", "pooled"):
            if (key := f"keras-hub/{name}") in ours[BACKENDS[0]]:
                yield (
                    name,
                    "keras-hub",
                    [at(ours[b][f"kit/{name}"], ours[b][key]) for b in BACKENDS],
                )
        exported = [at(ours[b]["tagger/labels"], self.loaded[b]) for b in BACKENDS]
        yield "labels", "transformers, exported tagger", exported

    def bfloat16(self) -> Iterator[tuple[str, float, list[float]]]:
        """Output, its largest value, and the difference to it on each backend."""
        for name, wanted in self.theirs.items():
            pairs = [
                (self.ours[b][f"bfloat16/{name}"], self.ours[b][f"kit/{name}"]) for b in BACKENDS
            ]
            yield name, float(np.abs(wanted).max()), [self.difference(*pair) for pair in pairs]


def table(cases: dict[str, Case]) -> bool:
    """Print both tables; whether all differences are small enough."""
    fine = True
    print(f"| shape | output | beside | {' | '.join(BACKENDS)} |\n| --- | --- | --- | --- | --- |")
    for shape, case in cases.items():
        for output, peer, found in case.float32():
            fine &= max(found) <= 1e-5
            print(f"| {shape} | {output} | {peer} | {' | '.join(f'{x:.1e}' for x in found)} |")
    print(f"\n| shape | output | largest value | bfloat16, {' | '.join(BACKENDS)} | relative |")
    print("| --- | --- | --- | --- | --- | --- |")
    for shape, case in cases.items():
        for output, size, found in case.bfloat16():
            fine &= max(found) / size <= 2e-2
            numbers = " | ".join(f"{x:.4f}" for x in (*found, max(found) / size))
            print(f"| {shape} | {output} | {size:.2f} | {numbers} |")
    return fine


def main() -> None:
    """Make all cases, let the kit answer, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", type=Path, default=REAL if REAL.is_dir() else None)
    source = parser.parse_args().real
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    with tempfile.TemporaryDirectory() as root:
        theirs = {}
        for name in [*SHAPES, *(["real"] if source else [])]:
            folder = Path(root, name)
            folder.mkdir()
            theirs[name] = (
                real(source, folder) if name == "real" else invented(SHAPES[name], folder)
            )
        for backend in BACKENDS:
            run(backend, [Path(root, name) for name in theirs])
        fine = table({name: Case(Path(root, name), found) for name, found in theirs.items()})
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
