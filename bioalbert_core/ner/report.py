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
    """Count what is in NER data sets, next to the numbers of the BioALBERT paper's Table IV."""

    datasets: tyro.conf.Positional[tuple[str, ...]]
    """Folders of BIO or BRAT files, or names from download --list; =TYPE names the type."""
    tokenizer: Path | None = None
    """Also count the tokens of each sentence, with this tokenizer."""
    downloads: Path = DOWNLOADS
    """The folder for downloaded data sets."""
    json: Path | None = None
    """Also write the numbers to this JSON file."""


def describe(source: Source, tokenizer: Tokenizer | None = None) -> dict:
    """The numbers of a data set.

    Returns:
        ``name``, ``mentions``, and ``paper_mentions``, None if the paper does not have it;
        ``splits``: for each, ``sentences``, ``tokens`` (words), ``mentions``, ``types`` (mentions
        by type), ``illegal_tags`` and, with a tokenizer, ``pieces`` (see `lengths`);
        ``repeated``: for devel and test, the sentences that are also in train (see `repeated`);
        ``seen``: for devel and test, the share of mentions that are also in train (see `seen`);
        ``faults``: each illegal tag with its line; ``notes``: what reading changed.
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
    """The length of sentences in a model's tokens, [CLS] and [SEP] included.

    Returns:
        The ``median``, the 99th percentile ``p99`` and the ``longest``; and the mean number of
        tokens ``per_word``, without [CLS] and [SEP].
    """
    words = {word for sentence in sentences for word in sentence.words}
    tokens = {word: len(tokenizer.encode(word)) or 1 for word in words}
    ordered = sorted(sum(tokens[word] for word in s.words) + 2 for s in sentences)
    num_words = sum(len(sentence.words) for sentence in sentences)
    return {
        "per_word": round((sum(ordered) - 2 * len(ordered)) / num_words, 3),
        "median": ordered[math.ceil(0.5 * len(ordered)) - 1],
        "p99": ordered[math.ceil(0.99 * len(ordered)) - 1],
        "longest": ordered[-1],
    }


def repeated(train: Iterable[TaggedSentence], other: Iterable[TaggedSentence]) -> dict:
    """The ``sentences`` of ``other`` that are in ``train`` too, and how many are ``distinct``."""
    in_train = {sentence.words for sentence in train}
    both = [sentence.words for sentence in other if sentence.words in in_train]
    return {"sentences": len(both), "distinct": len(set(both))}


def seen(train: Iterable[TaggedSentence], other: Iterable[TaggedSentence]) -> float | None:
    """The share of mentions of ``other`` that are mentions of that type in ``train``, in any case.

    >>> a, b = (TaggedSentence((word,), ("B-Gene",)) for word in ("p53", "P53"))
    >>> seen([a], [b])
    1.0
    """
    in_train, mentions = known_mentions(train), list(names_of(other))
    return round(sum(m in in_train for m in mentions) / len(mentions), 4) if mentions else None


def report_table(report: dict) -> str:
    """The numbers of one data set as lines of text."""
    paper, faults = report["paper_mentions"], report["faults"]
    published = f"{paper:,} in the paper" if paper else "not in the paper"
    lines = [f"{report['name']}: {report['mentions']:,} mentions, {published}"]
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
    for name, both in report["repeated"].items():
        share = report["seen"][name]
        known = "no mentions" if share is None else f"{share:.1%} of its mentions are seen in train"
        number = f"{both['sentences']:,} sentences ({both['distinct']:,} distinct)"
        lines.append(f"  {name:6} {number} are also in train; {known}")
    lines += [f"  {note}" for note in report["notes"]]
    lines.append(f"  illegal tags: {len(faults):,}" + (", the first:" if faults else ""))
    return "\n".join([*lines, *(f"    {fault}" for fault in faults[:SHOWN])])


def work(settings: ReportSettings) -> None:
    """Print each table when it is ready, and write the JSON at the end."""
    if not settings.datasets:
        raise UserError("no data set given; name a folder, or one from download --list")
    if settings.json and settings.json.suffix != ".json":
        raise UserError(f"{settings.json}: expected a name that ends in .json; choose another name")
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
