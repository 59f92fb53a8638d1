"""The tag command: files or standard input to JSON Lines or a page."""

import gzip
import hashlib
import importlib
import io
import json
import sys

import pytest
from lxml import html
from tagged_texts import FakeTagger, mentions
from tiny_runs import tiny_pretrained, tiny_tagger

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.ner.recognizer import Entity, EntityRecognizer
from bioalbert_core.tag import __main__ as command
from bioalbert_core.tag.__main__ import main
from bioalbert_core.tag.formats import FORMATS, Format
from bioalbert_core.tag.formats.jsonl import to_jsonl
from bioalbert_core.tag.sources import Document
from bioalbert_core.tag.tagging import BATCH

ONE_FILE = [name for name, format_ in FORMATS.items() if format_.ending]
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
    assert [Entity(**e) for e in document["entities"]] == EntityRecognizer.load(run)(TEXT)
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


def test_standard_input_that_is_not_utf8_is_reported(run, monkeypatch, fails):
    give_stdin(monkeypatch, b"fever\n\xff\n")
    assert "UTF-8" in fails(main, "--model", str(run))


def test_the_page_shows_every_document_and_entity(run, note, tmp_path, capsys):
    out = tmp_path / "out"
    main(["--model", str(run), str(note), "--format", "html", "--out", str(out)])
    assert str(out / "entities.html") in capsys.readouterr().out
    page = html.document_fromstring((out / "entities.html").read_bytes())
    assert [h.text for h in page.iter("h2")] == ["note"]
    shown = [mark.get("aria-label") for mark in page.xpath("//mark[@tabindex]")]
    wanted = [f"{e.text}: {e.type}, score {e.score:.2f}" for e in EntityRecognizer.load(run)(TEXT)]
    assert shown == wanted and wanted
    assert page.xpath("//b") == []


def test_the_page_goes_to_standard_output_without_out(run, note, capsys):
    main(["--model", str(run), str(note), "--format", "html"])
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_a_text_with_strange_line_separators_stays_on_one_line():
    text = 'a\u2028b\u0085c\nd"\\\x00'
    tagged = [(Document("\u2028", text), [Entity(0, 1, "X", "a", 0.5)])]
    (document,) = lines("".join(to_jsonl(tagged)))
    assert document["text"] == text and offsets_hold(document)


def test_each_line_is_a_document_when_asked_for(run, monkeypatch, capsys):
    give_stdin(monkeypatch, b"Aspirin was given for fever at 3 .\r\n\nHeparin was given.\n")
    main(["--model", str(run), "--documents", "line"])
    documents = lines(capsys.readouterr().out)
    assert [d["id"] for d in documents] == ["stdin:1", "stdin:3"]
    assert documents[0]["text"] == "Aspirin was given for fever at 3 ."
    assert documents[0]["entities"] and all(map(offsets_hold, documents))


def test_json_lines_in_give_the_same_json_lines_out(fake, tmp_path, capsys):
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "é", "text": "heart failure"}\n{"id": 7, "text": ""}\n', "utf-8")
    main(["--model", str(fake), "--documents", "jsonl", str(source), "--out", f"{tmp_path}/out"])
    again = tmp_path / "out" / "entities.jsonl"
    assert [(d["id"], d["text"]) for d in lines(again.read_text("utf-8"))] == [
        ("é", "heart failure"),
        ("7", ""),
    ]
    capsys.readouterr()
    main(["--model", str(fake), "--documents", "jsonl", str(again)])
    assert capsys.readouterr().out == again.read_text("utf-8")


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """A run folder whose tagger finds `mentions`."""
    monkeypatch.setattr(EntityRecognizer, "load", lambda run: FakeTagger())
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model.safetensors").write_bytes(b"weights")
    return tmp_path / "run"


@pytest.mark.parametrize("name", ONE_FILE)
def test_a_folder_holds_what_standard_output_would(fake, note, tmp_path, capsys, name):
    main(["--model", str(fake), str(note), "--format", name])
    printed = capsys.readouterr().out
    main(["--model", str(fake), str(note), "--format", name, "--out", str(tmp_path / "out")])
    told = capsys.readouterr().out
    path = tmp_path / "out" / f"entities.{FORMATS[name].ending}"
    assert path.read_bytes() == printed.encode() and printed
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["outputs"].keys() == {path.name}
    assert manifest["settings"] == {"documents": "file", "format": name}
    assert manifest["inputs"]["texts"] == {str(note): hashlib.sha256(TEXT.encode()).hexdigest()}
    assert manifest["inputs"]["model"] == {
        "model.safetensors": hashlib.sha256(b"weights").hexdigest()
    }
    wanted = {"documents": 1, "characters": len(TEXT), "entities": len(mentions(TEXT))}
    assert manifest["counts"] == wanted
    assert all(f"{what}: {number}" in told for what, number in wanted.items())
    assert str(path) in told


def test_brat_is_a_folder_of_pairs(fake, note, tmp_path, capsys):
    out = tmp_path / "out"
    for _ in range(2):  # the second run replaces the first
        main(["--model", str(fake), str(note), "--format", "brat", "--out", str(out)])
    assert {p.name for p in out.iterdir()} == {"note.txt", "note.ann", "manifest.json"}
    assert (out / "note.txt").read_bytes().decode() == TEXT.replace("\r", " ")
    assert len((out / "note.ann").read_text("utf-8").split("\n")) == 2 * len(mentions(TEXT)) + 1


