"""The rest of a BIO file: documents, and the probability of each tag.

`bio.read_bio` reads the words and tags; both split sentences in the same way.
"""

from collections.abc import Iterator
from pathlib import Path

from bioalbert_core.ner.bio import DOCUMENT_START, probability
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_text

Scores = tuple[float, ...]


def read_documents(path: str | Path) -> list[int]:
    """For each sentence, the number of its document; a ``-DOCSTART-`` line begins a new one."""
    return [document for document, _ in _sentences(path)]


def read_scores(path: str | Path) -> list[Scores] | None:
    """For each sentence, the third column: the probability of each word's tag.

    Returns:
        None if no line has a third column.

    Raises:
        UserError: names the line where it is missing, or not a number from 0 to 1.
    """
    sentences = [lines for _, lines in _sentences(path)]
    if not any(line.count("\t") > 1 for lines in sentences for _, line in lines):
        return None
    return [tuple(_score(path, *line) for line in lines) for lines in sentences]


def _sentences(path: str | Path) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """The document, and the numbered lines, of each sentence."""
    document, lines = 0, []
    for number, line in enumerate([*read_text(path).split("\n"), ""], start=1):
        starts = line.startswith(DOCUMENT_START)
        if line.strip() and not starts:
            lines.append((number, line.rstrip("\r")))
        elif lines:
            yield document, lines
            lines = []
        document += starts


def _score(path: str | Path, number: int, line: str) -> float:
    column = [*line.split("\t"), "", ""][2]
    if (score := probability(column)) is None:
        raise UserError(
            f"{path}: line {number}: {column[:40]!r} is not a probability; give a third column of "
            "numbers from 0 to 1 on all lines, or on none"
        )
    return score
