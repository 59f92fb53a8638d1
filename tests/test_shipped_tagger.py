"""The tagger that the kit ships: small, whole, with its card, and worth trying."""

import html
from random import Random

import pytest
from tagged_texts import with_unseen

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.ner.bio import labels_of, read_bio
from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.plumbing.files import read_json
from bioalbert_core.plumbing.folders import read_manifest, verify_outputs
from bioalbert_core.plumbing.shipped import data_folder, find_model
from bioalbert_core.tag.__main__ import main

FOLDER = find_model("bioalbert-tiny-ner")
TYPES = ["Chemical", "Disease", "Gene", "Species"]


@pytest.fixture(scope="module")
def recognizer():
    return EntityRecognizer.load("bioalbert-tiny-ner")


def test_it_is_small_and_as_it_was_written():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 8 * 2**20
    verify_outputs(FOLDER, read_manifest(FOLDER, "convert"))
    parameters = read_manifest(FOLDER, "convert")["counts"]["parameters"]
    assert f"{parameters:,} parameters" in (FOLDER / "README.md").read_text("utf-8")


def test_it_finds_four_types_in_abstracts_it_has_not_seen(recognizer):
    """A dictionary of the embedded training data finds less there: F1 48."""
    assert list(recognizer.tagger.labels) == labels_of(TYPES)
    test = read_bio(data_folder() / "ner" / "test.tsv")
    found = recognizer.tagger.predict([sentence.words for sentence in test])
    scores = strict_scores([s.tags for s in test], [p.tags for p in found])
    assert scores["overall"]["f1"] > 0.65
    assert all(scores["types"][type_]["f1"] > 0.5 for type_ in TYPES)


def test_it_finds_nothing_where_there_is_nothing(recognizer):
    assert recognizer("The committee met on Monday in Paris to discuss the budget.") == []


def test_the_command_takes_it_by_name_and_notes_its_files(tmp_path):
    (tmp_path / "a.txt").write_text("Aspirin against fever.", "utf-8")
    given = ["--model", "bioalbert-tiny-ner", "--out", str(tmp_path / "out")]
    main([*given, str(tmp_path / "a.txt"), "--format", "conll"])
    told = (tmp_path / "out" / "entities.tsv").read_text("utf-8").split()
    assert told[-8:] == ["Aspirin", "B-Chemical", "against", "O", "fever", "B-Disease", ".", "O"]
    assert "model.safetensors" in read_json(tmp_path / "out" / "manifest.json")["inputs"]["model"]


def test_raw_text_has_the_entities_of_clean_text(recognizer):
    text = " ".join(p.read_text("utf-8") for p in sorted(data_folder().glob("test_texts/*.txt")))
    raw, places = with_unseen(text, Random(0))
    wanted, found, escaped = recognizer.tag_many([text, raw, html.escape(text)])
    assert len(wanted) > 20
    assert [(e.start, e.end, e.type) for e in found] == [
        (places[e.start], places[e.end - 1] + 1, e.type) for e in wanted
    ]
    assert [(html.unescape(e.text), e.type) for e in escaped] == [(e.text, e.type) for e in wanted]
