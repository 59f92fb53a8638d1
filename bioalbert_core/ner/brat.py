"""BRAT standoff (a ``.txt`` and a ``.ann`` for each document) to tagged sentences.

The text is split as for tagging: `sentence_spans`, then `word_spans`. BIO tags cannot express all
that standoff can, so some mentions are changed or dropped, and each case is counted:

- *discontinuous*: a mention whose parts have a word between them is dropped. (If there is none, as
  where brat splits a mention at a line break, the parts are one mention.)
- *overlapping*: of mentions that share a word, the longest is kept; of equals, the first.
- *wordless*: a mention of nothing but white space is dropped.
- *widened*: a mention that ends inside a word is extended to the whole word.
- *joined*: sentences are joined where a mention crosses their border.
- *other offsets*: the offsets fit only if each ``\\r\\n`` counts as one character, or a byte order
  mark as one.

Format: https://brat.nlplab.org/standoff.html. Other lines (relations, events, attributes,
normalizations, notes) are skipped.
"""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.corpus.sentences import sentence_spans
from bioalbert_core.ner.bio import Span, TaggedSentence, tags_of
from bioalbert_core.ner.words import Spans, word_spans, words_between, words_touched
from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import decode_text, location

PART = r"[0-9]{1,12} [0-9]{1,12}"
MENTION = re.compile(rf"T\d\S*\t([^\s-]\S*) ({PART}(?:;{PART})*)\t(.+)")
OTHER = re.compile(r"[REAMN*](?:\d\S*)?\t|#")
SPACE = re.compile(r"\s")  # an .ann replaces a line break or tab in a mention by a plain space


@dataclass(frozen=True)
class Mention:
    """An annotated span of a text, in characters, end excluded."""

    start: int
    end: int
    type: str


def read_brat(folder: str | Path) -> tuple[list[TaggedSentence], Counter[str]]:
    """Read all documents of a folder, ordered by file name.

    Returns:
        The tagged sentences, and how often each of the cases above occurred.

    Raises:
        UserError: no document; a ``.txt`` without its ``.ann`` or the reverse; a line that is not
            standoff, or whose offsets are not those of its text.
    """
    folder = location(folder)
    stems = sorted({p.stem for p in children(folder) if p.suffix in (".txt", ".ann")})
    if not stems:
        raise UserError(f"{folder}: no .txt and .ann files here; give a folder of BRAT standoff")
    sentences: list[TaggedSentence] = []
    counts: Counter[str] = Counter()
    for stem in stems:
        text, mentions, dropped = read_document(folder / f"{stem}.txt")
        tagged_sentences, changed = tagged(text, mentions)
        sentences += tagged_sentences
        counts += dropped + changed
    return sentences, counts


def read_document(path: Path) -> tuple[str, list[Mention], Counter[str]]:
    """Read a ``.txt`` and the mentions in its ``.ann``.

    Returns:
        The text as the offsets count it, the mentions without discontinuous ones, and counts.

    Raises:
        UserError: as `read_brat`.
    """
    readings, notes = _readings(path), path.with_suffix(".ann")
    if not notes.is_file():
        raise UserError(f"{notes}: no such file; make one, empty if the text has no mentions")
    lines = decode_text(notes.read_bytes(), str(notes)).split("\n")
    errors = []
    for text in readings:
        try:
            mentions = _mentions(notes, lines, text)
        except UserError as error:
            errors.append(error)
            continue
        counts = {"discontinuous": mentions.count(None), "other offsets": int(bool(errors))}
        return text, [mention for mention in mentions if mention], +Counter(counts)
    raise errors[0]


def _readings(path: Path) -> list[str]:
    """The text as it is, then as programs read it that count characters differently."""
    if not path.is_file():
        raise UserError(f"{path}: no such file; add the text that {path.stem}.ann annotates")
    data = path.read_bytes()  # a document may be empty
    text = decode_text(data, str(path))
    texts = [text, text.replace("\r\n", "\n")]
    if data.startswith(BOM_UTF8):
        texts += [f"\ufeff{text}" for text in texts]
    return list(dict.fromkeys(texts))


