"""MEDLINE/PubMed XML: the title and the labelled sections of the abstract, in order."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from bioalbert_core.corpus.citations import closed
from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.formulas import MATH, plain_formula
from bioalbert_core.corpus.left_out import leave_out
from bioalbert_core.corpus.xml import ARTICLE_LIMIT, elements, text_of
from bioalbert_core.errors import UserError

RECORDS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation")
# Compiled, for speed; it gives the elements in the order of the file.
PARTS = etree.XPath(
    "MedlineCitation/PMID | MedlineCitation/Article/ArticleTitle"
    " | MedlineCitation/Article/Abstract/AbstractText | MedlineCitation/OtherAbstract"
)
DATA, DATA_END = b"<PubmedData>", b"</PubmedData>"
# PubMed's mark of a title that was translated: brackets around the whole of it.
TRANSLATED = re.compile(r"\[((?:[^][]++|\[[^][]*+\])*+)\]\.?")
REMARK = re.compile(r" ?\(author's transl\)")
TRUNCATED = re.compile(r"\(ABSTRACT TRUNCATED(?: AT \d+ WORDS)?\)")


def read_medline(chunks: Iterable[bytes], place: str, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a PubMed baseline or update file.

    Only the article's own abstract is read (``Abstract``); abstracts in other languages
    (``OtherAbstract``) are left out. An article without abstract gives its title alone.

    An update file may end with the PMIDs that were deleted from PubMed. They name articles of
    other files, which a stream cannot take back: they are counted only. Who needs the newest
    state exactly reads the files from the last to the first and skips each PMID already seen.

    Args:
        chunks: the file's bytes, unpacked.
        place: its name, for error messages.
        counts: what is left out is added; `left_out` lists it.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
    """
    for record in elements(chunks, RECORDS, place):
        if record.tag == "PubmedArticle":
            yield _document(record, counts)
        else:
            name = "deleted_citations" if record.tag == "DeleteCitation" else "books"
            counts[name] += len(record) if record.tag == "DeleteCitation" else 1
            leave_out(counts, name, record)


def without_pubmed_data(chunks: Iterable[bytes], place: str) -> Iterator[bytes]:
    """A file without its ``PubmedData``: dates and references, up to half of the bytes.

    Nothing there is text for us, and not to parse it saves a sixth of the time. The line breaks
    stay, so that errors name the right lines. Other XML passes unchanged.

    Raises:
        UserError: it has no end, or none before the next article.

    >>> chunks = [b"<a/><Pubm", b"edData>\\n<x/></PubmedData", b"><b/>"]
    >>> b"".join(without_pubmed_data(chunks, "a.xml"))
    b'<a/>\\n<b/>'
    """
    text = b""
    for chunk in chunks:
        text += chunk
        kept = []
        while (start := text.find(DATA)) >= 0 and (end := text.find(DATA_END, start)) >= 0:
            if text.find(b"<PubmedArticle", start, end) >= 0:
                raise UserError(f"{place}: <PubmedData> is not closed; get the file again")
            kept += [text[:start], b"\n" * text.count(b"\n", start, end)]
            text = text[end + len(DATA_END) :]
        if start < 0:  # the last bytes may be half of a mark
            kept.append(text[: -len(DATA)])
            text = text[-len(DATA) :]
        elif len(text) > ARTICLE_LIMIT:
            raise UserError(f"{place}: <PubmedData> has no end; get the file again")
        if piece := b"".join(kept):
            yield piece
    yield text


def _document(record: etree._Element, counts: Counter[str]) -> Document:
    def formula(element: etree._Element, before: list[str]) -> str | None:
        return plain_formula(element, counts) if element.tag == MATH else None

    pmid, sections = "", []
    for part in PARTS(record):
        if part.tag == "OtherAbstract":
            leave_out(counts, "other_abstracts", part)
            continue
        text = text_of(part, formula)
        if part.tag == "PMID":
            pmid = text
            continue
        is_title = part.tag == "ArticleTitle"
        kept = plain_title(closed(text)) if is_title else TRUNCATED.sub("", closed(text)).rstrip()
        if kept != text:
            leave_out(counts, "marks", text, kept)
        if kept:
            sections.append(Section("TITLE" if is_title else part.get("Label", "ABSTRACT"), kept))
    return Document(f"PMID:{pmid}", tuple(sections))


def plain_title(title: str) -> str:
    """A title as a sentence: without the brackets and the remark of a translated one.

    >>> plain_title("[On the heart [of frogs] (author's transl)].")
    'On the heart [of frogs].'
    >>> plain_title("[3H]Water and its use [corrected].")
    '[3H]Water and its use [corrected].'
    """
    found = TRANSLATED.fullmatch(title)
    if not found:
        return title
    inner = REMARK.sub("", found[1]).strip()
    return inner if inner.endswith((".", "?", "!")) or not inner else inner + "."
