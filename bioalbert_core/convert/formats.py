"""Which format a model is in, and the way into and out of each."""

from pathlib import Path

from bioalbert_core.albert.checkpoint import Checkpoint
from bioalbert_core.albert.kit import is_kit, read_kit, write_kit
from bioalbert_core.convert.google import is_google, read_google
from bioalbert_core.convert.huggingface import (
    is_huggingface,
    read_huggingface,
    write_huggingface,
)
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tokenizer import Tokenizer

FORMATS = {
    "kit": "model of this kit",
    "hf": "Hugging Face folder",
    "keras": "keras-hub preset",
    "google": "TensorFlow checkpoint of Google's ALBERT",
}


def read_model(source: Path, scratch: Path) -> tuple[str, Checkpoint]:
    """The format of a model, a key of `FORMATS`, and the model.

    Args:
        source: a file or folder.
        scratch: an empty folder for what has to be unpacked; to be kept as long as the checkpoint.

    Raises:
        UserError: nothing that can be read, damaged, of another architecture, or with another
            model's tokenizer.
    """
    kind, checkpoint = _read(source, scratch)
    wanted = checkpoint.config.vocab_size
    if checkpoint.tokenizer and (found := Tokenizer(checkpoint.tokenizer).vocab_size) != wanted:
        raise UserError(
            f"{checkpoint.tokenizer}: has {found:,} pieces, the model {wanted:,}; get the "
            "tokenizer that belongs to it"
        )
    return kind, checkpoint


def _read(source: Path, scratch: Path) -> tuple[str, Checkpoint]:
    if is_kit(source):
        return "kit", read_kit(source)
    if is_google(source):  # before Hugging Face, whose words its config has too
        return "google", read_google(source, scratch)
    if is_huggingface(source):
        return "hf", read_huggingface(source)
    if (source / "metadata.json").is_file():
        return "keras", _kerashub().read_kerashub(source)
    if not source.exists():
        raise UserError(f"{source}: no such file or folder; check the path")
    raise UserError(
        f"{source}: no model that can be read; give a {', a '.join(FORMATS.values())}, or an "
        "archive of the last"
    )


def write_model(checkpoint: Checkpoint, folder: Path, kind: str) -> None:
    """Write a checkpoint to a folder, in the format of this kind.

    Raises:
        UserError: the format has no place for a model like this.
    """
    if checkpoint.own and kind != "kit":
        raise UserError(
            f"{checkpoint.place}: a tagger with a CRF or a gazetteer, for which no other program "
            "has a place; train one with --head softmax, without --gazetteer"
        )
    if kind == "kit":
        write_kit(checkpoint, folder)
    elif kind == "hf":
        write_huggingface(checkpoint, folder)
    else:
        _kerashub().write_kerashub(checkpoint, folder)


def _kerashub():
    """keras-hub takes seconds to import, so only when it is wanted."""
    from bioalbert_core.plumbing.backend import start_keras

    start_keras()
    from bioalbert_core.convert import keras_hub as kerashub

    return kerashub
