"""Text files of many documents: what a document is, where lines end, and what is left out."""

import gzip
import json
import tracemalloc
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus import plain
from bioalbert_core.corpus.__main__ import main
from bioalbert_core.corpus.build import build_corpus, clean_sentences
from bioalbert_core.corpus.cleaning import drop_short_lines
from bioalbert_core.corpus.document import Document, Section, letters
from bioalbert_core.corpus.raw_text import without_unseen
from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.folders import read_manifest

A1, A2 = "Iron was given to the calves in spring.", "They grew as e.g. Smith et al. had seen."
B1 = "Copper was not given to any of them."
TEXT = f"{A1} {A2}\nShort one.\n\n \n{B1}\n"
KINDS = {
    "file": [[A1, A2, B1]],
    "blank-line": [[A1, A2], [B1]],
    "line": [[A1, A2], ["Short one."], [B1]],
    "sentences": [[f"{A1} {A2}", "Short one."], [B1]],
}
NO_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # what `str.splitlines` takes for such
BREAKS = [*NO_LINE_ENDS, "\r", "\xa0", "\ufeff"]


def documents(path, kind):
    return list(read_documents(path, kind=kind))


def sentences(path, kind):
    return [found for d in documents(path, kind) if (found := clean_sentences(d))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.rstrip(b"\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\n\n" + data + b"\n\n\n",
    ],
    ids=["as it is", "CRLF", "no line end at the end", "BOM", "blank lines around"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
def test_what_a_document_is_does_not_depend_on_line_ends(tmp_path, kind, change, name):
    data = change(TEXT.encode())
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert sentences(tmp_path / name, kind) == KINDS[kind]


def test_documents_are_named_by_file_and_line(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    assert [d.id for d in documents(path, "blank-line")] == ["a:1", "a:5"]
    assert [d.id for d in documents(path, "line")] == ["a:1", "a:2", "a:5"]
    assert [d.id for d in documents(path, "file")] == ["a"]


words = st.text("ab.µ", min_size=1)
lines = st.lists(st.tuples(words, st.sampled_from(BREAKS), words).map("".join), min_size=1)


@settings(deadline=None)
@given(st.lists(lines, min_size=1), st.sampled_from(["\n", "\r\n"]))
def test_only_a_line_feed_ends_a_line(tmp_path_factory, texts, end):
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes((end + end).join(end.join(text) for text in texts).encode())
    found = documents(path, "sentences")
    flat = [line for text in texts for line in text]
    assert [len(d.sections) for d in found] == list(map(len, texts))
    assert [s for d in found for s in clean_sentences(d)] == [
        " ".join(without_unseen(line).split()) for line in flat
    ]
    assert len(documents(path, "line")) == len(flat)
    assert len(documents(path, "blank-line")) == len(texts)


@pytest.mark.parametrize("character", NO_LINE_ENDS)
def test_rule_two_looks_at_lines_that_end_in_a_line_feed(character):
    line = f"The fever fell{character}in a day, and all went home."
    assert drop_short_lines(f"{line}\nResults\r\n{line}\rResults") == f"{line}\n{line}"


def json_lines(path, *values):
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values))
    return path


def test_a_short_record_is_no_heading_but_a_short_line_of_a_text_is(tmp_path):
    path = json_lines(
        tmp_path / "a.jsonl",
        {"title": "On iron", "text": "It helps."},
        {"title": "On iron\nand zinc", "text": f"Results\n{A1}"},
    )
    assert sentences(path, "file") == [["On iron", "It helps."], ["On iron and zinc", A1]]


@pytest.mark.parametrize(("name", "kind"), [("a.jsonl", "file"), ("a.txt", "jsonl")])
def test_json_lines_give_title_abstract_and_text(tmp_path, name, kind):
    path = json_lines(
        tmp_path / name,
        {"text": f"{A1}\n{A2}", "title": "On iron", "id": 7},
        {"abstract": B1, "id": None, "title": None},
        {"id": "x", "text": "", "year": 1999, "authors": ["Ann Lee"], "body": "Lost words."},
    )
    counts = Counter()
    assert list(read_documents(path, counts, kind=kind)) == [
        Document("7", (Section("TITLE", "On iron"), Section("TEXT", f"{A1}\n{A2}"))),
        Document("a:2", (Section("ABSTRACT", B1),)),
        Document("x", ()),
    ]
    assert counts["characters_left_out_field_body"] == len("Lostwords.")
    assert counts["characters_left_out_field_authors"] >= len("AnnLee")


def test_json_lines_are_known_by_their_ending_also_packed(tmp_path):
    path = json_lines(tmp_path / "a.jsonl", {"text": A1}, {"title": "On iron"}, {"text": " "})
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(path.read_bytes() + b"\n\n"))
    counts = build_corpus([tmp_path], tmp_path / "out")
    assert list(read_corpus(tmp_path / "out")) == [[A1], [A1]]
    assert counts["files"] == 2
    assert counts["documents_read"] == 6
    assert counts["dropped_title_only"] == counts["dropped_no_text"] == 2


BAD_LINES = {
    "[1]": "not a JSON object",
    "7": "not a JSON object",
    "null": "not a JSON object",
    '{"text": "a"': "not valid JSON",
    '{"text": "a"} {}': "not valid JSON",
    '{"id": 1, "body": "a"}': '"title", "abstract" or "text"',
    "{}": '"title", "abstract" or "text"',
    '{"text": ["a"]}': 'the "text" is not a string',
    '{"text": "a", "title": 3}': 'the "title" is not a string',
    '{"text": "a", "id": [1]}': '"id"',
    '{"text": "a", "id": true}': '"id"',
    '{"text": "a", "text": "b"}': "the field 'text' is given twice",
    '{"text": "\\ud800"}': "surrogate",
    "[" * 100_000: "too deep",
    '{"text": "a", "id": 1' + "0" * 5000 + "}": "too long a number",
    b'{"text": "\xff"}': "not UTF-8",
}


