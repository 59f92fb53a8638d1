"""The model, against keras-hub's ALBERT and against plain NumPy."""

from dataclasses import replace

import numpy as np
import pytest

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras
import keras_hub
from tiny_runs import SHAPE

from bioalbert_core.albert.encoder import build_encoder
from bioalbert_core.albert.heads import MaskedLMHead, build_pretraining_model, build_tagger
from bioalbert_core.albert.inside import look_inside
from bioalbert_core.albert.loading import checkpoint_of, fill
from bioalbert_core.albert.variables import variables
from bioalbert_core.config import ALBERT_BASE

TINY = replace(SHAPE, vocab_size=60, num_layers=3)
# Our layer: keras-hub's.
LAYERS = {
    "token_embedding": "token_embedding",
    "position_embedding": "position_embedding",
    "segment_embedding": "segment_embedding",
    "embeddings_norm": "embeddings_layer_norm",
    "embedding_projection": "embedding_projection",
    "shared_block": "group_0_inner_layer_0",
    "pooler": "pooled_dense",
}


def batch(length: int = 12, real: tuple[int, ...] = (12, 7, 1)) -> dict[str, np.ndarray]:
    """Rows with ``real`` pieces each, the second half of them in segment 1, then padding."""
    rng = np.random.default_rng(0)
    positions = np.arange(length)
    sizes = np.array(real)[:, None]
    return {
        "token_ids": np.where(positions < sizes, rng.integers(1, 60, (len(real), length)), 0),
        "segment_ids": ((positions >= sizes // 2) & (positions < sizes)).astype("int32"),
        "padding_mask": (positions < sizes).astype("int32"),
    }


def shake(model: keras.Model) -> None:
    """Weights far from their start, so that no bias is 0 and no scale is 1."""
    rng = np.random.default_rng(1)
    for variable in model.weights:
        if "seed" not in variable.path:
            variable.assign(rng.normal(0, 0.3, variable.shape))


@pytest.fixture(scope="module")
def encoder() -> keras.Model:
    model = build_encoder(TINY)
    shake(model)
    return model


@pytest.fixture(scope="module")
def pretraining() -> keras.Model:
    model = build_pretraining_model(TINY)
    shake(model)
    return model


def test_the_encoder_equals_keras_hubs_albert(encoder):
    theirs = keras_hub.models.AlbertBackbone(
        vocabulary_size=60,
        num_layers=3,
        num_heads=2,
        embedding_dim=8,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=32,
    )
    for ours, name in LAYERS.items():
        theirs.get_layer(name).set_weights(encoder.get_layer(ours).get_weights())
    assert theirs.count_params() == encoder.count_params()
    inputs = batch()
    found, wanted = encoder.predict_on_batch(inputs), theirs.predict_on_batch(inputs)
    np.testing.assert_allclose(found["sequence"], wanted["sequence_output"], atol=1e-5)
    np.testing.assert_allclose(found["pooled"], wanted["pooled_output"], atol=1e-5)
    assert np.abs(found["sequence"]).max() > 0.5


def test_segments_and_positions_count(encoder):
    inputs = batch()
    one = encoder.predict_on_batch(inputs)["sequence"]
    other = encoder.predict_on_batch({**inputs, "segment_ids": 0 * inputs["segment_ids"]})
    assert np.abs(one - other["sequence"])[0].max() > 1e-3
    same = encoder.predict_on_batch({**inputs, "token_ids": 0 * inputs["token_ids"] + 5})
    assert np.abs(same["sequence"][0, 0] - same["sequence"][0, 1]).max() > 1e-3


def test_padding_changes_nothing_at_real_positions(encoder):
    inputs = batch()
    wide = {name: np.pad(rows, ((0, 0), (0, 9))) for name, rows in inputs.items()}
    wide["token_ids"] = np.where(wide["padding_mask"] == 1, wide["token_ids"], 33)
    narrow_out, wide_out = encoder.predict_on_batch(inputs), encoder.predict_on_batch(wide)
    real = inputs["padding_mask"] == 1
    np.testing.assert_allclose(
        wide_out["sequence"][:, :12][real], narrow_out["sequence"][real], atol=1e-5
    )
    np.testing.assert_allclose(wide_out["pooled"], narrow_out["pooled"], atol=1e-5)


def test_the_block_is_shared_by_all_layers():
    shallow, deep = (build_encoder(replace(TINY, num_layers=n)) for n in (1, 5))
    assert shallow.count_params() == deep.count_params()
    deep.set_weights(shallow.get_weights())
    inputs = batch()
    different = shallow.predict_on_batch(inputs)["pooled"] - deep.predict_on_batch(inputs)["pooled"]
    assert np.abs(different).max() > 1e-4


def test_albert_base_has_the_parameters_of_the_released_model():
    """11,813,810: the variables of the released checkpoint without LAMB's slots, added up."""
    assert build_pretraining_model(ALBERT_BASE).count_params() == 11_813_810


def layer_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float) -> np.ndarray:
    centered = x - x.mean(-1, keepdims=True)
    return centered / np.sqrt((centered**2).mean(-1, keepdims=True) + epsilon) * gamma + beta


def tanh_gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def head_by_hand(weights: list[np.ndarray], table: np.ndarray, gathered: np.ndarray) -> np.ndarray:
    bias_of_pieces, kernel, bias, gamma, beta = weights
    x = tanh_gelu(gathered @ kernel + bias)
    return layer_norm(x, gamma, beta, 1e-12) @ table.T + bias_of_pieces


def by_name(model: keras.Model) -> dict[str, np.ndarray]:
    return {v.path: np.asarray(v, "float64") for v in model.weights if "seed" not in v.path}


HEAD = (
    "mlm_head/output_bias",
    "mlm_head/transform/kernel",
    "mlm_head/transform/bias",
    "mlm_head/transform_norm/gamma",
    "mlm_head/transform_norm/beta",
)


def test_the_mlm_head_equals_its_formula_at_the_masked_positions(pretraining):
    weights = by_name(pretraining)
    encoder = build_encoder(TINY)
    for variable in encoder.weights:
        if variable.path in weights:
            variable.assign(weights[variable.path])
    positions = np.array([[3, 0, 11], [6, 2, 0], [0, 0, 0]])
    sequence = np.asarray(encoder.predict_on_batch(batch())["sequence"], "float64")
    gathered = sequence[np.arange(3)[:, None], positions]
    table = weights["token_embedding/embeddings"]
    wanted = head_by_hand([weights[name] for name in HEAD], table, gathered)
    found = pretraining.predict_on_batch({**batch(), "masked_positions": positions})
    assert found["mlm"].shape == (3, 3, 60) and found["sop"].shape == (3, 2)
    np.testing.assert_allclose(found["mlm"], wanted, atol=2e-5)


def test_the_heads_layer_norm_has_the_small_epsilon():
    """With inputs of size 1e-4 an epsilon of 1e-5 or 1e-3 gives logits near 0."""
    table = keras_hub.layers.ReversibleEmbedding(20, 8)
    table.build()
    head = MaskedLMHead(table)
    sequence = np.random.default_rng(0).normal(0, 1e-4, (1, 4, 16)).astype("float32")
    found = head(sequence, np.array([[2, 1]]))
    weights = {v.path.split("/", 1)[1]: np.asarray(v, "float64") for v in head.weights}
    names = ("transform/kernel", "transform/bias", "transform_norm/gamma", "transform_norm/beta")
    ordered = [np.zeros(20), *(weights[name] for name in names)]
    wanted = head_by_hand(ordered, np.asarray(table.embeddings), sequence[:, [2, 1]])
    np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-3, atol=1e-6)


