"""Progress of tasks: a bar on a terminal, plain lines elsewhere."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from bioalbert_core.plumbing.addresses import children, is_local

LINE_EVERY = 30.0
"""Seconds between plain lines."""


@contextlib.contextmanager
def watch(folder: Path, name: str, pattern: str, total: int) -> Iterator[None]:
    """While the block runs, show how many of ``total`` files match a pattern in a folder."""
    stop = threading.Event()

    def count_files() -> None:
        count, ended = 0, False
        while not ended:
            ended = stop.wait(0.5 if is_local(folder) and not bar.disable else 10)
            with contextlib.suppress(Exception):  # a server that fails once is no reason to stop
                count = len(children(folder, pattern))
            if bar.disable and not ended:
                print(f"{name}: {count}/{total} parts", file=lines(), flush=True)
            bar.update(count - bar.n)

    with tqdm(total=total, desc=name, unit="part", disable=None) as bar:
        thread = threading.Thread(target=count_files)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def lines() -> TextIO:
    """Where plain lines go; notebooks paint standard error red, as if something were wrong."""
    return sys.stdout if "ipykernel" in sys.modules else sys.stderr
