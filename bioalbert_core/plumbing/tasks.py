"""Many small tasks fill one folder: in this process, in several, or on many machines with Beam.

A task writes its files into the folder, each whole or not at all, and gives back facts about them.
Who runs it does not matter: the bytes depend on the task alone. A finished task leaves a receipt in
the folder, so that a run that was stopped (a kill, a full disk) goes on where it stood.
"""

import argparse
import contextlib
import hashlib
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
from bioalbert_core.plumbing.errors import UserError, check_range
from bioalbert_core.plumbing.files import read_json, sha256, write_json
from bioalbert_core.plumbing.folders import MANIFEST, empty, versions
from bioalbert_core.plumbing.progress import watch

PLAN = "plan.json"
RECEIPTS = "done-*.json"
FULL_NAMES = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}
"""Of runners that Beam has, but does not find by their short name."""
FAILURES = "failed-*.json"
Item = dict  # what a task works on, in the types of JSON
Facts = dict[str, Any]  # "outputs": file name -> SHA-256, and what else the task has to tell
Work = Callable[[Item, Path], Facts]


@dataclass(frozen=True)
class Machines:
    """Where tasks run."""

    runner: Literal["local", "beam"] = "local"
    """This machine, or Apache Beam with options of its own behind --, such as
    -- --direct_num_workers=4, or -- --runner=DaskRunner --dask_client_address=tcp://HOST:8786."""
    workers: int = 1
    """Processes on this machine; Beam has options of its own for that."""
    beam_options: tyro.conf.Suppress[tuple[str, ...]] = ()
    """Beam's own, such as ``--runner=FlinkRunner``; on the command line, behind ``--``."""


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_tasks(
    work: Work, items: Sequence[Item], folder: Path, plan: Facts, machines: Machines
) -> list[Facts]:
    """Run ``work(item, folder)`` for each item; return the facts of each, in order.

    Args:
        work: a function of a module (or a `functools.partial` of one), so that it can be sent to
            another process. It writes files into the folder and returns their names and hashes.
        items: one for each task. A finished task is done again when its item has changed.
        folder: where to write; may hold finished tasks of an earlier try.
        plan: what all tasks depend on. A folder with another plan is emptied first.
        machines: where tasks run.

    Raises:
        UserError: of a task, or when the machine failed it. Finished tasks stay.
    """
    check_range("--workers", machines.workers, 1, 1024)
    _start_or_resume(folder, {**plan, "versions": versions(), "code": _code()})
    todo = [(i, item) for i, item in enumerate(items) if not _is_done(folder, i, item)]
    try:
        with watch(folder, plan["command"], RECEIPTS, len(items)):
            if machines.runner == "beam":
                _with_beam(work, folder, todo, machines.beam_options)
            elif machines.workers == 1 or len(todo) < 2:
                for task in todo:
                    _do(work, folder, task)
            else:
                _with_processes(work, folder, todo, machines.workers)
    except (OSError, BrokenProcessPool) as error:
        raise UserError(_told(error, folder, len(items))) from None
    finally:
        if not children(folder, RECEIPTS):
            empty(folder)
    return [read_json(_receipt(folder, i)) for i in range(len(items))]


def keep_only(folder: Path, outputs: dict[str, str]) -> None:
    """Take away all but the named files and the manifest: the last step before publishing."""
    for path in children(folder):
        if path.name not in outputs and path.name != MANIFEST:
            path.unlink()


def _do(work: Work, folder: Path, task: tuple[int, Item]) -> None:
    index, item = task
    write_json(_receipt(folder, index), {"item": item, **work(item, folder)})


