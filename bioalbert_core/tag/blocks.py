"""Text that comes in chunks to documents, in blocks small enough for the memory.

A document of ordinary length is one block. A longer one, be it a gigabyte, comes in several.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bioalbert_core.corpus.json_lines import json_id, json_object, json_text
from bioalbert_core.corpus.sentences import sentence_spans
from bioalbert_core.errors import UserError

BLOCK = 2**18
"""Characters in a block; a line may be one of twice as many."""
TAIL = 10_000  # characters in which a place to cut is looked for
BLANK_LINES = ("\n\n", "\n\r\n")
LINE_LIMIT = 20_000_000  # characters in a line of JSON, which must be read whole


@dataclass(frozen=True)
class Block:
    """A document, or a stretch of one: ``start`` characters of it came before this text."""

    id: str
    text: str
    start: int = 0
    ends: bool = True


def blocks(name: str, chunks: Iterable[str], by_line: bool) -> Iterator[Block]:
    r"""The blocks of one document, or with ``by_line`` of a document for each line.

    Lines end in ``\n`` or ``\r\n``, which is no part of the document; blank lines are none. Lines
    are named after their number.

    >>> [(block.id, block.text) for block in blocks("a", ["One\n\nT", "wo"], by_line=True)]
    [('a:1', 'One'), ('a:3', 'Two')]
    """

    def id_() -> str:
        return f"{name}:{number}" if by_line else name

    number, start, held = 1, 0, ""
    for chunk in chunks:
        *lines, held = (held + chunk).split("\n") if by_line else [held + chunk]
        for line in lines:
            if start or line.strip():
                yield Block(id_(), line.removesuffix("\r"), start)
            number, start = number + 1, 0
        while len(held) > BLOCK:
            at = cut(held[:BLOCK])
            yield Block(id_(), held[:at], start, ends=False)
            start, held = start + at, held[at:]
    if start or held.strip() or not by_line:
        yield Block(id_(), held, start)


def cut(text: str) -> int:
    r"""Where a text that goes on is cut: no sentence is parted that can be kept together.

    After the last blank line; where there is none, before the last sentence; in a sentence of more
    than 10,000 characters after the last white space; in a word of that length at the end.

    >>> cut("One.\n\nTwo is. And th"), cut("One is. And th"), cut("One is and th"), cut("One")
    (6, 8, 11, 3)
    """
    blank = max(text.rfind(line) + len(line) if line in text else 0 for line in BLANK_LINES)
    if blank:
        return blank
    tail = text[-TAIL:]
    sentences = sentence_spans(tail)
    if len(sentences) > 1:
        return len(text) - len(tail) + sentences[-1][0]
    word = "" if tail[-1].isspace() else tail.split()[-1]
    return len(text) if word == tail else len(text) - len(word)


def json_blocks(name: str, chunks: Iterable[str], place: str) -> Iterator[Block]:
    r"""The documents of JSON Lines, ``{"id": …, "text": …}``; without an id named by their line.

    Raises:
        UserError: names the line that is none, or too long.

    >>> list(json_blocks("a", ['{"id": 7, "text": "Fever."}\n'], "a.jsonl"))
    [Block(id='7', text='Fever.', start=0, ends=True)]
    """
    parts = []
    for block in blocks(name, chunks, by_line=True):
        line = f"{place}: line {block.id.rpartition(':')[2]}"
        parts.append(block.text)
        if block.start + len(block.text) > LINE_LIMIT:
            raise UserError(f"{line}: over {LINE_LIMIT:,} characters; cut it into documents")
        if block.ends:
            id_, text = _document("".join(parts), line)
            yield from blocks(id_ or block.id, [text], by_line=False)
            parts = []


def _document(line: str, place: str) -> tuple[str, str]:
    fields = json_object(line, place)
    if fields.get("text") is None:
        raise UserError(f'{place}: no object with a "text"; give {{"id": …, "text": …}} lines')
    return json_id(fields, place), json_text(fields, "text", place)
