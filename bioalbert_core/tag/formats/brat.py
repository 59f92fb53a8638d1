"""BRAT standoff: each document's text in one file and its entities in another."""

import re
from collections.abc import Iterable
from pathlib import Path

from bioalbert_core.tag.formats.columns import ONE_LINE
from bioalbert_core.tag.tagging import Tagged

LONGEST = 50  # characters of a file name: at most 200 bytes, and most systems allow 255
# A reader that turns \r\n into \n, or drops a byte order mark, would shift all later offsets.
SHIFTING = str.maketrans(dict.fromkeys("\r\ufeff", " "))
# No character that a line of an .ann file cannot hold, and no white space at either end.
FRAGMENT = re.compile(r"\S(?:[^{}]*\S)?".format("".join(map(chr, ONE_LINE))))


def write_brat(tagged: Iterable[Tagged], folder: Path) -> None:
    r"""Write ``NAME.txt`` and ``NAME.ann`` for each document, with a name made from its id.

    Offsets count the characters of the ``.txt`` file: the text with a space for each ``\r`` and
    each byte order mark. A mention that spans a line break or a tab has one fragment on each side,
    as in brat's own files. The score is a note:
    ``T1<TAB>Disease 0 5;6 13<TAB>heart failure``, ``#1<TAB>AnnotatorNotes T1<TAB>score 0.98``.
    """
    for number, (document, entities) in enumerate(tagged, 1):
        name = free_name(folder, document.id, number)
        text, notes = document.text.translate(SHIFTING), []
        for n, e in enumerate(entities, 1):
            spans = [match.span() for match in FRAGMENT.finditer(text, e.start, e.end)]
            offsets = ";".join(f"{start} {end}" for start, end in spans)
            mention = " ".join(text[start:end] for start, end in spans)
            notes.append(f"T{n}\t{e.type} {offsets}\t{mention}\n")
            notes.append(f"#{n}\tAnnotatorNotes T{n}\tscore {e.score}\n")
        (folder / f"{name}.txt").write_text(text, "utf-8", newline="")
        (folder / f"{name}.ann").write_text("".join(notes), "utf-8", newline="")


def free_name(folder: Path, id_: str, number: int) -> str:
    """A name for a document's files that stays inside the folder and is not taken yet.

    >>> free_name(Path("nowhere"), "../a b/c.txt", 1)
    'a_b_c.txt'
    """
    name = re.sub(r"[^\w.-]+", "_", id_).strip("._-")[:LONGEST] or "document"
    while (folder / f"{name}.txt").exists():
        name = f"{name}-{number}"
    return name
