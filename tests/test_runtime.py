"""What the first cell of a notebook finds out and installs; pip itself is replaced."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from bioalbert_core.course import runtime
from bioalbert_core.course.runtime import Runtime, kind_of, missing, set_up
from bioalbert_core.plumbing.errors import UserError


@pytest.fixture
def on(monkeypatch):
    """Stand on another runtime; returns the list of pip's arguments, call by call."""
    calls = []

    def pip(command, **_):
        held = [word for word in command if word.endswith("held.txt")]
        calls.append((command[6:], open(held[0]).read() if held else ""))  # noqa: PTH123, SIM115
        return SimpleNamespace(returncode=on.code, stderr="no such host\n")

    def go(there: Runtime, installed: dict[str, str], code: int = 0):
        on.code = code
        monkeypatch.setattr(runtime, "this_runtime", lambda: there)
        found = [SimpleNamespace(metadata={"Name": n}, version=v) for n, v in installed.items()]
        monkeypatch.setattr(runtime, "distributions", lambda: found)
        monkeypatch.setattr(runtime, "requires", lambda name: ["tqdm>=4", "seqeval>=1"])
        monkeypatch.setattr(subprocess, "run", pip)
        return calls

    return go


def test_a_tpu_is_known_by_its_variables_and_a_gpu_by_its_driver(tmp_path, monkeypatch):
    assert kind_of({"TPU_ACCELERATOR_TYPE": "v5e-1"}) == "TPU"
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'GPU 0: Tesla T4 (UUID: x)'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert kind_of({}) == "GPU"
    program.write_text("#!/bin/sh\necho 'no driver'; exit 9\n")
    assert kind_of({}) == "CPU"


@pytest.mark.parametrize(
    ("kind", "tensorflow", "backend"),
    [("CPU", True, "tensorflow"), ("GPU", False, "jax"), ("TPU", True, "jax")],
)
def test_the_backend_is_the_one_that_works_there(kind, tensorflow, backend):
    assert Runtime(True, kind, tensorflow).backend == backend


def test_optional_requirements_are_not_missing():
    lines = ["jax>=0.7; extra == 'test'", "Universal_Pathlib>=0.3"]
    there = Runtime(True, "CPU", True)
    assert missing(lines, {"universal-pathlib": "0.3"}, there) == []
    assert missing(lines, {}, there) == ["Universal_Pathlib>=0.3"]


def test_what_colab_has_is_held_and_what_it_lacks_is_installed(on, capsys):
    calls = on(Runtime(True, "CPU", True), {"tqdm": "4.67.3", "keras": "3.13.2"})
    set_up(keras=False)
    (arguments, held), *more = calls
    assert not more
    assert arguments[-1] == "seqeval>=1"
    assert held == "tqdm==4.67.3\nkeras==3.13.2\n"
    assert "You are on: Colab, CPU." in capsys.readouterr().out


def test_on_a_tpu_keras_nlp_comes_without_its_dependencies(on):
    calls = on(Runtime(True, "TPU", False), {"tqdm": "4.67.3", "rich": "15.0"})
    set_up(keras=False)
    assert calls[0][0] == ["--no-deps", *runtime.WITHOUT_TENSORFLOW]
    assert "seqeval>=1" in calls[1][0]
    assert "rich" not in calls[1][0]
    assert "regex" in calls[1][0]


def test_at_home_nothing_is_installed(on):
    assert on(Runtime(False, "CPU", True), {}) == []
    set_up(keras=False)
    assert on(Runtime(False, "CPU", True), {}) == []


def test_what_pip_says_is_told_in_a_line(on):
    on(Runtime(True, "CPU", True), {}, code=1)
    with pytest.raises(UserError, match=r"pip: no such host; .* run this cell again"):
        set_up(keras=False)


def test_a_tpu_that_tensorflow_holds_is_told(on, monkeypatch):
    on(Runtime(False, "TPU", True), {})
    monkeypatch.setitem(sys.modules, "tensorflow", object())
    with pytest.raises(UserError, match="Restart session"):
        set_up()


def test_in_a_notebook_an_error_is_told_in_its_line_and_again_the_next_time():
    """IPython drops a handler that it cannot call, so a second error has to come."""
    lines = [
        "from IPython.core.interactiveshell import InteractiveShell",
        "shell = InteractiveShell.instance()",
        "shell.run_cell('from bioalbert_core.course import environment')",
        "shell.run_cell('environment.show_errors_in_one_line()')",
        "shell.run_cell('from bioalbert_core.plumbing.errors import UserError')",
        "for name in 'ab':",
        "    shell.run_cell(f'raise UserError(\"{name}.tsv: no such file\")')",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True)
    told = done.stdout.splitlines()
    assert told == ["error: a.tsv: no such file", "error: b.tsv: no such file"]
    assert not done.stderr
