"""``python -m bioalbert_core.tag --model RUN [FILE...] [--format FORMAT] [--out DIR]``"""

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import tyro
from tqdm import tqdm

from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import sha256
from bioalbert_core.plumbing.folders import output_folder, write_manifest
from bioalbert_core.plumbing.progress import LINE_EVERY
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.tag.formats import FORMATS
from bioalbert_core.tag.sources import Kind, find_sources, read_documents
from bioalbert_core.tag.tagging import Tagged, tag_documents

FORMAT_HELP = "; ".join(f"{name}: {format_.about}" for name, format_ in FORMATS.items())
FormatName = Annotated[
    Literal[tuple(FORMATS)],  # type: ignore[valid-type]
    tyro.conf.arg(help=f"{FORMAT_HELP}. Offsets count Unicode characters from 0."),
]


@dataclass(frozen=True)
class TagSettings:
    """Find entities in raw text, with exact character offsets.

    Text is read, tagged and written as a stream, so memory does not grow with the number of
    documents. A document has at most 20,000,000 bytes.
    """

    model: Path
    """Run folder written by bioalbert_core.finetune, or bioalbert-tiny-ner, which the kit ships."""
    files: tyro.conf.Positional[tuple[Path, ...]] = ()
    """UTF-8 text files, plain or .gz, or folders of them; standard input if none is given."""
    documents: Kind = "file"
    """What a document is. file: each file, or all of standard input; line: each line, named after
    its number; jsonl: the "text" of the JSON object on each line, named after its "id"."""
    format: FormatName = "jsonl"
    out: Path | None = None
    """Folder to write to: entities.jsonl, .tsv (conll), .pubtator, .json (bioc) or .html; for brat
    all files. The default is standard output, except for brat, which needs a folder."""


def work(settings: TagSettings) -> None:
    """Read, tag, write."""
    if FORMATS[settings.format].ending is None and settings.out is None:
        raise UserError(
            f"--format {settings.format}: writes several files; name a folder with --out"
        )
    sources = find_sources(settings.files, settings.documents)
    from bioalbert_core.plumbing.backend import start_keras

    start_keras()
    from bioalbert_core.ner.recognizer import EntityRecognizer

    recognizer = EntityRecognizer.load(settings.model)
    hashes: dict[str, str] = {}
    counts: Counter[str] = Counter(documents=0, characters=0, entities=0)
    documents = read_documents(sources, settings.documents, hashes)
    tagged = observed(tag_documents(documents, recognizer.tag_many), counts, not settings.out)
    if settings.out is None:
        print_all(tagged, settings.format)
    else:
        write_all(tagged, settings, hashes, counts)


def print_all(tagged: Iterable[Tagged], name: str) -> None:
    """Write to standard output, document by document."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # the formats require it
    sys.stdout.writelines(FORMATS[name].write(tagged))
    sys.stdout.flush()


def write_all(
    tagged: Iterable[Tagged], settings: TagSettings, hashes: dict[str, str], counts: Counter[str]
) -> None:
    """Write to a folder, completely or not at all."""
    format_ = FORMATS[settings.format]
    name = f"entities.{format_.ending}" if format_.ending else ""
    with output_folder(settings.out, "tag") as folder:
        if name:
            with (folder / name).open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(format_.write(tagged))
        else:
            format_.write(tagged, folder)
        files = children(find_model(settings.model))
        model = {path.name: sha256(path) for path in files if path.is_file()}
        choices = {"documents": settings.documents, "format": settings.format}
        inputs = {"model": model, "texts": hashes}
        write_manifest(folder, "tag", settings=choices, inputs=inputs, counts=counts)
    for what, number in counts.items():
        print(f"{what}: {number:,}")
    print(f"written: {settings.out / name}")


def observed(tagged: Iterable[Tagged], counts: Counter[str], printed: bool) -> Iterator[Tagged]:
    """The same stream, counted into ``counts`` and followed on standard error.

    Progress is a bar, or a line every now and then where a bar cannot be drawn or the results are
    printed to the same terminal.
    """
    hidden = True if printed and sys.stdout.isatty() else None
    last_line = perf_counter()
    with tqdm(desc="tag", unit=" characters", unit_scale=True, disable=hidden) as bar:
        for document, entities in tagged:
            counts.update(documents=1, characters=len(document.text), entities=len(entities))
            yield document, entities
            bar.update(len(document.text))
            if bar.disable and perf_counter() - last_line >= LINE_EVERY:
                print(f"tag: {counts['characters']:,} characters", file=sys.stderr, flush=True)
                last_line = perf_counter()


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(TagSettings, work, "tag", argv)


if __name__ == "__main__":
    main()
