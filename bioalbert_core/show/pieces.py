"""A text as the model reads it: words, their pieces, and the characters each piece stands for."""

from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter

from bioalbert_core.corpus.raw_text import read
from bioalbert_core.ner.words import word_spans, words_touched
from bioalbert_core.show.highlight import BLUE, YELLOW, block, css
from bioalbert_core.show.pictures import table
from bioalbert_core.tokenizer import Tokenizer

EXAMPLE = "Naïve TNF-α raises p53 in 9, not 10, patients."
STYLE = f"""
.bioalbert-pieces {{ line-height: 1.3; }}
.bioalbert-pieces .word {{ display: inline-block; border: 1px solid; border-radius: .3em;
                          margin: .2em; padding: .1em; }}
.bioalbert-pieces .piece {{ display: inline-block; margin: .1em; padding: .1em .3em;
                           font-family: monospace; {css(BLUE)} }}
.bioalbert-pieces .first {{ {css(YELLOW)} }}
.bioalbert-pieces small {{ display: block; }}
""".strip()
HEAD = ["piece", "id", "characters", "text", "word", "label here", "begins a word for masking"]


@dataclass(frozen=True)
class Piece:
    """One piece, its id, and its characters ``start`` to ``end``.

    Attributes:
        word: the number of its word, as NER data sets split words; None without visible characters.
        first: whether the word's label is placed here.
        masking: whether a word begins here for whole-word masking.
    """

    piece: str
    id: int
    start: int
    end: int
    word: int | None
    first: bool
    masking: bool


def pieces_of(tokenizer: Tokenizer, text: str, alone: bool = False) -> list[Piece]:
    """The pieces of a text, each with the first word that it touches.

    Args:
        tokenizer: splits the text.
        text: raw.
        alone: split each word on its own, as `bioalbert_core.ner.windows` does; its pieces may
            differ from those of the whole text, which is what pre-training reads. A word without
            any piece, which a tagger reads as ``<unk>``, is skipped.
    """
    words, last = word_spans(text), -1
    pieces: list[Piece] = []
    for offset, end in words if alone else [(0, len(text))]:
        reading = read(text[offset:end])
        encoding = tokenizer.encode_with_spans(reading.text)
        for name, id_, span in zip(encoding.pieces, encoding.ids, encoding.spans, strict=True):
            start, stop = (offset + i for i in reading.span(*span))
            # A lone ▁ has no characters; it belongs to the word that it begins.
            low, high = words_touched(words, start, max(stop, start + 1))
            word = low if low < high else None
            first, last = word not in (None, last), last if word is None else word
            masking = bool(tokenizer.starts_word[id_])
            pieces.append(Piece(name, id_, start, stop, word, first, masking))
    return pieces


def pieces_html(tokenizer: Tokenizer, text: str, alone: bool = False) -> str:
    """Words as boxes around their pieces, and a table of all pieces; all escaped.

    Args:
        tokenizer, text, alone: as for `pieces_of`.
    """
    pieces = pieces_of(tokenizer, text, alone)
    boxes = "".join(
        f'<span class="word">{"".join(_box(piece, text) for piece in word)}</span>'
        for _, word in groupby(pieces, attrgetter("word"))
    )
    unknown = sum(piece.id == tokenizer.unk_id for piece in pieces)
    status = f"{len(word_spans(text))} words, {len(pieces)} pieces, {unknown} of them unknown."
    rows = [
        (
            *(p.piece, str(p.id), f"{p.start} to {p.end}", text[p.start : p.end], p.word),
            *("yes" if flag else "" for flag in (p.first, p.masking)),
        )
        for p in pieces
    ]
    inner = (
        f'<p role="status">{status} A yellow piece is the first of its word; '
        f"an entity label is placed there.</p><div>{boxes}</div>"
    )
    more = f"<details><summary>As a table</summary>{table('Pieces', HEAD, rows)}</details>"
    return block(inner, "bioalbert-pieces", STYLE) + more


def _box(piece: Piece, text: str) -> str:
    kind = "piece first" if piece.first else "piece"
    characters = escape(text[piece.start : piece.end]) or "(nothing)"
    return f'<span class="{kind}">{escape(piece.piece)}<small>{characters}</small></span>'
