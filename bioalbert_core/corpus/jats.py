"""PMC's JATS XML (.nxml): title, abstract and body of full-text articles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from lxml import etree

from bioalbert_core.corpus.citations import CITING, NAME_OR_YEAR, NEEDED, closed, is_needed
from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.formulas import FORMULAS, plain_formula
from bioalbert_core.corpus.left_out import leave_out
from bioalbert_core.corpus.xml import BREAK, GAP, elements, text_of

# What is not running prose: left out with all that is inside, and the reason.
NOT_PROSE = {
    tag: reason
    for reason, tags in {
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
    }.items()
    for tag in tags.split()
}
TITLES = ("article-title", "subtitle")
WORD = re.compile(r"[^\W\d_]{4}")
NOTES = frozenset(["fn", "table-fn", "aff", "corresp", "author-notes"])  # "*" and the like
# All of JATS's own kinds of links but "bibr"; publishers add theirs for references.
NO_CITATION = NOTES | frozenset(
    [
        *("app", "award", "bio", "boxed-text", "chem", "collab", "contrib", "custom"),
        *("disp-formula", "fig", "kwd", "list", "other", "plate", "scheme", "sec", "sound"),
        *("statement", "supplementary-material", "table", "version", "video"),
    ]
)
# Abstract types are an open set; these are no abstract in sentences.
NO_ABSTRACT = re.compile(r"graphic|visual|video|teaser|toc")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
IDS = ("pmc", "pmcid", "pmc-uid", "pmid", "doi", "publisher-id")
ALL_IDS = etree.XPath(".//@id")
REFERENCE_IDS = etree.XPath(".//ref-list//@id | .//ref/@id")


def read_jats(chunks: Iterable[bytes], place: str, counts: Counter[str]) -> Iterator[Document]:
    """Documents of a JATS file: one article, or a ``pmc-articleset`` of many.

    Kept are the title, the abstract and the body's prose, with inline formulas as plain text. The
    abstract is the one without a type, or where there is none those with one. Left out, and
    counted, are graphical and translated abstracts, tables, figures, references and what else
    `left_out` lists; so are ``sub-article`` and ``response``, which are other documents inside
    this one, and citations by number: "growth [3,4]" becomes "growth", while "growth (Hites
    2004)" stays.

    Args:
        chunks: the file's bytes, unpacked.
        place: its name, for error messages, and for the id of an article that has none.
        counts: what is left out is added.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
        EntityError: an entity that stands for no known character; it names the line.
    """
    for article in elements(chunks, ("article",), place):
        meta = article.find("front/article-meta")
        yield Document(_id(meta, place), tuple(_Article(article, counts).sections()))


class _Article:
    """An article, for decisions that need to know all of it: which links are citations."""

    def __init__(self, root: etree._Element, counts: Counter[str]) -> None:
        self.root, self.counts = root, counts

    @cached_property
    def references(self) -> frozenset[str]:
        """The ids of references, and of what is in them."""
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
        for abstract, reason in self._judged(abstracts):
            if reason:
                leave_out(self.counts, reason, abstract)
            else:
                yield from self._paragraphs(abstract, "ABSTRACT")
        leave_out(self.counts, "metadata", front, *titles, *abstracts)

    def _judged(self, abstracts: list[etree._Element]) -> Iterator[tuple[etree._Element, str]]:
        """Each abstract with the reason to leave it out, "" for the article's own."""
        reasons = {abstract: _no_abstract(abstract) for abstract in abstracts}
        for reason, is_better in (
            ("translated_abstracts", self._is_native),
            ("other_abstracts", lambda a: not a.get("abstract-type") and text_of(a)),
        ):
            own = [abstract for abstract in abstracts if not reasons[abstract]]
            if any(map(is_better, own)):
                reasons |= {abstract: reason for abstract in own if not is_better(abstract)}
        yield from reasons.items()

    def _is_native(self, abstract: etree._Element) -> bool:
        language = self.root.get(LANGUAGE, "en")
        return abstract.get(LANGUAGE, language)[:2].lower() == language[:2].lower()

    def _paragraphs(self, element: etree._Element, label: str) -> Iterator[Section]:
        """The texts below an element, each labelled by its section's title."""
        if _own_text(element).strip() or next(element.iterchildren(etree.Entity), None) is not None:
            yield from self._texts(label, element)  # text where JATS wants paragraphs
            return
        for child in element:
            if child.tag == "sec":
                yield from self._paragraphs(child, text_of(child.find("title")) or label)
            else:
                yield from self._texts(label, child)

    def _texts(self, label: str, element: etree._Element) -> Iterator[Section]:
        """A paragraph, or a list or box: each paragraph and item in it is a section of its own."""
        text = self._replace(element, []) or text_of(element, self._replace)
        for part in text.split(BREAK):
            kept = closed(part)
            if kept != part:
                leave_out(self.counts, "marks", part, kept)
            if kept:
                yield Section(label, kept)

    def _replace(self, element: etree._Element, before: list[str]) -> str | None:
        """For `text_of`: ``GAP`` for what is left out, a formula's plain text, else None."""
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
        if (
            element.tag == "sup"
            and len(element)
            and CITING.fullmatch(text_of(element, self._cited))
        ):
            return "citations"
        if element.tag == "def" and element.getparent().tag == "abbrev":
            return "footnotes"
        return NOT_PROSE.get(element.tag)

    def _reason_of_link(self, link: etree._Element, before: list[str]) -> str | None:
        if self._cited(link, before):
            raised = link.getparent().tag == "sup" or link.find("sup") is not None
            return NEEDED if not raised and is_needed(before, link.tail) else "citations"
        in_title = next(link.iterancestors(*TITLES), None) is not None
        is_note = in_title or link.get("ref-type") in NOTES
        return "note_marks" if is_note and not WORD.search(text_of(link)) else None

    def _cited(self, link: etree._Element, before: list[str]) -> str | None:
        """``GAP`` for a citation by number: what points at a reference, or at nothing else."""
        if link.tag != "xref" or NAME_OR_YEAR.search(text_of(link)):
            return None
        kind, targets = link.get("ref-type"), (link.get("rid") or "").split()
        if kind == "bibr" or not self.references.isdisjoint(targets):
            return GAP
        elsewhere = kind in NO_CITATION or not self.targets.isdisjoint(targets)
        return GAP if targets and not elsewhere else None


def _no_abstract(abstract: etree._Element) -> str:
    kind = abstract.get("abstract-type", "").lower()
    if NO_ABSTRACT.search(kind):
        return "graphical_abstracts"
    return "translated_abstracts" if "trans" in kind + abstract.tag else ""


def _own_text(element: etree._Element) -> str:
    """Text that is in no child."""
    return "".join([element.text or "", *(child.tail or "" for child in element)])


def _id(meta: etree._Element | None, place: str) -> str:
    found = (
        {} if meta is None else {i.get("pub-id-type"): i.text for i in meta.iterfind("article-id")}
    )
    for kind in IDS:
        if found.get(kind):
            prefix = "PMC" if kind.startswith("pmc") else kind.upper()
            return f"{prefix}:{found[kind].strip().removeprefix('PMC')}"
    return place
