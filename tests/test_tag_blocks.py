"""Input as a stream: documents told apart, long ones cut, and what is no text told."""

import gzip
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tagged_texts import FakeTagger, mentions, random_texts

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.tag import blocks as module
from bioalbert_core.tag.blocks import Block, blocks, cut, json_blocks
from bioalbert_core.tag.sources import find_sources, read_blocks, read_text_chunks
from bioalbert_core.tag.tagging import tag_blocks

TEXTS = st.text(st.sampled_from("ab. \r\n\u0301é👩"), max_size=80)


def chunked(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)] or [""]


@pytest.fixture
def small(monkeypatch):
    """Blocks of 20 characters, so that short texts are long ones."""
    monkeypatch.setattr(module, "BLOCK", 20)
    monkeypatch.setattr(module, "TAIL", 15)
    return module


def text_of(part: list[Block]) -> str:
    """The text of a document's blocks, whose offsets must be right and whose last must end it."""
    position = 0
    for block in part:
        assert block.start == position
        position += len(block.text)
    assert [block.ends for block in part] == [False] * (len(part) - 1) + [True]
    return "".join(block.text for block in part)


@given(TEXTS, st.integers(1, 30))
@example("a" * 70, 7)
def test_a_document_in_blocks_is_the_same_document(text, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 20)
        patch.setattr(module, "TAIL", 15)
        found = list(blocks("x", chunked(text, size), by_line=False))
        assert text_of(found) == text
        assert all(len(block.text) <= 20 for block in found)


