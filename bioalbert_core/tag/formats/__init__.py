"""The output formats of `tag`, one in each file of this folder.

To add a format, write a function in a new file with the format's name, and add a row to `FORMATS`:

- one file: ``to_NAME(tagged) -> Iterator[str]``, pieces of text, and the ending of the file;
- several files: ``write_NAME(tagged, folder) -> None``, and None as the ending.

``tagged`` is a stream of (document, entities). A document has an ``id`` and a ``text``; an entity
has ``start``, ``end`` (in characters of the text), ``type`` and ``score``. `columns` keeps text on
one line. The command's choices and help come from the table; the README lists the formats too.
"""

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
        write: ``to_NAME`` or ``write_NAME``, as above.
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