def _with_processes(work: Work, folder: Path, todo: list[tuple[int, Item]], workers: int) -> None:
    # "spawn": a fork of a process that runs TensorFlow's threads, such as a notebook's, may hang.
    context = multiprocessing.get_context("spawn")
    workers = min(workers, len(todo))
    with ProcessPoolExecutor(workers, context, initializer=_start_worker) as pool:
        try:
            with _no_interrupts():  # as long as the workers start
                submitted = [pool.submit(_do, work, folder, task) for task in todo]
            for done in as_completed(submitted):
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _start_worker() -> None:
    """A worker goes without a word on Ctrl-C, and with its parent, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


@contextlib.contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C does nothing meanwhile, here and in processes that start here."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _with_beam(
    work: Work, folder: Path, todo: list[tuple[int, Item]], options: Sequence[str]
) -> None:
    """The same tasks as a Beam pipeline; each machine must reach the inputs and the folder."""
    for failure in children(folder, FAILURES):
        failure.unlink()
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # Beam logs at length what is told below in a line
    try:
        _run_pipeline(work, folder, todo, list(options))
    finally:
        logging.disable(before)
    for failure in children(folder, FAILURES):
        raise UserError(read_json(failure)["error"])


def _run_pipeline(
    work: Work, folder: Path, todo: list[tuple[int, Item]], options: list[str]
) -> None:
    try:
        import apache_beam as beam
        from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
    except ImportError:
        raise UserError(
            "--runner beam: Apache Beam is not installed; pip install apache-beam"
        ) from None
    try:
        given = PipelineOptions(options)
        standard = given.view_as(StandardOptions)
        standard.runner = FULL_NAMES.get(standard.runner, standard.runner)
        whole = beam.Pipeline(options=given)  # from here on the runner's own options are known
        _check_beam_options(PipelineOptions, options, whole.runner)
        with whole as pipeline:
            _ = (
                pipeline
                | beam.Create(todo)
                | beam.Reshuffle()
                | beam.Map(_try, work, folder, str(Path.cwd()))
            )
    except UserError:
        raise
    except Exception as error:  # of any of its runners, about any machine, address or right
        if "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        reason = ": ".join(filter(None, (type(error).__name__, str(error))))
        raise UserError(f"--runner beam: {reason}; fix this and rerun") from None


def _try(task: tuple[int, Item], work: Work, folder: Any, home: str) -> None:
    """Do a task; what stops it goes to a file, so that Beam neither tries again nor talks of it.

    ``folder`` is a path, be it an address, which Beam's check of types would refuse.
    """
    with contextlib.suppress(OSError):
        os.chdir(home)  # a relative path starts where the command was given
    try:
        _do(work, folder, task)
    except (UserError, OSError) as error:
        told = str(error) if isinstance(error, UserError) else f"{error}; mend that and run again"
        write_json(folder / f"failed-{task[0]:05d}.json", {"error": told})


def _check_beam_options(known: type, options: list[str], runner: object) -> None:
    """UserError for an option that no part of Beam knows; Beam itself would drop it.

    Some runners hand options on to a job server, which alone knows them: these are just told of.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for part in known.__subclasses__():
        part._add_argparse_args(parser)
    try:
        unknown = parser.parse_known_args(options)[1]
    except argparse.ArgumentError as error:
        raise UserError(f"Beam option {error}") from None
    if unknown and hasattr(runner, "create_job_service"):
        told = f"{' '.join(unknown)}: not known to Beam here; the runner's job server may know it"
        print(told, file=sys.stderr)
    elif unknown:
        raise UserError(f"{unknown[0]}: neither an option of this command nor of Beam; see --help")


def _start_or_resume(folder: Path, plan: Facts) -> None:
    if _read(folder / PLAN) != plan:
        empty(folder)
        write_json(folder / PLAN, plan)


def _code() -> str:
    """A hash of this package: what older code made is not mixed with what newer code makes."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _read(path: Path) -> Facts:
    """A note of an earlier try; empty when there is none, or a power cut left half of it."""
    try:
        return read_json(path)
    except UserError:
        return {}


def _receipt(folder: Path, index: int) -> Path:
    return folder / f"done-{index:05d}.json"


def _is_done(folder: Path, index: int, item: Item) -> bool:
    """Whether the task has a receipt for this very item, and its files are as that says."""
    receipt = _read(_receipt(folder, index))
    return receipt.get("item") == item and all(
        (folder / name).is_file() and sha256(folder / name) == digest
        for name, digest in receipt["outputs"].items()
    )


def _told(error: Exception, folder: Path, tasks: int) -> str:
    if isinstance(error, OSError):
        place = error.filename or folder
        words = f"{place}: {error.strerror or error}; mend that"
    else:
        words = "a worker process was killed, out of memory perhaps; take fewer --workers"
    done = len(children(folder, RECEIPTS))
    return f"{words} and run the same command again: {done} of {tasks} parts are finished and kept"
