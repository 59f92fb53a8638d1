"""What readers leave out, counted: no character of a source goes in silence.

Counted are characters that are not white space (`letters`), under ``characters_left_out_REASON``;
signs that the source has not, such as the stroke of a fraction, under ``characters_added``. For
each reader:

    characters of the source + added = characters of the sections + left out

Reasons of JATS: ``metadata`` (all of ``front`` but title and abstracts), ``back_matter``,
``references``, ``sub_articles``, ``graphical_abstracts``, ``translated_abstracts``,
``other_abstracts``, ``headings``, ``labels``, ``tables``, ``figures``, ``supplements``, ``code``,
``footnotes``, ``note_marks``, ``index_terms``, ``formulas`` (all or their markup), ``citations``,
and ``marks``: the brackets and commas that only held what was left out.

Reasons of MEDLINE: ``other_abstracts``, ``formulas``, ``marks`` (of translated titles and cut
abstracts), ``books``, ``deleted_citations``. Its metadata is everything else in a record, is left
out by design and not counted: that would take a tenth of the time.
"""

from collections import Counter

from lxml import etree

from bioalbert_core.corpus.citations import NEEDED
from bioalbert_core.corpus.document import letters
from bioalbert_core.corpus.xml import BREAK, GAP, character

STRING = etree.XPath("string()")


def leave_out(
    counts: Counter[str],
    reason: str,
    source: etree._Element | str,
    *kept: etree._Element | str,
) -> None:
    """Count ``source`` as left out, but for what of it is kept (or counted elsewhere).

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
