r"""Raw text as a person reads it, with the way back to the text as it is.

Text from web pages, PDF files and databases holds signs that a reader never sees: soft hyphens,
zero-width characters, character references such as ``&alpha;``. A model that sees them takes
"dia\u00adbetes" for two words. They are read here, and only here, before anything is tokenized.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from html.entities import html5

# Characters without a shape of their own: controls other than white space (SentencePiece drops
# them too), soft hyphens, zero-width and direction signs, variation selectors, tags. The zero-width
# joiners carry meaning in Persian, in Indic scripts and in emoji, of which no biomedical vocabulary
# has pieces; offsets count them all the same.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
_NAMES = "|".join(sorted((name for name in html5 if name[-1] == ";"), reverse=True))
_BARE = "|".join(sorted((n for n in html5 if n[-1] != ";" and not n.isupper()), reverse=True))
# HTML also knows some names without a semicolon. They count where no letter follows and where they
# are not in capitals: "ATP&GTP" and "water&ethanol" hold no reference. Text that was escaped more
# than once has "amp;" repeated behind the ampersand.
REFERENCE = re.compile(
    rf"&(?:amp;)*(?:{_NAMES}|#[0-9]{{1,9}}(?![0-9]);?|#[xX][0-9a-fA-F]{{1,8}}(?![0-9a-fA-F]);?"
    rf"|(?:{_BARE})(?![A-Za-z]))"
)
AMPERSANDS = re.compile("&(?:amp;)+(?=.)", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """A text as it is read.

    Character ``i`` of ``text`` comes from characters ``starts[i]`` to ``ends[i]`` of the raw text.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters ``start`` to ``end`` of ``text`` are in the raw text.

        >>> read("TNF-&alpha; rose").span(4, 5)
        (4, 11)
        """
        if start < end:
            return self.starts[start], self.ends[end - 1]
        here = self.starts[start] if start < len(self.text) else (self.ends or [0])[-1]
        return here, here


def read(raw: str) -> Reading:
    r"""A raw text as it is read: nothing unseen, character references decoded.

    >>> read("the dia\u00adbetes &amp; TNF-&alpha;").text
    'the diabetes & TNF-α'
    """
    reading = Reading(raw, range(len(raw)), range(1, len(raw) + 1))
    reading = _replaced(reading, UNSEEN, lambda unseen: "")
    return _replaced(reading, REFERENCE, _decoded)


def readable(raw: str) -> str:
    """The text of `read`.

    >>> readable("p &lt; 0.05")
    'p < 0.05'
    """
    return read(raw).text


def without_unseen(text: str) -> str:
    r"""The text without characters that have no shape.

    >>> without_unseen("dia\u00adbetes")
    'diabetes'
    """
    if text.isascii() and text.isprintable():  # most are, and this is four times as fast
        return text
    return UNSEEN.sub("", text)


def _decoded(reference: str) -> str:
    """The character of a reference; nothing where it is unseen.

    >>> _decoded("&amp;lt;"), _decoded("&#233"), _decoded("&shy;")
    ('<', 'é', '')
    """
    return without_unseen(unescape(AMPERSANDS.sub("&", reference)))


def _replaced(reading: Reading, pattern: re.Pattern, new: Callable[[str], str]) -> Reading:
    """The same reading with each match replaced; its new characters come from all of the match."""
    if not pattern.search(reading.text):
        return reading
    parts, starts, ends, position = [], [], [], 0
    for match in pattern.finditer(reading.text):
        start, end = match.span()
        shown = new(match[0])
        parts += reading.text[position:start], shown
        starts += [*reading.starts[position:start], *[reading.starts[start]] * len(shown)]
        ends += [*reading.ends[position:start], *[reading.ends[end - 1]] * len(shown)]
        position = end
    parts.append(reading.text[position:])
    starts += reading.starts[position:]
    ends += reading.ends[position:]
    return Reading("".join(parts), starts, ends)
