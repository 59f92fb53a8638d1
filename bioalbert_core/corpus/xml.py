"""Safe, streaming XML for the two readers that need it.

No entity is expanded, no document type is loaded, no network is used, and an element is forgotten
as soon as it was read, so that memory does not grow with the file.
"""

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from bioalbert_core.errors import UserError

# Their text never runs on from the text around them.
BLOCKS = frozenset(
    ["p", "list", "list-item", "break", "disp-quote", "def-list", "def-item", "sec", "title"]
)


def elements(stream: BinaryIO, tags: tuple[str, ...], place: str) -> Iterator[etree._Element]:
    """Yield each closed element of one of the ``tags``, then free it.

    Raises UserError that names ``place`` and the line where the XML breaks.
    """
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
            element.clear(keep_tail=True)
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        first = events.error_log[0] if not error.lineno and len(events.error_log) else None
        line, words = (first.line, first.message) if first else (error.lineno, error.msg)
        raise UserError(
            f"{place}: line {line}: the XML is broken or cut ({words}); get it again"
        ) from None


def root_tag(stream: BinaryIO, place: str) -> str:
    """The name of the first element, read from the first few kilobytes only."""
    parser = etree.XMLPullParser(
        events=("start",), resolve_entities=False, load_dtd=False, no_network=True
    )
    try:
        while chunk := stream.read(4096):
            parser.feed(chunk)
            for _, element in parser.read_events():
                return element.tag
    except etree.XMLSyntaxError as error:
        raise UserError(
            f"{place}: line {error.lineno}: not XML ({error.msg}); check the file"
        ) from None
    raise UserError(f"{place}: no XML element in the file; check the file")


def text_of(element: etree._Element | None, leave_out: frozenset[str] = frozenset()) -> str:
    """The text inside an element, inline markup dropped, white space collapsed to single spaces.

    >>> text_of(etree.XML("<p>H<sub>2</sub>O <xref>[1]</xref> boils.</p>"), frozenset({"xref"}))
    'H2O boils.'
    """
    return "" if element is None else " ".join("".join(_strings(element, leave_out)).split())


def _strings(element: etree._Element, leave_out: frozenset[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in leave_out:
            apart = child.tag in BLOCKS
            yield " " * apart
            yield from _strings(child, leave_out)
            yield " " * apart
        yield child.tail or ""
