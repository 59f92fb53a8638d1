"""PubTator: title, abstract and entities of each document, in lines and columns."""

import re
from collections.abc import Iterable, Iterator

from bioalbert_core.tag.formats.columns import one_line, one_word
from bioalbert_core.tag.tagging import Tagged

TITLE_END = re.compile(r"(?<=\S)[\r\n]")


def to_pubtator(tagged: Iterable[Tagged]) -> Iterator[str]:
    r"""``id|t|title``, ``id|a|abstract``, one line per entity, a blank line.

    The title is the first line. The rest is the abstract, on one line, with a space for each line
    break or tab. Title, one character, and abstract are as long as the text, so the offsets hold.
    The sixth column, for the entity's database id, is ``-``. The format has no place for scores.

    >>> from types import SimpleNamespace as E
    >>> from bioalbert_core.tag.sources import Document
    >>> tagged = [(Document("1", "Fever.\nIt rose."), [E(start=0, end=5, type="Disease")])]
    >>> "".join(to_pubtator(tagged))
    '1|t|Fever.\n1|a|It rose.\n1\t0\t5\tFever\tDisease\t-\n\n'
    """
    for document, entities in tagged:
        id_, text = one_word(document.id), document.text
        title, abstract = (*TITLE_END.split(text, maxsplit=1), "")[:2]
        yield f"{id_}|t|{one_line(title)}\n{id_}|a|{one_line(abstract)}\n"
        for e in entities:
            mention = one_line(text[e.start : e.end])
            yield f"{id_}\t{e.start}\t{e.end}\t{mention}\t{e.type}\t-\n"
        yield "\n"
