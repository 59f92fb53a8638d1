"""Progress of tasks: a bar on a terminal, plain lines elsewhere."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from bioalbert_core.plumbing.addresses import children
from bioalbert_core.plumbing.files import is_local

LINE_EVERY = 30.0
"""Seconds between plain lines."""


@contextlib.contextmanager
def watch(folder: Path, name: str, pattern: str, total: int) -> Iterator[None]:
    """While the block runs, tell how many files of a pattern lie in a folder, out of ``total``."""
    with tqdm(total=total, desc=name, unit="part", disable=None) as bar:
        stop = threading.Event()
        thread = threading.Thread(
            target=_watch, args=(folder, pattern, bar, f"{name}: {{}}/{total} parts", stop)
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _watch(folder: Path, pattern: str, bar: tqdm, line: str, stop: threading.Event) -> None:
    ended, found = False, 0
    while not ended:
        ended = stop.wait(0.5 if is_local(folder) and not bar.disable else 10)
        with contextlib.suppress(Exception):  # of a server, for once: no reason to stop
            found = len(children(folder, pattern))
        if bar.disable and not ended:
            print(line.format(found), file=lines(), flush=True)
        bar.update(found - bar.n)


def lines() -> TextIO:
    """Where plain lines go: notebooks paint standard error red, as if something were wrong."""
    return sys.stdout if "ipykernel" in sys.modules else sys.stderr
