"""Reading XML as a stream, safely: for MEDLINE and JATS alike.

No document type is loaded, no entity may be declared, no network is used. The names that HTML and
ISO give to characters (``&alpha;``) are known without: they are read in the finished tree. An
article is forgotten as soon as it was read, and none may be longer than ``ARTICLE_LIMIT``, so that
memory does not grow with the file. What libxml2 refuses bounds the rest: text of 10 MB in one
piece, and elements more than 256 deep (so the functions here may call themselves).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html.entities import html5
from itertools import chain
from xml.parsers import expat

from lxml import etree

from bioalbert_core.errors import UserError

ARTICLE_LIMIT = 16_000_000  # bytes; the tree of one article stays below 1 GB, whatever is in it
HEAD_LIMIT = 1_000_000  # bytes within which the first element must come
GAP = "\0"  # stands for what was left out; XML itself cannot hold this character, nor the next
BREAK = "\1"  # stands where one text ends and another starts, as between the items of a list
# What stands between the text of an element and that around it; for all others: nothing.
EDGES = dict.fromkeys(
    [
        *("p", "list", "list-item", "disp-quote", "def-list", "def-item", "sec", "title", "term"),
        *("boxed-text", "def", "statement", "verse-group", "verse-line", "speech", "speaker"),
        *("attrib", "question", "answer"),
    ],
    BREAK,
) | dict.fromkeys(
    [
        *("break", "disp-formula", "disp-formula-group", "fig", "fig-group", "table-wrap"),
        *("table-wrap-group", "table", "supplementary-material"),
    ],
    " ",
)
# ISO 8879's Greek letters, which HTML calls otherwise: &agr; &bgr; ... &OHgr;
GREEK = re.findall(r"\w+", "a b g d e z ee th i k l m n x o p r sf s t u ph kh ps oh")
ENTITIES = html5 | {
    f"{name}gr;": letter
    for small, letter in zip(GREEK, map(chr, range(0x3B1, 0x3CA)), strict=True)
    for name, letter in ((small, letter), (small.upper(), letter.upper()))
}

Replace = Callable[[etree._Element, list[str]], str | None]
"""For `text_of`: what stands for an element, given the text before it; None to read on inside."""


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
            if fatal := parser.feed_error_log.filter_from_fatals():
                raise _broken(place, fatal[0])
            if unfinished > ARTICLE_LIMIT:
                raise UserError(
                    f"{place}: more than {ARTICLE_LIMIT:,} bytes without the end of an article; "
                    "leave it out"
                )
        parser.close()
    except etree.XMLSyntaxError as error:
        logged = parser.feed_error_log.filter_from_errors() or error.error_log
        raise _broken(place, logged[0]) from None


class EntityError(ValueError):
    """A name that stands for no character; the message begins with the line."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(
            f"line {line:,}: the entity &{short(name)}; is not declared; "
            "put the character it stands for in its place"
        )


def _broken(place: str, error: etree._LogEntry) -> UserError:
    if error.type == etree.ErrorTypes.ERR_UNDECLARED_ENTITY:
        _, name, _ = error.message.split("'")
        return UserError(f"{place}: {EntityError(name, error.line)}")
    return UserError(
        f"{place}: line {error.line:,}: the XML is broken or cut ({short(error.message)}); "
        "get it again"
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


def nothing(element: etree._Element, before: list[str]) -> None:
    """For ``text_of``: leave nothing out."""


def text_of(element: etree._Element | None, replace: Replace = nothing) -> str:
    """The text inside an element, inline markup dropped, white space collapsed to single spaces.

    ``replace`` may put ``GAP`` for an element, for the caller to close (`citations.closed`), or
    another text. ``BREAK`` stands where a paragraph or an item inside starts or ends.

    >>> text_of(etree.XML("<p>H<sub>2</sub>O <xref>[1]</xref> boils.</p>"))
    'H2O [1] boils.'
    >>> text_of(etree.XML("<p>It boils <b>now</b>.</p>"), lambda e, before: GAP)
    'It boils \\x00.'
    """
    if element is None:
        return ""
    if not len(element):  # most titles and abstracts
        return _one_line(element.text or "")
    return _one_line(raw_text(element, replace))


def raw_text(element: etree._Element, replace: Replace = nothing) -> str:
    """As `text_of`, with all white space."""
    strings: list[str] = []
    _collect(element, replace, strings)
    return "".join(strings)


def _one_line(text: str) -> str:
    # To look is much quicker than to split and join, and most text needs nothing done.
    if not text.isascii() or "  " in text or "\n" in text or "\t" in text or "\r" in text:
        return " ".join(text.split())
    return text.strip()


def _collect(element: etree._Element, replace: Replace, strings: list[str]) -> None:
    strings.append(element.text or "")
    for child in element:
        if child.tag is etree.Entity:
            strings.append(character(child))
        else:
            edge = EDGES.get(child.tag, "")
            other = replace(child, strings)
            if other is None:
                strings.append(edge)
                _collect(child, replace, strings)
                strings.append(edge)
            else:
                strings.append(f" {other} " if edge else other)
        strings.append(child.tail or "")


def character(entity: etree._Entity) -> str:
    """What an entity stands for; raises EntityError where that is not known."""
    if f"{entity.name};" not in ENTITIES:
        raise EntityError(entity.name, entity.sourceline)
    return ENTITIES[f"{entity.name};"]
