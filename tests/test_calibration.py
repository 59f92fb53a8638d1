"""Calibration from the scores of mentions, and the third column they come from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.evaluate.calibration import calibration, mention_scores
from bioalbert_core.evaluate.columns import read_documents, read_scores
from bioalbert_core.ner.bio import Span
from bioalbert_core.plumbing.errors import UserError


def test_a_mention_scores_the_mean_of_its_words():
    gold = [[Span(0, 2, "Gene")], [Span(0, 1, "Ill")]]
    predicted = [[Span(0, 2, "Gene"), Span(3, 4, "Gene")], []]
    probabilities = [(0.5, 0.9, 0.1, 0.8), (0.3,)]
    scores, correct = mention_scores(predicted, gold, probabilities)
    assert scores == pytest.approx([0.7, 0.8])
    assert correct.tolist() == [True, False]


def test_the_reliability_table_and_its_error_by_hand():
    scores = np.array([0.0, 0.05, 0.85, 0.85, 0.85, 0.85, 1.0, 1.0])
    correct = np.array([0, 0, 1, 1, 1, 0, 1, 0], bool)
    found = calibration(scores, correct)
    assert found["mentions"] == 8
    assert found["bins"] == [
        {"low": 0.0, "high": 0.1, "mentions": 2, "mean_score": 0.025, "precision": 0.0},
        {"low": 0.8, "high": 0.9, "mentions": 4, "mean_score": 0.85, "precision": 0.75},
        {"low": 0.9, "high": 1.0, "mentions": 2, "mean_score": 1.0, "precision": 0.5},
    ]
    assert found["expected_calibration_error"] == pytest.approx(0.1812)  # (2*.025 + 4*.1 + 2*.5)/8


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_the_error_is_the_weighted_mean_distance_over_the_bins(pairs):
    scores, correct = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    found = calibration(scores.astype("float64"), correct.astype(bool))
    assert sum(it["mentions"] for it in found["bins"]) == len(pairs)
    if not pairs:
        assert found["expected_calibration_error"] is None
        return
    error = sum(it["mentions"] * abs(it["mean_score"] - it["precision"]) for it in found["bins"])
    assert found["expected_calibration_error"] == pytest.approx(error / len(pairs), abs=2e-4)
    assert 0 <= found["expected_calibration_error"] <= 1


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "file.tsv"
        path.write_text(text, "utf-8", newline="")
        return path

    return write


def test_scores_are_read_from_the_third_column(written):
    path = written("p53\tB-Gene\t0.75\r\nbinds\tO\t1\n\n\n-DOCSTART-\tO\nFever\tB-Ill\t1e-3")
    assert read_scores(path) == [(0.75, 1.0), (0.001,)]
    assert read_scores(written("p53\tB-Gene\n\nbinds\tO\n")) is None


@pytest.mark.parametrize("column", ["", "\thigh", "\t1.5", "\t-0.1", "\tnan", "\tinf", "\t"])
def test_a_line_without_a_probability_is_told(written, column):
    path = written(f"p53\tB-Gene\t0.75\n\nbinds\tO{column}\n")
    with pytest.raises(UserError, match=r"file\.tsv: line 3: .* is not a probability"):
        read_scores(path)


def test_documents_are_counted_at_their_starts(written):
    start = "-DOCSTART-\tO\n"
    assert read_documents(written("a\tO\n\nb\tO\n")) == [0, 0]
    assert read_documents(written(f"{start}\na\tO\n\nb\tO\n\n{start}c\tO\n{start}")) == [1, 1, 2]
    assert read_documents(written(f"a\tO\n{start}b\tO\n")) == [0, 1]
