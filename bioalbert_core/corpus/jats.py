"""PMC's JATS XML (.nxml): title, abstract and body of full-text articles."""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.xml import elements, text_of

# What is not running prose: left out with all that is inside.
NOT_PROSE = frozenset(
    [
        *("table-wrap", "table", "fig", "fig-group", "graphic", "media", "ref-list"),
        *("supplementary-material", "disp-formula", "inline-formula", "tex-math"),
        *("fn", "fn-group"),
    ]
)
IDS = ("pmc", "pmcid", "pmc-uid", "pmid", "doi", "publisher-id")


def read_jats(stream: BinaryIO, place: str) -> Iterator[Document]:
    """Documents of a JATS file: one article, or a ``pmc-articleset`` of many.

    Tables, figures, formulas, references and supplementary material are left out; so are
    ``sub-article`` and ``response``, which are other documents inside this one.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
    """
    for article in elements(stream, ("article",), place):
        meta = article.find("front/article-meta")
        sections = []
        if meta is not None:
            title = text_of(meta.find("title-group/article-title"), NOT_PROSE | {"xref"})
            sections.append(Section("TITLE", title))
            for abstract in meta.iterfind("abstract"):
                if abstract.get("abstract-type") is None:  # others: teasers, graphical abstracts
                    sections.extend(_paragraphs(abstract, "ABSTRACT"))
        body = article.find("body")
        if body is not None:
            sections.extend(_paragraphs(body, "BODY"))
        kept = tuple(section for section in sections if section.text)
        yield Document(_id(meta, place), kept)


def _paragraphs(element: etree._Element, label: str) -> Iterator[Section]:
    """The outermost paragraphs below an element, each labelled by its section's title."""
    for child in element:
        if child.tag == "sec":
            yield from _paragraphs(child, text_of(child.find("title")) or label)
        elif child.tag == "p":
            yield Section(label, text_of(child, NOT_PROSE))
        elif child.tag not in NOT_PROSE:
            yield from _paragraphs(child, label)


def _id(meta: etree._Element | None, place: str) -> str:
    found = (
        {} if meta is None else {i.get("pub-id-type"): i.text for i in meta.iterfind("article-id")}
    )
    for kind in IDS:
        if found.get(kind):
            prefix = "PMC" if kind.startswith("pmc") else kind.upper()
            return f"{prefix}:{found[kind].strip().removeprefix('PMC')}"
    return place
