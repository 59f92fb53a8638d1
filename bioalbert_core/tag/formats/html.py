"""One page of highlighted texts that needs no network and no script."""

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from tempfile import SpooledTemporaryFile

from bioalbert_core.show.highlight import PAGE_FOOT, TEXT_START, counted, legend, marked, page_head
from bioalbert_core.tag.tagging import Tagged


def to_html(tagged: Iterable[Tagged]) -> Iterator[str]:
    """A legend, an index of the documents, and each document with its entities highlighted.

    The legend and the index come first but are complete only after the last document. Until then
    the page waits in temporary files, so that memory does not grow with the number of documents.
    """
    number, total = 0, Counter[str]()
    with _waiting() as index, _waiting() as sections:
        for number, (document, entities) in enumerate(tagged, 1):
            types = Counter(e.type for e in entities)
            total.update(types)
            id_, text = escape(document.id), marked(document.text, entities, scores=True)
            index.write(f'<li><a href="#d{number}">{id_}</a>, entities: {types.total():,}</li>\n')
            sections.write(f'<section id="d{number}"><h2>{id_}</h2>{TEXT_START}{text}')
            sections.write(f"</div><p>{counted(types)}</p></section>\n")
        yield page_head("BioALBERT: entities found") + legend(total)
        yield f"<nav><details open><summary>Documents: {number:,}</summary>\n<ol>\n"
        yield from _lines(index)
        yield "</ol></details></nav>\n"
        yield from _lines(sections)
    yield PAGE_FOOT


def _waiting() -> SpooledTemporaryFile:
    """Text that waits: in memory up to a megabyte, then on disk."""
    return SpooledTemporaryFile(2**20, "w+", encoding="utf-8", newline="")


def _lines(file: SpooledTemporaryFile) -> Iterator[str]:
    file.seek(0)
    yield from file
