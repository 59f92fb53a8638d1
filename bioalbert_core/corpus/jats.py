"""PMC's JATS XML (.nxml): title, abstract and body of full-text articles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.xml import GAP, elements, text_of

MATH = "{http://www.w3.org/1998/Math/MathML}math"
# What is not running prose: left out with all that is inside.
NOT_PROSE = frozenset(
    [
        *("table-wrap", "table-wrap-group", "table", "array", "fig", "fig-group", "graphic"),
        *("media", "ref-list", "supplementary-material", "fn", "fn-group", "index-term"),
        *("disp-formula", "disp-formula-group", "inline-formula", "tex-math", MATH),
        *("label", "object-id", "code", "preformat"),
    ]
)
NOTES = frozenset(["fn", "table-fn", "aff", "corresp", "author-notes"])  # "*" and the like
IDS = ("pmc", "pmcid", "pmc-uid", "pmid", "doi", "publisher-id")

NAME_OR_YEAR = re.compile(r"[^\W\d_]{2}|\d{4}")  # what "[12a, 13]" has not and "Hites 2004" has
RUN = rf"{GAP}(?:(?:[\s,;&‐-―−-]|and|to)*{GAP})*"  # gaps, and what only joins them
GAPS = re.compile(rf"\s*(?:\[\s*{RUN}\s*\]|\(\s*{RUN}\s*\)|{RUN})")
EMPTIED = re.compile(r"(?<=[\[(])[\s,;]+|(?<![\s,;])[\s,;]+(?=[\])])")


def read_jats(chunks: Iterable[bytes], place: str, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a JATS file: one article, or a ``pmc-articleset`` of many.

    Tables, figures, formulas, references and supplementary material are left out; so are
    ``sub-article`` and ``response``, which are other documents inside this one, and citations by
    number: "growth [3,4]" becomes "growth", while "growth (Hites 2004)" stays.

    Args:
        chunks: the file's bytes, unpacked.
        place: its name, for error messages, and for the id of an article that has none.
        counts: ``sub_articles_left_out`` is added to.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
    """
    for article in elements(chunks, ("article",), place):
        counts["sub_articles_left_out"] += sum(1 for _ in article.iter("sub-article", "response"))
        meta = article.find("front/article-meta")
        kept = tuple(section for section in _sections(article, meta) if section.text)
        yield Document(_id(meta, place), kept)


def _sections(article: etree._Element, meta: etree._Element | None) -> Iterator[Section]:
    if meta is not None:
        title = meta.find("title-group/article-title")
        yield Section("TITLE", _mended(text_of(title, lambda e: e.tag == "xref" or _apart(e))))
        for abstract in meta.iterfind("abstract"):
            if abstract.get("abstract-type") is None:  # others: teasers, graphical abstracts
                yield from _paragraphs(abstract, "ABSTRACT")
    body = article.find("body")
    if body is not None:
        yield from _paragraphs(body, "BODY")


def _paragraphs(element: etree._Element, label: str) -> Iterator[Section]:
    """The outermost paragraphs below an element, each labelled by its section's title."""
    for child in element:
        if child.tag == "sec":
            yield from _paragraphs(child, _mended(text_of(child.find("title"), _apart)) or label)
        elif child.tag == "p":
            yield Section(label, _mended(text_of(child, _apart)))
        elif child.tag not in NOT_PROSE:
            yield from _paragraphs(child, label)


def _apart(element: etree._Element) -> bool:
    """Whether an element is no part of the sentence around it."""
    if element.tag == "xref":
        kind = element.get("ref-type")
        return kind in NOTES or (kind == "bibr" and not NAME_OR_YEAR.search(text_of(element)))
    return element.tag in NOT_PROSE


def _mended(text: str) -> str:
    """The text with its gaps closed, and the brackets and commas gone that only held them.

    >>> _mended("It grew [\\0,\\0-\\0], and more.\\0,\\0 Then (see Fig. 2; \\0) it stopped \\0.")
    'It grew, and more. Then (see Fig. 2) it stopped.'
    """
    return EMPTIED.sub("", GAPS.sub("", text)).strip() if GAP in text else text


def _id(meta: etree._Element | None, place: str) -> str:
    found = (
        {} if meta is None else {i.get("pub-id-type"): i.text for i in meta.iterfind("article-id")}
    )
    for kind in IDS:
        if found.get(kind):
            prefix = "PMC" if kind.startswith("pmc") else kind.upper()
            return f"{prefix}:{found[kind].strip().removeprefix('PMC')}"
    return place
