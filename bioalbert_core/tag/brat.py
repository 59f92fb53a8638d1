"""BRAT standoff: for each document the text in one file and its entities in another."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path

from bioalbert_core.tag.formats import ONE_LINE
from bioalbert_core.tag.tagging import Tagged

LONGEST = 50  # characters of a file's name, at most 200 bytes of the 255 that most systems allow
# Readers that turn \r\n into \n, or drop a byte order mark, would shift all offsets behind it.
SHIFTING = str.maketrans(dict.fromkeys("\r\ufeff", " "))
# Nothing that a line of an .ann cannot hold, and no white space at either end.
FRAGMENT = re.compile(r"\S(?:[^{}]*\S)?".format("".join(map(chr, ONE_LINE))))


def write_brat(folder: Path, tagged: Iterable[Tagged]) -> None:
    r"""Write ``NAME.txt`` and ``NAME.ann`` for each document; the name is made from its id.

    Offsets count characters of the ``.txt``, which holds the text with a space for each ``\r`` and
    each byte order mark. A mention over a line end or a tab has a fragment on each side of it, as
    brat itself writes one, and the score is a note:
    ``T1<TAB>Disease 0 5;6 13<TAB>heart failure``, ``#1<TAB>AnnotatorNotes T1<TAB>score 0.98``.
    """
    tagged = iter(tagged)
    for number, first in enumerate(tagged, 1):
        path = folder / free_name(folder, first[0].id, number)
        with (
            path.with_name(f"{path.name}.txt").open("w", encoding="utf-8", newline="") as texts,
            path.with_name(f"{path.name}.ann").open("w", encoding="utf-8", newline="") as notes,
        ):
            numbers = count(1)
            for block, found in _document(first, tagged):
                texts.write(text := block.text.translate(SHIFTING))
                for e, n in zip(found, numbers, strict=False):
                    spans = [m.span() for m in FRAGMENT.finditer(text, e.start, e.end)]
                    places = ";".join(f"{block.start + a} {block.start + b}" for a, b in spans)
                    mention = " ".join(text[a:b] for a, b in spans)
                    notes.write(f"T{n}\t{e.type} {places}\t{mention}\n")
                    notes.write(f"#{n}\tAnnotatorNotes T{n}\tscore {e.score}\n")


def _document(first: Tagged, rest: Iterator[Tagged]) -> Iterator[Tagged]:
    for tagged in chain([first], rest):
        yield tagged
        if tagged[0].ends:
            return


def free_name(folder: Path, id_: str, number: int) -> str:
    """A name for a document's files that leads nowhere else and that no other document has.

    >>> free_name(Path("nowhere"), "../a b/c.txt", 1)
    'a_b_c.txt'
    """
    name = re.sub(r"[^\w.-]+", "_", id_).strip("._-")[:LONGEST] or "document"
    while (folder / f"{name}.txt").exists():
        name = f"{name}-{number}"
    return name
