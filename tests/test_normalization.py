"""ALBERT's normalization, and the way back to the text as it stood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.tokenizer.normalization import normalize, normalize_with_spans

ODD = "abcz019,. '`\"()-–£\t\n\u00a0\u2028ﬁÄäΣςİßſ½™℃ﷺ한中४▁\u0301\u0345\u200b\x00😀"
odd_text = st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]))


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
    assert normal == normalize(text)
    assert len(spans) == len(normal)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
