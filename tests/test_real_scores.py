"""Token-level scores on a real test set; skipped where the folder ``shared`` is not beside us."""

from pathlib import Path

import pytest

from bioalbert_core.evaluate.token_scores import token_scores
from bioalbert_core.ner.bio import read_bio
from bioalbert_core.ner.scores import all_o, strict_scores

DATA = Path(__file__).parents[2] / "shared" / "data" / "ner"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real data beside the checkout")


def test_finding_nothing_looks_splendid_on_linnaeus():
    gold = [sentence.tags for sentence in read_bio(DATA / "LINNAEUS" / "test.tsv")]
    scores = token_scores(gold, all_o(gold))
    assert scores["token_accuracy"] == pytest.approx(0.986, abs=5e-4)
    assert scores["weighted_tag_f_with_o"] == pytest.approx(0.9797, abs=5e-5)
    assert strict_scores(gold, all_o(gold))["overall"]["f1"] == 0.0
