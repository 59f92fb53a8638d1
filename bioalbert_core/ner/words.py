"""Raw text to words, split as in the BIO data sets: at spaces, and around every symbol.

The text is split as it is read (`corpus.raw_text`); offsets are those of the raw text.
"""

import re
from bisect import bisect_left, bisect_right

from bioalbert_core.corpus.raw_text import Reading, read
from bioalbert_core.corpus.sentences import sentence_spans

# Unicode's blocks of combining marks: they belong to the character before them.
MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Letters and digits with any combining marks, or one other visible character with its marks; the
# signs around an interlinear annotation separate words.
WORD = re.compile(rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*|(?:[^\w\s\ufff9-\ufffb]|_)[{MARKS}]*")


Spans = list[tuple[int, int]]


def word_spans(text: str) -> Spans:
    """(start, end) of each word, in characters of the raw text; `readable` returns the word.

    >>> text = "TNF-&alpha; (p53)."
    >>> [text[start:end] for start, end in word_spans(text)]
    ['TNF', '-', '&alpha;', '(', 'p53', ')', '.']
    """
    reading = read(text)
    return _words(reading, 0, len(reading.text))


def words_by_sentence(text: str) -> list[Spans]:
    """(start, end) of the words of each sentence, in characters of ``text``; none is empty.

    >>> words_by_sentence("It is so. Is it?")
    [[(0, 2), (3, 5), (6, 8), (8, 9)], [(10, 12), (13, 15), (15, 16)]]
    """
    reading = read(text)
    sentences = (_words(reading, start, end) for start, end in sentence_spans(reading.text))
    return [words for words in sentences if words]


def _words(reading: Reading, start: int, end: int) -> Spans:
    return [reading.span(*match.span()) for match in WORD.finditer(reading.text, start, end)]


def words_between(text: str, start: int, end: int) -> Spans:
    """(start, end) of the words of a part of a text, in characters of the whole text.

    >>> words_between("It is so.", 3, 9)
    [(3, 5), (6, 8), (8, 9)]
    """
    return [(start + a, start + b) for a, b in word_spans(text[start:end])]


def words_touched(words: Spans, start: int, end: int) -> tuple[int, int]:
    """The numbers of the words that the characters ``start`` to ``end`` touch, end excluded.

    >>> words_touched([(3, 5), (6, 8), (8, 9)], 4, 7)
    (0, 2)
    """
    first = bisect_right(words, start, key=lambda word: word[1])
    return first, bisect_left(words, end, key=lambda word: word[0])
