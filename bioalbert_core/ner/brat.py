"""BRAT standoff (a ``.txt`` and a ``.ann`` for each document) to tagged sentences.

The text is cut as a tagger cuts raw text: `sentence_spans`, then `word_spans`. BIO tags cannot say
all that standoff can, so some mentions change or are left out, and each such case is counted:

- *discontinuous*: a mention of several parts with a word between them is left out. (Without one,
  as where brat parts a mention at a line end, the parts are one mention.)
- *overlapping*: of mentions that share a word the one of most words stays, of equals the first.
- *wordless*: a mention of nothing but white space is left out.
- *widened*: a mention that ends inside a word takes the whole word.
- *joined*: sentences between which a mention would be cut are read as one.
- *other offsets*: offsets that fit their text only if each ``\\r\\n`` counts as one character, or a
  byte order mark as one too.

Format: https://brat.nlplab.org/standoff.html. Lines that are no mentions (relations, events,
attributes, normalizations, notes) are passed over.
"""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bioalbert_core.addresses import children
from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.corpus.sentences import sentence_spans
from bioalbert_core.errors import UserError
from bioalbert_core.files import decode_text, location, read_text
from bioalbert_core.ner.bio import Span, TaggedSentence, tags_of
from bioalbert_core.ner.words import Spans, word_spans, words_between, words_touched

PART = r"[0-9]{1,12} [0-9]{1,12}"
MENTION = re.compile(rf"T\d\S*\t([^\s-]\S*) ({PART}(?:;{PART})*)\t(.+)")
OTHER = re.compile(r"[REAMN*](?:\d\S*)?\t|#")
SPACE = re.compile(r"\s")  # an .ann has a plain one for a line end or a tab in a mention


@dataclass(frozen=True)
class Mention:
    """An annotated stretch of a text, in characters, end excluded."""

    start: int
    end: int
    type: str


def read_brat(folder: str | Path) -> tuple[list[TaggedSentence], Counter[str]]:
    """The tagged sentences of all documents of a folder, by file name, and what was changed.

    Returns:
        The sentences, and how often each of the cases above was met.

    Raises:
        UserError: no document; a ``.txt`` without its ``.ann`` or the reverse; a line that is not
            standoff, or whose offsets are not those of its text.
    """
    folder = location(folder)
    stems = sorted({p.stem for p in children(folder) if p.suffix in (".txt", ".ann")})
    if not stems:
        raise UserError(f"{folder}: no .txt and .ann files here; give a folder of BRAT standoff")
    sentences, counts = [], Counter()
    for stem in stems:
        text, mentions = read_document(folder / f"{stem}.txt", counts)
        sentences += tagged(text, mentions, counts)
    return sentences, counts


def read_document(path: Path, counts: Counter[str]) -> tuple[str, list[Mention]]:
    """A ``.txt`` as the offsets of its ``.ann`` count it, and the mentions in it.

    Discontinuous ones are counted and left out.

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
        counts += Counter({"discontinuous": mentions.count(None), "other offsets": bool(errors)})
        return text, [mention for mention in mentions if mention]
    raise errors[0]


def _readings(path: Path) -> list[str]:
    """A text as it stands, then as programs read it that count its characters in other ways."""
    text = read_text(path)
    texts = [text, text.replace("\r\n", "\n")]
    if path.read_bytes().startswith(BOM_UTF8):
        texts += [f"\ufeff{text}" for text in texts]
    return list(dict.fromkeys(texts))


def _mentions(path: Path, lines: Sequence[str], text: str) -> list[Mention | None]:
    """The mention of each line that has one; None for one that is discontinuous."""
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
    """The parts as one mention; None where a word stands between two of them."""
    if any(word_spans(text[end:start]) for (_, end), (start, _) in pairwise(parts)):
        return None
    return Mention(parts[0][0], max(end for _, end in parts), type_)


def _check_quote(place: str, text: str, parts: Spans, quote: str) -> None:
    """UserError unless a line quotes its parts, between them a space or (before brat 1.3) none."""
    for start, end in parts:
        if not start < end <= len(text):
            raise UserError(
                f"{place}: {start} to {end} is no stretch of a text of {len(text):,} characters; "
                "mend the offsets"
            )
    stretches, quoted = [text[start:end] for start, end in parts], SPACE.sub(" ", quote)
    for joined in (" ".join(stretches), "".join(stretches)):
        tail, _, _ = quote[len(joined) :].partition("\t")  # a further column may follow
        if quoted.startswith(SPACE.sub(" ", joined)) and not tail.strip():
            return
    raise UserError(
        f"{place}: says {quote[:40]!r}, the text has {' '.join(stretches)[:40]!r} there; mend it"
    )


def tagged(text: str, mentions: Iterable[Mention], counts: Counter[str]) -> list[TaggedSentence]:
    """A text as tagged sentences, by the rules above.

    >>> found = tagged("Two. Anti-p53 was given.", [Mention(5, 12, "Drug")], counts := Counter())
    >>> found[1]
    TaggedSentence(words=('Anti', '-', 'p53', 'was', 'given', '.'), tags=('B-Drug', 'I-Drug', \
'I-Drug', 'O', 'O', 'O'))
    >>> counts  # the mention ended before the 3
    Counter({'widened': 1})
    """
    sentences = _joined(sentence_spans(text), mentions := list(mentions), counts)
    words = [words_between(text, start, end) for start, end in sentences]
    spans = _in_words([span for found in words for span in found], mentions, counts)
    chosen = _apart(spans, counts)
    tags = iter(tags_of(chosen, sum(map(len, words))))
    return [
        TaggedSentence(
            tuple(readable(text[a:b]) for a, b in spans), tuple(next(tags) for _ in spans)
        )
        for spans in words
        if spans
    ]


def _joined(sentences: Spans, mentions: Iterable[Mention], counts: Counter[str]) -> Spans:
    """Sentences, with those made one between which a mention would be cut."""
    joined: Spans = []
    for start, end in sentences:
        if joined and any(m.start < joined[-1][1] and m.end > start for m in mentions):
            joined[-1] = (joined[-1][0], end)
            counts["joined"] += 1
        else:
            joined.append((start, end))
    return joined


def _in_words(words: Spans, mentions: Iterable[Mention], counts: Counter[str]) -> Iterator[Span]:
    """The mentions as spans over the words of the text that they touch."""
    for mention in mentions:
        first, end = words_touched(words, mention.start, mention.end)
        if first >= end:
            counts["wordless"] += 1
            continue
        if words[first][0] < mention.start or words[end - 1][1] > mention.end:
            counts["widened"] += 1
        yield Span(first, end, mention.type)


def _apart(spans: Iterable[Span], counts: Counter[str]) -> list[Span]:
    """Spans that share no word: longer ones first, of equals the first."""
    chosen: dict[int, Span] = {}  # by each of its words
    for span in sorted(spans, key=lambda span: span.start - span.end):
        if any(word in chosen for word in range(span.start, span.end)):
            counts["overlapping"] += 1
        else:
            chosen |= dict.fromkeys(range(span.start, span.end), span)
    return list(dict.fromkeys(chosen.values()))
