"""The paper's cleaning rules at work on a text: which lines are dropped and why, and the result."""

import re
from collections.abc import Iterator
from html import escape

from bioalbert_core.corpus.cleaning import (
    MINIMUM_LINE,
    drop_short_lines,
    one_paragraph,
    separate_documents,
)
from bioalbert_core.corpus.sentences import split_sentences
from bioalbert_core.show.highlight import RED, block, css

BETWEEN_DOCUMENTS = re.compile(r"^={3,}\s*$", re.MULTILINE)
EXAMPLE = """Results

Aspirin lowered the fever of all 12 mice. None of them bled.
Page 3
The dose was 5 mg
===
Conclusions

A second document starts here, and its heading goes as well."""
STYLE = f"""
.bioalbert-cleaning {{ display: flex; flex-wrap: wrap; gap: 2em; }}
.bioalbert-cleaning section {{ padding-left: 1em; }}
.bioalbert-cleaning ol {{ font-family: monospace; white-space: pre-wrap; }}
.bioalbert-cleaning del {{ {css(RED)} }}
.bioalbert-cleaning small {{ font-weight: 600; }}
""".strip()


def fates(text: str, minimum: int = MINIMUM_LINE) -> Iterator[tuple[str, str]]:
    """Each line of a text, and why it is dropped; "" for a line that is kept.

    >>> list(fates("Results\\n\\nThe drug lowered the fever."))
    [('Results', 'rule ii: 7 of 20 characters'), ('', 'rule i: blank'), \
('The drug lowered the fever.', '')]
    """
    for line in text.splitlines():
        if not line.strip():
            yield line, "rule i: blank"
        elif not drop_short_lines(line, minimum):
            yield line, f"rule ii: {len(line.strip())} of {minimum} characters"
        else:
            yield line, ""


def cleaned(text: str, minimum: int = MINIMUM_LINE, split: bool = True) -> list[str]:
    """The lines of the corpus: one sentence or one document each; a blank one after a document.

    Args:
        text: documents separated by a line of ``===``.
        minimum: shorter lines are dropped.
        split: one sentence per line; otherwise one document per line.

    >>> cleaned("The drug lowered the fever. It did!\\n===\\nPage 1")
    ['The drug lowered the fever.', 'It did!', '']
    """
    kept = (drop_short_lines(part, minimum) for part in BETWEEN_DOCUMENTS.split(text))
    paragraphs = filter(None, map(one_paragraph, kept))
    return list(separate_documents(split_sentences(p) if split else [p] for p in paragraphs))


def cleaning_html(text: str, minimum: int = MINIMUM_LINE, split: bool = True) -> str:
    """The text with dropped lines struck through, and next to it the result; all escaped."""
    before = "".join(
        _before(line, why)
        for document in BETWEEN_DOCUMENTS.split(text)
        for line, why in [*fates(document.strip("\r\n"), minimum), ("", "end of the document")]
    )
    lines = cleaned(text, minimum, split)
    after = "".join(f"<li>{escape(line) or '<small>(blank line)</small>'}</li>" for line in lines)
    return block(
        f"<section><p><strong>Before</strong></p><ol>{before}</ol></section>"
        f'<section><p role="status"><strong>After: {len(lines)} lines</strong></p>'
        f"<ol>{after}</ol></section>",
        *("bioalbert-cleaning", STYLE),
    )


def _before(line: str, why: str) -> str:
    if not why:
        return f"<li>{escape(line)}</li>"
    dropped = f"<del>{escape(line)}</del> " if line else ""
    return f"<li>{dropped}<small>({escape(why)})</small></li>"
