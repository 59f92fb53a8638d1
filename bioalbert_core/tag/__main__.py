"""``python -m bioalbert_core.tag --model RUN [FILE...] [--format FORMAT] [--out DIR]``"""

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

import tyro
from tqdm import tqdm

from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.progress import LINE_EVERY
from bioalbert_core.tag.blocks import Block
from bioalbert_core.tag.tagging import Tagged, tag_blocks


@dataclass(frozen=True)
class TagSettings:
    """Find entities in raw text, with exact character offsets.

    Text is read, tagged and written as a stream: the memory does not grow with the input, neither
    with the number of documents nor with the length of one. A document of over 262,144 characters
    is read in parts: cut after a blank line; in a longer paragraph between sentences; in a sentence
    of over 10,000 characters at white space; anywhere in a longer word.
    """

    model: Path
    """Run folder written by bioalbert_core.finetune, or bioalbert-tiny-ner, which the kit ships."""
    files: tyro.conf.Positional[tuple[Path, ...]] = ()
    """UTF-8 text files, plain or .gz, or folders of them; standard input when none is given."""
    documents: Literal["file", "line", "jsonl"] = "file"
    """What a document is. file: each file, or all of standard input; line: each line, named after
    its number; jsonl: the "text" of the JSON object in each line (of at most 20,000,000
    characters), named after its "id"."""
    format: Literal["jsonl", "conll", "brat", "pubtator", "bioc", "html"] = "jsonl"
    """jsonl: a JSON object a document; conll: word<TAB>tag in BIO; brat: a .txt and an .ann file a
    document; pubtator: the first line as title, the rest as abstract; bioc: a BioC collection in
    JSON; html: one page with an index, entities highlighted. Offsets count Unicode characters from
    0. In pubtator a line end or tab in a mention is written as one space; in brat such a mention
    has a fragment on each side of it."""
    out: Path | None = None
    """Folder to write to: entities.jsonl, .tsv (conll), .pubtator, .json (bioc) or .html; for brat
    all files, which its manifest lists (more memory by the document). Standard output when not
    given, though not for brat."""


def work(settings: TagSettings) -> None:
    """Read, tag, write."""
    if settings.format == "brat" and settings.out is None:
        raise UserError("--format brat: writes two files a document; name a folder with --out")
    from bioalbert_core.tag.sources import find_sources, read_blocks

    sources = find_sources(settings.files, settings.documents)
    from bioalbert_core.plumbing.backend import start_keras

    start_keras()
    from bioalbert_core.ner.recognizer import EntityRecognizer

    recognizer = EntityRecognizer.load(settings.model)
    texts: dict[str, str] = {}
    counts: Counter[str] = Counter(documents=0, characters=0, entities=0)
    blocks = followed(read_blocks(sources, settings.documents, texts), not settings.out)
    tagged = counted(tag_blocks(blocks, recognizer.tag_many), counts)
    if settings.out is None:
        print_all(tagged, settings.format)
    else:
        write_all(tagged, settings, texts, counts)


def print_all(tagged: Iterable[Tagged], format_: str) -> None:
    """Write to standard output as it comes."""
    from bioalbert_core.tag.formats import FORMATS

    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # these formats are, on any system
    _, write = FORMATS[format_]
    sys.stdout.writelines(write(tagged))
    sys.stdout.flush()


def write_all(
    tagged: Iterable[Tagged], settings: TagSettings, texts: dict[str, str], counts: Counter[str]
) -> None:
    """Write to a folder, whole or not at all."""
    from bioalbert_core.plumbing.addresses import children
    from bioalbert_core.plumbing.files import sha256
    from bioalbert_core.plumbing.folders import output_folder, write_manifest
    from bioalbert_core.plumbing.shipped import find_model
    from bioalbert_core.tag.brat import write_brat
    from bioalbert_core.tag.formats import FORMATS

    name = ""
    with output_folder(settings.out, "tag") as folder:
        if settings.format == "brat":
            write_brat(folder, tagged)
        else:
            ending, write = FORMATS[settings.format]
            name = f"entities.{ending}"
            with (folder / name).open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(write(tagged))
        files = children(find_model(settings.model))
        model = {path.name: sha256(path) for path in files if path.is_file()}
        told = {"documents": settings.documents, "format": settings.format}
        inputs = {"model": model, "texts": texts}
        write_manifest(folder, "tag", settings=told, inputs=inputs, counts=counts)
    for what, number in counts.items():
        print(f"{what}: {number:,}")
    print(f"written: {settings.out / name}")


def counted(tagged: Iterable[Tagged], counts: Counter[str]) -> Iterator[Tagged]:
    """The same, added to the counts on its way."""
    for block, entities in tagged:
        counts["documents"] += block.ends
        counts["characters"] += len(block.text)
        counts["entities"] += len(entities)
        yield block, entities


def followed(blocks: Iterable[Block], printed: bool) -> Iterator[Block]:
    """The same, told on standard error: a bar, or a line now and then where none can be seen or
    where the results are printed on the same screen."""
    hidden = True if printed and sys.stdout.isatty() else None
    done, told = 0, perf_counter()
    with tqdm(desc="tag", unit=" characters", unit_scale=True, disable=hidden) as bar:
        for block in blocks:
            yield block
            done += len(block.text)
            bar.update(len(block.text))
            if bar.disable and perf_counter() - told >= LINE_EVERY:
                print(f"tag: {done:,} characters", file=sys.stderr, flush=True)
                told = perf_counter()


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(TagSettings, work, "tag", argv)


if __name__ == "__main__":
    main()
