"""The other schemas: worked by hand, and nervaluate's own reading of the tags beside ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from bioalbert_core.ner.bio import Span
from bioalbert_core.ner.schemas import SCHEMAS, schema_scores
from bioalbert_core.ner.scores import lenient_mentions, score_mentions, strict_mentions

TAG = st.sampled_from(["O", "O", "B-Gene", "I-Gene", "B-Ill", "I-Ill"])
PAIRS = st.lists(st.lists(st.tuples(TAG, TAG), min_size=1, max_size=9), min_size=1, max_size=6)
GOLD = [[Span(0, 2, "Gene"), Span(3, 4, "Ill"), Span(6, 8, "Gene"), Span(9, 10, "Ill")]]


def f1(predicted) -> dict:
    return {name: row["f1"] for name, row in schema_scores(GOLD, [predicted]).items()}


def test_each_schema_forgives_what_it_says():
    assert f1(GOLD[0]) == dict.fromkeys(SCHEMAS, 1.0)
    nothing = dict.fromkeys(SCHEMAS, 0.0)
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


@settings(deadline=None, max_examples=60)
@given(PAIRS)
def test_scores_equal_nervaluates_on_the_tags_themselves(pairs):
    """It reads a stray I as we do in the lenient reading."""
    gold, guess = ([[pair[side] for pair in row] for row in pairs] for side in (0, 1))
    theirs = Evaluator(gold, guess, tags=["Gene", "Ill"], loader="list").evaluate()["overall"]
    ours = schema_scores(lenient_mentions(gold), lenient_mentions(guess))
    for name, row in ours.items():
        assert row["f1"] == pytest.approx(theirs[SCHEMAS[name]].f1, abs=5.1e-5)
        assert row["correct"] == theirs[SCHEMAS[name]].correct


@settings(deadline=None, max_examples=60)
@given(PAIRS)
def test_its_strict_schema_is_our_strict_score(pairs):
    gold, guess = (strict_mentions([[p[side] for p in row] for row in pairs]) for side in (0, 1))
    ours, schemas = score_mentions(gold, guess)["overall"], schema_scores(gold, guess)
    assert schemas["strict"]["f1"] == pytest.approx(ours["f1"], abs=1.1e-4)
    assert schemas["exact"]["f1"] >= schemas["strict"]["f1"] <= schemas["type"]["f1"]
