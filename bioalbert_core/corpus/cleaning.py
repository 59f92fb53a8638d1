"""The paper's three cleaning rules (section III.A), as three pure functions.

The paper: "(i) all blank lines are removed within a document and converted it into on single
paragraph; (ii) Any line less than 20-character length is removed and (iii) there will be a blank
line between each document". After (i) a document is one line and (ii) could never fire, so (ii)
looks at the source's own lines, before they are joined: it drops headings ("Results"), page
numbers and running titles. A file that is wrapped at a fixed width may lose the last, short line
of a paragraph that way; unwrap such files first.
"""

import re
from collections.abc import Iterable, Iterator

from bioalbert_core.corpus.raw_text import without_unseen

MINIMUM_LINE = 20
LINE_END = re.compile(r"\r\n?|\n")  # `str.splitlines` also cuts at U+2028, form feeds and others


def drop_short_lines(text: str, minimum: int = MINIMUM_LINE) -> str:
    """Rule (ii): lines of fewer than ``minimum`` characters go; blank lines are left to rule (i).

    >>> drop_short_lines("Results\\n\\nThe drug lowered the fever.\\n12")
    '\\nThe drug lowered the fever.'
    """
    lines = LINE_END.split(text)
    return "\n".join(line for line in lines if not line.strip() or len(line.strip()) >= minimum)


def one_paragraph(text: str) -> str:
    """Rule (i): blank lines go, and what is left becomes one paragraph on one line.

    Characters that no reader sees, such as soft hyphens, go too.

    >>> one_paragraph("First  line.\\n\\n\\nSecond line.")
    'First line. Second line.'
    """
    return " ".join(without_unseen(text).split())


def separate_documents(documents: Iterable[list[str]]) -> Iterator[str]:
    """Rule (iii): one sentence a line, and a blank line after each document.

    >>> list(separate_documents([["One.", "Two."], ["Three."]]))
    ['One.', 'Two.', '', 'Three.', '']
    """
    for sentences in documents:
        yield from sentences
        yield ""
