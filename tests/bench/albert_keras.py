"""What the kit and keras-hub answer, on one backend: the Keras side of `albert_equality.py`.

    KERAS_BACKEND=jax python tests/bench/albert_keras.py FOLDER [...]

A process can have one backend only. Each folder holds a model of Hugging Face's and
``inputs.safetensors``. Added to it are ``BACKEND.safetensors``, with answers as ``peer/output``,
and ``BACKEND-tagger``, a model that the kit exported.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

sys.path.insert(0, str(Path(__file__).parents[2]))
from bioalbert_core.plumbing.backend import start_keras

BACKEND = start_keras()

import keras
import keras_hub

from bioalbert_core.albert.checkpoint import Checkpoint
from bioalbert_core.albert.encoder import build_encoder
from bioalbert_core.albert.heads import build_pretraining_model, build_tagger
from bioalbert_core.albert.loading import fill
from bioalbert_core.convert.huggingface import read_huggingface, write_huggingface
from bioalbert_core.convert.keras_hub import write_kerashub

Arrays = dict[str, np.ndarray]
LABELS = ("O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease")


def kit(checkpoint: Checkpoint, inputs: Arrays, precision: str = "float32") -> Arrays:
    """All outputs of the kit's models with these weights, as float32."""
    keras.config.set_dtype_policy(precision)
    encoder = build_encoder(checkpoint.config)
    pretraining = build_pretraining_model(checkpoint.config)
    keras.config.set_dtype_policy("float32")
    fill(encoder, checkpoint, [part for part in checkpoint.parts if "head" not in part])
    fill(pretraining, checkpoint, checkpoint.parts)
    encoded = encoder.predict_on_batch({name: inputs[name] for name in encoder.input})
    found = {**encoded, **pretraining.predict_on_batch(inputs)}
    return {name: np.asarray(x, "float32") for name, x in found.items()}


def from_preset(checkpoint: Checkpoint, inputs: Arrays) -> Arrays:
    """What keras-hub answers with the preset that the kit wrote."""
    with tempfile.TemporaryDirectory() as folder:
        write_kerashub(checkpoint, Path(folder))
        backbone = keras_hub.models.AlbertBackbone.from_preset(folder)
    found = backbone.predict_on_batch({name: inputs[name] for name in backbone.input})
    return {"sequence": found["sequence_output"], "pooled": found["pooled_output"]}


def tagger(checkpoint: Checkpoint, inputs: Arrays, folder: Path) -> Arrays:
    """Logits of a tagger with this encoder and a random head, which is exported to the folder."""
    width = checkpoint.config.hidden_size
    rng = np.random.default_rng(0)
    tensors = {n: x for n, x in checkpoint.tensors.items() if "head" not in n and "pooler" not in n}
    tensors["tagger_head/kernel"] = rng.normal(0, width**-0.5, (width, 5)).astype("float32")
    tensors["tagger_head/bias"] = rng.normal(0, 0.1, 5).astype("float32")
    whole = replace(checkpoint, tensors=tensors, labels=LABELS, window=64)
    folder.mkdir()
    write_huggingface(whole, folder)
    model = build_tagger(whole.config, len(LABELS))
    fill(model, whole)
    return {"labels": model.predict_on_batch({name: inputs[name] for name in model.input})}


def main(folders: Sequence[str]) -> None:
    """Write the answers for each folder."""
    for folder in map(Path, folders):
        checkpoint, inputs = read_huggingface(folder), load_file(folder / "inputs.safetensors")
        if checkpoint.left_over:
            raise SystemExit(f"{folder}: left over: {checkpoint.left_over}")
        found = {"kit": kit(checkpoint, inputs)}
        found["bfloat16"] = kit(checkpoint, inputs, "mixed_bfloat16")
        if checkpoint.config.activation == "gelu_tanh":  # keras-hub's ALBERT has no other
            found["keras-hub"] = from_preset(checkpoint, inputs)
        found["tagger"] = tagger(checkpoint, inputs, folder / f"{BACKEND}-tagger")
        flat = {f"{peer}/{name}": x for peer, some in found.items() for name, x in some.items()}
        save_file(flat, folder / f"{BACKEND}.safetensors")


if __name__ == "__main__":
    main(sys.argv[1:])