def test_the_output_table_is_the_token_table(pretraining):
    tables = [v.path for v in pretraining.weights if 60 in v.shape and 8 in v.shape]
    assert tables == ["token_embedding/embeddings"]


@pytest.mark.parametrize("share_layers", [True, False])
def test_the_inside_is_that_of_the_model_itself(share_layers):
    config = replace(TINY, share_layers=share_layers)
    model = build_tagger(config, 5)
    shake(model)
    encoder = build_encoder(config)
    fill(encoder, checkpoint_of(model, config, tokenizer=None), parts=["encoder"])
    found = look_inside(model, config, batch())
    assert found["hidden_states"].shape == (3, 4, 12, 16)
    assert found["attention"].shape == (3, 3, 2, 12, 12)
    sequence = encoder.predict_on_batch(batch())["sequence"]
    np.testing.assert_allclose(found["hidden_states"][:, -1], sequence, atol=1e-5)


def test_attention_equals_its_formula_and_leaves_padding_out(encoder):
    found = look_inside(encoder, TINY, batch())
    weights = by_name(encoder)
    first = np.asarray(found["hidden_states"], "float64")[:, 0]
    query, key = (
        np.einsum("blh,hnd->bnld", first, weights[f"shared_block/self_attention_layer/{n}/kernel"])
        + weights[f"shared_block/self_attention_layer/{n}/bias"][None, :, None]
        for n in ("query", "key")
    )
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(8)
    scores = np.where(batch()["padding_mask"][:, None, None] == 1, scores, -np.inf)
    wanted = np.exp(scores - scores.max(-1, keepdims=True))
    wanted /= wanted.sum(-1, keepdims=True)
    np.testing.assert_allclose(found["attention"][:, 0], wanted, atol=1e-5)
    assert np.all(found["attention"][1, :, :, :, 7:] == 0)


def test_a_bert_is_a_setting(pretraining):
    """Unshared and unfactorized: as many blocks as layers, no projection."""
    config = replace(TINY, share_layers=False, embedding_size=16)
    bert = build_pretraining_model(config)
    names = [layer.name for layer in bert.layers]
    assert {"block_0", "block_1", "block_2"} <= set(names)
    assert not {"shared_block", "embedding_projection"} & set(names)
    assert {v.path: v.shape for v in bert.weights} == {v.name: v.shape for v in variables(config)}


def test_in_bfloat16_the_outputs_stay_close_and_the_weights_stay_float32(encoder):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        half = build_encoder(TINY)
    finally:
        keras.config.set_dtype_policy(policy)
    assert {v.dtype for v in half.weights} == {"float32"}
    assert half.output["sequence"].dtype == "bfloat16"
    for model in (half, whole := build_encoder(TINY)):
        rng = np.random.default_rng(3)
        model.set_weights(
            [rng.normal(0, 0.02, v.shape) + ("gamma" in v.path) for v in model.weights]
        )
    found, wanted = half.predict_on_batch(batch()), whole.predict_on_batch(batch())
    for name, values in wanted.items():
        np.testing.assert_allclose(np.asarray(found[name], "float32"), values, 2e-2, 2e-2)


def test_the_tagger_gives_a_label_row_for_each_piece():
    tagger = build_tagger(TINY, 7)
    assert tagger.predict_on_batch(batch()).shape == (3, 12, 7)
    pooler = 16 * 16 + 16  # for pairs of segments only, so a tagger has none
    head = 16 * 7 + 7
    assert tagger.count_params() == build_encoder(TINY).count_params() - pooler + head
