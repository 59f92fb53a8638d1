"""Raw text to words: at spaces and around symbols, never inside a character with its marks."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagged_texts import random_texts

from bioalbert_core.ner.words import word_spans, words_by_sentence


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("TNF-α (p53).", ["TNF", "-", "α", "(", "p53", ")", "."]),
        ("cafe\u0301 e\u0301e", ["cafe\u0301", "e\u0301e"]),
        ("=\u0338 3", ["=\u0338", "3"]),
        ("❤\ufe0f", ["❤"]),
        ("5_HT", ["5", "_", "HT"]),
        ("\u0301 a", ["\u0301", "a"]),
        ("zero\u200bwidth\ufeff", ["zero\u200bwidth"]),
        ("TNF-&alpha;&nbsp;&lt; 5", ["TNF", "-", "&alpha;", "&lt;", "5"]),
        ("H&E, AT&T", ["H", "&", "E", ",", "AT", "&", "T"]),
        ("\u200f\u202eשלום\u202c", ["שלום"]),
        ("👩\u200d🔬", ["👩", "🔬"]),
        ("a\x00b\x85c\u2028d", ["a\x00b", "c", "d"]),
        ("", []),
        ("\u200b \u00ad\r\n", []),
    ],
)
def test_words(text, wanted):
    assert words(text) == wanted


def test_no_word_is_invisible_or_holds_white_space():
    """Format characters, controls and spaces, except those that Arabic and the like write."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Zs", "Zl", "Zp"):
            assert words(char) == [], hex(code)
    assert words("\u00ad\u200b\u200c\u200d\u2060\ufeff\U000e0041") == []


@given(st.text())
def test_words_cover_every_letter_and_digit(text):
    covered = {i for start, end in word_spans(text) for i in range(start, end)}
    assert {i for i, char in enumerate(text) if char.isalnum()} <= covered
    assert not any(text[i].isspace() for i in covered)


def test_words_by_sentence_are_the_words_in_order():
    for text in random_texts(2000):
        sentences = words_by_sentence(text)
        found = [span for sentence in sentences for span in sentence]
        assert all(sentences) and found == sorted(found)
        assert "".join(text[a:b] for a, b in found) == "".join(words(text))
