"""Training progress, for people (a bar or plain lines) and for programs (JSON Lines)."""

import json
import sys
from pathlib import Path

from tqdm import tqdm


class Progress:
    """Follows training steps on standard error and writes what is measured on the way.

    Args:
        path: the JSON Lines file to write, a line per call of ``note``.
        steps: how many steps there will be.
        name: what stands before each line.
    """

    def __init__(self, path: Path, steps: int, name: str) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._bar = tqdm(total=steps, desc=name, unit="step", disable=None)
        self._start = f"{name} step {{}}/{steps}"
        # Notebooks paint standard error red, as if something were wrong.
        self._lines = sys.stdout if "ipykernel" in sys.modules else sys.stderr

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

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        self._file.close()
