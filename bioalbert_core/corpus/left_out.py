"""Counts of what readers leave out: no character of a source disappears silently.

Characters that are not white space (`letters`) are counted under ``characters_left_out_REASON``;
signs that the source lacks, such as the stroke of a fraction, under ``characters_added``. For
each reader:

    characters of the source + added = characters of the sections + left out

Reasons of JATS: those of ``jats.NOT_PROSE``, ``metadata`` (all of ``front`` but title and
abstracts), ``back_matter``, ``graphical_abstracts``, ``translated_abstracts``,
``other_abstracts``, ``note_marks``, ``formulas`` (the whole, or the markup), ``citations``, and
``marks``: the brackets and commas that only held what was left out.

Reasons of MEDLINE: ``other_abstracts``, ``formulas``, ``marks`` (of translated titles and cut
abstracts), ``books``, ``deleted_citations``. The rest of a record is metadata, which is left out
by design and not counted: counting would take a tenth of the time.
"""

from collections import Counter

from lxml import etree

from bioalbert_core.corpus.citations import NEEDED
from bioalbert_core.corpus.document import letters
from bioalbert_core.corpus.xml import BREAK, GAP, character

STRING = etree.XPath("string()")


def leave_out(
    counts: Counter[str], reason: str, source: etree._Element | str, *kept: etree._Element | str
) -> None:
    """Count ``source`` as left out, except the parts that are kept (or counted elsewhere).

    >>> counts = Counter()
    >>> leave_out(counts, "marks", "It grew [2, 3].", "It grew.")
    >>> counts
    Counter({'characters_left_out_marks': 5})
    """
    number = _size(source) - sum(map(_size, kept))
    if number:
        name = f"characters_left_out_{reason}" if number > 0 else "characters_added"
        counts[name] += abs(number)


def _size(part: etree._Element | str) -> int:
    if isinstance(part, str):
        return letters(part) - sum(map(part.count, (GAP, BREAK, NEEDED)))
    return letters(STRING(part) + "".join(map(character, part.iter(etree.Entity))))
