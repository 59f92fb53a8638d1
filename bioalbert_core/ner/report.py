"""``python -m bioalbert_core.ner.report DATASET...``: what is in data sets, before any training."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from bioalbert_core.download.registry import read_registry
from bioalbert_core.ner.bio import TaggedSentence, spans_of
from bioalbert_core.ner.seen import known_mentions, names_of
from bioalbert_core.ner.sources import DOWNLOADS, Source, Split, read_source
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import write_json
from bioalbert_core.tokenizer import Tokenizer

SHOWN = 3  # faults in the table; the JSON has all


@dataclass(frozen=True)
class ReportSettings:
    """Count what is in NER data sets, beside the numbers of the BioALBERT paper's Table IV."""

    datasets: tyro.conf.Positional[tuple[str, ...]]
    """Folders of BIO or BRAT files, or names as download --list has them; =TYPE names the type."""
    tokenizer: Path | None = None
    """Also count the pieces that this tokenizer cuts the sentences into."""
    downloads: Path = DOWNLOADS
    """Where data sets asked for by name are, or are fetched to."""
    json: Path | None = None
    """Also write the numbers to this JSON file."""


def describe(source: Source, tokenizer: Tokenizer | None = None) -> dict:
    """The numbers of a data set.

    Args:
        source: as `read_source` gives it.
        tokenizer: to count pieces with; without one they are not counted.

    Returns:
        ``name``, ``mentions`` (in all splits), ``paper_mentions`` (None where the paper has none);
        ``splits``: by name, ``sentences``, ``tokens``, ``mentions``, ``types``: mentions by type,
        ``illegal_tags``, and with a tokenizer ``pieces`` (see `lengths`);
        ``repeated``: of devel and test, the sentences that stand in train too (see `repeated`);
        ``seen``: of devel and test, the share of mentions whose words, without case, are a
        mention of that type in train; ``faults``: each illegal tag with its line; ``notes``.
    """
    splits = {name: _counts(split, tokenizer) for name, split in source.splits.items()}
    entry = read_registry().get(source.name)
    train = source.splits.get("train", Split([], ())).sentences
    others = {name: s.sentences for name, s in source.splits.items() if train and name != "train"}
    return {
        "name": source.name,
        "mentions": sum(split["mentions"] for split in splits.values()),
        "paper_mentions": entry.paper_mentions if entry else None,
        "splits": splits,
        "repeated": {name: repeated(train, sentences) for name, sentences in others.items()},
        "seen": {name: seen(train, sentences) for name, sentences in others.items()},
        "faults": [fault for split in source.splits.values() for fault in split.faults],
        "notes": list(source.notes),
    }


def _counts(split: Split, tokenizer: Tokenizer | None) -> dict:
    types = Counter(span.type for s in split.sentences for span in spans_of(s.tags))
    counts = {
        "sentences": len(split.sentences),
        "tokens": sum(len(sentence.words) for sentence in split.sentences),
        "mentions": types.total(),
        "types": dict(sorted(types.items())),
        "illegal_tags": len(split.faults),
    }
    return counts | {"pieces": lengths(split.sentences, tokenizer)} if tokenizer else counts


def lengths(sentences: Sequence[TaggedSentence], tokenizer: Tokenizer) -> dict:
    """How long sentences are for a model, in pieces, [CLS] and [SEP] included.

    Returns:
        ``per_word`` (without those two), and of the lengths ``median``, ``p99`` (99 of 100
        sentences are no longer) and ``longest``.
    """
    words = {word for sentence in sentences for word in sentence.words}
    pieces = {word: len(tokenizer.encode(word)) or 1 for word in words}
    found = sorted(sum(pieces[word] for word in s.words) + 2 for s in sentences)
    words_in_all = sum(len(sentence.words) for sentence in sentences)
    return {
        "per_word": round((sum(found) - 2 * len(found)) / words_in_all, 3),
        "median": found[math.ceil(0.5 * len(found)) - 1],
        "p99": found[math.ceil(0.99 * len(found)) - 1],
        "longest": found[-1],
    }


def repeated(train: Iterable[TaggedSentence], other: Iterable[TaggedSentence]) -> dict:
    """The ``sentences`` of ``other`` that stand in ``train`` too, word for word.

    The same ones, each counted once, are ``distinct``.
    """
    known = {sentence.words for sentence in train}
    found = [sentence.words for sentence in other if sentence.words in known]
    return {"sentences": len(found), "distinct": len(set(found))}


def seen(train: Iterable[TaggedSentence], other: Iterable[TaggedSentence]) -> float | None:
    """The share of mentions of ``other`` that are mentions in ``train``; None where are none.

    >>> a, b = (TaggedSentence((word,), ("B-Gene",)) for word in ("p53", "P53"))
    >>> seen([a], [b])
    1.0
    """
    known, asked = known_mentions(train), list(names_of(other))
    return round(sum(m in known for m in asked) / len(asked), 4) if asked else None


def report_table(report: dict) -> str:
    """The numbers of one data set as lines of text."""
    paper = report["paper_mentions"]
    beside = f"{paper:,} in the paper" if paper else "not in the paper"
    lines = [f"{report['name']}: {report['mentions']:,} mentions, {beside}"]
    lines.append(f"  {'':6} {'sentences':>9} {'tokens':>9} {'mentions':>8}  by type")
    for name, split in report["splits"].items():
        types = ", ".join(f"{type_} {number:,}" for type_, number in split["types"].items())
        numbers = f"{split['sentences']:9,} {split['tokens']:9,} {split['mentions']:8,}"
        lines.append(f"  {name:6} {numbers}  {types or 'none'}")
    for name, split in report["splits"].items():
        if pieces := split.get("pieces"):
            lines.append(
                f"  {name:6} pieces: {pieces['per_word']:.2f} a word; a sentence {pieces['median']}"
                f" (median), {pieces['p99']} (99 of 100), {pieces['longest']} (longest)"
            )
    for name, found in report["repeated"].items():
        share = report["seen"][name]
        told = "no mentions" if share is None else f"{share:.1%} of its mentions are mentions there"
        number = f"{found['sentences']:,} sentences ({found['distinct']:,} different)"
        lines.append(f"  {name:6} {number} stand in train too; {told}")
    lines += [f"  {note}" for note in report["notes"]]
    faults = report["faults"]
    lines.append(f"  illegal tags: {len(faults):,}" + (", the first:" if faults else ""))
    return "\n".join([*lines, *(f"    {fault}" for fault in faults[:SHOWN])])


def work(settings: ReportSettings) -> None:
    """Describe each data set; tables as they are ready, the JSON at the end."""
    if not settings.datasets:
        raise UserError("no data set given; name a folder, or one that download --list shows")
    if settings.json and settings.json.suffix != ".json":
        raise UserError(f"{settings.json}: the name of the numbers ends in .json; choose one")
    tokenizer = Tokenizer(settings.tokenizer) if settings.tokenizer else None
    reports = []
    for request in settings.datasets:
        reports.append(describe(read_source(request, settings.downloads), tokenizer))
        print(report_table(reports[-1]), flush=True)
    if settings.json:
        write_json(settings.json, reports)


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(ReportSettings, work, "ner.report", argv)


if __name__ == "__main__":
    main()
