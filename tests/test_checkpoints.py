"""A resumed run ends as if it had never stopped, and damaged checkpoints are skipped."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_runs import PRETRAIN, stopped_at, tiny_instances

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_json
from bioalbert_core.pretrain import loop
from bioalbert_core.pretrain import run as training
from bioalbert_core.pretrain.run import pretrain

# Dropout draws from a random generator of the model, whose state must come back too.
CONFIG = replace(
    PRETRAIN, model=replace(PRETRAIN.model, dropout=0.1), evaluate_every=4, start="data-driven"
)


@pytest.fixture(scope="module")
def instances(tmp_path_factory):
    return tiny_instances(tmp_path_factory)


@pytest.fixture(scope="module")
def whole(instances, tmp_path_factory):
    """A run that was never stopped."""
    run = tmp_path_factory.mktemp("whole") / "run"
    pretrain(instances, run, CONFIG)
    return run


@pytest.fixture
def stopped(instances, tmp_path):
    """The out path of a run that ended at its third evaluation, step 8."""
    with stopped_at(loop, "measure", 3):
        pretrain(instances, tmp_path / "run", CONFIG)
    return tmp_path / "run"


def checkpoints(run):
    return sorted((run.parent / f".{run.name}.partial").glob("checkpoint-*"))


def assert_same(run, whole):
    assert {p.name for p in run.iterdir()} == {p.name for p in whole.iterdir()}
    for path in whole.iterdir():
        assert (run / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_resumed_run_ends_with_the_same_bytes(stopped, whole, instances):
    assert [int(p.stem.split("-")[1]) for p in checkpoints(stopped)] == [4, 8]
    pretrain(instances, stopped, CONFIG, resume=True)
    assert_same(stopped, whole)


@pytest.mark.slow
def test_only_the_newest_checkpoints_are_kept(instances, tmp_path):
    with stopped_at(training, "write_kit", 0):
        pretrain(instances, tmp_path / "run", CONFIG)
    assert [int(p.stem.split("-")[1]) for p in checkpoints(tmp_path / "run")] == [16, 20, 24]


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def replace_by_text(path):
    path.write_text("not a checkpoint")


@pytest.mark.parametrize("damage", [cut, flip_a_bit, replace_by_text])
def test_a_damaged_checkpoint_is_reported_and_the_one_before_is_used(
    stopped, whole, instances, capsys, damage
):
    newest = checkpoints(stopped)[-1]
    damage(newest)
    pretrain(instances, stopped, CONFIG, resume=True)
    reported = capsys.readouterr().err
    assert f"{newest}: damaged (" in reported and "skipped" in reported
    assert_same(stopped, whole)


def test_resume_with_nothing_there_starts_at_the_beginning(whole, instances, tmp_path):
    pretrain(instances, tmp_path / "run", CONFIG, resume=True)
    assert_same(tmp_path / "run", whole)


def test_an_unfinished_run_is_not_thrown_away(stopped, instances):
    with pytest.raises(UserError, match=r"stopped after step 8 or later; add --resume"):
        pretrain(instances, stopped, CONFIG)
    assert len(checkpoints(stopped)) == 2


def test_other_settings_cannot_resume_a_run(stopped, instances):
    other = replace(CONFIG, peak_learning_rate=0.01, batch_size=8)
    with pytest.raises(UserError, match=r"has other settings \(batch_size, peak_learning_rate\)"):
        pretrain(instances, stopped, other, resume=True)
    shape = replace(CONFIG.model, intermediate_size=8)
    for other in (replace(CONFIG, model=shape), replace(CONFIG, optimizer="adamw")):
        with pytest.raises(UserError, match="the run here has other settings"):
            pretrain(instances, stopped, other, resume=True)
    assert len(checkpoints(stopped)) == 2


def test_a_finished_run_is_left_as_it_is(instances, tmp_path, capsys):
    run, short = tmp_path / "run", replace(CONFIG, steps=4)
    scores = pretrain(instances, run, short)
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    assert pretrain(instances, run, short, resume=True) == scores
    assert f"{run}: this run is finished (4 of 4 steps). Raise --steps" in capsys.readouterr().err
    for other in (replace(short, batch_size=8), replace(short, steps=8, peak_learning_rate=0.5)):
        with pytest.raises(UserError, match="the run here has other settings"):
            pretrain(instances, run, other, resume=True)
    with pytest.raises(UserError, match=r"other settings \(steps\)"):
        pretrain(instances, run, replace(short, steps=3), resume=True)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


@pytest.mark.slow
def test_a_finished_run_continues_if_only_the_steps_grew(instances, tmp_path):
    """As often as one likes, stopped or not; as an unfinished one does."""
    runs, long = [tmp_path / name for name in ("one", "two", "three")], replace(CONFIG, steps=12)
    for run in runs[:2]:
        pretrain(instances, run, replace(CONFIG, steps=4))
    with stopped_at(loop, "measure", 1):  # in the first evaluation, before a checkpoint of its own
        pretrain(instances, runs[1], long, resume=True)
    for run in runs[:2]:
        pretrain(instances, run, long, resume=True)
    assert_same(*runs[:2])
    lines = (runs[0] / "log.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["step"] for line in lines] == [4, 4, 8, 12]
    assert "continues a run of 4 steps; the schedule is rescaled to 12" in lines[1]
    assert read_json(runs[0] / "manifest.json")["continued"] == [4]
    with stopped_at(loop, "measure", 2):
        pretrain(instances, runs[2], replace(CONFIG, steps=8))
    pretrain(instances, runs[2], long, resume=True)
    assert read_json(runs[2] / "manifest.json")["continued"] == [8]


def test_a_finished_run_without_its_checkpoint_is_left(instances, tmp_path):
    run, short = tmp_path / "run", replace(CONFIG, steps=4)
    pretrain(instances, run, short)
    (run / "checkpoint-0000000004.safetensors").unlink()
    with pytest.raises(UserError, match="finished and its last checkpoint is gone"):
        pretrain(instances, run, replace(short, steps=8), resume=True)
    assert (run / "model.safetensors").exists()


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from bioalbert_core.plumbing.backend import start_keras
start_keras()
from test_checkpoints import CONFIG
from bioalbert_core.pretrain.run import pretrain
pretrain({instances!r}, {run!r}, CONFIG, resume=True)
"""


@pytest.mark.slow
def test_a_killed_run_resumes(whole, instances, tmp_path):
    run = tmp_path / "run"
    tests = str(Path(__file__).parent)
    script = SCRIPT.format(tests=tests, instances=str(instances), run=str(run))
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while not checkpoints(run) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoints(run)
    pretrain(instances, run, CONFIG, resume=True)
    assert_same(run, whole)


@pytest.mark.slow
def test_a_disk_that_fills_during_a_checkpoint_loses_nothing(
    whole, instances, tmp_path, monkeypatch
):
    """A limit on the size of files, from the third evaluation on, stands for a full disk."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    looks, measure, run = iter(range(100)), loop.measure, tmp_path / "run"

    def fill_disk(*arguments):
        if next(looks) == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        return measure(*arguments)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="too large") as full:
        patch.setattr(loop, "measure", fill_disk)
        try:
            pretrain(instances, run, CONFIG)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Path(full.value.filename).name == "checkpoint-0000000012.safetensors"
    assert [int(p.stem.split("-")[1]) for p in checkpoints(run)] == [4, 8]
    pretrain(instances, run, CONFIG, resume=True)
    assert_same(run, whole)