def test_brat_without_a_folder_is_reported(fake, note, fails):
    assert "--out" in fails(main, "--model", str(fake), str(note), "--format", "brat")


@pytest.fixture
def with_ids(monkeypatch):
    """The command with one more row in the table of formats: the id of each document."""

    def to_ids(tagged):
        for document, entities in tagged:
            yield f"{document.id}: {len(entities)}\n"

    with monkeypatch.context() as patch:
        patch.setitem(FORMATS, "ids", Format(to_ids, "ids", "the ids alone"))
        yield importlib.reload(command).main
    importlib.reload(command)


def test_a_new_format_is_a_row_of_the_table(with_ids, fake, note, tmp_path, capsys):
    """Its choice, its help, standard output and its file all come with the row."""
    with_ids(["--model", str(fake), str(note), "--format", "ids"])
    assert capsys.readouterr().out == f"note: {len(mentions(TEXT))}\n"
    out = tmp_path / "out"
    with_ids(["--model", str(fake), str(note), "--format", "ids", "--out", str(out)])
    assert (out / "entities.ids").read_text("utf-8") == f"note: {len(mentions(TEXT))}\n"
    with pytest.raises(SystemExit):
        with_ids(["--help"])
    assert "the ids alone" in capsys.readouterr().out


@pytest.mark.parametrize("documents", ["file", "line"])
@pytest.mark.parametrize("name", ONE_FILE)
def test_a_long_document_is_one_document(fake, tmp_path, capsys, name, documents):
    text = "A heart failure is no fever. " * (3 * BATCH // 29)
    (tmp_path / "a.txt").write_text(text, "utf-8")
    main(
        ["--model", str(fake), str(tmp_path / "a.txt"), "--format", name, "--documents", documents]
    )
    made = capsys.readouterr().out
    if name == "jsonl":
        (document,) = lines(made)
        assert document["text"] == text and offsets_hold(document)
        assert document["entities"] == sorted(document["entities"], key=lambda e: e["start"])
        assert document["entities"][-1]["end"] > len(text) - 40
    marks = {"conll": "-DOCSTART-", "pubtator": "|t|", "bioc": '"passages"', "html": "<h2>"}
    assert made.count(marks.get(name, '"entities": [')) == 1


def test_progress_is_printed_in_lines_where_there_is_no_terminal(fake, note, monkeypatch, capsys):
    monkeypatch.setattr("bioalbert_core.tag.__main__.LINE_EVERY", 0)
    main(["--model", str(fake), str(note)])
    assert capsys.readouterr().err == f"tag: {len(TEXT)} characters\n"


@pytest.mark.parametrize(
    ("name", "data", "documents", "words"),
    [
        ("a.txt", b"fever\n\xff", "file", "line 2: not UTF-8"),
        ("a.txt", b"fe\0ver", "line", "line 1: not UTF-8"),
        ("a.txt", b"", "file", "empty"),
        ("a.jsonl", b'{"text": "a"}\nno', "jsonl", "line 2"),
        (
            "a.jsonl",
            b'{"text": "' + b"fever " * 9_000_000,
            "jsonl",
            "line 1: here the document passes 20,000,000",
        ),
        ("a.txt.gz", b"no gz", "file", "a.txt.gz"),
        ("a.xml", b"<a/>", "file", "XML"),
    ],
)
def test_bad_input_is_reported_and_nothing_is_left(
    fake, note, tmp_path, fails, name, data, documents, words
):
    """Though a good document came before."""
    good = note if documents != "jsonl" else tmp_path / "good.jsonl"
    good.write_bytes(b'{"text": "Aspirin."}')
    bad = tmp_path / name
    bad.write_bytes(data)
    before = sorted(tmp_path.iterdir())
    told = fails(
        *(main, "--model", fake, good, bad, "--documents", documents),
        *("--out", tmp_path / "out"),
    )
    assert words in told and str(bad) in told
    assert sorted(tmp_path.iterdir()) == before


def test_empty_standard_input_is_reported(fake, monkeypatch, fails):
    give_stdin(monkeypatch, b"")
    assert "standard input: empty" in fails(main, "--model", fake)


def test_a_missing_file_is_reported(run, note, tmp_path, fails):
    missing = tmp_path / "missing.txt"
    out = tmp_path / "out"
    told = fails(main, "--model", str(run), str(note), str(missing), "--out", str(out))
    assert str(missing) in told and not out.exists()


def test_a_missing_model_is_reported(note, tmp_path, fails):
    told = fails(main, "--model", str(tmp_path / "none"), str(note), "--out", f"{tmp_path}/out")
    assert str(tmp_path / "none") in told
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_model_without_labels_is_reported(note, tmp_path_factory, fails):
    pretrained = tiny_pretrained(tmp_path_factory)
    told = fails(main, "--model", str(pretrained), str(note))
    assert str(pretrained) in told and "finetune" in told


def test_an_out_that_is_a_file_is_reported(run, note, fails):
    assert str(note) in fails(main, "--model", str(run), str(note), "--out", str(note))


def test_an_unknown_format_is_reported(run, note, fails):
    assert "docx" in fails(main, "--model", str(run), str(note), "--format", "docx")
