"""Many small tasks fill one folder: in this process, in several, or on many machines with Beam.

A task writes its files into the folder, each whole or not at all, and returns facts about them.
The bytes depend on the task alone, not on where it runs. A finished task leaves a receipt in the
folder, so a run that was stopped (killed, disk full) resumes where it stopped.
"""

import argparse
import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import tyro

from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.errors import UserError, check_range, reason
from bioalbert_core.plumbing.files import read_json, sha256, write_json
from bioalbert_core.plumbing.folders import MANIFEST, empty, versions
from bioalbert_core.plumbing.progress import watch

PLAN = "plan.json"
RECEIPTS = "done-*.json"
FAILURES = "failed-*.json"
FULL_NAMES = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}
"""Runners that Beam has but does not find by their short names."""
Item = dict  # what a task works on, in JSON's types
Facts = dict[str, Any]  # "outputs": file name -> SHA-256, and whatever else the task reports
Task = tuple[int, Item]


@dataclass(frozen=True)
class Machines:
    """Where tasks run."""

    runner: Literal["local", "beam"] = "local"
    """This machine, or Apache Beam with its own options after --, such as
    -- --direct_num_workers=4, or -- --runner=DaskRunner --dask_client_address=tcp://HOST:8786."""
    workers: int = 1
    """Processes on this machine; Beam has its own option for that."""
    beam_options: tyro.conf.Suppress[tuple[str, ...]] = ()
    """Beam's own, such as ``--runner=FlinkRunner``; on the command line, after ``--``."""


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Job:
    """The work of all tasks and the folder they fill; other processes get a copy."""

    work: Callable[[Item, Path], Facts]
    folder: Path

    def do(self, task: Task) -> None:
        """Do a task, then write its receipt."""
        number, item = task
        write_json(self.receipt(number), {"item": item, **self.work(item, self.folder)})

    def receipt(self, number: int) -> Path:
        """The file that says that a task is done."""
        return self.folder / f"done-{number:05d}.json"

    def is_done(self, task: Task) -> bool:
        """Whether the task has a receipt for this very item, and its files match their hashes."""
        number, item = task
        receipt = _read(self.receipt(number))
        return receipt.get("item") == item and all(
            (self.folder / name).is_file() and sha256(self.folder / name) == digest
            for name, digest in receipt["outputs"].items()
        )


def run_tasks(
    work: Callable[[Item, Path], Facts],
    items: Sequence[Item],
    folder: Path,
    plan: Facts,
    machines: Machines,
) -> list[Facts]:
    """Run ``work(item, folder)`` for each item; return the facts of each, in order.

    Args:
        work: a module-level function (or a `functools.partial` of one), so that it can be sent to
            another process. It writes files into the folder and returns their names and hashes.
        items: one for each task. A finished task is done again when its item has changed.
        folder: where to write; may hold finished tasks of an earlier run.
        plan: what all tasks depend on. A folder with another plan is emptied first.
        machines: where tasks run.

    Raises:
        UserError: raised by a task, or the machine failed it. Finished tasks stay.
    """
    check_range("--workers", machines.workers, 1, 1024)
    plan = {**plan, "versions": versions()}
    if _read(folder / PLAN) != plan:
        empty(folder)
        write_json(folder / PLAN, plan)
    job = Job(work, folder)
    tasks = [task for task in enumerate(items) if not job.is_done(task)]
    try:
        with watch(folder, plan["command"], RECEIPTS, len(items)):
            if machines.runner == "beam":
                _with_beam(job, tasks, list(machines.beam_options))
            elif machines.workers == 1 or len(tasks) < 2:
                for task in tasks:
                    job.do(task)
            else:
                _with_processes(job, tasks, machines.workers)
    except (OSError, BrokenProcessPool) as error:
        raise UserError(_failure(error, folder, len(items))) from None
    finally:
        if not children(folder, RECEIPTS):
            empty(folder)
    return [read_json(job.receipt(number)) for number in range(len(items))]


def keep_only(folder: Path, outputs: dict[str, str]) -> None:
    """Delete all but the named files and the manifest: the last step before publishing."""
    for path in children(folder):
        if path.name not in outputs and path.name != MANIFEST:
            path.unlink()


