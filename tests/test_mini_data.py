"""The embedded data: made from its source, counted, and what the README says of it."""

import gzip
import json
import re
from pathlib import Path

import pytest
from scripts import load_script

from bioalbert_core.ner.bio import read_bio, repair, spans_of
from bioalbert_core.plumbing.shipped import data_folder

MINI = data_folder()


@pytest.fixture(scope="module")
def builder():
    return load_script(MINI / "build.py")


@pytest.fixture(scope="module")
def counts() -> dict:
    return json.loads((MINI / "counts.json").read_text("utf-8"))


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def test_everything_is_made_from_the_abstracts(builder, tmp_path):
    builder.build(tmp_path)
    made = {p.relative_to(tmp_path): content(p) for p in tmp_path.rglob("*") if p.is_file()}
    kept = {
        path.relative_to(MINI): content(path)
        for folder in ("raw", "ner", "test_texts")
        for path in (MINI / folder).rglob("*")
        if path.is_file()
    }
    kept[Path("counts.json")] = content(MINI / "counts.json")
    assert made == kept


def test_it_is_large_enough_and_split_by_document(counts):
    assert sum(split["abstracts"] for split in counts.values()) >= 120
    assert sum(split["sentences"] for split in counts.values()) >= 1000
    assert counts["test"]["mentions_not_in_train"] > 0


def test_the_data_card_states_the_counts(counts):
    card = (MINI / "README.md").read_text("utf-8").replace(",", "")
    for name in ("abstracts", "sentences", "words", "mentions", "Disease", "Chemical"):
        row = re.search(rf"^\| {name} \|(.*)\|$", card, flags=re.M)[1]
        assert [int(cell) for cell in row.split("|")] == [counts[s][name] for s in counts]
    assert f"{counts['test']['mentions_not_in_train']} of the {counts['test']['mentions']}" in card


def test_the_bio_files_hold_the_counted_mentions(counts):
    for split, expected in counts.items():
        sentences = read_bio(MINI / "ner" / f"{split}.tsv")
        assert len(sentences) == expected["sentences"]
        assert all(repair(s.tags) == list(s.tags) for s in sentences)
        assert sum(len(list(spans_of(s.tags))) for s in sentences) == expected["mentions"]


def test_no_sentence_stands_twice(builder):
    seen = [s.text for abstract in builder.read_abstracts() for s in abstract.sentences]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(
    "pattern",
    [
        r"<D>RA</D>",
        r"\bRA\b(?!</D>)",
        r"<G>BRCA1</G>",
        r"<D>BRCA1[^<]+</D>",
        r"[α-ω]",
        r"\([^()]*\([^()]*\)[^()]*\)",
        r"<C>[^<]*\d,\d[^<]*-[^<]*</C>",
        r"<S>[A-Z]\. [a-z]+</S>",
    ],
)
def test_what_makes_the_field_hard_occurs(pattern):
    text = "".join(p.read_text("utf-8") for p in (MINI / "abstracts").glob("*.txt"))
    assert re.search(pattern, text)
