"""Reading XML as a stream, safely: for MEDLINE and JATS alike.

No entity is expanded and none may be declared, no document type is loaded, no network is used. An
article is forgotten as soon as it was read, and none may be longer than ``ARTICLE_LIMIT``, so that
memory does not grow with the file. What libxml2 refuses bounds the rest: text of 10 MB in one
piece, and elements more than 256 deep (so the functions here may call themselves).
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from xml.parsers import expat

from lxml import etree

from bioalbert_core.errors import UserError

ARTICLE_LIMIT = 16_000_000  # bytes; the tree of one article stays below 1 GB, whatever is in it
HEAD_LIMIT = 1_000_000  # bytes within which the first element must come
# Their text never runs on from the text around them.
BLOCKS = frozenset(
    [
        *("p", "list", "list-item", "break", "disp-quote", "def-list", "def-item", "sec", "title"),
        *("boxed-text", "disp-formula", "disp-formula-group", "fig", "table-wrap", "term", "def"),
    ]
)
GAP = "\0"  # stands for what was left out; XML itself cannot hold this character


def elements(
    chunks: Iterable[bytes], tags: tuple[str, ...], place: str
) -> Iterator[etree._Element]:
    """Yield each closed element of one of the ``tags``, then free it.

    Raises:
        UserError: the XML breaks, or an article does not end; names ``place`` and the line.
    """
    parser = etree.XMLPullParser(
        ("end",),
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    unfinished = 0
    try:
        for chunk in chunks:
            parser.feed(chunk)
            unfinished += len(chunk)
            for _, element in parser.read_events():
                yield element
                _free(element)
                unfinished = 0
            if unfinished > ARTICLE_LIMIT:
                raise UserError(
                    f"{place}: more than {ARTICLE_LIMIT:,} bytes without the end of an article; "
                    "leave it out"
                )
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _broken(place, parser, error) from None


def _broken(place: str, parser: etree.XMLPullParser, error: etree.XMLSyntaxError) -> UserError:
    log = parser.feed_error_log
    first = log[0] if not error.lineno and len(log) else None
    line, words = (first.line, first.message) if first else (error.lineno, error.msg)
    return UserError(
        f"{place}: line {line:,}: the XML is broken or cut ({short(words)}); get it again"
    )


def _free(element: etree._Element) -> None:
    """Empty an element, and drop all that came before it."""
    element.clear(keep_tail=True)
    for node in (element, *element.iterancestors()):
        while node.getprevious() is not None:
            del node.getparent()[0]


def root_tag(chunks: Iterator[bytes], place: str) -> tuple[str, list[bytes]]:
    """The name of the first element, and the chunks taken from the stream to find it.

    Raises:
        UserError: no XML, or a document type that may declare entities: lxml's events of elements
            inside an entity point to freed memory (a crash), so that such a file must not reach it.

    >>> root_tag(iter([b"<!-- c --><art", b"icle><p/>", b"</article>"]), "a.xml")
    ('article', [b'<!-- c --><art', b'icle><p/>'])
    """
    head: list[bytes] = []
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: found.append(name)
    parser.StartDoctypeDeclHandler = partial(_refuse_declarations, place)
    for chunk in chain(chunks, [b""]):
        head.append(chunk)
        try:
            parser.Parse(chunk, not chunk)
        except (expat.ExpatError, LookupError, ValueError) as error:  # the latter: an encoding
            if not found:
                line, words = parser.CurrentLineNumber, short(str(error))
                raise UserError(f"{place}: line {line:,}: not XML ({words}); check it") from None
        if found:
            return found[0], head
        if sum(map(len, head)) > HEAD_LIMIT:
            break
    raise UserError(f"{place}: no element in the first {HEAD_LIMIT:,} bytes; check the file")


def _refuse_declarations(place: str, name: str, system: str, public: str, inside: bool) -> None:
    if inside:
        raise UserError(
            f"{place}: the document type has declarations of its own, <!DOCTYPE ... [ ... ]>, "
            "which may be harmful; take them out or leave the file out"
        )


def short(words: str | None) -> str:
    """Words out of a file, fit for one line of a message.

    >>> short("a\\nb" + "!" * 1000)[:6], len(short("!" * 1000))
    ('a b!!!', 100)
    """
    shown = "".join(c if c.isprintable() else " " for c in (words or "")[:200])
    return " ".join(shown.split())[:100]


def nothing(element: etree._Element) -> bool:
    """For ``text_of``: leave nothing out."""
    return False


def text_of(
    element: etree._Element | None, leave_out: Callable[[etree._Element], bool] = nothing
) -> str:
    """The text inside an element, inline markup dropped, white space collapsed to single spaces.

    What ``leave_out`` picks is replaced by ``GAP``, for the caller to mend the text around it.

    >>> text_of(etree.XML("<p>H<sub>2</sub>O <xref>[1]</xref> boils.</p>"))
    'H2O [1] boils.'
    >>> text_of(etree.XML("<p>It boils <xref>[1]</xref>.</p>"), lambda e: e.tag == "xref")
    'It boils \\x00.'
    """
    if element is None:
        return ""
    if not len(element):  # most titles and abstracts
        return _one_line(element.text or "")
    strings: list[str] = []
    _collect(element, leave_out, strings)
    return _one_line("".join(strings))


def _one_line(text: str) -> str:
    # To look is much quicker than to split and join, and most text needs nothing done.
    if not text.isascii() or "  " in text or "\n" in text or "\t" in text or "\r" in text:
        return " ".join(text.split())
    return text.strip()


def _collect(
    element: etree._Element, leave_out: Callable[[etree._Element], bool], strings: list[str]
) -> None:
    strings.append(element.text or "")
    for child in element:
        if isinstance(child.tag, str):  # an entity is none: its name is a function
            edge = " " if child.tag in BLOCKS else ""
            strings.append(edge)
            if leave_out(child):
                strings.append(GAP)
            else:
                _collect(child, leave_out, strings)
            strings.append(edge)
        strings.append(child.tail or "")
