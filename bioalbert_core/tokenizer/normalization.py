"""ALBERT's normalization, with a map from each new character back to the text as it stood.

The rules are those of Google's ALBERT (`preprocess_text` with lower-casing): white space runs
become one space, characters are decomposed (NFKD), combining marks are dropped, the rest is
lower-cased. SentencePiece itself does none of the lower-casing; leaving it out is a known trap.
Two more rules: doubled backticks and doubled apostrophes become a double quote, as in Hugging
Face's `AlbertTokenizer`; and a lone surrogate, which no UTF-8 file can hold and SentencePiece does
not take, becomes the replacement character.
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
    text = " ".join(text.split())
    for quote in QUOTES:
        text = text.replace(quote, '"')
    return (text if text.isascii() else _base_characters(text)).lower()


def _base_characters(text: str) -> str:
    """NFKD without combining marks. Of two texts together it gives what it gives of each."""
    text = unicodedata.normalize("NFKD", SURROGATE.sub(REPLACEMENT, text))
    return "".join(c for c in text if not unicodedata.combining(c))


def normalize_with_spans(text: str) -> tuple[str, list[tuple[int, int]]]:
    """``normalize(text)``, and for each of its characters the (start, end) it came from.

    Starts and ends count the characters of the untouched text.

    >>> normalize_with_spans("ﬁt Ä")
    ('fit a', [(0, 1), (0, 1), (1, 2), (2, 3), (3, 4)])
    """
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    for part in re.finditer(r"\s+|``|''|.", text, flags=re.DOTALL):
        found = part.group()
        if found.isspace():
            if part.start() == 0 or part.end() == len(text):
                continue  # white space at either end goes
            found = " "
        elif found in QUOTES:
            found = '"'
        kept = _base_characters(found)
        characters += kept
        spans += [part.span()] * len(kept)
    # Lower-cased as a whole: a Greek sigma at the end of a word has a form of its own. No character
    # that NFKD leaves grows or shrinks by it, so the spans still fit.
    return "".join(characters).lower(), spans
