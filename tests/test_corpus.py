"""Documents to clean sentences in shards."""

import gzip
from pathlib import Path

import pytest
from conftest import files_of

from bioalbert_core.corpus import shards
from bioalbert_core.corpus.__main__ import main
from bioalbert_core.corpus.build import build_corpus, clean_sentences
from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph
from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError
from bioalbert_core.files import sha256
from bioalbert_core.folders import read_manifest

LINE = "The fever fell within a day. "
TITLE_ONLY = "<ArticleTitle>A title that stands alone here.</ArticleTitle>"
ABSTRACT = (
    "<ArticleTitle>A title of some length without period</ArticleTitle><Abstract><AbstractText>"
    "The fever fell. It did not return for a year.</AbstractText></Abstract>"
)


def medline(*articles):
    body = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article>{inside}</Article>"
        "</MedlineCitation></PubmedArticle>\n"
        for n, inside in enumerate(articles)
    )
    return f"<PubmedArticleSet>\n{body}</PubmedArticleSet>\n"


@pytest.fixture
def texts(tmp_path):
    """Five text files, each with sentences of its own."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(5):
        lines = [f"Patient {n} had a fever of grade {m}." for m in range(4)]
        (folder / f"{n}.txt").write_text("Results\n" + "\n\n".join(lines), "utf-8")
    return folder


def test_lines_under_20_characters_go_and_others_stay():
    kept = "x" * 20
    assert drop_short_lines(f"{'y' * 19}\n{kept}\n  {'z' * 19}  \n\n{kept}") == f"{kept}\n\n{kept}"


def test_a_document_becomes_one_paragraph_without_blank_lines():
    assert one_paragraph(" a\n\n\nb\t c\r\n\u2028d\u00a0e ") == "a b c d e"


def test_sections_are_split_one_by_one():
    sections = (Section("TITLE", "A title without a period at its end"), Section("TEXT", LINE * 2))
    sentence = LINE.strip()
    assert clean_sentences(Document("1", sections)) == [sections[0].text, sentence, sentence]


def test_build_corpus_writes_a_sentence_a_line_and_a_blank_line_after_each_document(
    tmp_path, texts
):
    counts = build_corpus([texts], tmp_path / "out")
    written = (tmp_path / "out" / "corpus-00000-of-00001.txt").read_bytes().decode()
    expected = ""
    for n in range(5):
        expected += "".join(f"Patient {n} had a fever of grade {m}.\n" for m in range(4)) + "\n"
    assert written == expected
    assert counts == {
        "files": 5,
        "documents_read": 5,
        "documents_kept": 5,
        "sentences": 20,
        "words": 20 * 8,
        "characters_left_out_short_lines": 5 * len("Results"),
    }


def test_what_is_dropped_is_counted_by_reason(tmp_path):
    (tmp_path / "m.xml").write_text(medline(ABSTRACT, TITLE_ONLY, TITLE_ONLY))
    (tmp_path / "short.txt").write_text("Too short.\n")
    counts = build_corpus([tmp_path / "m.xml", tmp_path / "short.txt"], tmp_path / "out")
    assert counts["documents_read"] == 4
    assert counts["documents_kept"] == 1
    assert counts["dropped_title_only"] == 2
    assert counts["dropped_no_text"] == 1
    assert list(read_corpus(tmp_path / "out")) == [
        [
            "A title of some length without period",
            "The fever fell.",
            "It did not return for a year.",
        ]
    ]


def test_a_document_with_nothing_in_it_is_not_counted_as_title_only(tmp_path):
    (tmp_path / "m.xml").write_text(medline(ABSTRACT, ""))
    counts = build_corpus([tmp_path / "m.xml"], tmp_path / "out")
    assert counts["dropped_no_text"] == 1
    assert "dropped_title_only" not in counts


def test_the_manifest_names_inputs_and_outputs_by_hash(tmp_path, texts):
    build_corpus([texts], tmp_path / "out")
    manifest = read_manifest(tmp_path / "out", "corpus")
    shard = tmp_path / "out" / "corpus-00000-of-00001.txt"
    assert manifest["outputs"] == {shard.name: sha256(shard)}
    assert manifest["inputs"] == {p.name: sha256(p) for p in sorted(texts.iterdir())}
    assert manifest["counts"]["sentences"] == 20


def test_the_same_inputs_give_the_same_bytes(tmp_path, texts):
    for name in ("one", "two"):
        build_corpus([texts], tmp_path / name)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_several_shards_hold_the_same_documents(tmp_path, texts, monkeypatch):
    build_corpus([texts], tmp_path / "one")
    monkeypatch.setattr(shards, "SHARD_CHARACTERS", 200)  # a document has about 130
    build_corpus([texts], tmp_path / "many")
    assert sorted(files_of(tmp_path / "many")) == [
        *(f"corpus-{n:05}-of-00003.txt" for n in range(3)),
        "manifest.json",
    ]
    assert list(read_corpus(tmp_path / "many")) == list(read_corpus(tmp_path / "one"))


def test_read_corpus_wants_a_finished_corpus(tmp_path):
    (tmp_path / "corpus-00000-of-00001.txt").write_text("Not ours.\n")
    with pytest.raises(UserError, match="no finished output"):
        list(read_corpus(tmp_path))


def test_the_embedded_texts_become_a_corpus(tmp_path, capsys):
    from bioalbert_core.mini import data_folder

    main([str(data_folder() / "raw"), "--out", str(tmp_path / "out")])
    told = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    documents = list(read_corpus(tmp_path / "out"))
    assert int(told["documents kept"].replace(",", "")) == len(documents) > 90
    assert all(sentence == " ".join(sentence.split()) for d in documents for sentence in d)


WHOLE = medline(*[ABSTRACT] * 200).encode()
BAD_INPUTS = {
    "missing.txt": (None, "no such file"),
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \n\n", "no document with text"),
    "latin.txt": (LINE.encode() + b"\n\xe9\n", "line 2: not UTF-8"),
    "cut.txt.gz": (gzip.compress(LINE.encode() * 99)[:40], "cut or damaged"),
    "cut.xml.gz": (gzip.compress(WHOLE)[:-20], "cut or damaged"),
    "cut.xml": (WHOLE[: len(WHOLE) // 2], "line "),
    "other.xml": (b"<html/>", "root element <html>"),
    "paper.pdf": (b"%PDF", "unknown kind"),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_a_bad_input_is_told_in_one_line_and_leaves_nothing(tmp_path, texts, fails, name):
    content, words = BAD_INPUTS[name]
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    good = [] if name == "blank.txt" else [texts]
    told = fails(main, *good, bad, "--out", tmp_path / "out")
    assert str(bad) in told
    assert words in told
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bad_input_leaves_the_earlier_corpus(tmp_path, texts, fails):
    out = tmp_path / "out"
    build_corpus([texts], out)
    before = files_of(out)
    (texts / "9.txt").write_bytes(b"\xff")
    fails(main, texts, "--out", out)
    assert files_of(out) == before


def test_an_earlier_corpus_below_the_input_folder_is_not_read_again(tmp_path, texts, monkeypatch):
    monkeypatch.chdir(texts)
    counts = [build_corpus([Path()], "corpus") for _ in range(2)]
    assert counts[0] == counts[1]
