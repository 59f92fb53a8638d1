"""The other schemas: worked by hand, beside every way to pair mentions, and turned about."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.ner.bio import Span
from bioalbert_core.ner.errors_by_kind import overlapping
from bioalbert_core.ner.schemas import RIGHT, best_pairs, schema_scores
from bioalbert_core.ner.scores import score_mentions, strict_mentions

GOLD = [[Span(0, 2, "Gene"), Span(3, 4, "Ill"), Span(6, 8, "Gene"), Span(9, 10, "Ill")]]
WORDS = 10


@st.composite
def mentions(draw) -> list[Span]:
    """Mentions of a sentence, in order, often side by side."""
    cuts = draw(st.lists(st.integers(0, WORDS), unique=True, max_size=7).map(sorted))
    types = st.sampled_from(["", "Gene", "Ill"])
    spans = [Span(a, b, draw(types)) for a, b in pairwise(cuts)]
    return [span for span in spans if span.type]


SENTENCES = st.lists(st.tuples(mentions(), mentions()), min_size=1, max_size=4)


def f1(predicted) -> dict:
    return {name: row["f1"] for name, row in schema_scores(GOLD, [predicted]).items()}


def test_each_schema_forgives_what_it_says():
    assert f1(GOLD[0]) == dict.fromkeys(RIGHT, 1.0)
    nothing = dict.fromkeys(RIGHT, 0.0)
    assert f1([]) == f1([Span(4, 5, "Ill")]) == nothing
    one_found = 2 / (4 + 1)
    other_type = {"strict": 0.0, "exact": one_found, "partial": one_found, "type": 0.0}
    assert f1([Span(0, 2, "Ill")]) == other_type
    cut = {"strict": 0.0, "exact": 0.0, "partial": one_found / 2, "type": one_found}
    assert f1([Span(7, 8, "Gene")]) == cut


def test_counts_add_up():
    row = schema_scores(GOLD, [[Span(0, 1, "Gene"), Span(3, 4, "Ill"), Span(5, 6, "Ill")]])
    assert row["partial"] == {
        "precision": 0.5,
        "recall": 0.375,
        "f1": 0.4286,
        "correct": 1,
        "incorrect": 0,
        "partial": 1,
        "missed": 2,
        "spurious": 1,
    }


@pytest.mark.parametrize(
    "predicted",
    [[Span(0, 1, "B"), Span(2, 4, "A")], [Span(0, 2, "A"), Span(3, 4, "B")]],
    ids=["right type last", "right type first"],
)
def test_the_right_type_counts_wherever_it_overlaps(predicted):
    row = schema_scores([[Span(0, 4, "A")]], [predicted])["type"]
    assert (row["precision"], row["recall"], row["f1"]) == (0.5, 1.0, 0.6667)
    assert (row["correct"], row["incorrect"], row["spurious"]) == (1, 0, 1)


def test_a_mention_counts_once():
    """One mention of gold in two pieces, and two mentions in one: half of three is found."""
    whole, pieces = [[Span(0, 4, "A")]], [[Span(0, 2, "A"), Span(2, 4, "A")]]
    split, merged = schema_scores(whole, pieces)["type"], schema_scores(pieces, whole)["type"]
    assert (split["precision"], split["recall"]) == (0.5, 1.0)
    assert (merged["precision"], merged["recall"]) == (1.0, 0.5)


def test_pairs_are_chosen_for_the_sentence_not_one_by_one():
    """The longest overlap, in the middle, would leave two mentions alone."""
    gold, guess = [Span(0, 3, "A"), Span(3, 9, "A")], [Span(2, 8, "A"), Span(8, 10, "A")]
    assert schema_scores([gold], [guess])["type"]["f1"] == 1.0
    assert schema_scores([gold], [guess])["partial"]["f1"] == 0.5


def most(overlaps, right) -> tuple[int, int]:
    """`best_pairs` by trying all sets of pairs."""
    best = (0, 0)
    for size in range(len(overlaps) + 1):
        for pairs in combinations(overlaps, size):
            if all(len(set(side)) == size for side in zip(*pairs, strict=True)):
                best = max(best, (sum(right(*pair) for pair in pairs), size))
    return best


@settings(deadline=None, max_examples=100)
@given(mentions(), mentions(), st.sampled_from(list(RIGHT)))
def test_no_other_pairs_are_better(gold, predicted, schema):
    overlaps = overlapping(gold, predicted)
    assert best_pairs(overlaps, RIGHT[schema]) == most(overlaps, RIGHT[schema])


def mirrored(sentences):
    return [[Span(WORDS - s.end, WORDS - s.start, s.type) for s in row[::-1]] for row in sentences]


@given(SENTENCES)
def test_a_mirror_changes_no_score(pairs):
    gold, predicted = zip(*pairs, strict=True)
    assert schema_scores(mirrored(gold), mirrored(predicted)) == schema_scores(gold, predicted)


@given(SENTENCES)
def test_sides_changed_about_change_precision_and_recall_about(pairs):
    gold, predicted = zip(*pairs, strict=True)
    for name, row in schema_scores(gold, predicted).items():
        other = schema_scores(predicted, gold)[name]
        turned = {"precision": "recall", "recall": "precision", "missed": "spurious"}
        turned["spurious"] = "missed"
        assert row == {key: other[turned.get(key, key)] for key in row}


@given(SENTENCES)
def test_every_mention_is_counted_and_looser_rules_give_more(pairs):
    gold, predicted = zip(*pairs, strict=True)
    scores = schema_scores(gold, predicted)
    for row in scores.values():
        paired = row["correct"] + row["incorrect"] + row["partial"]
        assert paired + row["missed"] == sum(map(len, gold))
        assert paired + row["spurious"] == sum(map(len, predicted))
    assert scores["strict"]["f1"] <= scores["exact"]["f1"] <= scores["partial"]["f1"]
    assert scores["strict"]["f1"] <= scores["type"]["f1"]


TAG = st.sampled_from(["O", "O", "B-Gene", "I-Gene", "B-Ill", "I-Ill"])
TAGS = st.lists(st.lists(st.tuples(TAG, TAG), min_size=1, max_size=9), min_size=1, max_size=6)


@settings(deadline=None, max_examples=60)
@given(TAGS)
def test_the_strict_schema_is_the_strict_score(pairs):
    gold, guess = (strict_mentions([[p[side] for p in row] for row in pairs]) for side in (0, 1))
    ours, strict = score_mentions(gold, guess)["overall"], schema_scores(gold, guess)["strict"]
    assert ours == {key: strict[key] for key in ours if key != "support"} | {
        "support": ours["support"]
    }
