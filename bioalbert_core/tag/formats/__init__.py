"""The output formats. To add one, write it in a file of this folder and add a row to `FORMATS`."""

from collections.abc import Callable
from dataclasses import dataclass

from bioalbert_core.tag.formats.bioc import to_bioc
from bioalbert_core.tag.formats.brat import write_brat
from bioalbert_core.tag.formats.conll import to_conll
from bioalbert_core.tag.formats.html import to_html
from bioalbert_core.tag.formats.jsonl import to_jsonl
from bioalbert_core.tag.formats.pubtator import to_pubtator


@dataclass(frozen=True)
class Format:
    """One format, and how it is written.

    Attributes:
        write: turns a stream of `Tagged` documents into pieces of text. Without an ``ending`` it
            gets a folder as well, and writes its own files there.
        ending: of the one file ``entities.ENDING``; None for a format of several files.
        about: what ``--help`` says.
    """

    write: Callable
    ending: str | None
    about: str


FORMATS = {
    "jsonl": Format(to_jsonl, "jsonl", "one JSON object per document"),
    "conll": Format(to_conll, "tsv", "word<TAB>tag lines in BIO"),
    "brat": Format(
        write_brat,
        None,
        "a .txt and an .ann file per document, all listed in the manifest, so memory grows with "
        "their number; a mention that spans several lines has one fragment per line",
    ),
    "pubtator": Format(
        to_pubtator,
        "pubtator",
        "the first line as the title, the rest as the abstract, with a space for each line break "
        "or tab",
    ),
    "bioc": Format(to_bioc, "json", "a BioC collection in JSON"),
    "html": Format(to_html, "html", "one page with an index and highlighted entities"),
}
