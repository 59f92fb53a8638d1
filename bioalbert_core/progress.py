"""Progress, for people (a bar, or plain lines without a terminal) and for programs (JSON Lines)."""

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TextIO

from tqdm import tqdm

from bioalbert_core.addresses import children
from bioalbert_core.files import append_text, is_local, output_file
from bioalbert_core.pace import Pace
from bioalbert_core.tensorboard import EventFile

BAR = "{percentage:3.0f}%|{bar:10}| {desc}"


LINE_EVERY = 30.0
"""Seconds between plain lines."""


class Progress:
    """Follows training steps on standard error and writes what is measured on the way.

    What is measured goes to a JSON Lines file and, beside it, to one for TensorBoard. Neither holds
    times, so that the same training gives the same bytes: speed is only told.

    Args:
        path: the JSON Lines file to write, a line per call of ``note`` or ``event``.
        steps: how many steps there will be.
        name: what stands before each line.
        start: steps that an earlier try has done; its lines up to there stay in the file.
        speed: puts the seconds of a step into words.
        on_line: called with each line of the file, those of an earlier try first.
    """

    def __init__(
        self,
        path: Path,
        steps: int,
        name: str,
        start: int = 0,
        speed: Callable[[float], str] | None = None,
        on_line: Callable[[dict], None] | None = None,
    ) -> None:
        kept = _lines_until(path, start)
        with output_file(path) as partial:
            partial.write_text("".join(kept), "utf-8")
        self._path = path
        self._events = EventFile(path.with_suffix(".tfevents"))
        self._on_line, self._speed = on_line, speed
        for line in kept:
            self._pass_on(json.loads(line))
        self._name, self._steps = name, steps
        self._bar = tqdm(total=steps, initial=start, desc=name, disable=None, bar_format=BAR)
        self._lines = _lines()
        self._pace = Pace()
        self._told = perf_counter()
        self._since = 0  # steps since the last note

    def step(self, done: int, scores: dict[str, float]) -> None:
        """``done`` steps are done; the scores are means over those since the last note."""
        now = perf_counter()
        self._since += 1
        self._pace.step(self._steps - done, now)
        if not self._bar.disable:
            self._bar.set_description_str(self._line(done, {"train": scores}), refresh=False)
            self._bar.update(done - self._bar.n)
        elif now - self._told >= LINE_EVERY:
            self._tell(self._line(done, {"train": scores}))

    def note(self, step: int, **groups: dict[str, float]) -> None:
        """Write the scores measured after ``step``, and tell them in one line."""
        groups = {
            group: {
                name: value if isinstance(value, int) else round(float(value), 4)
                for name, value in scores.items()
            }
            for group, scores in groups.items()
        }
        self._write({"step": step, **groups})
        self._tell(self._line(step, groups))
        self._since = 0

    def event(self, step: int, told: str) -> None:
        """Write and tell what happened after ``step``, in words."""
        self._write({"step": step, "event": told})
        self._tell(f"{self._name} step {step}/{self._steps}: {told}")
        self._since = 0

    def _write(self, line: dict) -> None:
        append_text(self._path, json.dumps(line) + "\n")
        self._pass_on(line)
        self._pace.pause()

    def _pass_on(self, line: dict) -> None:
        self._events.write(line)
        if self._on_line:
            self._on_line(line)

    def _line(self, step: int, groups: dict[str, dict[str, float]]) -> str:
        """Scores, speed and the time left, as far as they are known."""
        told = [
            f"{group}{self._span(group)} " + ", ".join(map(_score, scores.items()))
            for group, scores in groups.items()
            if scores
        ]
        if self._speed and self._pace.seconds:
            told.append(self._speed(self._pace.seconds))
        if self._pace.left:
            told.append(f"{tqdm.format_interval(self._pace.left)} left")
        return f"{self._name} step {step}/{self._steps}: {'; '.join(told)}"

    def _span(self, group: str) -> str:
        """What training scores are means over: more and more steps, until the next note."""
        return f" (mean of {self._since:,} steps)" if group == "train" and self._since > 1 else ""

    def _tell(self, line: str) -> None:
        tqdm.write(line, file=self._lines)
        self._told = perf_counter()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._events.close()


def _score(item: tuple[str, float]) -> str:
    name, value = item
    return f"{name} {value:,}" if isinstance(value, int) else f"{name} {value:.3f}"


class Silence(contextlib.nullcontext):
    """In place of `Progress` where another process tells of the same steps."""

    def __enter__(self) -> "Silence":
        return self

    def step(self, done: int, scores: dict[str, float]) -> None:
        """Nothing."""

    def note(self, step: int, **groups: dict[str, float]) -> None:
        """Nothing."""

    def event(self, step: int, told: str) -> None:
        """Nothing."""


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
    ended, found = False, 0
    while not ended:
        ended = stop.wait(0.5 if is_local(folder) and not bar.disable else 10)
        with contextlib.suppress(Exception):  # of a server, for once: no reason to stop
            found = len(children(folder, pattern))
        if bar.disable and not ended:
            print(line.format(found), file=_lines(), flush=True)
        bar.update(found - bar.n)


def _lines() -> TextIO:
    """Where plain lines go: notebooks paint standard error red, as if something were wrong."""
    return sys.stdout if "ipykernel" in sys.modules else sys.stderr
