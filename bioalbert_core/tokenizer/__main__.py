"""``python -m bioalbert_core.tokenizer train ...`` and ``... show TEXT --tokenizer FILE``"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.train import SENTENCES, train_tokenizer


@dataclass(frozen=True)
class Train:
    """Train a SentencePiece vocabulary with ALBERT's flags and special pieces."""

    corpus: Path
    """Folder written by bioalbert_core.corpus; or a file or folder of .txt or .txt.gz in ALBERT's
    own format: one sentence a line, a blank line between documents."""
    out: Path
    """The .model file to write."""
    vocab_size: int = 30_000
    """Pieces in the vocabulary."""
    sentences: int = SENTENCES
    """Largest number of sentences to train on, drawn from all of the corpus; 3 GB per million."""


@dataclass(frozen=True)
class Show:
    """Show the tokens of a text: piece, id, and the characters it covers."""

    text: tyro.conf.Positional[str]
    """The text."""
    tokenizer: Path
    """A SentencePiece .model file."""


Settings = (
    Annotated[Train, tyro.conf.subcommand("train")] | Annotated[Show, tyro.conf.subcommand("show")]
)


def work(settings: Train | Show) -> None:
    """Train a vocabulary, or show the tokens of a text."""
    if isinstance(settings, Train):
        if settings.out.suffix != ".model":
            raise UserError(f"{settings.out}: the name of a tokenizer ends in .model; choose one")
        print(f"reading up to {settings.sentences:,} sentences, then training", flush=True)
        train_tokenizer(settings.corpus, settings.vocab_size, settings.out, settings.sentences)
        print(f"vocabulary: {settings.vocab_size:,} pieces\ntokenizer: {settings.out}")
        return

    encoding = Tokenizer(settings.tokenizer).encode_with_spans(settings.text)
    for piece, id_, (start, end) in zip(encoding.pieces, encoding.ids, encoding.spans, strict=True):
        print(f"{piece}\t{id_}\t{start}:{end}\t{settings.text[start:end]}")


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(Settings, work, "tokenizer", argv)


if __name__ == "__main__":
    main()
