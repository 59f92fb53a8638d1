"""What identifies a run of fine-tuning: its settings, and the hashes of all that it reads."""

from collections.abc import Sequence
from dataclasses import asdict

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.ner.datasets import Dataset
from bioalbert_core.ner.kinds import ALBERT, KINDS, kind_of
from bioalbert_core.plumbing.addresses import location
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import require_file, sha256


def check(datasets: Sequence[Dataset], model: str, config: FinetuneConfig) -> None:
    """UserError for two data sets of one name, or class weights where they do nothing."""
    names = [dataset.name for dataset in datasets]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{twice[0]}: two data sets have this name; rename a folder")
    softmax = kind_of(model) is KINDS[ALBERT] and config.head == "softmax"
    if config.class_weights and not softmax:
        raise UserError(
            "--class-weights: only a softmax weights labels; add --head softmax, or leave it out"
        )


def identity_of(
    datasets: Sequence[Dataset], model: str, config: FinetuneConfig, seed: int
) -> dict[str, dict]:
    """What identifies a run: only one with the same settings and inputs is resumed."""
    return {
        "settings": {**asdict(config), "seed": seed},
        "inputs": {
            "data": {dataset.name: _hashes(dataset) for dataset in datasets},
            "types": {dataset.name: dataset.types for dataset in datasets},
            "model": _model_hashes(model) if kind_of(model) is KINDS[ALBERT] else model,
        },
    }


def _hashes(dataset: Dataset) -> dict[str, str]:
    """By file and its folder, not by the whole path: data may be moved."""
    return {"/".join(path.parts[-2:]): sha256(path) for path in dataset.files}


def _model_hashes(run: str) -> dict[str, str]:
    folder = location(run)
    if not (folder / "model.safetensors").is_file():
        baselines = " or ".join(name for name in KINDS if name != ALBERT)
        raise UserError(f"{run}: not a pre-trained run; give one, or a baseline: {baselines}")
    names = ("config.json", "model.safetensors", "tokenizer.model")
    return {name: sha256(require_file(folder / name)) for name in names}
