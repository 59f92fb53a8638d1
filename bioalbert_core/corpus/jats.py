"""PMC's JATS XML (.nxml): title, abstract and body of full-text articles."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from bioalbert_core.corpus.citations import CITING, NAME_OR_YEAR, NEEDED, closed, is_needed
from bioalbert_core.corpus.document import Document, Section, Source
from bioalbert_core.corpus.formulas import FORMULAS, plain_formula
from bioalbert_core.corpus.left_out import leave_out
from bioalbert_core.corpus.xml import BREAK, GAP, by_tag, elements, text_of

# Not running prose: left out with all that is inside, under this reason.
NOT_PROSE = by_tag(
    {
        "tables": "table-wrap table-wrap-group table array",
        "figures": "fig fig-group graphic inline-graphic media glyph-data alt-text long-desc",
        "supplements": "supplementary-material",
        "references": "ref-list",
        "footnotes": "fn fn-group",
        "formulas": "disp-formula disp-formula-group",
        "headings": "title",
        "labels": "label object-id",
        "code": "code preformat",
        "index_terms": "index-term",
        "sub_articles": "sub-article response",
    }
)
# What the kinds of links in JATS point at, but for "bibr". Publishers add their own kinds for
# references, so a link is a citation unless its kind is listed here.
LINKS = by_tag(
    {
        "note": "fn table-fn aff corresp author-notes",  # the link is a mark: "*"
        "other": "app award bio boxed-text chem collab contrib custom disp-formula fig kwd list"
        " other plate scheme sec sound statement supplementary-material table version video",
    }
)
TITLES = ("article-title", "subtitle")
WORD = re.compile(r"[^\W\d_]{4}")
# Abstract types are an open set; these are not an abstract in sentences.
NO_ABSTRACT = re.compile(r"graphic|visual|video|teaser|toc")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
IDS = ("pmc", "pmcid", "pmc-uid", "pmid", "doi", "publisher-id")
ALL_IDS = etree.XPath(".//@id")
REFERENCE_IDS = etree.XPath(".//ref-list//@id | .//ref/@id")


def read_jats(source: Source) -> Iterator[Document]:
    """Documents of a JATS file: one article, or a ``pmc-articleset`` of many.

    Kept are the title, the abstract and the body's prose, with inline formulas as plain text. The
    abstract is the one without a type or, if there is none, those with a type. Graphical and
    translated abstracts, tables, figures, references and so on (`left_out` lists them) are left
    out and counted, as are ``sub-article`` and ``response`` (other documents inside this one) and
    citations by number: "growth [3,4]" becomes "growth", but "growth (Hites 2004)" stays.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
        EntityError: an entity that is not a known character; it names the line.
    """
    for article in elements(source.chunks, ("article",), source.place):
        sections = tuple(_Article(article, source.counts).sections())
        yield Document(_id(article.find("front/article-meta"), source.place), sections)


class _Article:
    """An article, for decisions that depend on all of it: which links are citations."""

    def __init__(self, root: etree._Element, counts: Counter[str]) -> None:
        self.root, self.counts = root, counts

    @cached_property
    def references(self) -> frozenset[str]:
        """The ids of references, and of the elements inside them."""
        return frozenset(REFERENCE_IDS(self.root))

    @cached_property
    def targets(self) -> frozenset[str]:
        """All ids."""
        return frozenset(ALL_IDS(self.root))

    def sections(self) -> Iterator[Section]:
        """The texts of the article, in order."""
        leave_out(self.counts, "metadata", _own_text(self.root))
        for part in self.root:
            if part.tag == "front":
                yield from self._front(part)
            elif part.tag == "body":
                yield from self._paragraphs(part, "BODY")
            elif part.tag in ("back", "floats-group"):
                for child in part.iterchildren("*"):
                    leave_out(self.counts, NOT_PROSE.get(child.tag, "back_matter"), child)
                leave_out(self.counts, "back_matter", _own_text(part))
            else:
                leave_out(self.counts, NOT_PROSE.get(part.tag, "metadata"), part)

    def _front(self, front: etree._Element) -> Iterator[Section]:
        titles = [t for name in TITLES for t in front.iterfind(f"article-meta/title-group/{name}")]
        for title in titles:
            yield from self._texts("TITLE", title)
        abstracts = [*front.iterfind("article-meta/abstract")]
        abstracts += front.iterfind("article-meta/trans-abstract")
        for abstract, reason in self._judged(abstracts).items():
            if reason:
                leave_out(self.counts, reason, abstract)
            else:
                yield from self._paragraphs(abstract, "ABSTRACT")
        leave_out(self.counts, "metadata", front, *titles, *abstracts)

    def _judged(self, abstracts: list[etree._Element]) -> dict[etree._Element, str]:
        """Each abstract with the reason to leave it out, "" for the article's own."""
        language = self.root.get(LANGUAGE, "en")[:2].lower()
        reasons = {}
        for abstract in abstracts:
            kind = abstract.get("abstract-type", "").lower()
            translated = "translated_abstracts" if "trans" in kind + abstract.tag else ""
            reasons[abstract] = "graphical_abstracts" if NO_ABSTRACT.search(kind) else translated
        for reason, is_better in (
            ("translated_abstracts", lambda a: a.get(LANGUAGE, language)[:2].lower() == language),
            ("other_abstracts", lambda a: not a.get("abstract-type") and text_of(a)),
        ):
            own = [abstract for abstract in abstracts if not reasons[abstract]]
            if any(map(is_better, own)):
                reasons |= {abstract: reason for abstract in own if not is_better(abstract)}
        return reasons

    def _paragraphs(self, element: etree._Element, label: str) -> Iterator[Section]:
        """The texts below an element, each labeled with its section's title."""
        if _own_text(element).strip() or next(element.iterchildren(etree.Entity), None) is not None:
            yield from self._texts(label, element)  # text where JATS expects paragraphs
            return
        for child in element:
            if child.tag == "sec":
                yield from self._paragraphs(child, text_of(child.find("title")) or label)
            else:
                yield from self._texts(label, child)

    def _texts(self, label: str, element: etree._Element) -> Iterator[Section]:
        """One section for a paragraph; one for each paragraph and item of a list or box."""
        text = self._replace(element, []) or text_of(element, self._replace)
        for part in text.split(BREAK):
            kept = closed(part)
            if kept != part:
                leave_out(self.counts, "marks", part, kept)
            if kept:
                yield Section(label, kept)

    def _replace(self, element: etree._Element, before: list[str]) -> str | None:
        """For `text_of`: ``GAP`` for what is left out, a formula's plain text, otherwise None."""
        reason = self._reason(element, before)
        if reason == NEEDED:
            return f"{NEEDED}{text_of(element)}{NEEDED}"
        if reason:
            leave_out(self.counts, reason, element)
            return GAP
        return plain_formula(element, self.counts) if element.tag in FORMULAS else None

    def _reason(self, element: etree._Element, before: list[str]) -> str | None:
        if element.tag == "xref":
            return self._reason_of_link(element, before)
        if element.tag == "sup" and len(element):
            is_citing = CITING.fullmatch(text_of(element, self._cited))
            return "citations" if is_citing else None
        if element.tag == "def" and element.getparent().tag == "abbrev":
            return "footnotes"
        return NOT_PROSE.get(element.tag)

    def _reason_of_link(self, link: etree._Element, before: list[str]) -> str | None:
        if self._cited(link, before):
            raised = link.getparent().tag == "sup" or link.find("sup") is not None
            return NEEDED if not raised and is_needed(before, link.tail) else "citations"
        in_title = next(link.iterancestors(*TITLES), None) is not None
        is_note = in_title or LINKS.get(link.get("ref-type")) == "note"
        return "note_marks" if is_note and not WORD.search(text_of(link)) else None

    def _cited(self, link: etree._Element, before: list[str]) -> str | None:
        """``GAP`` for a citation by number: a link to a reference, or to nothing else."""
        if link.tag != "xref" or NAME_OR_YEAR.search(text_of(link)):
            return None
        kind, targets = link.get("ref-type"), (link.get("rid") or "").split()
        if kind == "bibr" or not self.references.isdisjoint(targets):
            return GAP
        elsewhere = kind in LINKS or not self.targets.isdisjoint(targets)
        return GAP if targets and not elsewhere else None


def _own_text(element: etree._Element) -> str:
    """Text that is in none of its children."""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _id(meta: etree._Element | None, place: str) -> str:
    """The article's best id, as in "PMC:77"; ``place`` if it has none."""
    ids = [] if meta is None else meta.iterfind("article-id")
    texts = {element.get("pub-id-type"): element.text for element in ids}
    for kind in IDS:
        if texts.get(kind):
            prefix = "PMC" if kind.startswith("pmc") else kind.upper()
            return f"{prefix}:{texts[kind].strip().removeprefix('PMC')}"
    return place
