"""The paper's cleaning rules at work on a text: which lines go and why, and what is left."""

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

BETWEEN_DOCUMENTS = re.compile(r"^={3,}\s*$", re.MULTILINE)
EXAMPLE = """Results

Aspirin lowered the fever of all 12 mice. None of them bled.
Page 3
The dose was 5 mg
===
Conclusions

A second document starts here, and its heading goes as well."""

STYLE = """
.bioalbert-cleaning { display: flex; flex-wrap: wrap; gap: 2em; }
.bioalbert-cleaning section { padding-left: 1em; }
.bioalbert-cleaning ol { font-family: monospace; white-space: pre-wrap; }
.bioalbert-cleaning del { background: #fde0dd; color: #7a0f1f; }
.bioalbert-cleaning small { font-weight: 600; }
""".strip()


def fates(text: str, minimum: int = MINIMUM_LINE) -> Iterator[tuple[str, str]]:
    """Each line of a text, and why it goes; "" for a line that stays.

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
    """The lines of the corpus: one sentence each, or one document; a blank one after a document.

    Args:
        text: documents with a line of ``===`` between them.
        minimum: shorter lines go.
        split: one sentence a line; else a line is a whole paragraph.

    >>> cleaned("The drug lowered the fever. It did!\\n===\\nPage 1")
    ['The drug lowered the fever.', 'It did!', '']
    """
    paragraphs = (
        one_paragraph(drop_short_lines(document, minimum))
        for document in BETWEEN_DOCUMENTS.split(text)
    )
    documents = (split_sentences(it) if split else [it] for it in paragraphs if it)
    return list(separate_documents(documents))


def cleaning_html(text: str, minimum: int = MINIMUM_LINE, split: bool = True) -> str:
    """The text with what goes struck through, and beside it what is left; all escaped."""
    before = "".join(
        _before(line, why)
        for document in BETWEEN_DOCUMENTS.split(text)
        for line, why in [*fates(document.strip("\r\n"), minimum), ("", "end of the document")]
    )
    lines = cleaned(text, minimum, split)
    after = "".join(f"<li>{escape(line) or '<small>(blank line)</small>'}</li>" for line in lines)
    return (
        '<div class="bioalbert-cleaning tex2jax_ignore mathjax_ignore">'
        f"<style>{STYLE}</style>"
        f"<section><p><strong>Before</strong></p><ol>{before}</ol></section>"
        f'<section><p role="status"><strong>After: {len(lines)} lines</strong></p>'
        f"<ol>{after}</ol></section></div>"
    )


def _before(line: str, why: str) -> str:
    if not why:
        return f"<li>{escape(line)}</li>"
    gone = f"<del>{escape(line)}</del> " if line else ""
    return f"<li>{gone}<small>({escape(why)})</small></li>"
