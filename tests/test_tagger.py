"""A tagger on any raw text: offsets that hold, and never a crash."""

import html

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tagged_texts import with_unseen
from tiny_runs import tiny_tagger

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.ner.bio import Span, spans_of
from bioalbert_core.ner.recognizer import EntityRecognizer

TRICKY = (
    *("aspirin", "heart failure", "TNF-α", "é", "e\u0301", "\u0301", "ﬁ", "Å", "ß", "İ", "Σ"),
    *("👩\u200d🔬", "🇩🇪", "𝛼", "\u200b", "\ufeff", "\u202e", "\u200f", "שלום", "مرحبا", "中文。"),
    *(" ", "\t", "\r\n", "\n\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\u00a0", "\u3000"),
    *(".", "!", "...", "''", "``", "[CLS]", "<unk>", "▁", "_", "9,", "\x00", "\u00ad", "\ud7ff"),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(TRICKY), max_size=25).map("".join),
    st.lists(st.sampled_from(TRICKY), max_size=25).map(" ".join),
    st.text(max_size=60),
)


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory) -> EntityRecognizer:
    return EntityRecognizer.load(tiny_tagger(tmp_path_factory))


@pytest.fixture(scope="module")
def eager(tmp_path_factory) -> EntityRecognizer:
    """The tagger with a head that sees entities nearly everywhere."""
    loud = EntityRecognizer.load(tiny_tagger(tmp_path_factory))
    head = loud.tagger.model.get_layer("tagger_head")
    kernel, bias = head.get_weights()
    head.set_weights([kernel * 3, bias - np.array([4, 0, 0, 0, 0])])
    return loud


def check(text: str, entities) -> None:
    position = 0
    for found in entities:
        assert position <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        assert found.text.strip() == found.text and found.type in ("Drug", "Ill")
        assert 0 <= found.score <= 1
        position = found.end


@settings(deadline=None, max_examples=100)
@given(TEXTS)
def test_offsets_hold_in_any_text(eager, text):
    check(text, eager(text))


@settings(deadline=None, max_examples=50)
@given(TEXTS, st.randoms(use_true_random=False))
def test_unseen_characters_change_no_entity(eager, text, rng):
    raw, places = with_unseen(text, rng)
    found = eager(raw)
    check(raw, found)
    assert [(e.start, e.end, e.type, e.score) for e in found] == [
        (places[e.start], places[e.end - 1] + 1, e.type, e.score) for e in eager(text)
    ]


@settings(deadline=None, max_examples=50)
@given(TEXTS)
def test_escaped_text_has_the_entities_of_the_text(eager, text):
    escaped = html.escape(text)
    found = eager(escaped)
    check(escaped, found)
    assert [(readable(e.text), e.type, e.score) for e in found] == [
        (readable(e.text), e.type, e.score) for e in eager(text)
    ]


@pytest.mark.parametrize("text", ["", " ", "\r\n\r\n", "\u0301", "\u200b"])
def test_a_text_without_words_is_no_trouble(recognizer, text):
    check(text, recognizer(text))


def test_an_empty_text_has_no_entities(recognizer):
    assert recognizer("") == []
    assert recognizer.tags([]) == []


def test_a_sentence_without_words_has_no_tags(recognizer):
    assert recognizer.tags([["aspirin"], []])[1] == []
    assert recognizer.tags([[]]) == [[]]


def test_a_known_sentence_gets_its_entity(recognizer):
    text = "\r\n  Aspirin was given for fever at 3 ."
    entities = recognizer(text)
    check(text, entities)
    assert ("Drug", "Aspirin", 4) in [(e.type, e.text, e.start) for e in entities]


def test_a_long_sentence_is_tagged_to_its_end(eager):
    """Many windows with no sentence end between them; entities in all parts, none twice."""
    text = "aspirin was given for fever and " * 40
    entities = eager(text)
    check(text, entities)
    for start in range(0, len(text), len(text) // 8):
        assert any(start <= e.start < start + len(text) // 8 for e in entities)
    (rows,) = eager.tagger.probabilities([text.split()])
    np.testing.assert_allclose(rows.sum(-1), np.ones(240), atol=1e-5)


def test_a_word_longer_than_a_window_is_no_trouble(eager):
    text = "Before " + "acgt" * 500 + " after aspirin ."
    entities = eager(text)
    check(text, entities)
    assert any(e.end > 2000 for e in entities)


def test_probabilities_do_not_depend_on_what_else_is_in_the_batch(recognizer):
    sentence = ["heparin", "was", "given", "for", "heart", "failure"]
    others = [["aspirin"] * n for n in (1, 7, 40)]
    (alone,) = recognizer.tagger.probabilities([sentence])
    together = recognizer.tagger.probabilities([*others, sentence])
    assert [len(rows) for rows in together] == [1, 7, 40, 6]
    np.testing.assert_allclose(together[-1], alone, atol=1e-5)
    np.testing.assert_allclose(alone.sum(-1), 1, atol=1e-5)


def test_the_score_is_the_mean_probability_of_the_entitys_tags(recognizer):
    text = "heparin was given for heart failure at 3 ."
    words = text.split()
    (probabilities,) = recognizer.tagger.probabilities([words])
    (tags,) = recognizer.tags([words])
    best = probabilities.max(-1)
    wanted = [
        (" ".join(words[s.start : s.end]), s.type, float(best[s.start : s.end].mean()))
        for s in spans_of(tags)
    ]
    assert wanted
    found = [(e.text, e.type, e.score) for e in recognizer(text)]
    assert found == [(text_, type_, pytest.approx(p, abs=1e-4)) for text_, type_, p in wanted]


def test_tags_never_continue_nothing(eager):
    (tags,) = eager.tags([["aspirin", "x", "fever", "at", "gout", "."] * 4])
    assert list(spans_of(tags)) == [
        Span(span.start, span.end, span.type)
        for span in spans_of(tags)
        if tags[span.start].startswith("B-")
    ]
