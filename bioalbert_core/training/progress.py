"""Progress, for people (a bar, or plain lines without a terminal) and for programs (JSON Lines)."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from tqdm import tqdm

from bioalbert_core.plumbing.files import append_text, output_file
from bioalbert_core.plumbing.progress import LINE_EVERY, lines
from bioalbert_core.training.tensorboard import EventFile

BAR = "{percentage:3.0f}%|{bar:10}| {desc}"


class Progress:
    """Shows training steps on stderr and logs the scores.

    The log is a JSON Lines file, with one for TensorBoard next to it. Neither holds times, so the
    same training writes the same bytes. Speed and time left are only shown; they leave out
    compilation, evaluation and checkpoints.

    Args:
        path: of the JSON Lines file; each call of `note` or `event` appends a line.
        steps: of the whole training.
        name: how each line shown starts.
        start: steps that an earlier try has done; the log keeps its lines up to there.
        speed: turns the seconds of a step into words.
        on_line: called with each line of the log, those of an earlier try first.
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
        self._path, self._steps, self._name = path, steps, name
        self._speed, self._on_line = speed, on_line
        self._events = EventFile(path.with_suffix(".tfevents"))
        for line in kept:
            self._pass_on(json.loads(line))
        self._bar = tqdm(total=steps, initial=start, desc=name, disable=None, bar_format=BAR)
        self._lines = lines()
        self._last_shown = perf_counter()
        self._since_note = 0  # steps
        self._timed_from: float | None = None
        self._timed_steps = 0
        self._seconds = 0.0  # of a step

    def step(self, done: int, scores: dict[str, float]) -> None:
        """``done`` steps are done; ``scores`` are means since the last note."""
        now = perf_counter()
        self._since_note += 1
        self._time(now)
        if not self._bar.disable:
            self._bar.set_description_str(self._line(done, {"train": scores}), refresh=False)
            self._bar.update(done - self._bar.n)
        elif now - self._last_shown >= LINE_EVERY:
            self._show(self._line(done, {"train": scores}))

    def note(self, step: int, **groups: dict[str, float]) -> None:
        """Log and show the scores measured after ``step``."""
        groups = {group: _rounded(scores) for group, scores in groups.items()}
        self._show(self._line(step, groups))
        self._write({"step": step, **groups})

    def event(self, step: int, message: str) -> None:
        """Log and show what happened after ``step``."""
        self._show(f"{self._name} step {step}/{self._steps}: {message}")
        self._write({"step": step, "event": message})

    def _write(self, line: dict) -> None:
        append_text(self._path, json.dumps(line) + "\n")
        self._pass_on(line)
        self._since_note, self._timed_from = 0, None

    def _pass_on(self, line: dict) -> None:
        self._events.write(line)
        if self._on_line:
            self._on_line(line)

    def _time(self, now: float) -> None:
        """Time the steps since the last note; the first of them waits for other work."""
        if self._timed_from is None:
            self._timed_from, self._timed_steps = now, 0
        else:
            self._timed_steps += 1
            self._seconds = (now - self._timed_from) / self._timed_steps

    def _line(self, step: int, groups: dict[str, dict[str, float]]) -> str:
        """Scores, speed and the time left, as far as they are available."""
        parts = [
            f"{group}{self._span(group)} "
            + ", ".join(
                f"{n} {v:,}" if isinstance(v, int) else f"{n} {v:.3f}" for n, v in scores.items()
            )
            for group, scores in groups.items()
            if scores
        ]
        if self._seconds and self._speed:
            parts.append(self._speed(self._seconds))
        if self._seconds and step < self._steps:
            left = tqdm.format_interval((self._steps - step) * self._seconds)
            parts.append(f"{left} left")
        return f"{self._name} step {step}/{self._steps}: {'; '.join(parts)}"

    def _span(self, group: str) -> str:
        """How many steps a training score is the mean of."""
        several = group == "train" and self._since_note > 1
        return f" (mean of {self._since_note:,} steps)" if several else ""

    def _show(self, line: str) -> None:
        tqdm.write(line, file=self._lines)
        self._last_shown = perf_counter()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._events.close()


class NoProgress(contextlib.nullcontext):
    """Stands in for `Progress` in every process but the first."""

    def __enter__(self) -> "NoProgress":
        return self

    def step(self, *_: object, **__: object) -> None:
        """Show nothing."""

    note = event = step


def _rounded(scores: dict[str, float]) -> dict[str, float]:
    return {n: v if isinstance(v, int) else round(float(v), 4) for n, v in scores.items()}


def _lines_until(path: Path, step: int) -> list[str]:
    """The lines of a log up to ``step``, without a last line that was cut."""
    text = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    whole = [line for line in text if line.endswith("}\n")]
    return [line for line in whole if json.loads(line)["step"] <= step]
