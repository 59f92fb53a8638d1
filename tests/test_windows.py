"""Words to pieces in windows that lose nothing, and predictions back to words."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_runs import tiny_instances

from bioalbert_core.ner.window_reader import WindowReader, pad
from bioalbert_core.ner.windows import Window, merge_windows, window_spans
from bioalbert_core.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory) -> Tokenizer:
    return Tokenizer(tiny_instances(tmp_path_factory) / "tokenizer.model")


@st.composite
def lengths_and_room(draw) -> tuple[list[int], int]:
    room = draw(st.integers(1, 30))
    return draw(st.lists(st.integers(1, room), min_size=1, max_size=60)), room


@given(lengths_and_room())
def test_runs_cover_every_word_in_order_and_fit(made):
    lengths, room = made
    spans = window_spans(lengths, room)
    assert {word for start, end in spans for word in range(start, end)} == set(range(len(lengths)))
    assert all(sum(lengths[start:end]) <= room for start, end in spans)
    for (start, end), (next_start, next_end) in pairwise(spans):
        assert start < next_start <= end <= next_end


def test_every_run_brings_a_word_that_the_one_before_has_not():
    """A long word, such as a DNA sequence, leaves room that no earlier word can fill."""
    assert window_spans([1] * 10 + [30], 30) == [(0, 10), (10, 11)]


@given(lengths_and_room())
def test_neighboring_runs_share_up_to_a_quarter_of_the_room(made):
    lengths, room = made
    spans = window_spans(lengths, room)
    for (start, end), (next_start, _) in pairwise(spans):
        assert sum(lengths[next_start:end]) <= room // 4
        one_more = sum(lengths[next_start - 1 : end])
        full = one_more > room // 4 or one_more + lengths[end] > room
        assert full or next_start - 1 == start


def test_no_words_need_no_run():
    assert window_spans([], 10) == []


def test_a_window_is_cls_pieces_sep_with_each_word_on_its_first_piece(tokenizer):
    words = ("aspirin", "for", "methotrexate")
    (window,) = WindowReader(tokenizer, 32).windows([words])
    pieces = [tokenizer.encode(word) for word in words]
    assert len(pieces[2]) > 1
    flat = [id_ for word in pieces for id_ in word]
    assert window.token_ids == (tokenizer.cls_id, *flat, tokenizer.sep_id)
    first = [1, 1 + len(pieces[0]), 1 + len(pieces[0]) + len(pieces[1])]
    assert [i for i, word in enumerate(window.word_of) if word >= 0] == first
    assert [window.word_of[i] for i in first] == [0, 1, 2]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.text(max_size=40), max_size=30), max_size=4),
    st.integers(3, 24),
)
def test_every_word_appears_and_no_window_is_too_long(tokenizer, sentences, max_length):
    windows = WindowReader(tokenizer, max_length).windows(sentences)
    for window in windows:
        assert 3 <= len(window.token_ids) <= max_length
        assert len(window.word_of) == len(window.token_ids)
        assert (window.token_ids[0], window.token_ids[-1]) == (tokenizer.cls_id, tokenizer.sep_id)
        assert window.word_of[0] == window.word_of[-1] == -1
    seen = {(w.sentence, word) for w in windows for word in w.word_of if word >= 0}
    assert seen == {(i, word) for i, words in enumerate(sentences) for word in range(len(words))}


def test_a_word_longer_than_a_window_keeps_its_beginning(tokenizer):
    word = "methotrexate" * 20
    windows = WindowReader(tokenizer, 10).windows([["for", word, "for"]])
    (holder,) = [w for w in windows if 1 in w.word_of]
    assert holder.token_ids[1:-1] == tuple(tokenizer.encode(word)[:8])
    assert {word for w in windows for word in w.word_of} == {-1, 0, 1, 2}


@pytest.mark.parametrize("word", ["", "\u0301", "\u200b\u0301"])
def test_a_word_without_pieces_becomes_unknown(tokenizer, word):
    (window,) = WindowReader(tokenizer, 10).windows([[word]])
    kept = tokenizer.encode(word) or [tokenizer.unk_id]
    assert window.token_ids == (tokenizer.cls_id, *kept, tokenizer.sep_id)
    assert window.word_of[1] == 0


def test_an_accent_alone_has_no_pieces(tokenizer):
    """So that the test above does test the replacement."""
    assert tokenizer.encode("\u0301") == []


def test_padding_rounds_up_and_is_masked():
    windows = [Window(0, (2, 7, 8, 9, 3), (-1, 0, -1, 1, -1)), Window(1, (2, 5, 3), (-1, 0, -1))]
    batch = pad(windows, multiple=4)
    assert batch["token_ids"].tolist() == [[2, 7, 8, 9, 3, 0, 0, 0], [2, 5, 3, 0, 0, 0, 0, 0]]
    assert batch["padding_mask"].tolist() == [[1] * 5 + [0] * 3, [1] * 3 + [0] * 5]
    assert batch["segment_ids"].tolist() == [[0] * 8] * 2
    assert pad(windows, multiple=5)["token_ids"].shape == (2, 5)


def test_merging_takes_each_word_where_it_is_farthest_from_an_edge():
    windows = [
        Window(0, (2, 10, 11, 12, 13, 3), (-1, 0, 1, 2, 3, -1)),
        Window(0, (2, 12, 13, 14, 15, 3), (-1, 2, 3, 4, 5, -1)),
        Window(1, (2, 10, 3), (-1, 0, -1)),
    ]
    # A prediction says where it comes from: (window, position).
    said = [
        np.array([(number, position) for position in range(len(window.token_ids))], "float32")
        for number, window in enumerate(windows)
    ]
    first, second = merge_windows(windows, said, [6, 1])
    # Word 2 is 2 from an edge in window 0 and 1 in window 1; word 3 the other way around.
    assert first.tolist() == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [1, 4]]
    assert second.tolist() == [[2, 1]]
    # In any order of the windows.
    again, _ = merge_windows(windows[::-1], said[::-1], [6, 1])
    assert again.tolist() == first.tolist()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=40), st.integers(3, 16))
def test_merged_predictions_match_a_search_over_all_windows(lengths, max_length):
    room = max_length - 2
    lengths = [min(length, room) for length in lengths]
    windows = []
    for start, end in window_spans(lengths, room):
        word_of = [-1]
        for word in range(start, end):
            word_of += [word] + [-1] * (lengths[word] - 1)
        windows.append(Window(0, (0,) * (len(word_of) + 1), (*word_of, -1)))
    rng = np.random.default_rng(0)
    said = [rng.random((len(window.word_of), 3), "float32") for window in windows]
    (merged,) = merge_windows(windows, said, [len(lengths)])
    for word in range(len(lengths)):
        places = [
            (min(at, len(window.word_of) - 1 - at), number, at)
            for number, window in enumerate(windows)
            for at, here in enumerate(window.word_of)
            if here == word
        ]
        best = max(distance for distance, _, _ in places)
        fitting = [said[number][at] for distance, number, at in places if distance == best]
        assert any(np.array_equal(merged[word], scores) for scores in fitting)


def test_nothing_to_merge():
    assert merge_windows([], [], []) == []
