"""Models of Hugging Face's and their answers: the torch side of `albert_equality.py`."""

import shutil
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file

from bioalbert_core.config import AlbertConfig

Arrays = dict[str, np.ndarray]
LENGTHS = (64, 41, 17)  # of the rows, in pieces; 64 is the most that tiny takes
PREDICTIONS = 10
SMILES = ("CC(=O)Oc1ccccc1C(=O)O", "CN1C=NC2=C1C(=O)N(C)C(=O)N2C", "c1ccccc1F.OB(O)c1ccccc1")

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def invented(config: AlbertConfig, folder: Path) -> None:
    """Write a model of this shape with random weights, and rows of random pieces."""
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
    rows = [rng.integers(1, config.vocab_size, length) for length in LENGTHS]
    save_file(inputs(rows, rng), folder / "inputs.safetensors")


def real(source: Path, folder: Path) -> None:
    """Copy a trained model of molecules, and write some of these, a piece for each character."""
    for name in ("config.json", "pytorch_model.bin"):
        shutil.copy(source / name, folder)
    pieces = (source / "vocab.txt").read_text("utf-8").split()
    texts = (["[CLS]", *text, "[SEP]"] for text in SMILES)
    rows = [np.array([pieces.index(piece) for piece in text]) for text in texts]
    save_file(inputs(rows, np.random.default_rng(0)), folder / "inputs.safetensors")


def draw_weights(model: torch.nn.Module, rng: np.random.Generator) -> None:
    """Fill every parameter."""
    for name, parameter in model.named_parameters():
        values = rng.normal(0, 1, parameter.shape)
        if "norm.weight" in name.lower():
            values = 1 + 0.1 * values
        elif name.endswith(("embeddings.weight", "bias")):
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


def answers(folder: Path) -> dict[str, Arrays]:
    """What the model in a folder says to its inputs: in float32, float64, and by autocast."""
    kinds = (transformers.AlbertForPreTraining, transformers.AlbertForMaskedLM)
    record = transformers.AlbertConfig.from_pretrained(folder)
    model = next(k for k in kinds if k.__name__ in record.architectures).from_pretrained(folder)
    batch = load_file(folder / "inputs.safetensors")
    found = {"float32": _answers(model, batch)}
    with torch.autocast("cpu", torch.bfloat16):
        found["bfloat16"] = _answers(model, batch)
    return {**found, "float64": _answers(model.double(), batch)}


def labels(folder: Path, batch: Arrays) -> np.ndarray:
    """The logits of a tagger in a folder."""
    model = transformers.AlbertForTokenClassification.from_pretrained(folder)
    with torch.no_grad():
        return model(**_named(batch)).logits.numpy()


def _answers(model: torch.nn.Module, batch: Arrays) -> Arrays:
    with torch.no_grad():
        encoded = model.albert(**_named(batch))
        mlm = model.predictions(encoded.last_hidden_state)  # at all positions
        rows = torch.arange(len(mlm))[:, None]
        found = {"sequence": encoded.last_hidden_state, "pooled": encoded.pooler_output}
        found["mlm"] = mlm[rows, torch.from_numpy(batch["masked_positions"]).long()]
        if hasattr(model, "sop_classifier"):
            found["sop"] = model.sop_classifier(encoded.pooler_output)
    return {name: x.double().numpy() for name, x in found.items() if x is not None}


def _named(batch: Arrays) -> dict[str, torch.Tensor]:
    names = {"token_ids": "input_ids", "segment_ids": "token_type_ids"}
    names["padding_mask"] = "attention_mask"
    return {theirs: torch.from_numpy(batch[ours]).long() for ours, theirs in names.items()}
