"""Cleaning and pieces as HTML: what the library does is what is shown, and all of it is escaped."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import html

from bioalbert_core.corpus.build import clean_sentences
from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.ner.window_reader import WindowReader
from bioalbert_core.ner.words import word_spans
from bioalbert_core.show.cleaning import EXAMPLE, cleaned, cleaning_html, fates
from bioalbert_core.show.pieces import pieces_html, pieces_of

MARKUP = "<script>alert(1)</script> & a long line of markup"
LINES = st.lists(st.text(st.sampled_from("abc .<&\t"), max_size=30), max_size=8)


@settings(deadline=None)
@given(LINES, st.integers(0, 30))
def test_lines_that_stay_are_what_the_corpus_is_made_of(found, minimum):
    text = "\n".join(found)
    told = list(fates(text, minimum))
    assert [line for line, _ in told] == text.splitlines()
    kept = " ".join(" ".join(line for line, why in told if not why).split())
    assert cleaned(text, minimum, split=False) == ([kept, ""] if kept else [])


def test_the_shown_corpus_is_that_of_the_corpus_command():
    first, second = EXAMPLE.split("===\n")
    sentences = [clean_sentences(Document("1", (Section("TEXT", it),))) for it in (first, second)]
    assert cleaned(EXAMPLE) == [*sentences[0], "", *sentences[1], ""]
    assert len(sentences[0]) == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x" * 20, ""),
        ("x" * 19, "rule ii: 19 of 20 characters"),
        (" " * 30, "rule i: blank"),
        (f"  {'x' * 19}  ", "rule ii: 19 of 20 characters"),
    ],
)
def test_why_a_line_goes(line, why):
    assert list(fates(line)) == [(line, why)]


def test_what_goes_is_struck_through_and_told():
    tree = html.fromstring(cleaning_html("Results\n\nThe drug lowered the fever."))
    assert [it.text for it in tree.xpath(".//del")] == ["Results"]
    before, after = tree.xpath(".//ol")
    assert [it.text_content() for it in before] == [
        "Results (rule ii: 7 of 20 characters)",
        "(rule i: blank)",
        "The drug lowered the fever.",
        "(end of the document)",
    ]
    assert [it.text_content() for it in after] == ["The drug lowered the fever.", "(blank line)"]


@pytest.mark.parametrize("text", ["", "\n", "===", MARKUP, f"{MARKUP}\n===\n{MARKUP}"])
def test_cleaning_escapes_and_takes_the_empty_text(text):
    tree = html.fromstring(cleaning_html(text))
    assert not tree.xpath(".//script")
    assert tree.text_content().count(MARKUP) == 2 * text.count(MARKUP)


WORDS = st.text(st.sampled_from("abé 9,.-(<&ﬁ\u0301$\n"), max_size=20)


@settings(deadline=None)
@given(WORDS)
def test_pieces_are_those_of_the_tokenizer_and_words_those_of_the_data_sets(tokenizer, text):
    pieces = pieces_of(tokenizer, text)
    assert [it.id for it in pieces] == tokenizer.encode(text)
    words = word_spans(text)
    for it in pieces:
        assert it.masking == tokenizer.starts_word[it.id]
        if it.word is not None:
            start, end = words[it.word]
            assert it.start < end and start < max(it.end, it.start + 1)
    firsts = [it.word for it in pieces if it.first]
    assert len(firsts) == len(set(firsts)) and set(firsts) == {it.word for it in pieces} - {None}


@settings(deadline=None)
@given(WORDS)
def test_words_cut_alone_have_the_pieces_and_the_label_that_a_tagger_gives_them(tokenizer, text):
    words = [text[start:end] for start, end in word_spans(text)]
    assume(words and all(map(tokenizer.encode, words)))
    pieces = pieces_of(tokenizer, text, alone=True)
    (window,) = WindowReader(tokenizer, 10_000).windows([words])
    assert [it.id for it in pieces] == list(window.token_ids[1:-1])
    assert [it.word if it.first else -1 for it in pieces] == list(window.word_of[1:-1])


def test_a_word_of_several_pieces_has_one_first_piece(tokenizer):
    pieces = pieces_of(tokenizer, "qqqq (7)")
    words = [it.word for it in pieces if it.word is not None]
    assert words == sorted(words) and set(words) == {0, 1, 2, 3}
    assert sum(it.first for it in pieces) == 4
    of_first = [it.first for it in pieces if it.word == 0]
    assert of_first == [True] + [False] * (len(of_first) - 1) and len(of_first) > 1


@settings(deadline=None)
@given(WORDS)
def test_all_pieces_are_shown_and_escaped(tokenizer, text):
    tree = html.fromstring(pieces_html(tokenizer, text))
    boxes = tree.xpath('.//span[contains(@class, "piece")]')
    pieces = pieces_of(tokenizer, text)
    assert [it.text for it in boxes] == [it.piece for it in pieces]
    assert len(tree.xpath(".//tbody/tr")) == len(pieces)
    told = tree.xpath('.//*[@role="status"]')[0].text_content()
    assert re.match(rf"{len(word_spans(text))} words, {len(pieces)} pieces, ", told)


def test_markup_is_no_markup(tokenizer):
    made = pieces_html(tokenizer, "<script>x</script>")
    assert not html.fromstring(made).xpath(".//script")


def test_unknown_pieces_are_counted(tokenizer):
    assert "1 of them unknown" in pieces_html(tokenizer, "ba 例 be")
