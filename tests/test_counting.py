"""The arithmetic of parameters, FLOPs and activations, against models that are really built."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.plumbing.backend import start_keras

start_keras()

import keras_hub

from bioalbert_core.albert.counting import (
    BERT_BASE,
    activations,
    comparison,
    cost,
    flops,
    parameters,
)
from bioalbert_core.albert.heads import build_pretraining_model, build_tagger
from bioalbert_core.config import ALBERT_BASE, ALBERT_TINY, PRETRAIN_PRESETS, AlbertConfig

# Sizes of which none is another's, so that one cannot stand for another unseen.
ODD = AlbertConfig(101, 12, 20, 3, 4, 56, 40)
CONTROLS = {
    "albert": ODD,
    "one block a layer": replace(ODD, share_layers=False),
    "unfactorized": replace(ODD, embedding_size=20),
    "bert": replace(ODD, share_layers=False, embedding_size=20),
}
PLACES = {
    "token_embedding": "embeddings",
    "position_embedding": "embeddings",
    "segment_embedding": "embeddings",
    "embeddings_norm": "embeddings",
    "embedding_projection": "projection",
}


def by_place(model) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for variable in model.trainable_variables:
        layer = variable.path.split("/")[0]
        counts["blocks" if "block" in layer else PLACES.get(layer, layer)] += prod(variable.shape)
    return dict(counts)


@pytest.mark.parametrize("config", [*CONTROLS.values(), ALBERT_TINY], ids=[*CONTROLS, "tiny"])
def test_parameters_are_those_of_the_built_model(config):
    model = build_pretraining_model(config)
    assert parameters(config) == by_place(model)
    assert sum(parameters(config).values()) == model.count_params()


def test_base_has_the_parameters_of_the_released_checkpoint():
    """As `test_albert` finds them in the built model."""
    assert sum(parameters(ALBERT_BASE).values()) == cost(ALBERT_BASE).parameters == 11_813_810


def test_parameters_of_a_tagger():
    found = parameters(ODD, ("encoder", "tagger_head"), num_labels=7)
    assert found == by_place(build_tagger(ODD, 7))


def test_the_controls_make_keras_hubs_bert():
    config = CONTROLS["bert"]
    theirs = keras_hub.models.BertBackbone(
        vocabulary_size=config.vocab_size,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        hidden_dim=config.hidden_size,
        intermediate_dim=config.intermediate_size,
        max_sequence_length=config.max_length,
    )
    assert sum(parameters(config, ("encoder", "pooler")).values()) == theirs.count_params()


def test_the_papers_runs_cost_59_and_80_exaflop():
    first, more = (PRETRAIN_PRESETS[f"bioalbert-1.0-{name}"] for name in ("pubmed", "pubmed-pmc"))
    of_a_sequence = cost(first.model).training_flops
    assert of_a_sequence == pytest.approx(0.29e12, rel=0.01)
    for run, exaflop in ((first, 59), (more, 80)):
        total = run.steps * run.batch_size * of_a_sequence
        assert total == pytest.approx(exaflop * 1e18, rel=0.01)


sizes = st.integers(1, 50)


@given(st.builds(AlbertConfig, sizes, sizes, sizes, sizes, sizes, sizes, sizes), sizes, sizes)
def test_sharing_divides_the_blocks_parameters_and_saves_nothing_else(config, length, predictions):
    single = replace(config, share_layers=False)
    one, many = parameters(config), parameters(single)
    assert one.pop("blocks") * config.num_layers == many.pop("blocks")
    assert one == many
    arguments = length, predictions
    assert flops(config, *arguments) == flops(single, *arguments)
    assert activations(config, *arguments) == activations(single, *arguments)


def test_activations_counted_by_hand():
    config = AlbertConfig(7, 5, 4, 3, 2, 6, 8)
    layer = [(9, 4)] * 8 + [(9, 6)] * 2 + [(2, 9, 9)]
    last = [(9, 4)]
    pooled, sop = (4,), (2,)
    mlm = [(2, 4), (2, 5), (2, 5), (2, 5), (2, 7)]  # gathered, GELU in and out, norm, logits
    around = [*last, pooled, sop, *mlm]
    kept = [(9, 5)] * 2 + 3 * layer + around  # embeddings before and after their norm
    assert cost(config, 9, 2).activations == sum(map(prod, kept))
    plain = replace(config, embedding_size=4)  # the embeddings' norm is the first block's input
    mlm = [(2, 4)] * 4 + [(2, 7)]
    kept = [(9, 4)] + 3 * layer + [*last, pooled, sop, *mlm]
    assert cost(plain, 9, 2).activations == sum(map(prod, kept))


def test_memory_is_mostly_activations():
    """What sharing saves of a batch of 32 is the state of 98 million parameters, 16 bytes each."""
    bert, albert = (comparison()[name] for name in ("BERT-base", "ALBERT-base"))
    assert albert.activations / bert.activations > 0.99
    saved = bert.training_bytes(32) - albert.training_bytes(32)
    assert saved == pytest.approx(16 * 97.9e6, rel=0.03)
    assert saved < 0.1 * bert.training_bytes(32)
    floats, halves = (albert.training_bytes(32, p) for p in ("float32", "mixed_bfloat16"))
    assert floats - halves == 32 * 2 * albert.activations


MEASURE = """
import json, math, sys
from bioalbert_core.plumbing.backend import start_keras
start_keras()
import jax
import numpy as np
from bioalbert_core.albert import encoder, heads
from bioalbert_core.albert.heads import build_pretraining_model, build_tagger
from bioalbert_core.config import AlbertConfig

