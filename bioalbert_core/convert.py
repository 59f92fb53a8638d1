"""``python -m bioalbert_core.convert SRC DST --to kit|hf|keras``"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from bioalbert_core.command import run


@dataclass(frozen=True)
class ConvertSettings:
    """Turn an ALBERT of another program into one of this kit, or one of this kit into theirs."""

    source: tyro.conf.Positional[Path]
    """A run of this kit, a Hugging Face folder, a keras-hub preset, Google's TensorFlow checkpoint
    (its prefix, folder or archive: the released BioALBERT)."""
    target: tyro.conf.Positional[Path]
    """The folder to write."""
    to: Literal["kit", "hf", "keras"]
    """The format to write: this kit's, Hugging Face's, or keras-hub's."""


def work(settings: ConvertSettings) -> None:
    """Read in whatever format, write in the one wanted, and tell of all that was left aside."""
    from bioalbert_core.albert.weights.formats import FORMATS, read_model, write_model
    from bioalbert_core.folders import output_folder, write_manifest

    with tempfile.TemporaryDirectory() as scratch:
        kind, checkpoint = read_model(settings.source, Path(scratch))
        parameters = sum(tensor.size for tensor in checkpoint.tensors.values())
        with output_folder(settings.target, "convert") as folder:
            write_model(checkpoint, folder, settings.to)
            write_manifest(
                folder,
                "convert",
                settings={"source": str(settings.source), "to": settings.to},
                counts={"parameters": parameters},
            )
    print(f"read: {FORMATS[kind]}")
    print(f"parts: {', '.join(checkpoint.parts)} ({parameters:,} parameters)")
    if checkpoint.left_over:
        print(f"left aside, as an ALBERT has no such variables: {', '.join(checkpoint.left_over)}")
    if checkpoint.tokenizer is None:
        print("tokenizer: none beside the model; copy its SentencePiece model in before using it")
    print(f"{FORMATS[settings.to]}: {settings.target}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(ConvertSettings, work, "convert", argv)


if __name__ == "__main__":
    main()