@given(TEXTS, st.integers(1, 30))
def test_lines_are_the_lines_that_are_not_blank(text, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", 20)
        patch.setattr(module, "TAIL", 15)
        found: dict[str, list[Block]] = {}
        for block in blocks("x", chunked(text, size), by_line=True):
            found.setdefault(block.id, []).append(block)
    lines = dict(enumerate(text.split("\n"), 1))
    for id_, part in found.items():
        number = int(id_.removeprefix("x:"))
        whole = lines.pop(number)
        assert text_of(part) in (whole, whole.removesuffix("\r"))
    assert not any(line.strip() for line in lines.values())


def test_windows_line_ends_are_no_part_of_a_line():
    found = list(blocks("x", ["one\r\n\r\ntwo\r\n"], by_line=True))
    assert [(block.id, block.text) for block in found] == [("x:1", "one"), ("x:3", "two")]


@pytest.mark.parametrize("size", [7, 1000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_long_document_is_cut_at_blank_lines(small, line_end, size):
    text = (line_end * 2).join(["Ill it is. So"] * 9)
    found = list(blocks("x", chunked(text, size), by_line=False))
    assert [block.text.rstrip() for block in found] == ["Ill it is. So"] * 9


def test_a_long_paragraph_is_cut_between_sentences(small):
    found = list(blocks("x", chunked("He is ill. " * 20, 8), by_line=False))
    assert len(found) > 5 and all(block.text.startswith("He is ill.") for block in found)


def test_blank_lines_cut_nothing_that_belongs_together(small):
    """Entities of a document in blocks are those of the whole."""
    text = "\n\n".join(["It had aspirin.", "heart\nfailure it was"] * 10)
    together = [
        (block.start + e.start, block.start + e.end, e.text)
        for block, entities in tag_blocks(
            blocks("x", chunked(text, 11), by_line=False), FakeTagger().tag_many
        )
        for e in mentions(block.text)
        if entities
    ]
    assert [text[start:end] for start, end, _ in together] == [m for _, _, m in together]
    assert len(together) > 20


@given(st.text(st.sampled_from("ab. \r\n\u3000"), min_size=1))
def test_a_cut_always_goes_on(text):
    assert 1 <= cut(text) <= len(text)


def test_texts_are_tagged_many_at_a_time_and_stay_in_order():
    tagger = FakeTagger()
    given_ = [Block(str(n), text) for n, text in enumerate(random_texts(500))]
    tagged = list(tag_blocks(given_, tagger.tag_many, ahead=10_000))
    assert [block for block, _ in tagged] == given_
    assert all(entities == mentions(block.text) for block, entities in tagged)
    assert tagger.batches == [100] * 5  # 100 characters each at the least


def test_json_lines_keep_ids_and_texts():
    values = [{"id": n, "text": text} for n, text in enumerate(random_texts(200))]
    lines = "".join(
        json.dumps(value, ensure_ascii=n % 2 == 0) + "\n" for n, value in enumerate(values)
    )
    found = list(json_blocks("x", chunked(lines, 1000), "x.jsonl"))
    assert [(block.id, block.text) for block in found] == [
        (str(v["id"]), v["text"]) for v in values
    ]


def test_a_json_line_without_id_is_named_by_its_number(small):
    (block,) = json_blocks("x", ['\n{"text": "a b"}'], "x.jsonl")
    assert block == Block("x:2", "a b")
    found = list(json_blocks("x", ['{"id": "é", "text": "' + "a b. " * 20 + '"}'], "x.jsonl"))
    assert text_of(found) == "a b. " * 20 and {block.id for block in found} == {"é"}


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
def test_a_bad_json_line_is_told_with_its_number(line, words):
    with pytest.raises(UserError) as told:
        list(json_blocks("x", ['{"text": "a"}\n\n', line], "x.jsonl"))
    assert words in str(told.value) and str(told.value).startswith("x.jsonl: line 3: ")


def test_a_json_line_that_is_too_long_is_told_before_it_is_read_whole(monkeypatch):
    monkeypatch.setattr(module, "LINE_LIMIT", 1_000_000)

    def endless():
        yield '{"text": "a"}\n{"text": "'
        while True:
            yield "fever " * 10_000

    with pytest.raises(UserError, match=r"x\.jsonl: line 2: over 1,000,000 characters"):
        list(json_blocks("x", endless(), "x.jsonl"))


@pytest.mark.parametrize("before", ["", "fever\n" * 3, "é\n" * 200_000])
@pytest.mark.parametrize("bad", [b"\xff\n", b"a\0b", b"\xe2\x82"])
def test_what_is_no_text_is_told_with_line_and_byte(before, bad):
    data = before.encode() + bad
    at = len(before.encode()) + 1 + (bad[:1] == b"a")
    line = before.count("\n") + 1
    with pytest.raises(UserError) as told:
        list(read_text_chunks(io.BytesIO(data), "x.txt", {}))
    assert str(told.value).startswith(f"x.txt: line {line:,}, byte {at:,}: not UTF-8 text")


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert "".join(read_text_chunks(io.BytesIO(b"\xef\xbb\xbffever"), "x", {})) == "fever"
    with pytest.raises(UserError, match="line 1, byte 6"):
        list(read_text_chunks(io.BytesIO(b"\xef\xbb\xbfab\xff"), "x", {}))


def test_files_and_folders_become_sources_with_short_names(tmp_path):
    for name in ("a.txt", "b/a.txt", "b/c.txt.gz", "b/d.jsonl", "b/e.jsonl.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        data = b'{"text": "fever"}'
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    names = [source.name for source in find_sources([tmp_path, tmp_path / "a.txt"], "file")]
    assert names == [str(tmp_path / "a.txt"), str(tmp_path / "b" / "a.txt"), "c"]
    sources = find_sources([tmp_path / "b"], "jsonl")
    hashes = {}
    assert [block.id for block in read_blocks(sources, "jsonl", hashes)] == ["d:1", "e:1"]
    assert list(hashes) == [str(source.path) for source in sources]
    assert len(set(hashes.values())) == 1


def test_a_damaged_gz_is_told(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"fever " * 1000)[:-9])
    with pytest.raises(UserError, match=r"a\.txt\.gz"):
        list(read_blocks(find_sources([path], "line"), "line", {}))
