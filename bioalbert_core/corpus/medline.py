"""MEDLINE/PubMed XML: the title and the labelled sections of the abstract, in order."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from bioalbert_core.corpus.citations import closed
from bioalbert_core.corpus.document import Document, Section, Source
from bioalbert_core.corpus.formulas import MATH, plain_formula
from bioalbert_core.corpus.left_out import leave_out
from bioalbert_core.corpus.xml import ARTICLE_LIMIT, elements, text_of
from bioalbert_core.plumbing.errors import UserError

RECORDS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation")
# Compiled for speed; returns the elements in the order of the file.
PARTS = etree.XPath(
    "MedlineCitation/PMID | MedlineCitation/Article/ArticleTitle"
    " | MedlineCitation/Article/Abstract/AbstractText | MedlineCitation/OtherAbstract"
)
DATA, DATA_END = b"<PubmedData>", b"</PubmedData>"
# PubMed marks a translated title by brackets around all of it.
TRANSLATED = re.compile(r"\[((?:[^][]++|\[[^][]*+\])*+)\]\.?")
REMARK = re.compile(r" ?\(author's transl\)")
TRUNCATED = re.compile(r"\(ABSTRACT TRUNCATED(?: AT \d+ WORDS)?\)")


def read_medline(source: Source) -> Iterator[Document]:
    """Documents of a PubMed baseline or update file: the title and the abstract's sections.

    Abstracts in other languages (``OtherAbstract``) are left out. An article without an abstract
    is its title alone.

    An update file may end with the PMIDs that were deleted from PubMed. They name articles of
    other files, which a stream cannot take back, so they are only counted. To reproduce the newest
    state exactly, read the files from last to first and skip each PMID already seen.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
    """
    for record in elements(source.chunks, RECORDS, source.place):
        if record.tag == "PubmedArticle":
            yield _document(record, source.counts)
        else:
            is_deletion = record.tag == "DeleteCitation"
            name = "deleted_citations" if is_deletion else "books"
            source.counts[name] += len(record) if is_deletion else 1
            leave_out(source.counts, name, record)


def without_pubmed_data(chunks: Iterable[bytes], place: str) -> Iterator[bytes]:
    """A file without ``PubmedData``, the dates and references: up to half of the bytes.

    None of it is text for the corpus, and skipping it saves a sixth of the time. Line breaks stay,
    so that errors name the right lines. Other XML is unchanged.

    Raises:
        UserError: a ``PubmedData`` does not end, or not before the next article.

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
                raise UserError(f"{place}: <PubmedData> is not closed; download the file again")
            kept += [text[:start], b"\n" * text.count(b"\n", start, end)]
            text = text[end + len(DATA_END) :]
        if start < 0:  # the last bytes may be the start of a tag
            kept.append(text[: -len(DATA)])
            text = text[-len(DATA) :]
        elif len(text) > ARTICLE_LIMIT:
            raise UserError(f"{place}: <PubmedData> has no end; download the file again")
        if data := b"".join(kept):
            yield data
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
    """A title as a sentence: without the brackets and the remark of a translation.

    >>> plain_title("[On the heart [of frogs] (author's transl)].")
    'On the heart [of frogs].'
    >>> plain_title("[3H]Water and its use [corrected].")
    '[3H]Water and its use [corrected].'
    """
    match = TRANSLATED.fullmatch(title)
    if not match:
        return title
    inner = REMARK.sub("", match[1]).strip()
    return inner if inner.endswith((".", "?", "!")) or not inner else inner + "."
