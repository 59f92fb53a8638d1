"""LAMB against its formula in plain NumPy, and the learning rate's schedule."""

import numpy as np
import pytest

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras

from bioalbert_core.training.lamb import Lamb
from bioalbert_core.training.schedule import WarmupLinearDecay

RNG = np.random.default_rng(0)
MATRIX, BIAS = RNG.normal(0, 0.5, (4, 3)), RNG.normal(0, 0.5, 3)
GRADIENTS = [(RNG.normal(0, 1, (4, 3)), RNG.normal(0, 1, 3)) for _ in range(5)]


def steps_by_hand(w, gradients, rate, excluded, decay, epsilon=1e-6, betas=(0.9, 0.999)):
    """The formula of the docstring of `Lamb`, in float64."""
    w, m, v = np.array(w, "float64"), 0.0, 0.0
    for g in gradients:
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        u = m / (np.sqrt(v) + epsilon)
        ratio = 1.0
        if not excluded:
            u = u + decay * w
            norms = np.linalg.norm(w), np.linalg.norm(u)
            ratio = norms[0] / norms[1] if min(norms) > 0 else 1.0
        w = w - rate * ratio * u
    return w


def steps(optimizer, gradients=GRADIENTS, matrix=MATRIX, bias=BIAS, names=("kernel", "bias")):
    """The optimizer's own steps on a matrix and a bias."""
    variables = [
        keras.Variable(value.astype("float32"), name=name)
        for value, name in zip((matrix, bias), names, strict=True)
    ]
    for pair in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g, "float32") for g in pair], variables)
    return [np.asarray(variable) for variable in variables]


@pytest.mark.parametrize("decay", [0.0, 0.01, 0.5])
def test_five_steps_equal_the_formula(decay):
    matrix, bias = steps(Lamb(0.1, weight_decay=decay))
    left, right = zip(*GRADIENTS, strict=True)
    np.testing.assert_allclose(matrix, steps_by_hand(MATRIX, left, 0.1, False, decay), atol=1e-5)
    np.testing.assert_allclose(bias, steps_by_hand(BIAS, right, 0.1, True, decay), atol=1e-5)


def test_settings_of_its_own_are_used():
    optimizer = Lamb(0.1, beta_1=0.5, beta_2=0.7, epsilon=0.1, weight_decay=0.2, exclude=("ker",))
    matrix, bias = steps(optimizer)
    left, right = zip(*GRADIENTS, strict=True)
    more = {"decay": 0.2, "epsilon": 0.1, "betas": (0.5, 0.7)}
    np.testing.assert_allclose(matrix, steps_by_hand(MATRIX, left, 0.1, True, **more), atol=1e-5)
    np.testing.assert_allclose(bias, steps_by_hand(BIAS, right, 0.1, False, **more), atol=1e-5)


@pytest.mark.parametrize("name", ["bias", "output_bias", "gamma", "beta"])
def test_biases_and_layer_norms_get_neither_decay_nor_trust_ratio(name):
    (_, excluded) = steps(Lamb(0.1), names=("kernel", name))
    right = [g for _, g in GRADIENTS]
    np.testing.assert_allclose(excluded, steps_by_hand(BIAS, right, 0.1, True, 0.01), atol=1e-5)


def test_every_bias_and_norm_of_the_model_is_excluded_and_nothing_else():
    from bioalbert_core.albert.heads import build_pretraining_model
    from bioalbert_core.config import AlbertConfig

    model = build_pretraining_model(AlbertConfig(60, 8, 16, 2, 2, 32, 32))
    patterns = Lamb().exclude
    for variable in model.trainable_variables:
        excluded = any(pattern in variable.name for pattern in patterns)
        # In attention a kernel has three dimensions and a bias two.
        is_bias = "bias" in variable.path.rsplit("/", 1)[1] or "norm" in variable.path
        assert excluded == is_bias, variable.path


def test_weights_of_zero_move_with_ratio_one():
    matrix, _ = steps(Lamb(0.1), GRADIENTS[:1], matrix=np.zeros((4, 3)))
    wanted = steps_by_hand(np.zeros((4, 3)), [GRADIENTS[0][0]], 0.1, True, 0.0)
    np.testing.assert_allclose(matrix, wanted, rtol=1e-5)
    assert np.abs(matrix).min() > 0.1


def test_no_gradient_and_no_decay_move_nothing():
    matrix, bias = steps(Lamb(0.1, weight_decay=0.0), [(np.zeros((4, 3)), np.zeros(3))])
    np.testing.assert_array_equal(matrix, MATRIX.astype("float32"))
    np.testing.assert_array_equal(bias, BIAS.astype("float32"))


