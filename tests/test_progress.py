"""Progress: what is shown and when, and that files hold no times."""

import io
import json
import re
import sys

import pytest

from bioalbert_core.training import progress
from bioalbert_core.training.progress import LINE_EVERY, Progress


class Clock:
    """Stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(progress, "perf_counter", made)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # other tests bring it
    return made


def in_words(seconds: float) -> str:
    return f"{1 / seconds:.1f} a second"


def train(path, clock, seconds, steps=100, start=0, **more):
    """Steps that take some seconds each, with a note after each 50 and a long look at that."""
    with Progress(path, steps, "train", start, in_words, **more) as following:
        for done in range(start + 1, steps + 1):
            clock.now += seconds
            following.step(done, {"loss": 1 / done})
            if done % 50 == 0:
                clock.now += 1000
                following.note(done, train={"loss": 1 / done}, heldout={})


def test_without_a_terminal_notes_and_a_line_now_and_then_are_shown(tmp_path, clock, capsys):
    train(tmp_path / "log.jsonl", clock, seconds=2.0)
    lines = capsys.readouterr().err.splitlines()
    assert LINE_EVERY == 30
    steps = [int(re.match(r"train step (\d+)/100: ", line)[1]) for line in lines]
    assert steps == [15, 30, 45, 50, 65, 80, 95, 100]
    assert (
        lines[0]
        == "train step 15/100: train (mean of 15 steps) loss 0.067; 0.5 a second; 02:50 left"
    )
    assert lines[-1] == "train step 100/100: train (mean of 50 steps) loss 0.010; 0.5 a second"


def test_on_a_terminal_a_bar_shows_the_same(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    train(tmp_path / "log.jsonl", clock, seconds=2.0, steps=51)
    shown = sys.stderr.getvalue()
    assert "train step 50/51: train (mean of 50 steps) loss 0.020; 0.5 a second; " in shown
    assert re.search(r"100%\|.{10}\| train step 51/51: train loss 0.020; 0.5 a second", shown)


def test_speed_leaves_out_the_first_step_and_what_a_note_waits_for(tmp_path, clock, capsys):
    with Progress(tmp_path / "log.jsonl", 60, "train", 0, in_words) as following:
        for done, seconds in enumerate((500, 4, 4, 4, 700, 5, 5), 1):
            clock.now += seconds
            following.step(done, {})
            if done == 4:
                following.note(done)
        following.note(7)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("train step 1/60: ") and "second" not in first
    assert last.startswith("train step 7/60: 0.2 a second; ")


def test_the_files_hold_no_times(tmp_path, clock, capsys):
    for name, seconds in (("slow", 3.0), ("fast", 0.5)):
        (tmp_path / name).mkdir()
        train(tmp_path / name / "log.jsonl", clock, seconds)
    for name in ("log.jsonl", "log.tfevents"):
        one, other = ((tmp_path / it / name).read_bytes() for it in ("slow", "fast"))
        assert one == other and one


def test_a_resumed_training_ends_with_the_same_files(tmp_path, clock, capsys):
    whole, cut = tmp_path / "whole" / "log.jsonl", tmp_path / "cut" / "log.jsonl"
    for path, steps in ((whole, 150), (cut, 100)):
        path.parent.mkdir()
        train(path, clock, 1.0, steps)
    with cut.open("a") as file:
        file.write('{"step": 120, "train": {"lo')
    seen = []
    train(cut, clock, 1.0, 150, start=50, on_line=seen.append)
    assert cut.read_bytes() == whole.read_bytes()
    events = [path.with_suffix(".tfevents").read_bytes() for path in (cut, whole)]
    assert events[0] == events[1]
    assert seen == [json.loads(line) for line in whole.read_text("utf-8").splitlines()]


def test_steps_may_roll_back(tmp_path, clock, capsys):
    with Progress(tmp_path / "log.jsonl", 10, "train") as following:
        following.step(3, {})
        following.event(3, "rolled back to step 2")
        clock.now += LINE_EVERY
        following.step(3, {"loss": 1.0})
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "train step 3/10: rolled back to step 2"
    assert lines[1].startswith("train step 3/10: train loss 1.000")
