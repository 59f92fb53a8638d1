"""Raw text to words, split the way the BIO datasets are: at spaces, and around every symbol."""

import re

# Letters and digits with any combining marks, or one other visible character.
WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_]*)*|[^\w\s]|_")


def word_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each word, in characters.

    >>> text = "TNF-α (p53)."
    >>> [text[start:end] for start, end in word_spans(text)]
    ['TNF', '-', 'α', '(', 'p53', ')', '.']
    """
    return [match.span() for match in WORD.finditer(text)]
