"""BIO files and BIO tags: reading, writing, and turning tags into entity spans."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import output_file, read_text

DOCUMENT_START = "-DOCSTART-"
DEFAULT_TYPE = "Entity"  # for datasets whose tags are bare B, I, O
SCHEMES = {"IOBES": {"S": "B", "E": "I"}, "BILOU": {"U": "B", "L": "I"}}  # what BIO writes instead
AS_BIO = {letter: bio for letters in SCHEMES.values() for letter, bio in letters.items()}
LONGEST_LINE = 10_000  # characters; the longest word of the eight data sets has 413
TAG = re.compile(r"([BIESLU])(?:-([^\s-]\S*))?")


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

    Bare tags ``B``/``I`` become ``B-Entity``/``I-Entity``; IOBES and BILOU tags become BIO.

    Args:
        path: the file.
        gold: also refuse illegal tags (see `read_tagged`), which strict scores would not count.

    Raises:
        UserError: names the file and the line without a valid tag.
    """
    sentences, faults, _ = read_tagged(path)
    if gold and faults:
        raise UserError(faults[0])
    return sentences


def read_tagged(path: str | Path) -> tuple[list[TaggedSentence], list[str], str]:
    """Read a BIO file and find its illegal tags, without repairing them.

    Illegal are an ``I``, ``E`` or ``L`` that continues no entity of its type; in an IOBES or BILOU
    file, an entity that is not closed; and bare tags next to tags with a type.

    Returns:
        The sentences; the faults, each as ``path: line: what is wrong; what to do``; and a note if
        the scheme was converted: ``IOBES tags read as BIO: 2``.

    Raises:
        UserError: a line that is not ``word<TAB>tag`` at all, or no sentence in the file.
    """
    rows = list(_rows(path))
    if not rows:
        raise UserError(f"{path}: no tagged sentence in the file; give word<TAB>tag lines")
    letters = Counter(tag[0] for sentence in rows for *_, tag in sentence)
    typed = any("-" in tag for sentence in rows for *_, tag in sentence)
    faults = [
        f"{path}: line {number}: {fault}"
        for sentence in rows
        for number, fault in _faults(sentence, letters, typed)
    ]
    sentences = [
        TaggedSentence(tuple(word for _, word, _ in s), tuple(_bio(tag) for *_, tag in s))
        for s in rows
    ]
    schemes = " and ".join(name for name, own in SCHEMES.items() if own.keys() & letters.keys())
    changed = sum(letters[letter] for letter in AS_BIO)
    return sentences, faults, f"{schemes} tags read as BIO: {changed:,}" if changed else ""


def _rows(path: str | Path) -> Iterator[list[tuple[int, str, str]]]:
    """For each sentence, (line number, word, tag as written)."""
    rows: list[tuple[int, str, str]] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() and not line.startswith(DOCUMENT_START):
            rows.append((number, *_read_line(path, number, line)))
        elif rows:
            yield rows
            rows = []
    if rows:
        yield rows


def _read_line(path: str | Path, number: int, line: str) -> tuple[str, str]:
    place = f"{path}: line {number}"
    if len(line) > LONGEST_LINE:
        raise UserError(f"{place}: {len(line):,} characters; a line is one word and its tag")
    word, tab, rest = line.partition("\t")
    tag, _, score = (cell.strip() for cell in rest.partition("\t"))
    if not tab or not tag or not word:
        raise UserError(f"{place}: {line[:40]!r} is not word<TAB>tag; add what is missing")
    if not _bio(tag):
        raise UserError(f"{place}: {tag[:40]!r} is not a tag; use O, B-Type or I-Type")
    if score and probability(score) is None:  # `columns.read_scores` reads the third column
        raise UserError(f"{place}: {score[:40]!r} is not a probability; give numbers from 0 to 1")
    return word, tag


def probability(cell: str) -> float | None:
    """A number from 0 to 1 in any notation, or None.

    >>> probability(".95"), probability("1E-3"), probability("nan"), probability("B-NP")
    (0.95, 0.001, None, None)
    """
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None


