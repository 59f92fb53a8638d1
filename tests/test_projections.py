"""Attention's projections as matrix products, against Keras' einsums."""

import numpy as np
import pytest

from bioalbert_core.backend import start_keras

start_keras()

import keras
from tiny_runs import SHAPE

from bioalbert_core.albert.encoder import transformer_block
from bioalbert_core.albert.projections import MatrixProjection, project_by_matrices


def block_model() -> keras.Model:
    keras.utils.set_random_seed(0)
    x = keras.Input((None, SHAPE.hidden_size))
    block = transformer_block(SHAPE, "block")
    model = keras.Model(x, block(x))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    return model


def test_outputs_and_gradients_are_those_of_the_einsums():
    models = ours, theirs = block_model(), block_model()
    project_by_matrices(ours.get_layer("block"))
    kinds = [type(layer) for layer in ours.get_layer("block")._flatten_layers()]
    assert kinds.count(MatrixProjection) == 4
    assert keras.layers.EinsumDense not in kinds
    x, y = np.random.default_rng(1).normal(size=(2, 3, 5, SHAPE.hidden_size)).astype("float32")
    out = [model.predict_on_batch(x) for model in models]
    np.testing.assert_allclose(*out, atol=1e-5)
    for model in models:  # a step of size 1 moves the weights by their gradients
        model.compile(keras.optimizers.SGD(1.0), "mse")
        model.train_on_batch(x, y)
    assert np.abs(ours.get_weights()[0] - block_model().get_weights()[0]).max() > 1e-3
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("length", [1, 7])
def test_any_length_will_do(length):
    model = block_model()
    project_by_matrices(model.get_layer("block"))
    assert model.predict_on_batch(np.ones((2, length, SHAPE.hidden_size))).shape[1] == length
