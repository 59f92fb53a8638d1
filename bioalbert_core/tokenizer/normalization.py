"""ALBERT's normalization, with a map from each new character back to the original text.

The rules of Google's ALBERT (`preprocess_text` with lower-casing): runs of white space become one
space, characters are decomposed (NFKD), combining marks are dropped, the rest is lower-cased.
SentencePiece does not lower-case; forgetting that is a well-known trap. Two more rules: doubled
backticks and doubled apostrophes become a double quote, as in Hugging Face's `AlbertTokenizer`; and
a lone surrogate, which SentencePiece cannot read, becomes the replacement character.
"""

import re
import unicodedata

QUOTES = ("``", "''")
SURROGATE = re.compile(r"[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def normalize(text: str) -> str:
    """The text as ALBERT's vocabulary was trained to see it.

    >>> normalize("  Naïve ``T  cells'' and TNF-α ")
    'naive "t cells" and tnf-α'
    """
    text = " ".join(text.split())  # runs of white space
    for quote in QUOTES:
        text = text.replace(quote, '"')
    return (text if text.isascii() else _base_characters(text)).lower()


def _base_characters(text: str) -> str:
    """NFKD without combining marks: "ﬁ é" to "fi e". Each character can be done on its own."""
    text = unicodedata.normalize("NFKD", SURROGATE.sub(REPLACEMENT, text))
    return "".join(c for c in text if not unicodedata.combining(c))


def normalize_with_spans(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``normalize(text)``, and for each of its characters the (start, end) it came from.

    Starts and ends count characters of the original text.

    >>> normalize_with_spans("ﬁt Ä")
    ('fit a', [(0, 1), (0, 1), (1, 2), (2, 3), (3, 4)])
    """
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    # The same rules as in `normalize`, one unit at a time: white space, a quote, or a character.
    for unit in re.finditer(r"\s+|``|''|.", text, flags=re.DOTALL):
        new = unit.group()
        if new.isspace():
            if unit.start() == 0 or unit.end() == len(text):
                continue  # white space at either end is dropped
            new = " "
        elif new in QUOTES:
            new = '"'
        new = _base_characters(new)
        characters += new
        spans += [unit.span()] * len(new)  # "ﬁ" becomes two characters, both from its span
    # Lower-case the whole: a Greek sigma at the end of a word has a form of its own. No character
    # that NFKD leaves changes its length, so the spans still fit.
    return "".join(characters).lower(), spans
