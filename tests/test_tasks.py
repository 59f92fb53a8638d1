"""Many tasks, one folder: the same files whoever makes them, and nothing done twice."""

import logging
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from bioalbert_core.plumbing import tasks
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import output_file, read_json, sha256
from bioalbert_core.plumbing.folders import output_folder
from bioalbert_core.plumbing.tasks import Machines, keep_only, run_tasks

PLAN = {"command": "test"}
HERE = Machines()
ALL = [HERE, Machines(workers=2), Machines("beam")]


def write(item: dict, folder: Path, log: str | None = None) -> dict:
    """A task: writes a text to a file of its number. May log, fail or die as its item says."""
    if log:
        with Path(log).open("a") as stream:
            stream.write(f"{item['number']}\n")
    if item.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item.get("wrong"):
        raise UserError(f"{item['number']}: the text is wrong; fix it")
    with output_file(folder / f"{item['number']}.txt") as path:
        path.write_text(item["text"] * item.get("times", 1))
    name = f"{item['number']}.txt"
    return {"outputs": {name: sha256(folder / name)}, "length": len(item["text"])}


def items(count: int = 6) -> list[dict]:
    return [{"number": n, "text": "x" * n + "."} for n in range(count)]


@pytest.fixture
def done(tmp_path):
    """The numbers of the tasks done, in the order of their log; then the log is emptied."""
    log = tmp_path / "log"

    def take():
        numbers = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(map(int, numbers))

    return take


def run(tmp_path, tasks, machines=HERE, plan=PLAN):
    """Run the tasks into ``tmp_path / "out"``, as the commands do."""
    work = partial(write, log=str(tmp_path / "log"))
    with output_folder(tmp_path / "out", "test", resume=True) as folder:
        facts = run_tasks(work, tasks, folder, plan, machines)
        keep_only(folder, {name: "" for fact in facts for name in fact["outputs"]})
    return facts


def stop_at_the_last(tmp_path, done):
    """A run that stops at its last task, the five before it finished."""
    bad = items()
    bad[5]["wrong"] = True
    with pytest.raises(UserError):
        run(tmp_path, bad)
    assert done() == list(range(6))


@pytest.mark.parametrize("machines", ALL, ids=str)
def test_each_task_is_done_once_and_its_facts_come_in_order(tmp_path, done, machines):
    facts = run(tmp_path, items(), machines)
    assert [fact["length"] for fact in facts] == [1, 2, 3, 4, 5, 6]
    assert done() == list(range(6))
    found = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert found == {f"{n}.txt": "x" * n + "." for n in range(6)}


@pytest.mark.parametrize("machines", ALL, ids=str)
def test_a_task_that_fails_is_told_in_its_words_and_the_next_try_goes_on(tmp_path, done, machines):
    bad = items()
    bad[5]["wrong"] = True
    with pytest.raises(UserError, match=r"^5: the text is wrong; fix it$"):
        run(tmp_path, bad, machines)
    assert not (tmp_path / "out").exists()
    assert 5 in done()
    kept = len(list((tmp_path / ".out.partial").glob("done-*.json")))
    run(tmp_path, items(), machines)
    again = done()
    assert 5 in again
    assert len(again) == 6 - kept < 6
    assert len(list((tmp_path / "out").iterdir())) == 6


def test_a_first_task_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(UserError):
        run(tmp_path, [{"number": 0, "wrong": True}, *items()[1:]])
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_what_has_changed_is_done_again(tmp_path, done):
    stop_at_the_last(tmp_path, done)
    partial_folder = tmp_path / ".out.partial"
    (partial_folder / "0.txt").write_text("harmed")
    (partial_folder / "1.txt").unlink()
    changed = items()
    changed[2]["text"] = "another"
    run(tmp_path, changed)
    assert done() == [0, 1, 2, 5]
    assert (tmp_path / "out" / "0.txt").read_text() == "."
    assert (tmp_path / "out" / "2.txt").read_text() == "another"


def test_another_plan_starts_anew(tmp_path, done):
    stop_at_the_last(tmp_path, done)
    run(tmp_path, items(), plan={"command": "test", "seed": 1})
    assert done() == list(range(6))


def test_a_worker_that_is_killed_is_told(tmp_path, done):
    bad = items()
    bad[5]["die"] = True
    with pytest.raises(UserError, match=r"worker process was killed.* of 6 parts are finished"):
        run(tmp_path, bad, Machines(workers=2))
    done()
    run(tmp_path, items())
    assert 5 in done()