def _mentions(path: Path, lines: Sequence[str], text: str) -> list[Mention | None]:
    """The mention of each line that has one, or None if it is discontinuous."""
    mentions = []
    for number, line in enumerate(lines, start=1):
        line, place = line.rstrip("\r"), f"{path}: line {number}"
        if not line.strip() or OTHER.match(line):
            continue
        if not (match := MENTION.fullmatch(line)):
            raise UserError(f"{place}: {line[:40]!r} is not ID<TAB>Type start end<TAB>text")
        type_, offsets, quote = match.groups()
        parts = [tuple(map(int, part.split())) for part in offsets.split(";")]
        _check_quote(place, text, parts, quote)
        mentions.append(_mention(text, sorted(parts), type_))
    return mentions


def _mention(text: str, parts: Spans, type_: str) -> Mention | None:
    """The parts as one mention, or None if there is a word between two of them."""
    if any(word_spans(text[end:start]) for (_, end), (start, _) in pairwise(parts)):
        return None
    return Mention(parts[0][0], max(end for _, end in parts), type_)


def _check_quote(place: str, text: str, parts: Spans, quote: str) -> None:
    """UserError unless a line quotes its parts, joined by a space or (before brat 1.3) nothing."""
    for start, end in parts:
        if not start < end <= len(text):
            raise UserError(
                f"{place}: {start} to {end} is not a span of a text of {len(text):,} characters; "
                "correct the offsets"
            )
    spans, quoted = [text[start:end] for start, end in parts], SPACE.sub(" ", quote)
    for joined in (" ".join(spans), "".join(spans)):
        tail, _, _ = quote[len(joined) :].partition("\t")  # a further column may follow
        if quoted.startswith(SPACE.sub(" ", joined)) and not tail.strip():
            return
    raise UserError(
        f"{place}: expected {' '.join(spans)[:40]!r} as in the text, found {quote[:40]!r}; "
        "correct the line"
    )


def tagged(text: str, mentions: Sequence[Mention]) -> tuple[list[TaggedSentence], Counter[str]]:
    """A text as tagged sentences, by the rules above, and how often each was applied.

    >>> sentences, counts = tagged("Two. Anti-p53 was given.", [Mention(5, 12, "Drug")])
    >>> sentences[1]
    TaggedSentence(words=('Anti', '-', 'p53', 'was', 'given', '.'), tags=('B-Drug', 'I-Drug', \
'I-Drug', 'O', 'O', 'O'))
    >>> counts  # the mention ended before the 3
    Counter({'widened': 1})
    """
    borders = sentence_spans(text)
    sentences = _joined(borders, mentions)
    words = [words_between(text, start, end) for start, end in sentences]
    spans, counts = _in_words([word for of_sentence in words for word in of_sentence], mentions)
    kept = _without_overlaps(spans)
    counts += Counter(joined=len(borders) - len(sentences), overlapping=len(spans) - len(kept))
    tags = iter(tags_of(kept, sum(map(len, words))))
    return [
        TaggedSentence(
            tuple(readable(text[a:b]) for a, b in of_sentence),
            tuple(next(tags) for _ in of_sentence),
        )
        for of_sentence in words
        if of_sentence
    ], counts


def _joined(sentences: Spans, mentions: Sequence[Mention]) -> Spans:
    """Sentences, joined where a mention crosses their border."""
    joined: Spans = []
    for start, end in sentences:
        if joined and any(m.start < joined[-1][1] and m.end > start for m in mentions):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _in_words(words: Spans, mentions: Sequence[Mention]) -> tuple[list[Span], Counter[str]]:
    """The mentions as spans over the words that they touch, and counts."""
    spans: list[Span] = []
    counts: Counter[str] = Counter()
    for mention in mentions:
        first, end = words_touched(words, mention.start, mention.end)
        if first >= end:
            counts["wordless"] += 1
            continue
        if words[first][0] < mention.start or words[end - 1][1] > mention.end:
            counts["widened"] += 1
        spans.append(Span(first, end, mention.type))
    return spans, counts


def _without_overlaps(spans: Sequence[Span]) -> list[Span]:
    """Spans that share no word: the longest are kept, of equals the first."""
    taken: set[int] = set()  # words
    kept = []
    for span in sorted(spans, key=lambda span: span.start - span.end):
        if taken.isdisjoint(words := range(span.start, span.end)):
            taken.update(words)
            kept.append(span)
    return kept
