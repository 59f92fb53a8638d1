"""What the model's games show: its own numbers, for the words and pairs that were asked for."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.counting import comparison, cost
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.inside import look_inside
from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE, ALBERT_TINY
from bioalbert_core.instances.segments import Pair, pairs
from bioalbert_core.show.games import (
    IN_ORDER,
    SWAPPED,
    Game,
    Round,
    game_html,
    guesses,
    guesses_html,
    longest,
    one_sequence,
    rounds_of,
    softmax,
    text_of,
)
from bioalbert_core.show.model_figures import (
    MOST_PIECES,
    attention_figure,
    attention_of,
    parameter_figure,
    shape,
    steps,
)
from bioalbert_core.show.pictures import numbers

MARKUP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def config(tokenizer):
    return replace(ALBERT_TINY, vocab_size=tokenizer.vocab_size, max_length=24)


@pytest.fixture(scope="module")
def model(config):
    return build_pretraining_model(config)


def test_one_segment_and_two_are_laid_out_as_in_the_instances(tokenizer):
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    alone = one_sequence(tokenizer, [7, 8])
    assert alone["token_ids"].tolist() == [[cls, 7, 8, sep]]
    two = one_sequence(tokenizer, [7, 8], [9])
    assert two["token_ids"].tolist() == [[cls, 7, 8, sep, 9, sep]]
    assert two["segment_ids"].tolist() == [[0, 0, 0, 0, 1, 1]]
    assert two["padding_mask"].tolist() == [[1] * 6]
    assert all(it.dtype == "int32" for it in two.values())


def test_ids_read_as_text(tokenizer):
    assert text_of(tokenizer, tokenizer.encode("Babe  bibo (7)")) == "babe bibo (7)"
    assert text_of(tokenizer, []) == ""


def test_probabilities_of_large_logits():
    assert softmax(np.array([[1e4, 0.0], [-1e4, -1e4]])).tolist() == [[1, 0], [0.5, 0.5]]


# Guesses


def test_all_pieces_of_a_hidden_word_are_hidden_at_once(model, tokenizer):
    text = "babe biboqu, caca"
    ids, spans = tokenizer.encode(text), tokenizer.encode_with_spans(text).spans
    places = [i for i, (start, end) in enumerate(spans) if 5 <= start < end <= 12]
    inputs = one_sequence(tokenizer, ids)
    positions = np.array([places], "int32") + 1
    inputs["token_ids"][0, positions] = tokenizer.mask_id
    logits = np.asarray(model({**inputs, "masked_positions": positions})["mlm"])[0]
    found = guesses(model, tokenizer, text, {1}, top=3)
    assert [it.piece for it in found] == [tokenizer.pieces[ids[i]] for i in places]
    for it, row in zip(found, logits, strict=True):
        assert it.likeliest[0][0] == tokenizer.pieces[row.argmax()]
        chances = [chance for _, chance in it.likeliest]
        assert len(chances) == 3 and chances == sorted(chances, reverse=True)
        assert chances[0] == pytest.approx(softmax(row).max(), rel=1e-5)


def test_what_a_hidden_word_is_does_not_matter_to_the_guess(model, tokenizer):
    """The model must not see what it is asked for."""
    one, other = (guesses(model, tokenizer, f"babe {it} caca", {1}) for it in ("(", ")"))
    assert one[0].likeliest == other[0].likeliest and one[0].piece != other[0].piece


@pytest.mark.parametrize(("text", "hidden"), [("", {0}), ("babe", set()), ("babe", {5})])
def test_nothing_hidden_nothing_guessed(model, tokenizer, text, hidden):
    assert guesses(model, tokenizer, text, hidden) == []


def test_a_text_longer_than_the_model_is_read_as_far_as_it_goes(model, tokenizer):
    assert longest(model) == 24
    text = "babe " * 30
    assert guesses(model, tokenizer, text, {29}) == []
    assert guesses(model, tokenizer, text, {0, 29})


def test_guesses_are_shown_and_escaped(model, tokenizer):
    text = f"babe (7) {MARKUP}"
    found = guesses(model, tokenizer, text, {1})
    tree = html.fromstring(guesses_html(text, {1}, found))
    assert not tree.xpath(".//script")
    assert tree.xpath("./p")[0].text_content() == f"babe [MASK] {MARKUP}"
    tables = tree.xpath(".//table")
    assert len(tables) == len(found) == 3
    shown = [[cell.text_content() for cell in row[:2]] for row in tables[0].xpath(".//tbody/tr")]
    assert shown == [[piece, f"{share:.1%}"] for piece, share in found[0].likeliest]


def test_a_right_guess_is_told():
    from bioalbert_core.show.games import Guess

    made = guesses_html("a b", {0}, [Guess("▁a", (("▁a", 0.5), ("▁c", 0.25)))])
    assert "1 of 1 hidden tokens" in made and "right" in made
    assert "Click words" in guesses_html("a b", set(), [])
    assert "0 of 0 hidden" in guesses_html("a b", {0}, [])


# The game


def test_the_model_is_asked_for_each_pair(model, tokenizer):
    a, b = tokenizer.encode("babe bibo"), tokenizer.encode("caca (7)")
    (first,) = rounds_of(model, tokenizer, [Pair(a, b, 1)])
    inputs = {**one_sequence(tokenizer, a, b), "masked_positions": np.zeros((1, 1), "int32")}
    assert first.swapped == pytest.approx(softmax(np.asarray(model(inputs)["sop"]))[0, 1])
    assert (first.a, first.b, first.label) == ("babe bibo", "caca (7)", 1)


def test_pairs_that_cannot_be_played_are_left_out(model, tokenizer):
    whole, long = Pair([7], [8], 0), Pair([7] * 21, [8], 1)
    assert len(rounds_of(model, tokenizer, [Pair([7], [], -1), long, whole])) == 1
    assert len(rounds_of(model, tokenizer, [Pair([7] * 20, [8], 1)])) == 1


def test_pairs_of_the_library_can_be_played(model, tokenizer):
    document = [tokenizer.encode(it) for it in ("Babe.", "Bibo ca.", "Du (7).", "Fa.")]
    made = list(pairs([document], 0, 24, Random(1)))
    assert len(rounds_of(model, tokenizer, made)) == len(made) > 0


ROUNDS = tuple(
    Round(MARKUP, f"b{number}", label, sure)
    for number, (label, sure) in enumerate([(SWAPPED, 0.8), (IN_ORDER, 0.6), (IN_ORDER, 0.5)])
)


@settings(deadline=None)
@given(st.lists(st.sampled_from([IN_ORDER, SWAPPED]), max_size=6))
def test_the_score_counts_the_answered_rounds(answers):
    game = Game(ROUNDS)
    for answer in answers:
        game = game.answered(answer)
    played = ROUNDS[: len(answers)]
    assert len(game.answers) == len(played)
    you, model, always = game.score()
    assert you == sum(a == it.label for a, it in zip(answers, played, strict=False))
    assert model == sum([1, 0, 1][: len(played)])
    assert always == sum([0, 1, 1][: len(played)])


def test_a_game_from_start_to_end():
    game = Game(ROUNDS)
    assert "Pair 1" in game_html(game) and "After 0 of 3" in game_html(game)
    game = game.answered(SWAPPED)
    told = html.fromstring(game_html(game)).text_content()
    assert "Right: swapped. The model said swapped (80% sure)." in told and "Pair 2" in told
    told = html.fromstring(game_html(game.answered(SWAPPED))).text_content()
    assert "Wrong: in order. The model said swapped (60% sure)." in told
    over = game.answered(SWAPPED).answered(IN_ORDER)
    told = html.fromstring(game_html(over)).text_content()
    assert "in order (50% sure)" in told and "The end." in told
    assert "you 2 right, the model 2, always “in order” 2" in told
    assert over.answered(SWAPPED) == over


def test_segments_are_escaped_and_no_pair_is_the_end():
    tree = html.fromstring(game_html(Game(ROUNDS)))
    assert not tree.xpath(".//script")
    assert [it.text for it in tree.xpath(".//blockquote")] == [MARKUP, "b0"]
    assert "The end." in game_html(Game(()))


# Parameters


def test_the_sizes_of_base_and_large_give_them():
    assert shape(30_000, 128, 768, 12) == ALBERT_BASE
    assert shape(30_000, 128, 1024, 24) == ALBERT_LARGE


def test_steps_are_those_of_the_comparison():
    sums = [sum(parts.values()) for parts in steps(ALBERT_BASE).values()]
    known = comparison()
    names = ("BERT-base", "factorized only", "ALBERT-base")
    assert sums == [known[name].parameters for name in names]


@settings(deadline=None)
@given(st.integers(10, 10_000), st.integers(1, 300), st.integers(2, 300), st.integers(1, 30))
def test_bars_add_up_to_the_parameters(vocab, embedding, hidden, layers):
    config = shape(vocab, embedding, hidden, layers)
    figure = parameter_figure(config)
    assert sum(trace.y[2] for trace in figure.data) == cost(config).parameters
    assert figure.layout.barmode == "stack"
    assert all(len(set(trace.x)) == 3 for trace in figure.data)


def test_the_title_tells_how_many_times_fewer():
    assert "9.3 times fewer" in parameter_figure(ALBERT_BASE).layout.title.text
    assert "11.8 million" in numbers(parameter_figure(ALBERT_BASE))


# Attention


def test_attention_is_that_of_the_model(model, config, tokenizer):
    pieces, weights = attention_of(model, config, tokenizer, "babe (7)")
    ids = tokenizer.encode("babe (7)")
    assert pieces == ["[CLS]", *(tokenizer.pieces[i] for i in ids), "[SEP]"]
    inside = look_inside(model, config, one_sequence(tokenizer, ids))["attention"][0]
    np.testing.assert_allclose(weights, inside)
    for layer, head in ((1, 1), (3, 4), (2, 0)):
        figure = attention_figure(pieces, weights, layer, head)
        of_layer = inside[layer - 1]
        wanted = of_layer[head - 1] if head else of_layer.mean(0)
        np.testing.assert_allclose(figure.data[0].z, wanted, atol=6e-5)
        assert f"layer {layer}" in figure.layout.title.text
        assert (f"head {head}" if head else "mean") in figure.layout.title.text


@pytest.mark.parametrize("text", ["", "babe " * 50])
def test_attention_of_no_text_and_of_too_much(model, config, tokenizer, text):
    pieces, weights = attention_of(model, config, tokenizer, text)
    assert 2 <= len(pieces) <= min(MOST_PIECES + 2, config.max_length)
    assert weights.shape[2:] == (len(pieces), len(pieces))


def test_no_two_pieces_have_one_place_and_none_is_markup():
    pieces = ["<b>", "<b>", "&lt;"]
    figure = attention_figure(pieces, np.full((1, 1, 3, 3), 1 / 3), 1)
    assert list(figure.data[0].x) == ["0 &lt;b&gt;", "1 &lt;b&gt;", "2 &amp;lt;"]
    head = html.fromstring(numbers(figure)).xpath(".//thead//th")
    assert [it.text_content() for it in head[1:]] == ["0 <b>", "1 <b>", "2 &lt;"]