LENGTH, PREDICTIONS, LABELS = 24, 5, 7
# Nothing is computed, and JAX takes long to draw weights.
encoder.initializer = heads.initializer = lambda: "zeros"

def products(jaxpr):
    "FLOPs of the matrix products in what JAX traced: 2 for each value of a result and of a sum."
    total = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (summed, _), _ = equation.params["dimension_numbers"]
            left, result = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
            total += 2 * math.prod(result) * math.prod(left[axis] for axis in summed)
        for inner in jax.tree_util.tree_leaves(
            list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns")
        ):
            inner = getattr(inner, "jaxpr", inner)
            total += products(inner) if hasattr(inner, "eqns") else 0
    return total

def functions(model, length):
    "Forward pass and its sum, for gradients, as functions of the weights."
    inputs = {name: np.ones((1, length), "int32") for name in model.input}
    if "masked_positions" in inputs:
        inputs["masked_positions"] = np.ones((1, PREDICTIONS), "int32")
    fixed = [v.value for v in model.non_trainable_variables]
    def forward(weights):
        return model.stateless_call(weights, fixed, inputs)[0]
    def loss(weights):
        outputs = jax.tree_util.tree_leaves(forward(weights))
        return -sum(jax.nn.log_softmax(x)[..., 0].sum() for x in outputs)
    return forward, loss, [v.value for v in model.trainable_variables]

def measure(config):
    forward, loss, weights = functions(build_pretraining_model(config), LENGTH)
    kept = jax.eval_shape(lambda weights: jax.vjp(loss, weights)[1], weights)
    return {
        "forward": products(jax.make_jaxpr(forward)(weights).jaxpr),
        "training": products(jax.make_jaxpr(jax.grad(loss))(weights).jaxpr),
        "kept": sum(math.prod(x.shape) for x in jax.tree_util.tree_leaves(kept)),
    }

configs, deeper, wide = json.loads(sys.argv[1])
found = {name: measure(AlbertConfig(**config)) for name, config in configs.items()}
found |= {f"deeper {name}": measure(AlbertConfig(**config)) for name, config in deeper.items()}
forward, loss, weights = functions(build_tagger(AlbertConfig(**configs["albert"]), LABELS), LENGTH)
found["tagger"] = products(jax.make_jaxpr(forward)(weights).jaxpr)
forward, loss, weights = functions(build_pretraining_model(AlbertConfig(**wide)), 512)
found["by XLA"] = [
    jax.jit(f).lower(weights).cost_analysis()["flops"] for f in (forward, jax.grad(loss))
]
print(json.dumps(found))
"""
LENGTH, PREDICTIONS, LABELS = 24, 5, 7
DEEPER = {name: replace(CONTROLS[name], num_layers=4) for name in ("albert", "one block a layer")}
WIDE = replace(ALBERT_BASE, vocab_size=1000, num_layers=2)
FAST = {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}  # compiled in half the time


@pytest.fixture(scope="module")
def measured() -> dict:
    """What JAX makes of the models; it traces them and runs none."""
    if not find_spec("jax"):
        pytest.skip("jax is not installed")
    configs = json.dumps([CONTROLS, DEEPER, WIDE], default=vars)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, configs],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", **FAST},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", CONTROLS)
def test_flops_are_those_of_the_matrix_products_that_jax_traces(measured, name):
    found = cost(CONTROLS[name], LENGTH, PREDICTIONS)
    assert (found.flops, found.training_flops) == (
        measured[name]["forward"],
        measured[name]["training"],
    )


def test_flops_of_a_tagger(measured):
    found = flops(ODD, LENGTH, parts=("encoder", "tagger_head"), num_labels=LABELS)
    assert sum(found.values()) == measured["tagger"]


def test_what_is_left_out_of_the_flops_is_less_than_one_percent_at_bases_width(measured):
    found = cost(WIDE, 512, PREDICTIONS)
    for ours, xlas in zip((found.flops, found.training_flops), measured["by XLA"], strict=True):
        assert 1 < xlas / ours < 1.01


def test_jax_keeps_the_same_for_a_layer_shared_or_not_and_up_to_three_times_our_count(measured):
    def of_a_layer(name: str) -> int:
        return measured[f"deeper {name}"]["kept"] - measured[name]["kept"]

    kernels = 4 * ODD.hidden_size**2 + 2 * ODD.hidden_size * ODD.intermediate_size
    assert of_a_layer("one block a layer") - kernels == of_a_layer("albert")
    ours = cost(DEEPER["albert"], LENGTH).activations - cost(ODD, LENGTH).activations
    assert ours < of_a_layer("albert") < 3 * ours


def test_the_comparison_changes_one_idea_at_a_time():
    table = comparison(128, 10)
    assert table["BERT-base"] == cost(BERT_BASE, 128, 10)
    bert, factorized, shared, both, large = (it.parameters for it in table.values())
    assert bert - shared == factorized - both == 11 * parameters(ALBERT_BASE)["blocks"]
    assert large == cost(PRETRAIN_PRESETS["bioalbert-1.1-pubmed"].model).parameters
