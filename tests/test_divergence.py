"""Divergence: the run stops with nothing lost, or rolls back and skips the batches."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tiny_runs import PRETRAIN, tiny_instances

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.pretrain import loop
from bioalbert_core.pretrain.run import pretrain
from bioalbert_core.training import checkpoints

CONFIG = replace(PRETRAIN, steps=16, evaluate_every=4)


@pytest.fixture(scope="module")
def instances(tmp_path_factory):
    return tiny_instances(tmp_path_factory)


@pytest.fixture
def poison(monkeypatch):
    """Make the losses of some calls of the training step infinite; the weights are harmed too."""

    def set_calls(bad):
        calls = iter(range(1000))
        step = loop.train_step

        def poisoned(run, *arguments):
            loss = step(run, *arguments)
            if next(calls) not in bad:
                return loss
            weight = run.model.weights[0]
            weight.assign(weight * np.nan)
            return float("nan")

        monkeypatch.setattr(loop, "train_step", poisoned)

    return set_calls


def log(run):
    return [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.slow
def test_the_run_stops_and_keeps_its_checkpoint(instances, tmp_path, poison):
    poison({9})
    with pytest.raises(UserError, match=r"diverged before step 10 .* step 8 is kept"):
        pretrain(instances, tmp_path / "run", CONFIG)
    poison(set())
    back = replace(CONFIG, on_divergence="roll-back")
    pretrain(instances, tmp_path / "run", back, resume=True)
    pretrain(instances, tmp_path / "whole", CONFIG)
    name = "model.safetensors"
    assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_run_rolls_back_and_skips_the_batches(instances, tmp_path, poison, monkeypatch):
    seen = []
    batches = loop.train_batches(instances, CONFIG.batch_size, 0)
    monkeypatch.setattr(loop, "train_batches", lambda *_: Watched(batches, seen))
    poison({5})
    pretrain(instances, tmp_path / "run", replace(CONFIG, on_divergence="roll-back"))
    assert seen == [0, 1, 2, 3, 4, 5, 6, *range(7, 18)]  # after the sixth batch, back to step 4
    events = [line for line in log(tmp_path / "run") if "event" in line]
    assert [line["step"] for line in events] == [6]
    assert "rolled back to step 4" in events[0]["event"]
    assert [line["step"] for line in log(tmp_path / "run") if "heldout" in line] == [4, 8, 12, 16]


class Watched:
    """Batches that note which of them are taken."""

    def __init__(self, batches, seen):
        self.batches, self.seen = batches, seen

    def __getitem__(self, index):
        self.seen.append(index)
        return self.batches[index]


def test_a_run_that_always_diverges_ends(instances, tmp_path, poison):
    poison(set(range(5, 1000)))
    with pytest.raises(UserError, match="diverged"):
        pretrain(instances, tmp_path / "run", replace(CONFIG, on_divergence="roll-back"))


def test_rolling_back_to_damaged_checkpoints_deletes_nothing(
    instances, tmp_path, poison, monkeypatch
):
    poison({9})
    monkeypatch.setattr(checkpoints, "_digest", lambda tensors: str(id(tensors)))  # never the same
    with pytest.raises(UserError, match=r"all checkpoints are damaged; .*training diverged"):
        pretrain(instances, tmp_path / "run", replace(CONFIG, on_divergence="roll-back"))
    names = sorted(path.name for path in (tmp_path / ".run.partial").glob("checkpoint-*"))
    assert names == [f"checkpoint-{step:010}.safetensors" for step in (4, 8)]
    with pytest.raises(UserError, match="all checkpoints are damaged"):
        pretrain(instances, tmp_path / "run", CONFIG, resume=True)
    assert len(list((tmp_path / ".run.partial").glob("checkpoint-*"))) == 2


def test_before_the_first_checkpoint_there_is_nothing_to_roll_back_to(instances, tmp_path, poison):
    poison({1})
    with pytest.raises(UserError, match="before the first checkpoint; lower --learning-rate"):
        pretrain(instances, tmp_path / "run", replace(CONFIG, on_divergence="roll-back"))


def test_a_learning_rate_that_is_far_too_high_is_reported(instances, tmp_path):
    config = replace(CONFIG, steps=40, peak_learning_rate=30.0, warmup_steps=20)
    with pytest.raises(UserError, match="lower"):
        pretrain(instances, tmp_path / "run", config)
