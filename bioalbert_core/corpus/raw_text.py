r"""Raw text as a person reads it, with the way back to the original characters.

Text from web pages, PDF files and databases holds signs that a reader never sees: soft hyphens,
zero-width characters, character references such as ``&alpha;``. To a model, "dia\u00adbetes" is
two words. Only this module decodes them, before anything is tokenized.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from html.entities import html5

# Characters without a shape: controls other than white space (SentencePiece drops them too), soft
# hyphens, zero-width and direction signs, variation selectors, tags. (The zero-width joiners mean
# something in Persian, Indic scripts and emoji, which no biomedical vocabulary has.)
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
_NAMES = "|".join(sorted((name for name in html5 if name[-1] == ";"), reverse=True))
_BARE = "|".join(sorted((n for n in html5 if n[-1] != ";" and not n.isupper()), reverse=True))
# HTML also has names without a semicolon. They count only if no letter follows and they are not in
# capitals: "ATP&GTP" and "water&ethanol" have no reference. Text that was escaped more than once
# repeats "amp;" after the ampersand.
REFERENCE = re.compile(
    rf"&(?:amp;)*(?:{_NAMES}|#[0-9]{{1,9}}(?![0-9]);?|#[xX][0-9a-fA-F]{{1,8}}(?![0-9a-fA-F]);?"
    rf"|(?:{_BARE})(?![A-Za-z]))"
)
AMPERSANDS = re.compile("&(?:amp;)+(?=.)", re.DOTALL)


@dataclass(frozen=True)
class Reading:
    """A text as a person reads it.

    Character ``i`` of ``text`` comes from characters ``starts[i]`` to ``ends[i]`` of the raw text.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the raw text of characters ``start`` to ``end`` of ``text``.

        >>> read("TNF-&alpha; rose").span(4, 5)
        (4, 11)
        """
        if start < end:
            return self.starts[start], self.ends[end - 1]
        here = self.starts[start] if start < len(self.text) else (self.ends or [0])[-1]
        return here, here


def read(raw: str) -> Reading:
    r"""A raw text as a person reads it: no invisible characters, references decoded.

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
    r"""The text without invisible characters.

    >>> without_unseen("dia\u00adbetes")
    'diabetes'
    """
    if text.isascii() and text.isprintable():  # as most are; four times as fast
        return text
    return UNSEEN.sub("", text)


def _decoded(reference: str) -> str:
    """The character of a reference; nothing if it is invisible.

    >>> _decoded("&amp;lt;"), _decoded("&#233"), _decoded("&shy;")
    ('<', 'é', '')
    """
    return without_unseen(unescape(AMPERSANDS.sub("&", reference)))


def _replaced(reading: Reading, pattern: re.Pattern, new: Callable[[str], str]) -> Reading:
    """The reading with each match replaced; each new character comes from the whole match."""
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