def test_gradients_are_clipped_by_their_common_norm():
    clipped = steps(Lamb(0.1, global_clipnorm=1.0, epsilon=1.0))
    scaled = []
    for pair in GRADIENTS:
        norm = np.sqrt(sum((g**2).sum() for g in pair))
        assert norm > 1
        scaled.append(tuple(g / norm for g in pair))
    for found, wanted in zip(clipped, steps(Lamb(0.1, epsilon=1.0), scaled), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert not np.allclose(clipped[0], steps(Lamb(0.1, epsilon=1.0))[0], atol=1e-4)


def test_it_agrees_with_keras_lamb_where_the_two_formulas_meet():
    """Without decay and exclusion, and with an epsilon near 0: the bias correction of Keras scales
    the whole update, and the trust ratio takes that scale out again."""
    ours = steps(Lamb(0.1, epsilon=1e-12, weight_decay=0.0, exclude=()))
    theirs = steps(keras.optimizers.Lamb(0.1, epsilon=1e-12))
    for found, wanted in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert not np.allclose(steps(Lamb(0.1))[1], theirs[1], atol=1e-3)  # the bias, excluded


@pytest.mark.parametrize("clip", [100.0, None])
def test_embeddings_that_are_used_twice_count_twice(clip):
    """With TensorFlow an embedding's gradient comes as rows with indices."""
    table = np.linspace(-1, 1, 18).reshape(6, 3)
    inputs, target = np.array([[1, 1, 1, 2], [1, 4, 4, 4]]), np.ones((2, 3))
    embedding = keras.layers.Embedding(6, 3)
    model = keras.Sequential(
        [keras.Input((4,), dtype="int32"), embedding, keras.layers.GlobalAveragePooling1D()]
    )
    model.set_weights([table])
    model.compile(Lamb(0.1, global_clipnorm=clip), loss="mse")
    counts = np.array([np.bincount(row, minlength=6) / 4 for row in inputs])
    gradients, w = [], table
    for _ in range(2):
        model.train_on_batch(inputs, target)
        gradients.append(counts.T @ (2 * (counts @ w - target) / target.size))
        w = steps_by_hand(table, gradients, 0.1, False, 0.01)
    np.testing.assert_allclose(model.get_weights()[0], w, atol=1e-5)


def test_settings_survive_a_round_trip():
    schedule = WarmupLinearDecay(peak_learning_rate=0.3, warmup_steps=2, steps=7)
    first = Lamb(
        schedule,
        beta_1=0.8,
        beta_2=0.9,
        epsilon=1e-3,
        weight_decay=0.2,
        exclude=("kernel",),
        global_clipnorm=0.7,
    )
    copies = [
        Lamb.from_config(first.get_config()),
        keras.optimizers.deserialize(keras.optimizers.serialize(first)),
    ]
    for copy in copies:
        assert isinstance(copy, Lamb)
        assert copy.get_config() == first.get_config()
    wanted = steps(first)
    assert not np.array_equal(wanted[1], BIAS.astype("float32"))
    for copy in copies:
        for found, value in zip(steps(copy), wanted, strict=True):
            np.testing.assert_array_equal(found, value)


def test_keras_applies_no_decay_of_its_own():
    assert not Lamb(weight_decay=0.5).weight_decay


def test_the_learning_rate_rises_then_falls_counted_from_step_zero():
    schedule = WarmupLinearDecay(peak_learning_rate=0.00176, warmup_steps=3125, steps=200_000)
    worked = {
        0: 0.0,
        1: 0.00176 / 3125,
        1250: 0.00176 * 0.4,
        3124: 0.00176 * 3124 / 3125,
        3125: 0.00176 * (1 - 3125 / 200_000),
        100_000: 0.00088,
        199_999: 0.00176 / 200_000,
        200_000: 0.0,
        200_001: 0.0,
    }
    for step, rate in worked.items():
        assert float(schedule(step)) == pytest.approx(rate, rel=1e-4, abs=1e-10), step


def test_the_learning_rate_drops_when_the_warmup_ends():
    schedule = WarmupLinearDecay(peak_learning_rate=1.0, warmup_steps=10, steps=100)
    assert float(schedule(10)) == pytest.approx(1 - 10 / 100)
    assert float(schedule(10)) / 1.0 < float(schedule(9)) / 0.9


def test_without_warmup_the_first_learning_rate_is_the_peak():
    schedule = WarmupLinearDecay(peak_learning_rate=0.5, warmup_steps=0, steps=10)
    assert float(schedule(0)) == 0.5
