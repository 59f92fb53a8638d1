"""The CRF beside the enumeration of all label sequences, which is slow and cannot be wrong."""

import os
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras
from keras import ops

from bioalbert_core.ner.bio import repair
from bioalbert_core.ner.crf import (
    CRF,
    BestPath,
    CRFLoss,
    allow,
    best_path,
    legal_transitions,
    log_partition,
    marginals,
)

LABELS = ["O", "B-Drug", "I-Drug", "B-Ill", "I-Ill"]
FAST = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "JAX_PLATFORMS": "cpu"}


def chain(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random emissions (1, length, labels) and transitions for the first ``count`` labels."""
    rng = np.random.default_rng(seed)
    length = rng.integers(1, 5)
    return rng.normal(0, 2, (1, length, count)), rng.normal(0, 2, (count, count))


def crf(transitions: np.ndarray) -> CRF:
    layer = CRF(LABELS[: len(transitions)])
    layer.build((None, None, len(transitions)), (None, None))
    layer.transitions.assign(transitions)
    return layer


def steps_of(emissions: np.ndarray, transitions: np.ndarray, words=None) -> np.ndarray:
    words = np.ones(emissions.shape[:2]) if words is None else words
    return crf(transitions)(emissions.astype("float32"), words)


def enumerated(emissions: np.ndarray, transitions: np.ndarray) -> dict[tuple[int, ...], float]:
    """The score of every sequence that is legal BIO, by `repair`, which knows no CRF."""
    names, scores = LABELS[: emissions.shape[-1]], {}
    for path in product(range(len(names)), repeat=emissions.shape[1]):
        tags = [names[label] for label in path]
        if repair(tags) == tags:
            steps = zip((0, *path), path, strict=False)
            scores[path] = sum(transitions[a, b] for a, b in steps) + sum(
                emissions[0, position, label] for position, label in enumerate(path)
            )
    return scores


def log_sum(scores) -> float:
    return float(np.logaddexp.reduce(list(scores)))


def chance(scores: dict, emissions: np.ndarray) -> np.ndarray:
    """By enumeration: the probability of each label at each position."""
    found = np.zeros(emissions.shape[1:])
    for path, score in scores.items():
        found[range(len(path)), path] += np.exp(score - log_sum(scores.values()))
    return found


chains = st.builds(chain, st.integers(0, 10**6), st.integers(2, 5))
each = settings(deadline=None, max_examples=25)


@each
@given(chains)
def test_partition_path_and_marginals_are_those_of_enumeration(parts):
    steps, scores = steps_of(*parts), enumerated(*parts)
    assert np.asarray(log_partition(steps))[0] == pytest.approx(log_sum(scores.values()), abs=1e-3)
    path = np.asarray(best_path(steps))[0].argmax(-1)
    assert scores[tuple(path.tolist())] == pytest.approx(max(scores.values()), abs=1e-3)
    np.testing.assert_allclose(np.asarray(marginals(steps))[0], chance(scores, parts[0]), atol=2e-4)


@each
@given(chains, st.integers(0, 10**6))
def test_allowed_labels_leave_the_sequences_through_them(parts, seed):
    scores = enumerated(*parts)
    allowed = np.random.default_rng(seed).integers(0, 2, parts[0].shape)
    keep = list(scores)[seed % len(scores)]
    allowed[0, range(len(keep)), keep] = 1  # at least one sequence is left
    left = [s for path, s in scores.items() if allowed[0, range(len(path)), path].all()]
    found = np.asarray(log_partition(allow(steps_of(*parts), allowed)))[0]
    assert found == pytest.approx(log_sum(left), abs=1e-3)


@each
@given(chains, st.integers(0, 10**6))
def test_positions_that_are_no_words_change_nothing(parts, seed):
    emissions, transitions = parts
    rng = np.random.default_rng(seed)
    places = np.sort(rng.permutation(8)[: emissions.shape[1]])
    words = np.zeros((1, 8))
    words[0, places] = 1
    wide = rng.normal(0, 9, (1, 8, emissions.shape[-1]))
    wide[:, places] = emissions
    steps, padded = steps_of(emissions, transitions), steps_of(wide, transitions, words)
    assert np.asarray(log_partition(padded)) == pytest.approx(
        np.asarray(log_partition(steps)), abs=1e-3
    )
    for found in (best_path, marginals, BestPath()):
        np.testing.assert_allclose(
            np.asarray(found(padded))[:, places], np.asarray(found(steps)), atol=2e-4
        )


def test_legal_transitions_follow_the_rule():
    legal = legal_transitions(LABELS)
    pairs = {(a, b) for a, row in zip(LABELS, legal, strict=True)
             for b, yes in zip(LABELS, row, strict=True) if not yes}  # fmt: skip
    assert pairs == {
        *(("O", "I-Drug"), ("O", "I-Ill"), ("B-Drug", "I-Ill"), ("I-Drug", "I-Ill")),
        *(("B-Ill", "I-Drug"), ("I-Ill", "I-Drug")),
    }


def test_emissions_that_want_the_illegal_do_not_get_it():
    rng = np.random.default_rng(0)
    emissions = rng.normal(0, 50, (200, 20, 5)) + np.array([0, 0, 60, 0, 60])
    paths = np.asarray(best_path(steps_of(emissions, np.zeros((5, 5))))).argmax(-1)
    for path in paths:
        tags = [LABELS[label] for label in path]
        assert repair(tags) == tags


def test_best_path_gives_its_labels_their_marginals():
    emissions, transitions = chain(3, 5)
    steps = steps_of(emissions, transitions)
    found = np.asarray(BestPath()(steps))[0]
    path = np.asarray(best_path(steps))[0].argmax(-1)
    assert (found.argmax(-1) == path).all()
    expected = chance(enumerated(emissions, transitions), emissions)
    np.testing.assert_allclose(found.max(-1), expected.max(-1, where=found > 0, initial=0), 1e-3)


GRADIENT = """
import sys
import numpy as np
from bioalbert_core.plumbing.backend import start_keras
assert start_keras() == sys.argv[1]
import keras
from keras import ops
from bioalbert_core.ner.crf import CRF, CRFLoss, BestPath

labels = ["O", "B-Drug", "I-Drug", "B-Ill", "I-Ill"]
rng = np.random.default_rng(0)
emissions = keras.Input((None, 5))
words = keras.Input((None,))
scaled = keras.layers.EinsumDense("btl,l->btl", (None, 5), kernel_initializer="ones")(emissions)
model = keras.Model([emissions, words], CRF(labels, name="crf")(scaled, words))
x = [rng.normal(size=(3, 6, 5)).astype("float32"), np.arange(6) < np.array([[6], [4], [1]])]
gold = np.array([[1, 2, 0, 3, 4, 4], [0, 1, 1, 2, 0, 0], [3, 0, 0, 0, 0, 0]])
allowed = np.eye(5, dtype="float32")[gold]
allowed[0, 2, 3:] = 1  # partial supervision
weights = x[1].astype("float32")
weights[0, 0] = 7  # as good as 1
weights[1, 1] = 0  # and a word of which nothing is known
decoder = keras.Model(model.input, BestPath()(model.output))
before = decoder.predict_on_batch(x)
model.compile(keras.optimizers.SGD(1.0), CRFLoss())
losses = [float(model.train_on_batch(x, allowed, weights))]
model.reset_metrics()
losses.append(float(model.test_on_batch(x, allowed, weights)))
np.savez(sys.argv[2], losses=losses, before=before, transitions=model.get_weights()[-1],
         emissions=x[0], words=x[1], allowed=allowed, weights=weights)
"""


@pytest.fixture(scope="module", params=["tensorflow", "jax"])
def step(request, tmp_path_factory) -> dict[str, np.ndarray]:
    """What one step of training does, compiled, on each backend."""
    pytest.importorskip(request.param)
    path = tmp_path_factory.mktemp("crf") / f"{request.param}.npz"
    done = subprocess.run(
        [sys.executable, "-c", GRADIENT, request.param, str(path)],
        env={**os.environ, "KERAS_BACKEND": request.param, **FAST},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(np.load(path))


def test_loss_and_gradient_are_those_of_enumeration(step):
    """The gradient for a transition: how often it is expected, less how often in the gold."""
    loss, counts = 0.0, np.zeros((5, 5))
    known = step["weights"] > 0
    for row in range(3):
        length = int(step["words"][row].sum())
        emissions = step["emissions"][row : row + 1, :length]
        scores = enumerated(emissions, np.zeros((5, 5)))
        allowed = np.where(known[row, :, None], step["allowed"][row], 1)
        gold = {p: s for p, s in scores.items() if allowed[range(length), p].all()}
        for paths, sign in ((scores, 1), (gold, -1)):
            total = log_sum(paths.values())
            loss += sign * total
            for path, score in paths.items():
                for a, b in zip((0, *path), path, strict=False):
                    counts[a, b] += sign * np.exp(score - total)
    assert step["losses"][0] == pytest.approx(loss / known.sum(), rel=1e-4)
    np.testing.assert_allclose(step["transitions"], -counts / known.sum(), atol=1e-4)
    assert step["losses"][1] < step["losses"][0]
    assert ((step["before"] > 0).sum(-1) == 1).all()


def test_a_known_sequence_costs_its_negative_log_likelihood():
    emissions, transitions = chain(5, 5)
    scores = enumerated(emissions, transitions)
    path = list(scores)[7]
    gold = np.eye(5)[list(path)][None]
    loss = CRFLoss()(gold, steps_of(emissions, transitions), np.ones(gold.shape[:2]))
    expected = (log_sum(scores.values()) - scores[path]) / len(path)
    assert float(loss) == pytest.approx(expected, rel=1e-4)


def test_steps_stay_exact_in_half_precision():
    """A CRF in a mixed-precision model computes in float32: Z of a long sentence needs it."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = CRF(LABELS)
        steps = layer(ops.cast(np.ones((1, 3, 5)), "bfloat16"), np.ones((1, 3)))
    finally:
        keras.config.set_dtype_policy("float32")
    assert keras.backend.standardize_dtype(steps.dtype) == "float32"


def test_xla_is_left_out_where_it_cannot_compile_the_gradient():
    emissions, words = keras.Input((None, 5)), keras.Input((None,))
    model = keras.Model([emissions, words], CRF(LABELS)(emissions, words))
    model.compile("sgd", CRFLoss(), jit_compile="auto")
    assert model.jit_compile == (keras.backend.backend() == "jax")
