"""A text as the model reads it: words, the pieces of each, and the characters they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bioalbert_core.corpus.raw_text import read
from bioalbert_core.ner.words import word_spans, words_touched
from bioalbert_core.show.tables import table
from bioalbert_core.tokenizer import Tokenizer

EXAMPLE = "Naïve TNF-α raises p53 in 9, not 10, patients."

STYLE = """
.bioalbert-pieces { line-height: 1.3; }
.bioalbert-pieces .word { display: inline-block; border: 1px solid; border-radius: .3em;
                          margin: .2em; padding: .1em; }
.bioalbert-pieces .piece { display: inline-block; margin: .1em; padding: .1em .3em;
                           background: #d9ecff; color: #0b3d70; font-family: monospace; }
.bioalbert-pieces .first { background: #fff0c9; color: #5c3d00; }
.bioalbert-pieces small { display: block; }
""".strip()


@dataclass(frozen=True)
class Piece:
    """One piece: its id, its characters ``start`` to ``end``, and what it begins.

    ``word`` is the number of the word, as data sets of named entities cut words, or None where it
    stands for no visible character; ``first`` whether the word's label stands on it; ``masking``
    whether a word begins here for whole-word masking.
    """

    piece: str
    id: int
    start: int
    end: int
    word: int | None
    first: bool
    masking: bool


def pieces_of(tokenizer: Tokenizer, text: str, alone: bool = False) -> list[Piece]:
    """The pieces of a text, each with the first of the words that it touches.

    Args:
        tokenizer: cuts the text.
        text: as it stands.
        alone: cut each word on its own, as `bioalbert_core.ner.alignment` does, where a word may
            have other pieces; else the whole text at once, as in pre-training. A word without any
            piece, which a tagger reads as ``<unk>``, is left out.
    """
    words, last = word_spans(text), -1
    found: list[Piece] = []
    for part, end in words if alone else [(0, len(text))]:
        reading = read(text[part:end])
        encoding = tokenizer.encode_with_spans(reading.text)
        for name, id_, span in zip(encoding.pieces, encoding.ids, encoding.spans, strict=True):
            start, stop = (part + offset for offset in reading.span(*span))
            word = _word_at(words, start, stop)
            first, last = word not in (None, last), last if word is None else word
            masking = bool(tokenizer.starts_word[id_])
            found.append(Piece(name, id_, start, stop, word, first, masking))
    return found


def _word_at(words: list[tuple[int, int]], start: int, stop: int) -> int | None:
    """The first word that these characters touch; of a lone ``▁``, the word that it begins."""
    low, high = words_touched(words, start, max(stop, start + 1))
    return low if low < high else None


def pieces_html(tokenizer: Tokenizer, text: str, alone: bool = False) -> str:
    """Words as boxes around their pieces, and a table of where each piece stands; all escaped.

    Args:
        tokenizer, text, alone: as for `pieces_of`.
    """
    pieces = pieces_of(tokenizer, text, alone)
    boxes = "".join(
        f'<span class="word">{"".join(_box(it, text) for it in of_word)}</span>'
        for of_word in _by_word(pieces)
    )
    unknown = sum(it.id == tokenizer.unk_id for it in pieces)
    told = f"{len(word_spans(text))} words, {len(pieces)} pieces, {unknown} of them unknown."
    head = ["piece", "id", "characters", "text", "word", "label here", "begins a word for masking"]
    rows = [
        (
            *(it.piece, str(it.id), f"{it.start} to {it.end}", text[it.start : it.end], it.word),
            *("yes" if flag else "" for flag in (it.first, it.masking)),
        )
        for it in pieces
    ]
    return (
        '<div class="bioalbert-pieces tex2jax_ignore mathjax_ignore">'
        f'<style>{STYLE}</style><p role="status">{told} A yellow piece is the first of its word; '
        f"an entity label stands there.</p><div>{boxes}</div></div>"
        f"<details><summary>As a table</summary>{table('Pieces', head, rows)}</details>"
    )


def _by_word(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Neighboring pieces of one word together."""
    groups: list[list[Piece]] = []
    for it in pieces:
        if groups and it.word == groups[-1][-1].word:
            groups[-1].append(it)
        else:
            groups.append([it])
    return groups


def _box(piece: Piece, text: str) -> str:
    kind = "piece first" if piece.first else "piece"
    stands_for = escape(text[piece.start : piece.end]) or "(nothing)"
    return f'<span class="{kind}">{escape(piece.piece)}<small>{stands_for}</small></span>'
