"""Make the golden files: tiny ALBERTs of Hugging Face with random weights, and what they answer.

    pip install torch transformers
    python tests/golden/make.py

The tests only read what it wrote; they need neither library. Each folder beside this script is a
model as ``save_pretrained`` leaves it, with ``expected.safetensors``: inputs and outputs, named as
in the kit. Weights are drawn far from their start, so that no bias is 0 and no scale is 1. Outputs
are computed in float64 and stored as float32, so that they do not depend on the machine.
``made.json`` tells the versions and the seed.
"""

import json
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.numpy import save_file

HERE = Path(__file__).parent
SEED = 0
DEVIATION = 0.3
LENGTHS = (32, 15, 4)  # of the rows, in pieces; the first is as long as the model allows
PREDICTIONS = 5
LABELS = ("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease")
TAGS = {
    "id2label": dict(enumerate(LABELS)),
    "label2id": {label: number for number, label in enumerate(LABELS)},
}
TINY = {
    "vocab_size": 60,
    "embedding_size": 8,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 32,
    "hidden_act": "gelu_new",
}
MODELS = {
    "pretraining": (transformers.AlbertForPreTraining, {}),
    "unshared": (transformers.AlbertForPreTraining, {"num_hidden_groups": 3, "hidden_act": "gelu"}),
    "tagger": (transformers.AlbertForTokenClassification, TAGS),
}


def inputs(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Rows of random pieces, the second half of each in segment 1, then padding."""
    positions, lengths = np.arange(max(LENGTHS)), np.array(LENGTHS)[:, None]
    real = positions < lengths
    batch = {
        "token_ids": np.where(real, rng.integers(1, TINY["vocab_size"], real.shape), 0),
        "segment_ids": (positions >= lengths // 2) & real,
        "padding_mask": real,
        "masked_positions": rng.integers(0, lengths, (len(LENGTHS), PREDICTIONS)),
    }
    return {name: rows.astype("int32") for name, rows in batch.items()}


def draw_weights(model: torch.nn.Module, rng: np.random.Generator) -> None:
    """Fill every parameter with normal values."""
    with torch.no_grad():
        for parameter in model.parameters():
            values = rng.normal(0, DEVIATION, parameter.shape).astype("float32")
            parameter.copy_(torch.from_numpy(values))


def answers(model: torch.nn.Module, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Sequence and pooled output, where there is one, and the logits of all heads."""
    theirs = {
        "input_ids": torch.from_numpy(batch["token_ids"]),
        "token_type_ids": torch.from_numpy(batch["segment_ids"]),
        "attention_mask": torch.from_numpy(batch["padding_mask"]),
    }
    model = model.double().eval()
    with torch.no_grad():
        encoded, heads = model.albert(**theirs), model(**theirs)
    found = {
        "sequence": encoded.last_hidden_state,
        "pooled": encoded.pooler_output,
        "mlm": heads.get("prediction_logits"),  # at all positions, not just the masked ones
        "sop": heads.get("sop_logits"),
        "labels": heads.get("logits"),
    }
    return {name: x.float().numpy() for name, x in found.items() if x is not None}


def main() -> None:
    """Write all folders."""
    rng = np.random.default_rng(SEED)
    for name, (kind, settings) in MODELS.items():
        model = kind(transformers.AlbertConfig(**{**TINY, **settings}))
        draw_weights(model, rng)
        model.save_pretrained(HERE / name, safe_serialization=True)
        batch = inputs(rng)
        save_file({**batch, **answers(model, batch)}, HERE / name / "expected.safetensors")
    versions = {library.__name__: library.__version__ for library in (torch, transformers, np)}
    made = {"seed": SEED, "standard deviation": DEVIATION, **versions}
    (HERE / "made.json").write_text(json.dumps(made, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
