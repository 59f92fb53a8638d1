"""The tag command: files or standard input to JSON Lines or a page."""

import gzip
import io
import json
import sys

import pytest
from lxml import html
from tiny_runs import tiny_pretrained, tiny_tagger

from bioalbert_core.backend import start_keras

start_keras()

from bioalbert_core.ner.tagger import Entity, Tagger
from bioalbert_core.tag.__main__ import main
from bioalbert_core.tag.formats import TaggedText, jsonl

TEXT = "Aspirin was given for fever at 3 .\r\nHeparin, für <b>stroke</b> & 👩\u200d🔬.\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_tagger(tmp_path_factory)


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(TEXT.encode())
    return path


def give_stdin(monkeypatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def lines(text: str) -> list[dict]:
    """The objects of JSON Lines; only a line feed ends a line."""
    assert text.endswith("\n")
    return [json.loads(line) for line in text[:-1].split("\n")]


def offsets_hold(document: dict) -> bool:
    return all(document["text"][e["start"] : e["end"]] == e["text"] for e in document["entities"])


def test_a_file_becomes_a_json_line_with_the_taggers_entities(run, note, capsys):
    main(["--model", str(run), str(note)])
    (document,) = lines(capsys.readouterr().out)
    assert document.keys() == {"id", "text", "entities"}
    assert (document["id"], document["text"]) == ("note", TEXT)
    assert [Entity(**e) for e in document["entities"]] == Tagger.load(run)(TEXT)
    assert document["entities"] and offsets_hold(document)


def test_each_file_is_a_document_in_the_order_given(run, note, tmp_path, capsys):
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(b"Warfarin was given for gout at 4 ."))
    out = tmp_path / "out"
    main(["--model", str(run), str(packed), str(note), "--out", str(out)])
    documents = lines((out / "entities.jsonl").read_bytes().decode())
    assert [d["id"] for d in documents] == ["packed", "note"]
    assert documents[1]["text"] == TEXT and all(map(offsets_hold, documents))
    told = capsys.readouterr().out
    assert "documents: 2" in told
    assert f"entities: {sum(len(d['entities']) for d in documents)}" in told
    assert str(out / "entities.jsonl") in told


def test_a_folder_stands_for_the_texts_in_it(run, note, capsys):
    (note.parent / "a.txt").write_text("Warfarin was given for gout at 4 .", "utf-8")
    (note.parent / "table.csv").write_text("no,text", "utf-8")
    main(["--model", str(run), str(note.parent)])
    assert [d["id"] for d in lines(capsys.readouterr().out)] == ["a", "note"]


def test_standard_input_is_a_document(run, monkeypatch, capsys):
    give_stdin(monkeypatch, b"Aspirin was given for fever at 3 .")
    main(["--model", str(run)])
    (document,) = lines(capsys.readouterr().out)
    assert document["id"] == "stdin" and offsets_hold(document)
    assert document["entities"][0]["text"] == "Aspirin"


def test_standard_input_stays_untouched(run, monkeypatch, capsys):
    """Offsets count the characters of the text as it came, Windows line ends included."""
    give_stdin(monkeypatch, TEXT.encode())
    main(["--model", str(run)])
    (document,) = lines(capsys.readouterr().out)
    assert document["text"] == TEXT


def test_standard_input_that_is_not_utf8_is_told(run, monkeypatch, fails):
    give_stdin(monkeypatch, b"fever\n\xff\n")
    assert "UTF-8" in fails(main, "--model", str(run))


def test_the_page_shows_every_document_and_entity(run, note, tmp_path, capsys):
    out = tmp_path / "out"
    main(["--model", str(run), str(note), "--format", "html", "--out", str(out)])
    assert str(out / "entities.html") in capsys.readouterr().out
    page = html.document_fromstring((out / "entities.html").read_bytes())
    assert [h.text for h in page.iter("h2")] == ["note"]
    shown = [mark.get("aria-label") for mark in page.xpath("//mark[@tabindex]")]
    wanted = [f"{e.text}: {e.type}, score {e.score:.2f}" for e in Tagger.load(run)(TEXT)]
    assert shown == wanted and wanted
    assert page.xpath("//b") == []


def test_the_page_goes_to_standard_output_without_out(run, note, capsys):
    main(["--model", str(run), str(note), "--format", "html"])
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_a_text_with_strange_line_separators_stays_on_one_line():
    text = 'a\u2028b\u0085c\nd"\\\x00'
    (document,) = lines(jsonl([TaggedText("\u2028", text, (Entity(0, 1, "X", "a", 0.5),))]))
    assert document["text"] == text and offsets_hold(document)


def test_a_missing_file_is_told(run, note, tmp_path, fails):
    missing = tmp_path / "missing.txt"
    out = tmp_path / "out"
    told = fails(main, "--model", str(run), str(note), str(missing), "--out", str(out))
    assert str(missing) in told and not out.exists()


def test_a_missing_model_is_told(note, tmp_path, fails):
    told = fails(main, "--model", str(tmp_path / "none"), str(note), "--out", f"{tmp_path}/out")
    assert str(tmp_path / "none") in told
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_model_without_labels_is_told(note, tmp_path_factory, fails):
    pretrained = tiny_pretrained(tmp_path_factory)
    told = fails(main, "--model", str(pretrained), str(note))
    assert str(pretrained) in told and "finetune" in told


def test_an_out_that_is_a_file_is_told(run, note, fails):
    assert str(note) in fails(main, "--model", str(run), str(note), "--out", str(note))


def test_an_unknown_format_is_told(run, note, fails):
    assert "docx" in fails(main, "--model", str(run), str(note), "--format", "docx")
