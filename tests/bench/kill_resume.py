"""The kill test: runs ended by signal 9 again and again give the bytes of one never ended.

    pip install -e ".[bench]"
    python tests/bench/kill_resume.py [--kills 24] [--seed 0] [--steps 120]

``python -m bioalbert_core.pretrain --preset tiny`` on the embedded corpus, but with dropout and a
checkpoint every 10 steps. One run ends by itself. Others are killed at seeded random moments: half
of them anywhere up to the processor time that the first run took; half of them when some part of a
checkpoint is written, the first or the second since the start of the process, by a signal 9 that
the process sends to itself, so that it strikes there for sure. Each time the run is started again
with ``--resume``; one that reaches its end is followed by another, and the last may end. All files
of all runs must be the same, byte for byte: weights, log, manifest.

Prints where the kills struck. Ends with 1 when a file differs.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path

import psutil
import safetensors.numpy

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from bioalbert_core.config import PRETRAIN_PRESETS
from bioalbert_core.pretrain.embedded import prepare_instances

EVERY = 10
DROPOUT = 0.1  # so that a random generator has a state too


def train(writing: int, part: float) -> None:
    """The command, with more checkpoints than the preset has; its arguments are this program's.

    It kills itself when so large a part of this checkpoint is written; 0 is none.
    """
    from bioalbert_core.albert import tensor_files as safe
    from bioalbert_core.pretrain.__main__ import main

    numbers, save_whole = count(1), safe.save_file

    def save(tensors, path, metadata):
        if next(numbers) == writing:
            data = safetensors.numpy.save(tensors, metadata)
            path.write_bytes(data[: round(part * len(data))])
            os.kill(os.getpid(), signal.SIGKILL)
        save_whole(tensors, path, metadata)

    safe.save_file = save
    tiny = PRETRAIN_PRESETS["tiny"]
    model = replace(tiny.model, dropout=DROPOUT)
    PRETRAIN_PRESETS["tiny"] = replace(tiny, model=model, evaluate_every=EVERY, evaluate_batches=2)
    main()


def start(
    instances: Path, out: Path, steps: int, writing: int = 0, part: float = 0
) -> psutil.Popen:
    """A process that trains, or goes on training; the last two as in `train`."""
    options = ["--instances", instances, "--out", out, "--steps", steps, "--batch-size", 8]
    return psutil.Popen(
        [
            sys.executable,
            __file__,
            "--train",
            str(writing),
            str(part),
            *map(str, options),
            "--resume",
        ],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def finish(process: psutil.Popen) -> float:
    """Wait for its end; the processor seconds that it took."""
    seconds = 0.0
    while process.poll() is None:
        seconds = spent(process) or seconds
        time.sleep(0.05)
    ended(process)
    return seconds


def spent(process: psutil.Popen) -> float:
    """Processor seconds so far; 0 when it has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def after_seconds(process: psutil.Popen, seconds: float) -> None:
    """Wait until it has taken so many processor seconds, or has ended."""
    while process.poll() is None and spent(process) < seconds:
        time.sleep(0.005)


def names(folder: Path) -> set[str]:
    """Checkpoints in a folder, which may not be there; those half written begin with a dot."""
    with contextlib.suppress(FileNotFoundError):
        return {path.name for path in folder.glob("*checkpoint-*")}
    return set()


def ended(process: psutil.Popen) -> bool:
    """Wait; whether it ended by itself, and not by signal 9."""
    if (code := process.wait()) not in (0, -signal.SIGKILL):
        raise SystemExit(f"{process.args}: ended with {code}")
    return code == 0


def kill(process: psutil.Popen, partial: Path, before: set[str]) -> str | None:
    """Kill it; where that struck, None if it came too late."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
    if ended(process):
        return None
    new = names(partial) - before
    if any(name.startswith(".") for name in new):
        return "while a checkpoint was being written"
    if not any(name.startswith("checkpoint") for name in names(partial)):
        return "before the first checkpoint"
    return "between checkpoints" if new else "after resuming, before another checkpoint"


def killed_once(
    instances: Path, out: Path, steps: int, seconds: float, rng: random.Random
) -> str | None:
    """Start or go on, and kill; where that struck."""
    partial = out.with_name(f".{out.name}.partial")
    before = names(partial)
    if rng.random() < 0.5:
        process = start(instances, out, steps, rng.randint(1, 2), rng.random())
        return None if ended(process) else "while a checkpoint was being written"
    process = start(instances, out, steps)
    after_seconds(process, rng.uniform(0, seconds))
    return kill(process, partial, before)


def killed(
    instances: Path, place: Path, steps: int, kills: int, seconds: float, rng: random.Random
) -> list[Path]:
    """Runs with so many kills in all; prints where these struck."""
    where: Counter[str] = Counter()
    runs = [place / "killed-1"]
    while where.total() < kills:
        if struck := killed_once(instances, runs[-1], steps, seconds, rng):
            where[struck] += 1
            print(f"{where.total():3} {runs[-1].name}: {struck}", flush=True)
        if runs[-1].exists():
            runs.append(place / f"killed-{len(runs) + 1}")
    finish(start(instances, runs[-1], steps))
    print(*(f"{times:3} kills {place}" for place, times in where.most_common()), sep="\n")
    return runs


def digests(folder: Path) -> dict[str, str]:
    """The hash of each file."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def main() -> None:
    """Train all, and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--steps", type=int, default=120)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, rng = Path(folder), random.Random(options.seed)
        instances = prepare_instances(place / "data")
        seconds = finish(start(instances, place / "whole", options.steps))
        runs = killed(instances, place, options.steps, options.kills, seconds, rng)
        whole = digests(place / "whole")
        same = [digests(run) == whole for run in runs]
    print(f"weights of the run never killed: {whole['model.safetensors']}")
    print(f"{sum(same)} of {len(same)} killed runs have the same files, byte for byte")
    sys.exit(0 if all(same) else 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train"]:
        _, _, number, share = sys.argv[:4]
        del sys.argv[1:4]
        train(int(number), float(share))
    else:
        main()
