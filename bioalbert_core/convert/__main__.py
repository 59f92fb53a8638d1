"""``python -m bioalbert_core.convert SRC DST --to kit|hf|keras``"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import tyro

from bioalbert_core.albert.checkpoint import Checkpoint
from bioalbert_core.convert.formats import FORMATS, read_model, write_model, written_formats
from bioalbert_core.plumbing.addresses import fetched, sent
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import sha256

SHOWN = 20  # names of variables
KERAS_HUB_LENGTH = 512  # tokens: keras-hub's default
LARGEST_HALF = 65_504  # the largest 16-bit float
Target = str if TYPE_CHECKING else Literal[written_formats()]


@dataclass(frozen=True)
class ConvertSettings:
    """Convert an ALBERT between this kit and other programs."""

    source: tyro.conf.Positional[Path]
    """A run of this kit, the name of a model it ships, a Hugging Face folder, a keras-hub preset,
    or Google's TensorFlow checkpoint (its prefix, folder or archive, such as the released
    BioALBERT)."""
    target: tyro.conf.Positional[Path]
    """The folder to write."""
    to: Target
    """The format to write: this kit's, Hugging Face's, or keras-hub's."""
    half: bool = False
    """Store 16-bit floats, in half the space; not for keras-hub."""


def work(settings: ConvertSettings) -> None:
    """Read a model in any format, write it in the chosen one, and report what was left out."""
    from bioalbert_core.ner.sequence_tagger import bio_tags  # the kit's taggers need BIO labels
    from bioalbert_core.plumbing.folders import output_folder, write_manifest
    from bioalbert_core.plumbing.shipped import find_model

    original, target = find_model(settings.source), settings.target
    if settings.half and settings.to == "keras":
        raise UserError("--half: a keras-hub preset holds 32-bit floats; leave out --half")
    if original.resolve() == target.resolve():
        raise UserError(f"{target}: the model itself; choose another folder to write")
    with (
        tempfile.TemporaryDirectory() as scratch,
        fetched(original) as source,
        output_folder(target, "convert") as partial,
        sent(partial) as folder,
    ):
        name, checkpoint = read_model(source, Path(scratch))
        tags = bio_tags(checkpoint.labels, checkpoint.place) if settings.to == "kit" else ()
        write_model(halved(checkpoint) if settings.half else checkpoint, folder, settings.to)
        parameters = sum(tensor.size for tensor in checkpoint.tensors.values())
        files = {path.name: sha256(path) for path in sorted(checkpoint.files)}
        write_manifest(
            folder,
            "convert",
            settings={"to": settings.to, "half": settings.half},
            inputs={"format": name, "files": files},
            counts={"parameters": parameters},
        )
    print(f"read: {FORMATS[name].description}")
    print(f"parts: {', '.join(checkpoint.parts)} ({parameters:,} parameters)")
    if other := [f"{a} as {b}" for a, b in zip(checkpoint.labels, tags, strict=False) if a != b]:
        print(f"labels: {', '.join(other)}")
    _report_losses(checkpoint, settings.to)
    print(f"{FORMATS[settings.to].description}: {settings.target}")


def _report_losses(checkpoint: Checkpoint, to: str) -> None:
    """Print what the written model lacks, or what its users must know."""
    if checkpoint.left_over:
        names = ", ".join(map(repr, checkpoint.left_over[:SHOWN]))
        more = len(checkpoint.left_over) - SHOWN
        print(f"left out, not part of an ALBERT: {names}" + (f" and {more} more" * (more > 0)))
    if checkpoint.tokenizer is None:
        print("tokenizer: no SentencePiece model found; without one, this model cannot tag text")
    if to == "keras" and (length := checkpoint.config.max_length) != KERAS_HUB_LENGTH:
        print(
            f"length: {length} tokens; except for the text classifier's, keras-hub's preprocessors "
            f"default to {KERAS_HUB_LENGTH}: pass sequence_length={length}"
        )


def halved(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with 16-bit floats; UserError for a number that is too large."""
    for name, tensor in checkpoint.tensors.items():
        if np.abs(tensor).max() > LARGEST_HALF:
            raise UserError(
                f"{checkpoint.place}: {name} is above {LARGEST_HALF:,}; leave out --half"
            )
    tensors = {name: tensor.astype("float16") for name, tensor in checkpoint.tensors.items()}
    return replace(checkpoint, tensors=tensors)


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(ConvertSettings, work, "convert", argv)


if __name__ == "__main__":
    main()
