"""Token-level scores, against scikit-learn, and how they mislead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from bioalbert_core.evaluate.token_scores import token_scores
from bioalbert_core.ner.scores import all_o, strict_scores

TAG = st.sampled_from(["O", "O", "B-Gene", "I-Gene", "B-Ill", "I-Ill"])
PAIRS = st.lists(st.lists(st.tuples(TAG, TAG), min_size=1, max_size=9), min_size=1, max_size=9)


@settings(deadline=None)
@given(PAIRS)
def test_scores_equal_scikit_learns(pairs):
    gold, guess = ([[pair[side] for pair in row] for row in pairs] for side in (0, 1))
    flat, flat_guess = ([tag for row in side for tag in row] for side in (gold, guess))
    scores = token_scores(gold, guess)
    assert scores["token_accuracy"] == pytest.approx(accuracy_score(flat, flat_guess), abs=5.1e-5)
    weighted = f1_score(flat, flat_guess, average="weighted", zero_division=0)
    assert scores["weighted_tag_f_with_o"] == pytest.approx(weighted, abs=5.1e-5)
    inside = sorted({*flat, *flat_guess} - {"O"})
    if inside:
        macro = f1_score(flat, flat_guess, labels=inside, average="macro", zero_division=0)
        assert scores["macro_tag_f_without_o"] == pytest.approx(macro, abs=5.1e-5)
    else:
        assert scores["macro_tag_f_without_o"] == 0.0


def test_a_tagger_that_finds_nothing_looks_splendid():
    gold = [["O"] * 49 + ["B-Gene"]] * 3
    assert token_scores(gold, all_o(gold)) == {
        "token_accuracy": 0.98,
        "weighted_tag_f_with_o": 0.9701,  # 0.98 * 2 * 49 / (49 + 50)
        "macro_tag_f_without_o": 0.0,
    }
    assert strict_scores(gold, all_o(gold))["overall"]["f1"] == 0.0
