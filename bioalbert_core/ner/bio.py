"""BIO files and BIO tags: reading, writing, and turning tags into entity spans."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.errors import UserError
from bioalbert_core.files import output_file, read_text

DOCUMENT_START = "-DOCSTART-"
DEFAULT_TYPE = "Entity"  # for datasets whose tags are bare B, I, O
IOBES = {"S": "B", "E": "I"}
TAG = re.compile(r"([BIES])(?:-([^\s-]\S*))?")


@dataclass(frozen=True)
class TaggedSentence:
    """Words and their BIO tags, two sequences of one length."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """An entity over words ``start`` to ``end`` (end excluded)."""

    start: int
    end: int
    type: str


def read_bio(path: str | Path, gold: bool = False) -> list[TaggedSentence]:
    """Read ``word<TAB>tag`` lines; a blank line ends a sentence, ``-DOCSTART-`` lines are skipped.

    Bare tags ``B``/``I`` become ``B-Entity``/``I-Entity``; IOBES tags become BIO.

    Args:
        path: the file.
        gold: also refuse an ``I`` that continues no entity of its type. Predictions may hold such
            tags (see `repair`); in gold data, strict scores would not count them at all.

    Raises:
        UserError: names the file and the line that has no tag, or a wrong one.
    """
    sentences: list[TaggedSentence] = []
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() and not line.startswith(DOCUMENT_START):
            word, tag = _read_line(path, number, line)
            if gold and tag[0] == "I" and (tags[-1] if tags else "O")[2:] != tag[2:]:
                raise UserError(f"{path}: line {number}: {tag} continues nothing; make it a B")
            words.append(word)
            tags.append(tag)
        elif words:
            sentences.append(TaggedSentence(tuple(words), tuple(tags)))
            words, tags = [], []
    if words:
        sentences.append(TaggedSentence(tuple(words), tuple(tags)))
    if not sentences:
        raise UserError(f"{path}: no tagged sentence in the file; give word<TAB>tag lines")
    return sentences


def _read_line(path: str | Path, number: int, line: str) -> tuple[str, str]:
    place = f"{path}: line {number}"
    word, tab, tag = line.partition("\t")
    tag = tag.strip()
    if not tab or not tag or not word:
        raise UserError(f"{place}: {line[:40]!r} is not word<TAB>tag; add what is missing")
    if tag == "O":
        return word, tag
    found = TAG.fullmatch(tag)
    if not found:
        raise UserError(f"{place}: {tag[:40]!r} is no tag; use O, B-Type or I-Type")
    return word, f"{IOBES.get(found[1], found[1])}-{found[2] or DEFAULT_TYPE}"


def write_bio(path: str | Path, sentences: Iterable[TaggedSentence]) -> None:
    """Write sentences as ``word<TAB>tag`` lines with a blank line after each."""
    with output_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as stream:
        for sentence in sentences:
            for word, tag in zip(sentence.words, sentence.tags, strict=True):
                stream.write(f"{word}\t{tag}\n")
            stream.write("\n")


def spans_of(tags: Sequence[str]) -> Iterator[Span]:
    """The entities that BIO tags spell.

    An ``I`` that continues no entity of its type starts a new one; nothing is thrown away.

    >>> list(spans_of(["B-Gene", "I-Gene", "O", "I-Disease"]))
    [Span(start=0, end=2, type='Gene'), Span(start=3, end=4, type='Disease')]
    """
    start, open_type = 0, ""
    for position, tag in enumerate([*tags, "O"]):
        prefix, _, type_ = tag.partition("-")
        if open_type and (prefix != "I" or type_ != open_type):
            yield Span(start, position, open_type)
            open_type = ""
        if prefix != "O" and not open_type:
            start, open_type = position, type_


def tags_of(spans: Iterable[Span], length: int) -> list[str]:
    """The BIO tags of non-overlapping entities in a sentence of ``length`` words.

    >>> tags_of([Span(1, 3, "Gene")], 4)
    ['O', 'B-Gene', 'I-Gene', 'O']
    """
    tags = ["O"] * length
    for span in spans:
        tags[span.start] = f"B-{span.type}"
        for position in range(span.start + 1, span.end):
            tags[position] = f"I-{span.type}"
    return tags


def repair(tags: Sequence[str]) -> list[str]:
    """Tags without an ``I`` that continues nothing: such an ``I`` becomes ``B``.

    >>> repair(["O", "I-Gene", "I-Disease"])
    ['O', 'B-Gene', 'B-Disease']
    """
    return tags_of(spans_of(tags), len(tags))
