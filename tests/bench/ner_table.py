"""The table of all data sets and systems: the same commands, the same scores, each run kept.

    python tests/bench/ner_table.py --data ../shared/data/ner --out runs/table

For each folder of ``--data`` with a train.tsv: the dictionary (of train and devel; the others learn
from train, devel chooses their weights), the BiLSTM-CRF, the shape of `bioalbert-tiny` from random
weights, and `bioalbert-tiny`, each by ``python -m
bioalbert_core.finetune`` and ``python -m bioalbert_core.evaluate``. A run that is there is not made
again, one that was stopped is gone on with, so the program can be stopped and started. Each core
that it may use makes a run of its own. All have the preset `quick`; a BiLSTM-CRF, which starts with
no weights to build on, gets three times its steps and a higher rate.

Prints two tables: strict entity F1 on test with its 95 % interval, and what token-level scores
make of the same predictions, beside those of a tagger that says "O" everywhere.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from bioalbert_core.plumbing.files import read_json

TINY = ("--model", "bioalbert-tiny")
SYSTEMS = {
    "dictionary": ("--model", "dictionary", "--with-devel"),
    "BiLSTM-CRF": ("--model", "bilstm-crf", "--learning-rate", "2e-3", "--steps", "3000"),
    "random weights": (*TINY, "--start", "random"),
    "bioalbert-tiny": TINY,
}


def run(core: int, module: str, *arguments: object) -> None:
    """A command of the kit, on one core."""
    command = [sys.executable, "-m", f"bioalbert_core.{module}", *map(str, arguments)]
    done = subprocess.run(
        command,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")


def make(core: int, data: Path, system: str, out: Path) -> None:
    """The run of a system on a data set, and its scores in a JSON file beside it."""
    folder = out / data.name / system.replace(" ", "-")
    scores = folder.with_suffix(".json")
    if scores.exists():
        return
    if not (folder / "manifest.json").exists():
        run(core, "finetune", "--data", data, "--out", folder, *SYSTEMS[system], "--resume")
    pred = folder / "test_predictions.tsv"
    splits = ("train", "devel") if "--with-devel" in SYSTEMS[system] else ("train",)
    train = [data / f"{split}.tsv" for split in splits]
    typed = next(iter(read_json(folder / "scores.json").values()))["test"]["types"]
    gold = ("--gold", data / "test.tsv", "--pred", pred, "--train", *train)
    name = ("--type", next(iter(typed))) if len(typed) == 1 else ()
    run(core, "evaluate", *gold, *name, "--json", scores)
    print(f"{data.name}, {system}: {read_json(scores)['overall']['f1']:.1%}", flush=True)


def tables(folders: Sequence[Path], out: Path) -> str:
    """Both tables, as far as there are scores."""
    found = {
        (data.name, system): read_json(path)
        for data in folders
        for system in SYSTEMS
        if (path := (out / data.name / system.replace(" ", "-")).with_suffix(".json")).exists()
    }
    lines = [f"| test split, strict entity F1 | {' | '.join(SYSTEMS)} |"]
    lines.append("| --- " * (len(SYSTEMS) + 1) + "|")
    for data in folders:
        cells = [entity_cell(found.get((data.name, system))) for system in SYSTEMS]
        lines.append(f"| {data.name} | {' | '.join(cells)} |")
    lines += ["", f"| token accuracy, strict F1 | all O | {' | '.join(SYSTEMS)} |"]
    lines.append("| --- " * (len(SYSTEMS) + 2) + "|")
    for data in folders:
        rows = [found.get((data.name, system)) for system in SYSTEMS]
        known = next((row for row in rows if row), None)
        floor = f"{known['tokens']['all_o']['token_accuracy']:.1%}, 0" if known else ""
        cells = [token_cell(row) for row in rows]
        lines.append(f"| {data.name} | {floor} | {' | '.join(cells)} |")
    return "\n".join(lines)


def entity_cell(scores: dict | None) -> str:
    """F1 and its interval, in percent."""
    if scores is None:
        return ""
    low, high = scores["intervals"]["overall"]["f1"]
    return f"{100 * scores['overall']['f1']:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def token_cell(scores: dict | None) -> str:
    """Token accuracy beside strict F1."""
    if scores is None:
        return ""
    return f"{scores['tokens']['predicted']['token_accuracy']:.1%}, {scores['overall']['f1']:.1%}"


def main() -> None:
    """Make what is missing and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("runs/table"))
    options = parser.parse_args()
    folders = sorted(path.parent for path in options.data.glob("*/train.tsv"))
    cores: SimpleQueue[int] = SimpleQueue()
    for core in os.sched_getaffinity(0):
        cores.put(core)

    def work(task: tuple[Path, str]) -> None:
        core = cores.get()
        try:
            make(core, *task, options.out)
        finally:
            cores.put(core)

    tasks = [(data, system) for data in folders for system in SYSTEMS]
    with ThreadPoolExecutor(cores.qsize()) as pool:
        list(pool.map(work, tasks))
    print(tables(folders, options.out))


if __name__ == "__main__":
    main()
