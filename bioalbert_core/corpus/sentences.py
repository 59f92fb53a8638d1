"""Sentence splitting, by the `sentencex` library (Wikimedia; Rust, no dependencies, no model).

>>> split_sentences("Fig. 2 shows E. coli at 37.5 °C. Growth stopped.")
['Fig. 2 shows E. coli at 37.5 °C.', 'Growth stopped.']
"""

import re

import sentencex


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, without the white space between them."""
    return [paragraph[start:end] for start, end in sentence_spans(paragraph)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence starts and ends in ``text``, in characters; white space left outside.

    >>> sentence_spans("One is here.  Two is there.")
    [(0, 12), (14, 27)]
    """
    spans, position = [], 0
    # sentencex 1.0 panics at white space of several bytes between an initial and its period.
    plain = re.sub(r"[^\S\x00-\x7f]", " ", text)
    for piece in sentencex.segment("en", plain):
        start = plain.index(piece, position)
        position = start + len(piece)
        body = piece.strip()
        if body:
            start += len(piece) - len(piece.lstrip())
            spans.append((start, start + len(body)))
    return spans
