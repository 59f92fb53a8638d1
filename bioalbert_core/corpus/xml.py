"""Reading XML as a stream, safely: for MEDLINE and JATS alike.

No document type is loaded, no entity may be declared, no network is used. HTML's and ISO's names
of characters (``&alpha;``) are known anyway, and are read in the finished tree. Memory does not
grow with the file: an article is freed once it is read, and may not be longer than
``ARTICLE_LIMIT``. libxml2 itself refuses text of more than 10 MB in one run, and elements more
than 256 deep (so the functions here may be recursive).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html.entities import html5
from itertools import chain
from xml.parsers import expat

from lxml import etree

from bioalbert_core.plumbing.errors import UserError

ARTICLE_LIMIT = 16_000_000  # bytes; the tree of one article stays below 1 GB, whatever is in it
HEAD_LIMIT = 1_000_000  # bytes within which the first element must come
GAP = "\0"  # in place of what is left out; XML itself cannot hold this character, nor the next
BREAK = "\1"  # where one text ends and another starts, as between the items of a list


def by_tag(tags: dict[str, str]) -> dict[str, str]:
    """A table by tag, from one that lists the tags of each value.

    >>> by_tag({"figures": "fig graphic"})
    {'fig': 'figures', 'graphic': 'figures'}
    """
    return {tag: value for value, names in tags.items() for tag in names.split()}


# What separates the text of an element from that around it; for all others: nothing.
EDGES = by_tag(
    {
        BREAK: "p list list-item disp-quote def-list def-item sec title term boxed-text def"
        " statement verse-group verse-line speech speaker attrib question answer",
        " ": "break disp-formula disp-formula-group fig fig-group table-wrap table-wrap-group table"
        " supplementary-material",
    }
)
# ISO 8879's Greek letters, which HTML names otherwise: &agr; &bgr; ... &OHgr;
GREEK = re.findall(r"\w+", "a b g d e z ee th i k l m n x o p r sf s t u ph kh ps oh")
ENTITIES = html5 | {
    f"{name}gr;": letter
    for small, letter in zip(GREEK, map(chr, range(0x3B1, 0x3CA)), strict=True)
    for name, letter in ((small, letter), (small.upper(), letter.upper()))
}

Replace = Callable[[etree._Element, list[str]], str | None]
"""For `text_of`: the text to put for an element, given the text before it; None to read it."""


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
                    "leave the file out"
                )
        parser.close()
    except etree.XMLSyntaxError as error:
        logged = parser.feed_error_log.filter_from_errors() or error.error_log
        raise _broken(place, logged[0]) from None


class EntityError(ValueError):
    """An entity that is not a known character; the message begins with the line."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(
            f"line {line:,}: the entity &{short(name)}; is not declared; "
            "replace it by its character"
        )


def _broken(place: str, error: etree._LogEntry) -> UserError:
    if error.type == etree.ErrorTypes.ERR_UNDECLARED_ENTITY:
        _, name, _ = error.message.split("'")
        return UserError(f"{place}: {EntityError(name, error.line)}")
    return UserError(
        f"{place}: line {error.line:,}: the XML is broken or cut ({short(error.message)}); "
        "download it again"
    )


def _free(element: etree._Element) -> None:
    """Empty an element, and delete everything before it."""
    element.clear(keep_tail=True)
    for node in (element, *element.iterancestors()):
        while node.getprevious() is not None:
            del node.getparent()[0]


def root_tag(chunks: Iterator[bytes], place: str) -> tuple[str, list[bytes]]:
    """The name of the first element, and the chunks that were read to find it.

    Raises:
        UserError: not XML, or a document type that may declare entities. lxml must never see such
            a file: its events of elements inside an entity point to freed memory (a crash).

    >>> root_tag(iter([b"<!-- c --><art", b"icle><p/>", b"</article>"]), "a.xml")
    ('article', [b'<!-- c --><art', b'icle><p/>'])
    """

    def refuse_declarations(name: str, system: str, public: str, are_inside: bool) -> None:
        if are_inside:
            raise UserError(
                f"{place}: the document type has declarations of its own, <!DOCTYPE ... [ ... ]>, "
                "which may be harmful; remove them or leave the file out"
            )

    head: list[bytes] = []
    tags: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: tags.append(name)
    parser.StartDoctypeDeclHandler = refuse_declarations
    for chunk in chain(chunks, [b""]):
        head.append(chunk)
        try:
            parser.Parse(chunk, not chunk)
        except (expat.ExpatError, LookupError, ValueError) as error:  # the last two: an encoding
            if not tags:
                line, words = parser.CurrentLineNumber, short(str(error))
                raise UserError(f"{place}: line {line:,}: not XML ({words}); check it") from None
        if tags:
            return tags[0], head
        if sum(map(len, head)) > HEAD_LIMIT:
            break
    raise UserError(f"{place}: no element in the first {HEAD_LIMIT:,} bytes; check the file")


def short(words: str | None) -> str:
    """Words from a file, cut to fit one line of a message.

    >>> short("a\\nb" + "!" * 1000)[:6], len(short("!" * 1000))
    ('a b!!!', 100)
    """
    shown = "".join(c if c.isprintable() else " " for c in (words or "")[:200])
    return " ".join(shown.split())[:100]


def nothing(element: etree._Element, before: list[str]) -> None:
    """For `text_of`: keep everything."""


def text_of(element: etree._Element | None, replace: Replace = nothing) -> str:
    """The text inside an element, without inline markup, white space collapsed to single spaces.

    ``replace`` may return ``GAP`` for an element, for the caller to close (`citations.closed`), or
    another text. ``BREAK`` marks where a paragraph or item inside starts or ends.

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
    """Like `text_of`, with all white space."""
    strings: list[str] = []
    _collect(element, replace, strings)
    return "".join(strings)


def _one_line(text: str) -> str:
    # A look is much faster than to split and join, and most text needs no change.
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
    """The character of an entity; EntityError if it is not known."""
    if f"{entity.name};" not in ENTITIES:
        raise EntityError(entity.name, entity.sourceline)
    return ENTITIES[f"{entity.name};"]
