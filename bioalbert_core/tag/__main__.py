"""``python -m bioalbert_core.tag --model RUN [FILE...] [--format jsonl|html] [--out DIR]``"""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro

from bioalbert_core.command import run
from bioalbert_core.errors import UserError


@dataclass(frozen=True)
class TagSettings:
    """Find entities in raw text, with exact character offsets."""

    model: Path
    """Run folder written by bioalbert_core.finetune."""
    files: tyro.conf.Positional[tuple[Path, ...]] = ()
    """Text files, each one document, or folders of .txt and .txt.gz files; standard input when
    none is given."""
    format: Literal["jsonl", "html"] = "jsonl"
    """jsonl: a JSON object a line; html: one page with the entities highlighted."""
    out: Path | None = None
    """Folder to write entities.jsonl or entities.html to; standard output when not given."""


def work(settings: TagSettings) -> None:
    """Read, tag, write."""
    texts = list(read_texts(settings.files))
    from bioalbert_core.backend import start_keras

    start_keras()
    from bioalbert_core.files import sha256
    from bioalbert_core.folders import output_folder, write_manifest
    from bioalbert_core.ner.tagger import Tagger
    from bioalbert_core.tag.formats import FORMATS, TaggedText

    tagger = Tagger.load(settings.model)
    documents = [TaggedText(id_, text, tuple(tagger(text))) for id_, text in texts]
    written = FORMATS[settings.format](documents)
    if settings.out is None:
        sys.stdout.write(written)
        return
    name = f"entities.{settings.format}"
    counts = {
        "documents": len(documents),
        "entities": sum(len(document.entities) for document in documents),
    }
    with output_folder(settings.out, "tag") as folder:
        (folder / name).write_text(written, "utf-8", newline="")
        model = sha256(settings.model / "model.safetensors")
        texts = {d.id: hashlib.sha256(d.text.encode()).hexdigest() for d in documents}
        write_manifest(
            folder,
            "tag",
            settings={"format": settings.format},
            inputs={"model": model, "texts": texts},
            counts=counts,
        )
    for what, number in counts.items():
        print(f"{what}: {number:,}")
    print(f"written: {settings.out / name}")


def read_texts(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """(id, text) of each file, or of standard input. The id is the file's name, where that is
    enough to tell it from the others, else its path."""
    from bioalbert_core.corpus.readers import PLAIN, XML, find_files
    from bioalbert_core.files import decode_text, read_text

    if not files:
        data = sys.stdin.buffer.read() if sys.stdin else b""
        if not data:
            raise UserError("standard input: empty; name a file or pipe a text in")
        yield "stdin", decode_text(data, "standard input")
    paths = [p for path in files for p in (find_files([path], PLAIN) if path.is_dir() else [path])]
    paths = list({path.resolve(): path for path in paths}.values())
    stems = [path.name.removesuffix(".gz").removesuffix(".txt") for path in paths]
    for path, stem in zip(paths, stems, strict=True):
        if path.name.endswith(XML):
            raise UserError(f"{path}: XML, not plain text; give .txt files")
        yield stem if stems.count(stem) == 1 else str(path), read_text(path)


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(TagSettings, work, "tag", argv)


if __name__ == "__main__":
    main()
