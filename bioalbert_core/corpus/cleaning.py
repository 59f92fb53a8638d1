"""The paper's three cleaning rules (section III.A), as three pure functions.

The paper: "(i) all blank lines are removed within a document and converted it into on single
paragraph; (ii) Any line less than 20-character length is removed and (iii) there will be a blank
line between each document".

Taken in that order, (ii) would never apply: after (i) a document is one long line. So (ii) comes
first here and looks at the lines of the source. It drops headings ("Results"), page numbers and
running titles. In a file that is wrapped at a fixed width it may drop the short last line of a
paragraph; unwrap such a file first.
"""

import re
from collections.abc import Iterable, Iterator

from bioalbert_core.corpus.raw_text import without_unseen

MINIMUM_LINE = 20  # characters
LINE_END = re.compile(r"\r\n?|\n")  # `str.splitlines` would also split at U+2028 and form feeds


def drop_short_lines(text: str, minimum: int = MINIMUM_LINE) -> str:
    """Rule (ii): drop lines of fewer than ``minimum`` characters; blank ones are for rule (i).

    >>> drop_short_lines("Results\\n\\nThe drug lowered the fever.\\n12")
    '\\nThe drug lowered the fever.'
    """
    lines = LINE_END.split(text)
    return "\n".join(line for line in lines if not line.strip() or len(line.strip()) >= minimum)


def one_paragraph(text: str) -> str:
    """Rule (i): drop blank lines, and join the rest to one paragraph on one line.

    Characters that a reader cannot see, such as soft hyphens, are dropped too.

    >>> one_paragraph("First  line.\\n\\n\\nSecond line.")
    'First line. Second line.'
    """
    return " ".join(without_unseen(text).split())


def separate_documents(documents: Iterable[list[str]]) -> Iterator[str]:
    """Rule (iii): a blank line after each document; each sentence is a line, as ALBERT reads it.

    >>> list(separate_documents([["One.", "Two."], ["Three."]]))
    ['One.', 'Two.', '', 'Three.', '']
    """
    for sentences in documents:
        yield from sentences
        yield ""
