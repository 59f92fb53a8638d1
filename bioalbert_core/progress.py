"""Progress, for people (a bar, or plain lines without a terminal) and for programs (JSON Lines)."""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from bioalbert_core.files import is_local, output_file


class Progress:
    """Follows training steps on standard error and writes what is measured on the way.

    Args:
        path: the JSON Lines file to write, a line per call of ``note``.
        steps: how many steps there will be.
        name: what stands before each line.
        start: steps that an earlier try has done; its lines up to there stay in the file.
    """

    def __init__(self, path: Path, steps: int, name: str, start: int = 0) -> None:
        kept = _lines_until(path, start)
        with output_file(path) as partial:
            partial.write_text("".join(kept), "utf-8")
        self._file = path.open("a", encoding="utf-8")
        self._bar = tqdm(total=steps, initial=start, desc=name, unit="step", disable=None)
        self._start = f"{name} step {{}}/{steps}"
        self._lines = _lines()

    def step(self) -> None:
        """One more step is done."""
        self._bar.update()

    def note(self, step: int, **groups: dict[str, float]) -> None:
        """Write the scores measured after ``step``, and tell them in one line."""
        groups = {
            group: {name: round(float(value), 4) for name, value in scores.items()}
            for group, scores in groups.items()
        }
        self._file.write(json.dumps({"step": step, **groups}) + "\n")
        self._file.flush()
        told = "; ".join(
            f"{group} " + ", ".join(f"{name} {value:.3f}" for name, value in scores.items())
            for group, scores in groups.items()
            if scores
        )
        tqdm.write(f"{self._start.format(step)}: {told}", file=self._lines)

    def event(self, step: int, told: str) -> None:
        """Write and tell what happened after ``step``, in words."""
        self._file.write(json.dumps({"step": step, "event": told}) + "\n")
        self._file.flush()
        tqdm.write(f"{self._start.format(step)}: {told}", file=self._lines)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._file.close()


def _lines_until(path: Path, step: int) -> list[str]:
    """The lines of a log that stand for steps up to ``step``; the last may be cut."""
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    whole = [line for line in lines if line.endswith("}\n")]
    return [line for line in whole if json.loads(line)["step"] <= step]


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
    ended = False
    while not ended:
        ended = stop.wait(0.5 if is_local(folder) and not bar.disable else 10)
        found = len(list(folder.glob(pattern)))
        if bar.disable and not ended:
            print(line.format(found), file=_lines(), flush=True)
        bar.update(found - bar.n)


def _lines() -> TextIO:
    """Where plain lines go: notebooks paint standard error red, as if something were wrong."""
    return sys.stdout if "ipykernel" in sys.modules else sys.stderr