def _read(path: Path) -> Facts:
    """A note of an earlier run; empty when it is missing, or cut off by a power failure."""
    try:
        return read_json(path)
    except UserError:
        return {}


def _failure(error: Exception, folder: Path, tasks: int) -> str:
    """What stopped a run, and how much of it is kept."""
    if isinstance(error, OSError):
        cause = f"{error.filename or folder}: {reason(error)}; fix this"
    else:
        cause = "a worker process was killed, perhaps out of memory; lower --workers"
    done = len(children(folder, RECEIPTS))
    return f"{cause} and rerun the same command: {done} of {tasks} parts are finished and kept"


# ---- several processes


def _with_processes(job: Job, tasks: list[Task], workers: int) -> None:
    # "spawn": a fork of a process that runs TensorFlow's threads, such as a notebook's, may hang.
    context = multiprocessing.get_context("spawn")
    workers = min(workers, len(tasks))
    with ProcessPoolExecutor(workers, context, initializer=_start_worker) as pool:
        try:
            with _no_interrupts():  # while the workers start
                submitted = [pool.submit(job.do, task) for task in tasks]
            for done in as_completed(submitted):
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _start_worker() -> None:
    """A worker ends silently on Ctrl-C, and with its parent, however that ends."""

    def end_with_parent() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=end_with_parent, daemon=True).start()


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C in the block, here and in processes started by it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# ---- Apache Beam


def _with_beam(job: Job, tasks: list[Task], options: list[str]) -> None:
    """Run the tasks as a Beam pipeline; each machine must reach the inputs and the folder."""
    for failure in children(job.folder, FAILURES):
        failure.unlink()
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # Beam logs at length what we report in a line
    try:
        _run_pipeline(job, tasks, options)
    except UserError:
        raise
    except Exception as error:  # any runner's, about any machine, address or permission
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        name = type(error).__name__
        message = f"{name}: {error}" if str(error) else name
        raise UserError(f"--runner beam: {message}; fix this and rerun") from None
    finally:
        logging.disable(before)
    for failure in children(job.folder, FAILURES):
        raise UserError(read_json(failure)["error"])


def _run_pipeline(job: Job, tasks: list[Task], options: list[str]) -> None:
    try:
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
    except ImportError:
        message = "--runner beam: Apache Beam is not installed; run: pip install apache-beam"
        raise UserError(message) from None
    parsed = PipelineOptions(options)
    standard = parsed.view_as(StandardOptions)
    standard.runner = FULL_NAMES.get(standard.runner, standard.runner)
    pipeline = beam.Pipeline(options=parsed)  # imports the runner, which defines its own options
    _check_beam_options(PipelineOptions, options, pipeline.runner)
    with pipeline:
        work = beam.Map(_try, job, str(Path.cwd()))
        _ = pipeline | beam.Create(tasks) | beam.Reshuffle() | work


def _try(task: Task, job: Job, home: str) -> None:
    """Do a task; write its error to a file, so that Beam neither retries nor logs it."""
    with contextlib.suppress(OSError):
        os.chdir(home)  # relative paths start where the command was run
    try:
        job.do(task)
    except (UserError, OSError) as error:
        message = str(error) if isinstance(error, UserError) else f"{error}; fix this and rerun"
        write_json(job.folder / f"failed-{task[0]:05d}.json", {"error": message})


def _check_beam_options(known: type, options: list[str], runner: object) -> None:
    """UserError for an option that no part of Beam knows; Beam itself would drop it.

    Some runners pass options on to a job server, which alone knows them: only note these.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for part in known.__subclasses__():
        part._add_argparse_args(parser)
    try:
        unknown = parser.parse_known_args(options)[1]
    except argparse.ArgumentError as error:
        raise UserError(f"Beam option {error}") from None
    if unknown and not hasattr(runner, "create_job_service"):
        raise UserError(f"{unknown[0]}: neither an option of this command nor of Beam; see --help")
    if unknown:
        note = f"{' '.join(unknown)}: not known to Beam here; the runner's job server may know it"
        print(note, file=sys.stderr)
