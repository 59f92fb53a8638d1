"""Text for formats of lines and columns: nothing in it may end a line or a column."""

import re

# A tab, and every character at which some reader ends a line. One space each keeps the offsets.
ONE_LINE = str.maketrans(dict.fromkeys("\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))


def one_line(text: str) -> str:
    r"""The same number of characters on one line, without tabs.

    >>> one_line("heart\r\nfailure")
    'heart  failure'
    """
    return text.translate(ONE_LINE)


def one_word(id_: str) -> str:
    """An id for formats whose columns end at white space or ``|``.

    >>> one_word("a b|c")
    'a_b_c'
    """
    return re.sub(r"[\s|]", "_", id_)
