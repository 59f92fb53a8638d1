"""MEDLINE/PubMed XML: the title and the labelled sections of the abstract, in order."""

from collections.abc import Iterator
from typing import BinaryIO

from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.xml import elements, text_of


def read_medline(stream: BinaryIO, place: str) -> Iterator[Document]:
    """Documents of a PubMed baseline or update file.

    Only the article's own abstract is read (``Abstract``); abstracts in other languages
    (``OtherAbstract``) are left out. An article without abstract gives its title alone.

    Args:
        stream: the file, unpacked.
        place: its name, for error messages.

    Raises:
        UserError: the XML is broken or cut; the message names the line.
    """
    for article in elements(stream, ("PubmedArticle",), place):
        citation = article.find("MedlineCitation")
        if citation is None:
            continue
        sections = [Section("TITLE", text_of(citation.find("Article/ArticleTitle")))]
        for part in citation.iterfind("Article/Abstract/AbstractText"):
            sections.append(Section(part.get("Label", "ABSTRACT"), text_of(part)))
        kept = tuple(section for section in sections if section.text)
        yield Document(f"PMID:{text_of(citation.find('PMID'))}", kept)
