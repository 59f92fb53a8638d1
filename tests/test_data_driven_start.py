"""Data-driven initialization: heads attend to neighbors, similar tokens get similar vectors."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_runs import PRETRAIN, tiny_instances

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.encoder import build_encoder
from bioalbert_core.albert.inside import look_inside
from bioalbert_core.albert.variables import variables
from bioalbert_core.config import ALBERT_SMALL, ALBERT_TINY
from bioalbert_core.instances.loading import InstanceSource, sample_token_ids
from bioalbert_core.pretrain.data_driven_start import (
    SPECIAL,
    SPREAD,
    data_driven_start,
    token_vectors,
)
from bioalbert_core.pretrain.run import pretrain

SMALL = replace(ALBERT_SMALL, vocab_size=300)
SHAPES = {
    "tiny": replace(ALBERT_TINY, vocab_size=300),
    "small": SMALL,
    "unshared": replace(SMALL, share_layers=False, num_layers=2),
    "unfactorized": replace(SMALL, embedding_size=256),
}
OFFSETS = (-1, 1, -2)


def tokens(config, rows: int = 64) -> np.ndarray:
    return np.random.default_rng(1).integers(SPECIAL, config.vocab_size, (rows, 40), "int32")


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES)
def test_each_head_but_the_last_attends_to_its_neighbor(config):
    encoder, ids = build_encoder(config), tokens(config)
    start = data_driven_start(config, ids, seed=0)
    for weight in encoder.weights:
        weight.assign(start.get(weight.path, weight))
    ones = np.ones_like(ids)
    inputs = {"token_ids": ids[:8], "segment_ids": 0 * ones[:8], "padding_mask": ones[:8]}
    first = look_inside(encoder, config, inputs)["attention"][:, 0]  # (rows, heads, 40, 40)
    for head, offset in enumerate(OFFSETS):
        where = np.arange(3, 37)
        share = first[:, head, where, where + offset]
        assert share.mean() > 0.2, (head, share.mean())
    assert first[:, -1].max() < 0.2  # the last looks everywhere


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES)
def test_it_fits_the_variables_of_the_model(config):
    shapes = {variable.name: variable.shape for variable in variables(config)}
    start = data_driven_start(config, tokens(config), seed=0)
    assert {name: array.shape for name, array in start.items()}.items() <= shapes.items()
    assert all(array.dtype == "float32" and np.isfinite(array).all() for array in start.values())
    again = data_driven_start(config, tokens(config), seed=0)
    assert all(np.array_equal(again[name], array) for name, array in start.items())


def test_tokens_with_similar_neighbors_get_similar_vectors():
    """Two kinds of token that alternate: x y x y ..., with any x and any y."""
    rng = np.random.default_rng(0)
    ids = np.zeros((400, 20), "int64")
    ids[:, ::2], ids[:, 1::2] = rng.integers(5, 15, (400, 10)), rng.integers(15, 25, (400, 10))
    vectors = token_vectors(ids, 25, 4, rng)[SPECIAL:]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = vectors @ vectors.T
    within = np.concatenate([alike[:10, :10].ravel(), alike[10:, 10:].ravel()])
    assert within.mean() > alike[:10, 10:].mean() + 0.5


@pytest.mark.parametrize("ids", [np.full((2, 8), 7), np.zeros((2, 8), int), np.full((1, 1), 6)])
def test_text_without_neighbors_to_count_still_gives_a_start(ids):
    vectors = token_vectors(ids, 20, 6, np.random.default_rng(0))
    assert vectors.shape == (20, 6) and np.isfinite(vectors).all()


def test_a_run_starts_from_it_and_ends_elsewhere(tmp_path_factory, tmp_path):
    instances = tiny_instances(tmp_path_factory)
    config = replace(PRETRAIN, start="data-driven", steps=1, warmup_steps=0, peak_learning_rate=0.0)
    start = data_driven_start(
        replace(config.model, vocab_size=80), sample_token_ids(instances, 200_000, 3), seed=3
    )
    pretrain(instances, tmp_path / "run", config, seed=3)
    from safetensors.numpy import load_file

    kept = load_file(tmp_path / "run" / "model.safetensors")
    assert all(np.array_equal(kept[name], array) for name, array in start.items())
    assert abs(kept["token_embedding/embeddings"][SPECIAL:, 2:].std() - SPREAD) < 1e-4


def test_a_sample_holds_whole_records(tmp_path_factory):
    instances = tiny_instances(tmp_path_factory)
    source = InstanceSource(instances, "train")
    every = {record["token_ids"].tobytes() for record in (source[i] for i in range(len(source)))}
    sample = sample_token_ids(instances, 5, seed=0)
    assert sample.shape == (5, 32)
    assert all(row.astype(source[0]["token_ids"].dtype).tobytes() in every for row in sample)
    assert len(sample_token_ids(instances, 10**6, seed=0)) == len(source)
