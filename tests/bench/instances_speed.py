"""Instances from raw sentences: words a second beside Google's script, and with two workers.

    pip install --no-deps --target DIR tf-models-official==2.20.0 tf-keras
    python tests/bench/instances_speed.py --google DIR [--albert FILE] [--documents 3000]

Same sentences (real abstracts where ``shared/data`` lies beside the checkout, else invented ones),
same vocabulary, 512 pieces, 20 predictions, one core each, both writing to disk. Words a second are
the words of the corpus, whatever the dupe factor, by the seconds of the work; process start and
imports do not count. Google's scripts and how their work differs: see `google_peer.py`.
"""

import argparse
import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DATA = ROOT.parent / "shared" / "data"
MEDLINE = sorted((DATA / "pubmed").glob("*.xml.gz"))
sys.path[:0] = [str(ROOT), str(HERE.parent)]
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.instances import __main__ as instances_command

Result = dict[str, float]


def time_kit(argv: Sequence[str]) -> None:
    """Run the instances command in this process; print seconds and instances as JSON."""
    import bioalbert_core.instances.build  # noqa: F401  (imports do not count)

    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        instances_command.main(argv)
    seconds = time.perf_counter() - start
    manifest = json.loads((Path(argv[argv.index("--out") + 1]) / "manifest.json").read_text())
    instances = manifest["counts"]["train"] + manifest["counts"]["heldout"]
    print(json.dumps({"seconds": seconds, "instances": instances}))


def on_cores(number: int, command: Sequence[str], path: str = "") -> Result:
    """Run a command that prints JSON on that many cores; ``path`` goes into PYTHONPATH."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:number])  # what is started from here inherits it
    try:
        done = subprocess.run(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
        )
    finally:
        os.sched_setaffinity(0, before)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def kit(corpus: Path, tokenizer: Path, dupe: int, *options: str, cores: int = 1) -> Result:
    """The kit's command on one core, or on as many as it has workers."""
    with tempfile.TemporaryDirectory() as out:
        paths = ["--corpus", str(corpus), "--tokenizer", str(tokenizer), "--out", f"{out}/made"]
        argv = [*paths, "--dupe-factor", str(dupe), *options]
        return on_cores(cores, [__file__, "--kit", *argv])


def google(script: str, site: str, corpus: Path, tokenizer: Path, dupe: int) -> Result:
    """One of Google's scripts on one core."""
    with tempfile.TemporaryDirectory() as out:
        files = [str(corpus), str(tokenizer), f"{out}/made.tfrecord"]
        return on_cores(1, [str(HERE / "google_peer.py"), script, *files, str(dupe)], site)


def sources(folder: Path) -> tuple[list[list[str]], Path]:
    """Documents as sentences, and a vocabulary for them."""
    if MEDLINE:
        build_corpus(MEDLINE, folder / "medline")
        return list(read_corpus(folder / "medline")), DATA / "albert" / "30k-clean.model"
    from conftest import invented_documents

    from bioalbert_core.tokenizer.train import train_tokenizer

    documents = invented_documents(30_000)
    train_tokenizer(as_corpus(documents[:1000], folder / "some"), 300, folder / "own.model")
    return documents, folder / "own.model"


def as_corpus(documents: Sequence[Sequence[str]], folder: Path) -> Path:
    """A corpus folder of these documents."""
    raw = folder.with_name(f"{folder.name}-raw")
    raw.mkdir()
    for index, sentences in enumerate(documents):
        (raw / f"{index:06}.txt").write_text("\n".join(sentences), "utf-8")
    build_corpus([raw], folder)
    return folder


def words(corpus: Path) -> int:
    """The words of a corpus."""
    return sum(len(sentence.split()) for document in read_corpus(corpus) for sentence in document)


def against_google(
    corpus: Path, tokenizer: Path, scripts: dict[str, str], site: str
) -> Iterator[str]:
    """The table's lines; ratios are to the first script with the same dupe factor."""
    total = words(corpus)
    for dupe in (1, 5):
        runs = {
            name: google(script, site, corpus, tokenizer, dupe) for name, script in scripts.items()
        }
        for pair in ("sop", "nsp"):
            runs[f"kit ({pair})"] = kit(corpus, tokenizer, dupe, "--pair", pair, "--workers", "1")
        base = next(iter(runs.values()))["seconds"]
        for name, run in runs.items():
            seconds, instances = run["seconds"], run["instances"]
            speeds = f"{total / seconds:,.0f} | {instances / seconds:,.0f}"
            yield f"| {name} | {dupe} | {seconds:.1f} | {speeds} | {base / seconds:.1f} |"


def with_workers(corpus: Path, tokenizer: Path) -> Iterator[str]:
    """One worker on one core against two on two, taking turns; the better of two runs each."""
    best = {1: math.inf, 2: math.inf}
    for number in (1, 2, 1, 2):
        run = kit(corpus, tokenizer, 5, "--workers", str(number), cores=number)
        best[number] = min(best[number], run["seconds"])
    for number, seconds in best.items():
        speed = f"{words(corpus) / seconds:,.0f}"
        yield f"| {number} | {seconds:.1f} | {speed} | {best[1] / seconds:.2f} |"


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--google", required=True, help="folder with tf-models-official, tf-keras")
    parser.add_argument("--albert", help="create_pretraining_data.py of google-research/albert")
    parser.add_argument("--documents", type=int, default=3000, help="of the first table")
    options = parser.parse_args()
    scripts = {"Google, tf-models (nsp)": "official"}
    if options.albert:
        scripts["Google, albert (sop)"] = options.albert
    with tempfile.TemporaryDirectory() as folder:
        documents, tokenizer = sources(Path(folder))
        few = as_corpus(list(islice(documents, options.documents)), Path(folder) / "few")
        print("| script (pairs) | dupe factor | seconds | words/s | instances/s | ratio |")
        print("| --- | --- | --- | --- | --- | --- |")
        for line in against_google(few, tokenizer, scripts, options.google):
            print(line, flush=True)
        every = as_corpus(documents, Path(folder) / "all")
        print("\n| workers | seconds | words/s | ratio |\n| --- | --- | --- | --- |")
        for line in with_workers(every, tokenizer):
            print(line, flush=True)


if __name__ == "__main__":
    time_kit(sys.argv[2:]) if sys.argv[1:2] == ["--kit"] else main()