def test_a_run_that_is_killed_goes_on_where_it_stood(tmp_path, done):
    """Killed after three tasks, by kill -9, in a process of its own."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import test_tasks\n"
        "bad = test_tasks.items(); bad[3]['die'] = True\n"
        "test_tasks.run(Path(sys.argv[2]), bad)"
    )
    here = Path(__file__).parent
    killed = subprocess.run([sys.executable, "-c", code, here, tmp_path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert done() == [0, 1, 2, 3]
    assert not (tmp_path / "out").exists()
    run(tmp_path, items())
    assert done() == [3, 4, 5]
    assert len(list((tmp_path / "out").iterdir())) == 6


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]
    if sys.platform != "linux" or subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("machines", [HERE, Machines(workers=2)], ids=str)
def test_a_full_disk_is_told_and_finished_tasks_stay(small_disk, tmp_path, done, machines):
    big = items(4)
    big[3]["times"] = 50_000
    work = partial(write, log=str(tmp_path / "log"))
    told = r"No space left on device.* [1-3] of 4 parts are finished and kept"
    with (
        pytest.raises(UserError, match=told),
        output_folder(small_disk / "out", "test", resume=True) as folder,
    ):
        run_tasks(work, big, folder, PLAN, machines)
    tried = done()
    kept = len(list((small_disk / ".out.partial").glob("done-*.json")))
    with output_folder(small_disk / "out", "test", resume=True) as folder:
        run_tasks(work, items(4), folder, PLAN, machines)
    assert 3 in tried
    assert len(done()) == 4 - kept < 4


def test_an_option_that_beam_does_not_know_is_told(tmp_path):
    with pytest.raises(UserError, match="--nonsense=1: neither"):
        run(tmp_path, items(), Machines("beam", beam_options=("--nonsense=1",)))
    with pytest.raises(UserError, match=r"--runner beam: .*Nope"):
        run(tmp_path, items(), Machines("beam", beam_options=("--runner=Nope",)))
    assert logging.root.isEnabledFor(logging.WARNING)  # Beam's silence ends with it
    run(tmp_path, items(), Machines("beam", beam_options=("--direct_num_workers=2",)))


def test_options_of_a_runner_are_known_when_it_is_imported(tmp_path):
    dask = ("--runner=DaskRunner", "--dask_client_address=tcp://127.0.0.1:1")
    with pytest.raises(UserError, match="--dask_client_adress=x: neither"):
        run(tmp_path, items(), Machines("beam", beam_options=(*dask, "--dask_client_adress=x")))
    given = (*dask, "--dask_connection_timeout=1")
    with pytest.raises(UserError, match=r"--runner beam: .*tcp://127\.0\.0\.1:1"):
        run(tmp_path, items(), Machines("beam", beam_options=given))


def test_options_that_only_a_job_server_knows_are_passed_on_and_told(capsys):
    from apache_beam.options.pipeline_options import PipelineOptions
    from apache_beam.runners.portability.portable_runner import PortableRunner

    tasks._check_beam_options(PipelineOptions, ["--parallelism_=2"], PortableRunner())
    assert "--parallelism_=2: not known to Beam here" in capsys.readouterr().err


@pytest.mark.parametrize("workers", [0, 1025])
def test_a_number_of_workers_that_makes_no_sense(tmp_path, workers):
    with pytest.raises(UserError, match="--workers"):
        run(tmp_path, items(), Machines(workers=workers))


def test_tasks_may_write_to_an_address(tmp_path):
    from bioalbert_core.plumbing.files import location

    out = location("memory://bucket/tasks")
    with output_folder(out, "test", resume=True) as folder:
        run_tasks(write, items(3), folder, PLAN, HERE)
        assert read_json(folder / "done-00001.json")["length"] == 2
        keep_only(folder, {f"{n}.txt": "" for n in range(3)})
    assert [(out / f"{n}.txt").read_text() for n in range(3)] == [".", "x.", "xx."]
    out.fs.rm("/", recursive=True)


def test_notes_that_a_power_cut_left_half_are_as_good_as_none(tmp_path, done):
    stop_at_the_last(tmp_path, done)
    (tmp_path / ".out.partial" / "done-00000.json").write_text("")
    (tmp_path / ".out.partial" / "done-00001.json").write_text("{}")
    run(tmp_path, items())
    assert done() == [0, 1, 5]


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    """The pipe that they inherit closes only when all of them have gone."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import test_tasks\n"
        "test_tasks.run_and_wait(Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, Path(__file__).parent, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
        assert started.stdout.readline() == b"working\n"
        started.kill()
        assert started.stdout.read() == b""  # returns when the last worker has gone


def run_and_wait(tmp_path):
    """Start two workers that wait for ever, and say so."""
    with output_folder(tmp_path / "out", "test", resume=True) as folder:
        run_tasks(wait, items(2), folder, PLAN, Machines(workers=2))


def wait(item: dict, folder: Path) -> dict:
    """A task that does not end; the first one says that it has begun."""
    if item["number"] == 0:
        print("working", flush=True)
    threading.Event().wait()
    return {"outputs": {}}
