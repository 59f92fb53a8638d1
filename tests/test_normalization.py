"""ALBERT's normalization, and the way back to the text as it stood."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.tokenizer.normalization import normalize, normalize_with_spans

ODD = "abcz019,. '`\"()-–£\t\n\u00a0\u2028ﬁÄäΣςİßſ½™℃ﷺ한中४▁\u0301\u0345\u200b\x00😀"
ODD += "\u1100\u1161\u11a8\u0f73\u0344\u1e9b\u0323\u00a8\ud800\udc00\u200d\ufe0f\u0130\u01c4"
odd_text = st.text(st.sampled_from(ODD) | st.characters())


def google_preprocess(text):
    """`preprocess_text` of ALBERT with lower-casing, transcribed; lone surrogates replaced."""
    text = " ".join(text.strip().split()).replace("``", '"').replace("''", '"')
    text = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if not unicodedata.combining(c)).lower()


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Two\t\nSpaces \u00a0here ", "two spaces here"),
        ("``quoted'' 'once'", "\"quoted\" 'once'"),
        ("Sjögren’s naïve Å", "sjogren’s naive a"),
        ("e\u0301\u0323tude", "etude"),
        ("ﬁbrin 5½ ℃ ™", "fibrin 51⁄2 °c tm"),
        ("ΤΗΣ ΟΔΟΣ", "της οδος"),
        ("TNF-α", "tnf-α"),
        ("İ", "i"),
        ("", ""),
    ],
)
def test_worked_examples_of_normalization(text, normal):
    assert normalize(text) == normal
    assert normalize_with_spans(text)[0] == normal


def test_worked_examples_of_spans():
    assert normalize_with_spans(" ``ﬁ  e\u0301 ½")[1] == [
        (1, 3),  # the quote
        (3, 4),  # f
        (3, 4),  # i
        (4, 6),  # one space for two
        (6, 7),  # e without its accent
        (8, 9),
        (9, 10),  # 1
        (9, 10),  # fraction slash
        (9, 10),  # 2
    ]


@settings(max_examples=500, deadline=None)
@given(odd_text)
def test_both_ways_to_normalize_agree_and_spans_run_forward(text):
    normal, spans = normalize_with_spans(text)
    assert normal == normalize(text) == google_preprocess(text)
    assert len(spans) == len(normal)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@settings(max_examples=500, deadline=None)
@given(odd_text)
def test_each_character_comes_from_where_its_span_points(text):
    normal, spans = normalize_with_spans(text)
    for character, (start, end) in zip(normal, spans, strict=True):
        # Between letters neither white space is lost nor does a sigma stand at the end of a word.
        alone = google_preprocess(f"a{text[start:end]}a")[1:-1]
        assert character.replace("ς", "σ") in alone.replace("ς", "σ")
    for (_, end), (start, _) in pairwise(sorted(set(spans))):
        assert end <= start


def test_each_character_of_unicode_is_normalized_as_in_albert():
    known = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Co")]
    for start in range(0, len(known), 4096):
        text = "b Σ".join(known[start : start + 4096])
        normal, spans = normalize_with_spans(text)
        assert normal == google_preprocess(text)
        assert len(normal) == len(spans)
