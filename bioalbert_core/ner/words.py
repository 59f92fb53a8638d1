"""Raw text to words, split the way the BIO datasets are: at spaces, and around every symbol."""

import re
from bisect import bisect_left, bisect_right

from bioalbert_core.corpus.sentences import sentence_spans

# Unicode's blocks of combining marks and variation selectors: they belong to what they follow.
MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
# Controls, soft hyphen, zero-width and direction signs, tags: they part words and are none.
INVISIBLE = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
# Letters and digits with any combining marks, or one other visible character with its marks.
WORD = re.compile(rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*|(?:[^\w\s{INVISIBLE}]|_)[{MARKS}]*")


Spans = list[tuple[int, int]]


def word_spans(text: str) -> Spans:
    """(start, end) of each word, in characters.

    >>> text = "TNF-α (p53)."
    >>> [text[start:end] for start, end in word_spans(text)]
    ['TNF', '-', 'α', '(', 'p53', ')', '.']
    """
    return [match.span() for match in WORD.finditer(text)]


def words_by_sentence(text: str) -> list[Spans]:
    """(start, end) of the words of each sentence, in characters of ``text``; none is empty.

    >>> words_by_sentence("It is so. Is it?")
    [[(0, 2), (3, 5), (6, 8), (8, 9)], [(10, 12), (13, 15), (15, 16)]]
    """
    found = [words_between(text, start, end) for start, end in sentence_spans(text)]
    return [words for words in found if words]


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
