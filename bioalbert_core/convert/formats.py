"""The table of weight formats. A new format is a file that reads or writes it, and a row here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.albert.checkpoint import Checkpoint
from bioalbert_core.albert.kit import is_kit, read_kit, write_kit
from bioalbert_core.convert.google import is_google, read_google
from bioalbert_core.convert.huggingface import (
    is_huggingface,
    read_huggingface,
    write_huggingface,
)
from bioalbert_core.convert.keras_hub import is_kerashub, read_kerashub, write_kerashub
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tokenizer import Tokenizer


@dataclass(frozen=True)
class WeightFormat:
    """A format of weights.

    Args:
        description: what messages call it.
        is_format: whether a file or folder is in this format.
        read: the model in a file or folder. The second argument is an empty folder for unpacked
            files; it is kept as long as the checkpoint.
        write: write a model to a folder; None for a format that is only read.
    """

    description: str
    is_format: Callable[[Path], bool]
    read: Callable[[Path, Path], Checkpoint]
    write: Callable[[Checkpoint, Path], None] | None = None


# In this order a model's format is recognized: Google's configs use Hugging Face's names, too.
FORMATS = {
    "kit": WeightFormat("model of this kit", is_kit, lambda source, _: read_kit(source), write_kit),
    "google": WeightFormat("TensorFlow checkpoint of Google's ALBERT", is_google, read_google),
    "hf": WeightFormat(
        "Hugging Face folder",
        is_huggingface,
        lambda source, _: read_huggingface(source),
        write_huggingface,
    ),
    "keras": WeightFormat(
        "keras-hub preset", is_kerashub, lambda source, _: read_kerashub(source), write_kerashub
    ),
}


def written_formats() -> tuple[str, ...]:
    """The names of the formats that can be written.

    >>> written_formats()
    ('kit', 'hf', 'keras')
    """
    return tuple(name for name, form in FORMATS.items() if form.write)


def read_model(source: Path, scratch: Path) -> tuple[str, Checkpoint]:
    """The format of a model, a key of `FORMATS`, and the model.

    Args:
        source: a file or folder.
        scratch: an empty folder for unpacked files; keep it as long as the checkpoint.

    Raises:
        UserError: not a model, damaged, of another architecture, or with another model's tokenizer.
    """
    for name, form in FORMATS.items():
        if form.is_format(source):
            checkpoint = form.read(source, scratch)
            _check_tokenizer(checkpoint)
            return name, checkpoint
    if not source.exists():
        raise UserError(f"{source}: no such file or folder; check the path")
    kinds = ", ".join(f"a {form.description}" for form in FORMATS.values())
    raise UserError(f"{source}: no model found; choose one of: {kinds}, or an archive of such")


def _check_tokenizer(checkpoint: Checkpoint) -> None:
    size = checkpoint.config.vocab_size
    path = checkpoint.tokenizer
    if path and (pieces := Tokenizer(path).vocab_size) != size:
        raise UserError(
            f"{path}: has a vocabulary of {pieces:,}, the model one of {size:,}; get the tokenizer "
            "that belongs to the model"
        )


def write_model(checkpoint: Checkpoint, folder: Path, name: str) -> None:
    """Write a checkpoint to a folder, in the format with this name.

    Raises:
        UserError: the format cannot hold this model.
    """
    if checkpoint.own and name != "kit":
        raise UserError(
            f"{checkpoint.place}: a tagger with a CRF or a gazetteer feature, which only this kit "
            "can run; train one with --head softmax, without --gazetteer"
        )
    FORMATS[name].write(checkpoint, folder)
