"""Sentence splitting, by the `sentencex` library (Wikimedia; Rust, no dependencies, no model).

>>> split_sentences("Fig. 2 shows E. coli at 37.5 °C. Growth stopped.")
['Fig. 2 shows E. coli at 37.5 °C.', 'Growth stopped.']

sentencex is written for encyclopedias. It takes ``p <5 ... >2``, quotes, and numbers such as
``2)`` for brackets and lists that it must not look into, and knows neither "approx." nor "24 h.",
and looks into no item of a list that starts with a bullet.
So it is shown a text of the same length, in which such signs read as they are meant here.

Chosen by ``python tests/bench/sentence_splitters.py pubmed20n0014.xml.gz pubmed21n1298.xml.gz``:
F1 of the boundaries in `data/mini`; share right of 199 PubMed places, judged by hand, where the
first four disagree (unlike the others they meet all their errors there); splits per 1,000
sentences of 6,000 PubMed sections that look wrong; words a second on one core.

    ==================  ====  ======  ====  =========  ====================================
    splitter            mini  judged   odd    words/s  kept by, needs
    ==================  ====  ======  ====  =========  ====================================
    this module         99.9    90.5   2.6  2,300,000  sentencex
    sentencex 1.0.32    99.0    51.8  20.7  9,000,000  Wikimedia, 2026; Rust wheels
    blingfire 0.1.8     99.2    56.8  14.8  2,500,000  Microsoft, none since 2021; binaries
    nupunkt 0.8.0       99.2    42.2  16.6  1,100,000  ALEA Institute, 2026; nothing
    nltk-punkt 2.2.1    97.9    52.3  30.8    840,000  one author, 2026; nothing
    syntok 1.4.4        98.3    84.9   0.3    120,000  one author, none since 2022; regex
    spaCy 3.8 rules     96.8    56.3  27.9    170,000  Explosion, 2026; spaCy
    yasbd 1.0.4         99.7    65.3  11.6     99,000  one author, 2026; regex, retrie
    sakurs 0.4.2        93.9    71.9  51.6     65,000  one author, 2026; Rust wheels
    biosenter 0.2.0     99.2    78.4  15.4     18,000  Lever, 2026; spaCy, a model
    pysbd 0.3.4         99.3    70.4   9.4     23,000  one author, none since 2021; nothing
    ==================  ====  ======  ====  =========  ====================================

The rules below were written with `data/mini` and 234 other places in view, not the 199.
"""

import re

import sentencex

BULLETS = "•●◦▪‣⁃∙○■□►▶➢➤"
ITEM = re.compile(rf"(?:(?<=\s)|^)(?=[{BULLETS}]\s)")
BULLET = re.compile(rf"^[{BULLETS}]")
SPACE = re.compile(r"[^\S\x00-\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")  # sentencex cannot read one that stands alone
# Curly brackets are brackets to sentencex and no list. (`str.translate` would take twice as long.)
MARKS = tuple(zip('()[]<>"“”', "{}{}/////", strict=True))
BEFORE_CLOSER = re.compile(r'([.?!])(["”]+)(?=\s*(\S?))')
PERIOD = re.compile(r"\.(?=\s(\S))")
# What stands before a period that ends no sentence: abbreviations, and the number of an item.
GOES_ON = re.compile(
    r"(?:\b(?:[Aa]pprox|spp?|subsp|var|ss|comb|cf|concn?|max|mol|wt|pts|Expt?|Biol|Chem|Biochim"
    r"|Biophys|Acta|Acad|Sci|Clin|Ae|An|Cx|Pr|Ps)|(?:^|(?<!\bNo)(?<!Fig)[.:;] )\d\d?)$"
)
# What sentencex takes for an abbreviation: units, short forms; before a capital they are none.
ENDS = re.compile(
    r"(?:[\d)] ?(?!vs|cf|sp)[A-Za-zµμ]{1,3}|\b(?:etc|(?<!, et )al|pH|[A-Z]{2,4})|/[A-Za-z]+)$"
)
SHORT = re.compile(r"(?:^|\s)(?:\w[a-z\d.]{0,2})?$")


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph, without the white space between them."""
    return [paragraph[start:end] for start, end in sentence_spans(paragraph)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence starts and ends in ``text``, in characters; white space left outside.

    >>> sentence_spans("One is here.  Two is there.")
    [(0, 12), (14, 27)]
    """
    spans, before = [], 0
    for item in _items(text):
        plain, position = _plain(item), 0
        for piece in sentencex.segment("en", plain):
            start = plain.index(piece, position)
            position = start + len(piece)
            if body := piece.strip():
                start += before + len(piece) - len(piece.lstrip())
                spans.append((start, start + len(body)))
        before += len(item)
    return spans


def _items(text: str) -> list[str]:
    """The text cut before each bullet that stands alone; joined again they are the text.

    >>> _items("We need: • light, • OH• radicals.")
    ['We need: ', '• light, ', '• OH• radicals.']
    """
    listed = not text.isascii() and any(bullet in text for bullet in BULLETS)
    return [item for item in ITEM.split(text) if item] if listed else [text]


def _plain(text: str) -> str:
    """A text of the same length whose marks sentencex reads as this field means them.

    >>> _plain("In Ae. aegypti (p <.05) it took 24 h. It ended.")
    'In Ae, aegypti {p /.05} it took 24 h! It ended.'
    """

    def before_closer(match: re.Match) -> str:
        mark, closers, following = match.groups()
        return closers + (mark if following.isupper() else ",")

    def period(match: re.Match) -> str:
        end, following = match.start(), match[1]
        start = max(0, end - 8)
        if GOES_ON.search(text, start, end):
            return ","
        if following.islower() and SHORT.search(text, start, end):
            return ","
        return "!" if following.isupper() and ENDS.search(text, start, end) else "."

    # sentencex 1.0 panics at white space of several bytes between an initial and its period.
    if not text.isascii():
        text = SURROGATE.sub("/", SPACE.sub(" ", BULLET.sub("/", text)))
    text = PERIOD.sub(period, BEFORE_CLOSER.sub(before_closer, text))
    for mark, shown in MARKS:
        text = text.replace(mark, shown)
    return text
