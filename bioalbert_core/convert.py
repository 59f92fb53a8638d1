"""``python -m bioalbert_core.convert SRC DST --to kit|hf|keras``"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tyro

from bioalbert_core.addresses import fetched, sent
from bioalbert_core.command import run
from bioalbert_core.errors import UserError
from bioalbert_core.files import sha256

if TYPE_CHECKING:
    import numpy as np

    from bioalbert_core.albert.weights.checkpoint import Checkpoint

SHOWN = 20  # names of variables
KERAS_HUB_LENGTH = 512  # tokens, unless told otherwise


@dataclass(frozen=True)
class ConvertSettings:
    """Turn an ALBERT of another program into one of this kit, or one of this kit into theirs."""

    source: tyro.conf.Positional[Path]
    """A run of this kit, the name of a model that it ships, a Hugging Face folder, a keras-hub
    preset, Google's TensorFlow checkpoint (its prefix, folder or archive: the released
    BioALBERT)."""
    target: tyro.conf.Positional[Path]
    """The folder to write."""
    to: Literal["kit", "hf", "keras"]
    """The format to write: this kit's, Hugging Face's, or keras-hub's."""
    half: bool = False
    """Store 16-bit floats, in half the space; not in a keras-hub preset."""


def work(settings: ConvertSettings) -> None:
    """Read in whatever format, write in the one wanted, and tell of all that was left aside."""
    from bioalbert_core.albert.weights.formats import FORMATS, read_model, write_model
    from bioalbert_core.folders import output_folder, write_manifest
    from bioalbert_core.mini import find_model
    from bioalbert_core.ner.dictionary import FILE as DICTIONARY
    from bioalbert_core.ner.labeler import bio_tags

    original, target = find_model(settings.source), settings.target
    if settings.half and settings.to == "keras":
        raise UserError("--half: a keras-hub preset holds 32-bit floats; leave it out")
    if original.resolve() == target.resolve():
        raise UserError(f"{target}: the model itself; choose another folder to write")
    with (
        tempfile.TemporaryDirectory() as scratch,
        fetched(original) as source,
        output_folder(target, "convert") as place,
        sent(place) as folder,
    ):
        kind, checkpoint = read_model(source, Path(scratch))
        parameters = sum(tensor.size for tensor in checkpoint.tensors.values())
        tags = bio_tags(checkpoint.labels, checkpoint.place) if settings.to == "kit" else ()
        if settings.half:
            checkpoint = replace(checkpoint, tensors=halved(checkpoint))
        write_model(checkpoint, folder, settings.to)
        files = checkpoint.files
        if (source / DICTIONARY).is_file():
            shutil.copyfile(source / DICTIONARY, folder / DICTIONARY)
            files = (*files, source / DICTIONARY)
        write_manifest(
            folder,
            "convert",
            settings={"to": settings.to, "half": settings.half},
            inputs={"format": kind, "files": {p.name: sha256(p) for p in sorted(files)}},
            counts={"parameters": parameters},
        )
    print(f"read: {FORMATS[kind]}")
    print(f"parts: {', '.join(checkpoint.parts)} ({parameters:,} parameters)")
    if other := [f"{a} as {b}" for a, b in zip(checkpoint.labels, tags, strict=False) if a != b]:
        print(f"labels: {', '.join(other)}")
    if checkpoint.left_over:
        names = ", ".join(map(repr, checkpoint.left_over[:SHOWN]))
        more = len(checkpoint.left_over) - SHOWN
        print(f"left aside, without a place here: {names}" + (f" and {more} more" * (more > 0)))
    if checkpoint.tokenizer is None:
        print("tokenizer: no SentencePiece model beside it; without one nothing can be tagged")
    if settings.to == "keras" and (length := checkpoint.config.max_length) != KERAS_HUB_LENGTH:
        print(
            f"length: {length} tokens; keras-hub's other preprocessors than the text classifier's "
            f"take {KERAS_HUB_LENGTH}: give them sequence_length={length}"
        )
    print(f"{FORMATS[settings.to]}: {settings.target}")


def halved(checkpoint: "Checkpoint") -> dict[str, "np.ndarray"]:
    """The tensors of a checkpoint as 16-bit floats.

    Raises:
        UserError: a number is too large for that.
    """
    largest = 65_504
    for name, tensor in checkpoint.tensors.items():
        if abs(tensor).max() > largest:
            raise UserError(f"{checkpoint.place}: {name} is above {largest:,}; leave out --half")
    return {name: tensor.astype("float16") for name, tensor in checkpoint.tensors.items()}


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(ConvertSettings, work, "convert", argv)


if __name__ == "__main__":
    main()
