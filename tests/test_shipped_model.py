"""The model that the kit ships: small, whole, with its card, and it has learned something."""

import numpy as np
import pytest

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.kit import read_kit
from bioalbert_core.albert.loading import fill
from bioalbert_core.ner.albert_tagger import tokenizer_of
from bioalbert_core.plumbing.folders import read_manifest, verify_outputs
from bioalbert_core.plumbing.shipped import data_folder, find_model

MODEL = find_model("bioalbert-tiny")
MIB = 2**20


def test_it_is_small_and_as_it_was_written():
    assert sum(path.stat().st_size for path in MODEL.iterdir()) <= 8 * MIB
    verify_outputs(MODEL, read_manifest(MODEL, "convert"))
    card = (MODEL / "README.md").read_text("utf-8")
    assert f"{sum(t.size for t in read_kit(MODEL).tensors.values()):,} parameters" in card


def test_a_folder_of_that_name_goes_before_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_model("bioalbert-tiny") == MODEL
    assert find_model("no-such-model").name == "no-such-model"
    (tmp_path / "bioalbert-tiny").mkdir()
    assert find_model("bioalbert-tiny").resolve() == tmp_path / "bioalbert-tiny"


@pytest.fixture(scope="module")
def sentences():
    """Invented abstracts, which it was not trained on."""
    texts = sorted((data_folder() / "test_texts").glob("*.txt"))
    return [line for path in texts for line in path.read_text("utf-8").splitlines() if line]


@pytest.mark.slow
def test_it_fills_in_pieces_of_texts_it_has_not_seen(sentences):
    """Always the most frequent piece, which is the baseline, is right in about 5 of 100 places."""
    checkpoint = read_kit(MODEL)
    tokenizer = tokenizer_of(MODEL, checkpoint.config)
    model = build_pretraining_model(checkpoint.config)
    fill(model, checkpoint)
    right = []
    for sentence in sentences:
        ids = [tokenizer.cls_id, *tokenizer.encode(sentence)[:60], tokenizer.sep_id]
        places = np.arange(3, len(ids) - 1, 7)
        row = np.array([ids], "int32")
        row[0, places] = tokenizer.mask_id
        inputs = {
            "token_ids": row,
            "segment_ids": np.zeros_like(row),
            "padding_mask": np.ones_like(row),
            "masked_positions": places[None].astype("int32"),
        }
        found = np.asarray(model(inputs)["mlm"]).argmax(-1)[0]
        right += list(found == np.array(ids)[places])
    assert len(right) > 100
    assert np.mean(right) > 0.15
