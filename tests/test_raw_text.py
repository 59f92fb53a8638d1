"""Raw text as it is read: nothing unseen, references decoded, and the way back."""

import html
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagged_texts import with_unseen

from bioalbert_core.corpus.cleaning import one_paragraph
from bioalbert_core.corpus.raw_text import UNSEEN, read, readable
from bioalbert_core.ner.brat import read_brat
from bioalbert_core.ner.words import words_by_sentence

ODD = "ab5 .é&;#\n\t\u00ad\u200b\u200d\u2060\ufeff\ufe0f\x02<>\"'"
PARTS = ("&alpha;", "&amp;", "&lt;", "&lt", "&#233;", "&#xe9", "&amp;lt;", "&shy;", "&nbsp", "amp;")
odd_text = st.lists(st.sampled_from((*ODD, *PARTS)) | st.characters(), max_size=30).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        "H&E, AT&T, ATP&GTP, LTP&LTD4, T3&LT4",
        "water&ethanol, micro&macro, synthesis&degradation",
        "&unknown; &; & &# &#x;",
        f"&#{'9' * 5000};",
    ],
)
def test_what_is_no_reference_stays(text):
    assert readable(text) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("dia\u00adbe\u200btes\ufeff", "diabetes"),
        ("\u2060TNF\u200d-\u200cα\ufe0e", "TNF-α"),
        ("dia\x02betes\x7f", "diabetes"),
        ("&alpha;&#945;&#x3b1;&#X3B1", "αααα"),
        ("caf&eacute; caf&eacute", "café café"),
        ("5&nbsp;mg 5&nbsp mg&#160;", "5\u00a0mg 5\u00a0 mg\u00a0"),
        ("p &lt; 0.05, p&lt0.05, &#60", "p < 0.05, p<0.05, <"),
        ("R&amp;D &amp;lt; &amp;amp;alpha; &amp;amp;", "R&D < α &"),
        ("dia&shy;be&#8203;tes&#1;", "diabetes"),
        ("&al\u00adpha;", "α"),
        ("&NotEqualTilde; &fjlig;", "≂\u0338 fj"),
        ("", ""),
    ],
)
def test_what_is_read(raw, text):
    assert readable(raw) == text


def test_what_has_no_shape_is_not_read():
    """Format characters and controls, but for white space and the visible signs of Arabic etc."""
    signs = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    signs |= {*range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)}
    for code in set(range(sys.maxunicode + 1)) - signs:
        char = chr(code)
        if unicodedata.category(char) in ("Cf", "Cc"):
            assert readable(f"a{char}b") == ("ab" if not char.isspace() else f"a{char}b"), hex(code)


@given(odd_text)
def test_each_character_comes_from_a_stretch_of_the_raw_text(raw):
    reading = read(raw)
    assert len(reading.text) == len(reading.starts) == len(reading.ends)
    spans = list(zip(reading.starts, reading.ends, strict=True))
    assert all(0 <= start < end <= len(raw) for start, end in spans)
    assert all(a == b or a[1] <= b[0] for a, b in pairwise(spans))
    for char, (start, end) in zip(reading.text, spans, strict=True):
        assert char in readable(raw[start:end])


@given(st.text(st.characters(exclude_characters="&")))
def test_a_text_without_such_characters_stays_as_it_is(text):
    text = UNSEEN.sub("", text)
    assert readable(text) == text
    assert all(read(text).span(i, i + 1) == (i, i + 1) for i in range(len(text)))


@given(odd_text, st.integers(0, 3))
def test_escaped_text_reads_like_the_text(text, times):
    escaped = text
    for _ in range(times):
        escaped = html.escape(escaped)
    assert readable(escaped) == readable(text)


@given(odd_text, st.randoms(use_true_random=False))
def test_unseen_characters_anywhere_change_no_word(text, rng):
    raw, places = with_unseen(text, rng)
    words = [[(places[a], places[b - 1] + 1) for a, b in s] for s in words_by_sentence(text)]
    assert words_by_sentence(raw) == words


@given(odd_text)
def test_a_word_reads_alone_as_it_reads_in_its_text(raw):
    """So whoever has a word's offsets can read the word without the text around it."""
    text = readable(raw)
    words = [text[a:b] for sentence in words_by_sentence(text) for a, b in sentence]
    if readable(text) == text:
        found = [readable(raw[a:b]) for sentence in words_by_sentence(raw) for a, b in sentence]
        assert found == words


def test_a_corpus_has_no_unseen_characters_either():
    text = "The dia\u00adbetes \u200b of\ufeff mice.\n\nIt is\u2060 cured."
    assert one_paragraph(text) == "The diabetes of mice. It is cured."


def test_a_tagger_is_taught_the_words_that_it_will_read(tmp_path):
    (tmp_path / "a.txt").write_text("The dia\u00adbetes &amp; TNF-&alpha;.\n", "utf-8")
    (tmp_path / "a.ann").write_text("T1\tIll 4 13\tdia\u00adbetes\n", "utf-8")
    (sentence,), _ = read_brat(tmp_path)
    assert sentence.words == ("The", "diabetes", "&", "TNF", "-", "α", ".")
    assert sentence.tags == ("O", "B-Ill", *"OOOOO")
