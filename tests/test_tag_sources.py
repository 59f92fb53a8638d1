"""Input as a stream of documents: named, bounded, and bad input reported by its line."""

import gzip
import io
import json
import sys
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tagged_texts import FakeTagger, Found, mentions, random_texts

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tag import sources as module
from bioalbert_core.tag.formats import FORMATS
from bioalbert_core.tag.sources import Document, Source, find_sources, read_documents
from bioalbert_core.tag.tagging import tag_documents

TEXTS = st.text(st.sampled_from("ab. \r\n\u0301é👩"), max_size=80)
STDIN = [Source("x", None)]


def read(data: bytes, kind: str, hashes: dict | None = None) -> list[Document]:
    """The documents of standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return list(read_documents(STDIN, kind, {} if hashes is None else hashes))


@given(TEXTS.filter(bool))
def test_a_file_is_one_document_untouched(text):
    assert read(text.encode(), "file") == [Document("x", text)]


@given(TEXTS.filter(bool))
@example("a\r")
def test_lines_are_the_lines_that_are_not_blank(text):
    lines = dict(enumerate(text.split("\n"), 1))
    for document in read(text.encode(), "line"):
        number = int(document.id.removeprefix("x:"))
        ended = number < text.count("\n") + 1
        whole = lines.pop(number)
        assert document.text == (whole.removesuffix("\r") if ended else whole)
    assert not any(line.strip() for line in lines.values())


def test_windows_line_ends_are_no_part_of_a_line():
    found = read(b"one\r\n\r\ntwo\r\n", "line")
    assert found == [Document("x:1", "one"), Document("x:3", "two")]


def test_texts_are_tagged_many_at_a_time_and_stay_in_order():
    tagger = FakeTagger()
    given_ = [Document(str(n), text) for n, text in enumerate(random_texts(500))]
    tagged = list(tag_documents(given_, tagger.tag_many, ahead=10_000))
    assert [document for document, _ in tagged] == given_
    assert all(entities == mentions(document.text) for document, entities in tagged)
    assert tagger.batches == [100] * 5  # 100 characters each at the least


def test_json_lines_keep_ids_and_texts():
    values = [{"id": n, "text": text} for n, text in enumerate(random_texts(200))]
    lines = "".join(
        json.dumps(value, ensure_ascii=n % 2 == 0) + "\n" for n, value in enumerate(values)
    )
    assert read(lines.encode(), "jsonl") == [Document(str(v["id"]), v["text"]) for v in values]


def test_a_json_line_without_id_is_named_by_its_number():
    assert read(b'\n{"text": "a b"}', "jsonl") == [Document("x:2", "a b")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not valid JSON"),
        ("[1]", '"text"'),
        ('{"id": 1}', '"text"'),
        ('{"text": 3}', '"text"'),
        ('{"id": [], "text": "a"}', '"id"'),
        ('{"id": true, "text": "a"}', '"id"'),
        ('{"id": 1, "text": "\\ud800"}', "surrogate"),
        ('{"id": "\\udfff", "text": ""}', "surrogate"),
        ("[" * 100_000, "deep"),
        ('{"id": 1' + "0" * 5000 + ', "text": "a"}', "number"),
    ],
)
def test_a_bad_json_line_is_reported_with_its_number(line, words):
    with pytest.raises(UserError) as caught:
        read(f'{{"text": "a"}}\n\n{line}'.encode(), "jsonl")
    message = str(caught.value)
    assert words in message and message.startswith("standard input: line 3: ")


class Endless(io.RawIOBase):
    """A stream that begins with some bytes and never ends."""

    def __init__(self, start: bytes, more: bytes) -> None:
        self.waiting, self.more, self.given = start, more, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while len(self.waiting) < len(buffer):
            self.waiting += self.more
        buffer[:], self.waiting = self.waiting[: len(buffer)], self.waiting[len(buffer) :]
        self.given += len(buffer)
        return len(buffer)


@pytest.mark.parametrize(
    ("kind", "more", "line"),
    [("jsonl", b"fever ", "2"), ("line", b"fever ", "2"), ("file", b"a\nb", "250,001")],
)
def test_a_document_that_is_too_long_is_reported_before_it_is_read_whole(
    monkeypatch, kind, more, line
):
    monkeypatch.setattr(module, "DOCUMENT_LIMIT", 750_000)
    start = b'{"text": "a"}\n' if kind != "file" else b""
    endless = Endless(start, more * 10_000)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(endless)))
    with pytest.raises(UserError) as caught:
        list(read_documents(STDIN, kind, {}))
    place = f"standard input: line {line}: here the document passes 750,000 bytes"
    assert str(caught.value).startswith(place)
    assert endless.given < 1_000_000


@pytest.mark.parametrize("kind", ["file", "line", "jsonl"])
@pytest.mark.parametrize("before", ["", "\n" * 3, '{"text": "é"}\n' * 20_000])
@pytest.mark.parametrize("bad", [b"\xff\n", b"a\0b", b"\xe2\x82"])
def test_what_is_not_text_is_reported_with_its_line(before, bad, kind):
    with pytest.raises(UserError) as caught:
        read(before.encode() + bad, kind)
    line = before.count("\n") + 1
    assert str(caught.value).startswith(f"standard input: line {line:,}: not UTF-8 text")


@pytest.mark.parametrize("kind", ["file", "line"])
def test_a_byte_order_mark_is_no_part_of_the_text(kind):
    assert [it.text for it in read(b"\xef\xbb\xbffever", kind)] == ["fever"]


def test_files_and_folders_become_sources_with_short_names(tmp_path):
    for name in ("a.txt", "b/a.txt", "b/c.txt.gz", "b/d.jsonl", "b/e.jsonl.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        data = b'{"text": "fever"}'
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    names = [source.name for source in find_sources([tmp_path, tmp_path / "a.txt"], "file")]
    assert names == [str(tmp_path / "a.txt"), str(tmp_path / "b" / "a.txt"), "c"]
    sources = find_sources([tmp_path / "b"], "jsonl")
    hashes = {}
    assert [document.id for document in read_documents(sources, "jsonl", hashes)] == ["d:1", "e:1"]
    assert list(hashes) == [str(source.path) for source in sources]
    assert len(set(hashes.values())) == 1


def test_a_damaged_gz_is_reported(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"fever " * 1000)[:-9])
    with pytest.raises(UserError, match=r"a\.txt\.gz"):
        list(read_documents(find_sources([path], "line"), "line", {}))


def test_a_gz_of_nothing_is_reported(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(UserError, match=r"a\.txt\.gz: empty"):
        list(read_documents(find_sources([path], "file"), "file", {}))


class Many(io.RawIOBase):
    """So many bytes of short lines, made as they are read."""

    LINE = b"It had aspirin against fever, and then it had aspirin again.\n"

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = min(len(buffer) // len(self.LINE) * len(self.LINE), self.left)
        buffer[:size] = self.LINE * (size // len(self.LINE))
        self.left -= size
        return size


def peak_of(name: str, lines: int) -> int:
    """The most memory that reading, batching and writing so many documents takes, in bytes."""

    def tag_many(texts: list[str]) -> list[list[Found]]:
        return [[Found(7, 14, "Drug", "aspirin", 0.5)] for _ in texts]

    def written() -> Iterator[str]:
        documents = read_documents(STDIN, "line", {})
        return FORMATS[name].write(tag_documents(documents, tag_many))

    with pytest.MonkeyPatch.context() as patch:
        stream = io.BufferedReader(Many(lines * len(Many.LINE)))
        patch.setattr(sys, "stdin", io.TextIOWrapper(stream))
        tracemalloc.start()
        assert sum(map(len, written())) > lines * len(Many.LINE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", [name for name, format_ in FORMATS.items() if format_.ending])
def test_a_stream_of_many_documents_stays_flat_in_memory(name):
    """Also in HTML, whose index and legend come before texts that are still to be read."""
    few, many = peak_of(name, 5_000), peak_of(name, 20_000)
    assert many < few + 300_000 and many < 12_000_000