@pytest.mark.parametrize("line", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_json_line_is_named_and_alone_skipped_on_request(tmp_path, fails, capsys, line):
    good = json.dumps({"text": A1}).encode()
    data = line if isinstance(line, bytes) else line.encode()
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good, data, good]))
    message = fails(main, tmp_path / "a.jsonl", "--out", tmp_path / "out")
    assert "a.jsonl: line 2: " in message
    assert BAD_LINES[line] in message
    assert not (tmp_path / "out").exists()
    main([str(tmp_path / "a.jsonl"), "--out", str(tmp_path / "out"), "--skip-broken"])
    captured = capsys.readouterr()
    assert "broken: 1\n" in captured.out
    assert "skipped: " in captured.err
    assert list(read_corpus(tmp_path / "out")) == [[A1], [A1]]
    assert len(read_manifest(tmp_path / "out", "corpus")["broken"]) == 1


@pytest.mark.parametrize("kind", ["blank-line", "line", "sentences"])
def test_a_document_that_is_not_utf8_is_named_and_alone_skipped(tmp_path, kind):
    (tmp_path / "a.txt").write_bytes(f"{A1}\n\n{B1}\n\n".encode() + b"\xe9t\xe9\n\n" + B1.encode())
    with pytest.raises(UserError, match=r"a\.txt: line 5: not UTF-8"):
        build_corpus([tmp_path / "a.txt"], tmp_path / "out", CorpusConfig(documents=kind))
    config = CorpusConfig(documents=kind, skip_broken=True)
    assert build_corpus([tmp_path / "a.txt"], tmp_path / "out", config)["broken"] == 1
    assert list(read_corpus(tmp_path / "out")) == [[A1], [B1], [B1]]


def test_of_many_errors_the_first_are_named_and_all_counted(tmp_path, capsys):
    (tmp_path / "a.jsonl").write_text("no\n" * 300 + json.dumps({"text": A1}))
    counts = build_corpus([tmp_path / "a.jsonl"], tmp_path / "out", CorpusConfig(skip_broken=True))
    assert counts["broken"] == 300
    assert len(read_manifest(tmp_path / "out", "corpus")["broken"]) == 100
    assert capsys.readouterr().err.count("skipped: ") == 100


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("file", f"{A1}\n" * 3, 3),
        ("blank-line", f"{A1}\n\n{A1}\n{A1}\n{A1}\n", 5),
        ("sentences", f"{A1}\n\n{A1}\n{A1}\n{A1}\n", 5),
        ("line", f"{A1}\n{A1 * 3}\n", 2),
        ("jsonl", '{"text": "a"}\n' + json.dumps({"text": A1 * 3}), 2),
    ],
)
def test_a_document_may_not_be_too_long_a_file_may(tmp_path, fails, monkeypatch, kind, text, line):
    monkeypatch.setattr(plain, "DOCUMENT_LIMIT", 100)
    path = tmp_path / "a.txt"
    path.write_text(text)
    message = fails(main, path, "--documents", kind, "--out", tmp_path / "out")
    assert f"a.txt: line {line}: the document is longer than 100 bytes" in message
    assert plain.TOO_LONG[kind] in message


@pytest.mark.parametrize("kind", ["blank-line", "line", "sentences", "jsonl"])
def test_memory_holds_one_document_at_a_time(tmp_path, kind):
    text = A1 * 100
    document = (json.dumps({"text": text}) if kind == "jsonl" else text) + "\n\n"
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(document.encode() * 1_000, 1))
    tracemalloc.start()
    number = sum(1 for _ in read_documents(tmp_path / "a.txt.gz", kind=kind))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == 1_000
    assert peak < 1_000_000  # of 4 MB


sources = st.text("ab.α \n\r\x0c\u2028\xa0", max_size=300)
fields = st.dictionaries(st.sampled_from(["title", "abstract", "text", "body", "journal"]), sources)


@settings(max_examples=30, deadline=None)
@given(st.lists(sources.filter(str.strip), min_size=1), st.sampled_from(list(KINDS)), st.booleans())
def test_the_characters_kept_and_left_out_are_those_of_the_text(
    tmp_path_factory, texts, kind, unique
):
    path = tmp_path_factory.mktemp("sums") / "a.txt"
    path.write_bytes("\n\n".join(texts).encode())
    config = CorpusConfig(documents=kind, drop_duplicates=unique)
    check_the_sum(path, letters(path.read_text("utf-8")), config)


@settings(max_examples=30, deadline=None)
@given(st.lists(fields.filter({"title", "abstract", "text"}.intersection), min_size=1))
def test_the_characters_kept_and_left_out_are_those_of_the_json(tmp_path_factory, values):
    path = json_lines(tmp_path_factory.mktemp("sums") / "a.jsonl", *values)
    check_the_sum(path, sum(letters(text) for value in values for text in value.values()))


def check_the_sum(path, total, config=CorpusConfig()):
    out, marked = path.parent / "out", path.parent / "marked.txt"
    marked.write_text("A document of its own, so that there is one.")
    counts = build_corpus([path, marked], out, config)
    kept = sum(letters(s) for document in read_corpus(out) for s in document)
    left_out = sum(n for name, n in counts.items() if name.startswith("characters_left_out_"))
    assert kept + left_out == total + letters(marked.read_text())
