"""The plan of a run: its arithmetic by hand, what must grow with what, and a short measurement."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_runs import PRETRAIN, tiny_instances

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.counting import parameters
from bioalbert_core.config import PRETRAIN_PRESETS, AlbertConfig, InstanceConfig, PretrainConfig
from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.pretrain.planning.corpora import Data, folder_data, paper_data
from bioalbert_core.pretrain.planning.plan import (
    ACCELERATORS,
    Accelerator,
    Plan,
    describe,
    duration,
    si,
)
from bioalbert_core.pretrain.planning.speed import measure_speed, time_steps, trial_size

RECIPES = [name for name in PRETRAIN_PRESETS if name.startswith("bioalbert")]
V3, V5E, V5E_8, H200 = ACCELERATORS
DAY = 86_400
MADE = InstanceConfig(seq_len=16, max_predictions=3)
TINY = Plan(
    PretrainConfig(AlbertConfig(50, 8, 16, 2, 2, 32, 16), steps=10, batch_size=12),
    Data(60, 7.0, MADE, 50, "nowhere"),
)


def recipe(name: str, **changes) -> Plan:
    return Plan(replace(PRETRAIN_PRESETS[name], **changes), paper_data(name))


@pytest.mark.parametrize(
    ("name", "exaflop", "v3", "v5e", "h200"),
    [
        ("bioalbert-1.0-pubmed", 59.5, 3.50, 8.74, 1.74),
        ("bioalbert-1.0-pubmed-pmc", 80.4, 4.73, 11.80, 2.35),
        ("bioalbert-1.1-pubmed", 51.5, 3.03, 7.57, 1.51),
        ("bioalbert-1.1-pubmed-pmc", 69.5, 4.09, 10.2, 2.03),
    ],
)
def test_the_papers_recipes_in_days(name, exaflop, v3, v5e, h200):
    """By hand: 0.2907 and 1.006 TFLOP a sequence, by 0.4 of 492, 197 and 989 TFLOP/s."""
    plan = recipe(name)
    assert plan.seconds(1) == pytest.approx(exaflop * 1e18, rel=0.002)
    for device, days in ((V3, v3), (V5E, v5e), (H200, h200)):
        assert plan.seconds(0.4 * device.peak) / DAY == pytest.approx(days, rel=0.003)
    assert plan.seconds(V5E_8.peak) * 8 == pytest.approx(plan.seconds(V5E.peak))


def test_the_papers_data_by_hand():
    pubmed, both = (paper_data(name) for name in RECIPES[:2])
    assert pubmed.instances == pytest.approx(0.95 * 5 * 4.3e9 / 163, abs=1)
    assert pubmed.size == pytest.approx(5 * 4.3e9 / 163 * 1111)
    assert both.size - pubmed.size == pytest.approx(5 * 13.5e9 / 300 * 1111)
    assert [paper_data(name) for name in RECIPES[2:]] == [pubmed, both]


def test_memory_by_hand():
    """A batch of 12 on 5 parts: 3 sequences on the fullest; in micro-batches of 6, 2 sequences."""
    cost, device = TINY.cost, Accelerator("", 5, 1e6, 1.0)
    assert cost.parameters == sum(parameters(TINY.config.model).values())
    assert TINY.memory(device) == 16 * cost.parameters + 3 * 4 * cost.activations
    micro = 20 * cost.parameters + 2 * 4 * cost.activations
    assert TINY.memory(device, 6) == micro
    assert replace(TINY, config=replace(TINY.config, micro_batch=6)).memory(device) == micro
    halves = replace(TINY, config=replace(TINY.config, precision="mixed_bfloat16"))
    assert halves.memory(device) == 16 * cost.parameters + 3 * 2 * cost.activations


def test_what_fits_by_hand():
    """Base takes 0.458 GB a sequence: 34 beside its weights in 16 GB, 307 in 141."""
    plan = recipe("bioalbert-1.0-pubmed")
    assert [plan.fitting(device) for device in (V3, V5E, V5E_8, H200)] == [256, 32, 256, 256]
    assert plan.fitting(replace(V5E, memory=20 * plan.cost.parameters)) is None
    assert plan.fitting(replace(V5E, memory=1e12)) == 1024
    odd = recipe("bioalbert-1.0-pubmed", batch_size=17 * 5)
    assert odd.fitting(V5E) == 17


plans = st.builds(
    lambda batch, heads, width, layers, length: replace(
        TINY,
        config=PretrainConfig(
            AlbertConfig(50, 8, heads * width, layers, heads, 32, 16), batch_size=batch
        ),
        data=replace(TINY.data, made=replace(MADE, seq_len=length)),
    ),
    *[st.integers(1, 300), *[st.integers(1, 4)] * 3, st.integers(8, 16)],
)
memories = st.floats(1e3, 1e9)


@given(plans, st.integers(1, 16), memories)
def test_what_fits_is_the_largest_divisor_that_does(plan, parts, memory):
    device = Accelerator("", parts, memory, 1.0)
    batch, found = plan.config.batch_size, plan.fitting(device)
    fit = [n for n in range(1, batch + 1) if batch % n == 0 and plan.memory(device, n) <= memory]
    assert found == (max(fit) if fit else None)


@given(plans, st.integers(1, 16), memories, st.floats(1, 10))
def test_more_memory_or_more_parts_never_fit_less(plan, parts, memory, times):
    small = Accelerator("", parts, memory, 1.0)
    for larger in (replace(small, memory=memory * times), replace(small, parts=parts + 1)):
        assert (plan.fitting(larger) or 0) >= (plan.fitting(small) or 0)


@given(plans, st.integers(2, 5), st.floats(1, 1e15))
def test_more_steps_sequences_or_layers_take_longer_and_more_speed_takes_less(plan, times, speed):
    config = plan.config
    seconds = plan.seconds(speed)
    assert plan.seconds(times * speed) == pytest.approx(seconds / times)
    for change in ({"steps": times * config.steps}, {"batch_size": times * config.batch_size}):
        longer = replace(plan, config=replace(config, **change))
        assert longer.seconds(speed) == pytest.approx(times * seconds)
    deeper = replace(config.model, num_layers=times * config.model.num_layers)
    assert replace(plan, config=replace(config, model=deeper)).seconds(speed) > seconds


@given(st.lists(st.floats(1, 1e12), min_size=2, max_size=2).map(sorted))
def test_numbers_have_units_that_keep_them_short(pair):
    assert all(1 <= float(si(value).split(" ")[0]) < 1000 for value in pair)
    sizes = {"seconds": 1, "minutes": 60, "hours": 3600, "days": DAY}
    words = [duration(seconds).replace(",", "").split() for seconds in pair]
    for seconds, (count, unit) in zip(pair, words, strict=True):
        assert float(count) * sizes[unit] == pytest.approx(seconds, rel=0.051)


def test_the_text_says_it_all():
    text = describe(recipe("bioalbert-1.0-pubmed"), 1e11, "by guessing")
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert "11,813,810 parameters; 512 tokens, 20 predictions" in lines[0]
    assert "291 GFLOP a sequence, 298 TFLOP a step of 1,024, 59.5 EFLOP in 200,000 steps" in text
    assert "147 GB for 125,306,748 instances" in text
    assert "204,800,000 sequences are 1.63 times the instances, 8.17 times the text" in text
    cells = [" ".join(line.split()) for line in lines if "FLOP/s" in line]
    assert cells[0] == "TPU v3-8 492 TFLOP/s 58.8 GB 16 GB micro-batch 256 3.5 days"
    assert next(line for line in lines if line.startswith("this machine")).endswith("6,890 days")
    assert "100 GFLOP/s, measured: by guessing" in text
    for assumption in ("40%", "4.3 billion words", "--dupe-factor 5, static", "layers in float32"):
        assert assumption in " ".join(text.split("Assumed:")[1].split())


def test_what_fits_at_once_and_what_not_at_all_is_said():
    assert describe(TINY, 1.0, "").count(" fits ") == 4
    long = replace(TINY, data=replace(TINY.data, made=replace(MADE, seq_len=10**6)))
    assert describe(long, 1.0, "").count(" too small ") == 4


@pytest.fixture(scope="module")
def instances(tmp_path_factory):
    return tiny_instances(tmp_path_factory)


def test_a_folder_is_counted_as_it_is(instances):
    data = folder_data(instances, PRETRAIN)
    assert data.instances == len(InstanceSource(instances, "train"))
    files = [path for path in instances.iterdir() if path.name != "manifest.json"]
    assert data.size == sum(path.stat().st_size for path in files)


def test_bad_folders_are_reported(instances, tmp_path):
    with pytest.raises(UserError, match="no finished output"):
        folder_data(tmp_path, PRETRAIN)
    short = replace(PRETRAIN, model=replace(PRETRAIN.model, max_length=9))
    with pytest.raises(UserError, match=r"--seq-len 32: must be between 1 and 9"):
        folder_data(instances, short)


class FakeTime:
    """A clock, and steps that move it."""

    def __init__(self, *seconds: float) -> None:
        self.now, self.seconds = 0.0, list(seconds)

    def step(self) -> None:
        self.now += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]


@pytest.mark.parametrize(
    ("steps", "timed"),
    [((5, 4), [5, 4, 4, 4]), ((39, 20), [39, 20]), ((40, 1), [40]), ((99,), [99])],
)
def test_steps_are_timed_for_a_minute_at_most(steps, timed):
    fake = FakeTime(*steps)
    assert time_steps(fake.step, lambda: fake.now) == timed


def test_the_size_of_a_trial():
    base, large = recipe("bioalbert-1.0-pubmed"), recipe("bioalbert-1.1-pubmed")
    assert (trial_size(base, 1e12), trial_size(large, 1e12)) == (3, 1)
    assert trial_size(large, 1e11) == 1
    assert trial_size(base, 1e15) == 17  # 8 GB
    assert trial_size(TINY, 1e12) == TINY.config.batch_size


def test_this_machine_is_measured_by_training(monkeypatch):
    monkeypatch.setattr("bioalbert_core.pretrain.planning.speed.ENOUGH", 1e-9)
    found, how = measure_speed(replace(TINY, config=replace(TINY.config, micro_batch=4)))
    assert found > 0
    assert np.isfinite(found)
    assert how.startswith("training steps on batches of 12: ")
    assert "median of 1 (" in how