def _faults(
    rows: list[tuple[int, str, str]], letters: Collection[str], typed: bool
) -> Iterator[tuple[int, str]]:
    """(line number, what is wrong) for each illegal tag of one sentence.

    Args:
        rows: from `_rows`.
        letters: the first letters of all tags of the file.
        typed: whether any tag of the file has a type.
    """
    single = "an S" if {"S", "E"} & set(letters) else "a U" if {"U", "L"} & set(letters) else "a B"
    last = {"an S": "an E", "a U": "an L"}.get(single)
    before, open_line = "O", 0
    for number, tag in [*((number, tag) for number, _, tag in rows), (0, "O")]:
        opened, inside = before[0] in "BI", tag[0] in "IEL"
        goes_on = opened and inside and before[2:] == tag[2:]
        if last and opened and not goes_on:
            yield open_line, f"{before} is not closed by {last}, other entities are; use one scheme"
        if inside and not goes_on:
            yield number, f"{tag} continues nothing; make it {single}"
        if typed and tag != "O" and "-" not in tag:
            yield number, f"{tag} has no type, other tags have one; write {tag}-Type"
        before, open_line = tag, number


@lru_cache(maxsize=1000)
def _bio(tag: str) -> str:
    """A tag of any scheme as a BIO tag with a type, or "" if it is not a tag.

    >>> _bio("S-Gene"), _bio("I"), _bio("O"), _bio("Gene")
    ('B-Gene', 'I-Entity', 'O', '')
    """
    if tag == "O":
        return tag
    match = TAG.fullmatch(tag)
    return f"{AS_BIO.get(match[1], match[1])}-{match[2] or DEFAULT_TYPE}" if match else ""


def write_bio(
    path: str | Path,
    sentences: Iterable[TaggedSentence],
    scores: Iterable[Sequence[float]] | None = None,
) -> None:
    """Write ``word<TAB>tag`` lines, a blank line after each sentence.

    With ``scores``, a third column holds the probability of each tag.
    """
    with output_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as stream:
        rows = iter(scores) if scores is not None else None
        for sentence in sentences:
            columns = [sentence.words, sentence.tags]
            if rows is not None:
                columns.append([f"{score:.4f}" for score in next(rows)])
            stream.writelines("\t".join(cells) + "\n" for cells in zip(*columns, strict=True))
            stream.write("\n")


def spans_of(tags: Sequence[str]) -> Iterator[Span]:
    """The entities in BIO tags. An ``I`` that continues no entity of its type starts a new one.

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
    """The BIO tags for non-overlapping entities in a sentence of ``length`` words.

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
    """Make tags valid BIO: an ``I`` that continues no entity becomes ``B``.

    >>> repair(["O", "I-Gene", "I-Disease"])
    ['O', 'B-Gene', 'B-Disease']
    """
    return tags_of(spans_of(tags), len(tags))


def is_type(name: str) -> bool:
    """Whether a name can be the type in a tag.

    >>> is_type("Gene"), is_type("-Gene"), is_type("a gene")
    (True, False, False)
    """
    return TAG.fullmatch(f"B-{name}") is not None


def types_of(sentences: Iterable[TaggedSentence]) -> set[str]:
    """All types in the tags of sentences.

    >>> types_of([TaggedSentence(("p53", "binds"), ("B-Gene", "O"))])
    {'Gene'}
    """
    return {tag[2:] for sentence in sentences for tag in sentence.tags if tag != "O"}


def of_types(tags: Sequence[str], types: Collection[str]) -> tuple[str, ...]:
    """Keep the tags of some types; all others become "O".

    >>> of_types(("B-Gene", "O", "B-Ill", "I-Ill"), {"Ill"})
    ('O', 'O', 'B-Ill', 'I-Ill')
    """
    return tuple(tag if tag[2:] in types else "O" for tag in tags)


def renamed(sentences: Iterable[TaggedSentence], names: Mapping[str, str]) -> list[TaggedSentence]:
    """Rename types in the tags of sentences.

    >>> renamed([TaggedSentence(("p53",), ("B-Entity",))], {"Entity": "Gene"})[0].tags
    ('B-Gene',)
    """
    new = {f"{prefix}-{a}": f"{prefix}-{b}" for a, b in names.items() for prefix in "BI"}
    return [TaggedSentence(s.words, tuple(new.get(tag, tag) for tag in s.tags)) for s in sentences]


def labels_of(types: Iterable[str]) -> list[str]:
    """All tags for some types: "O" first, then by type.

    >>> labels_of({"Gene", "Disease"})
    ['O', 'B-Disease', 'I-Disease', 'B-Gene', 'I-Gene']
    """
    return ["O", *(f"{prefix}-{type_}" for type_ in sorted(types) for prefix in "BI")]
