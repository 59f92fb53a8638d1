"""Peak memory of corpus, vocabulary and instances on a huge file, made by repetition with changes.

    python tests/bench/peak_memory.py [--gigabytes 2] [--folder /tmp]

Writes one MEDLINE file of that size, whose abstracts are the sentences of `data/mini` in ever other
order and with other numbers in them, runs both commands with two workers, and prints the highest
memory (proportional set size, so that shared pages count once) of all their processes together.
"""

import argparse
import html
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from random import Random

import psutil

from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.plumbing.files import read_json
from bioalbert_core.plumbing.shipped import data_folder

COMMANDS = """
bioalbert_core.corpus {0}/all.xml --out {0}/corpus
bioalbert_core.tokenizer train --corpus {0}/corpus --vocab-size 2000 --out {0}/t.model
bioalbert_core.instances --corpus {0}/corpus --tokenizer {0}/t.model --out {0}/out --dupe-factor 1
"""


def write_medline(path: Path, size: int, seed: int = 0) -> None:
    """A MEDLINE file of about ``size`` bytes."""
    rng = Random(seed)
    sources = sorted((data_folder() / "raw" / "medline").glob("*.xml*"))
    texts = [s.text for f in sources for d in read_documents(f) for s in d.sections]
    sentences = [s for text in texts for s in re.split(r"(?<=\.) ", text) if len(s) > 40]
    with path.open("w", encoding="utf-8") as stream:
        written = stream.write("<PubmedArticleSet>\n")
        number = 0
        while written < size:
            number += 1
            chosen = " ".join(rng.choices(sentences, k=rng.randint(4, 14)))
            changed = re.sub(r"\d+", lambda _: str(rng.randrange(1000)), chosen)
            written += stream.write(
                f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article>"
                f"<ArticleTitle>Study number {number}.</ArticleTitle><Abstract><AbstractText>"
                f"{html.escape(changed)}</AbstractText></Abstract></Article></MedlineCitation></PubmedArticle>\n"
            )
        stream.write("</PubmedArticleSet>\n")


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command of the kit: seconds, and the peak of its processes together in MB."""
    start, peak = time.monotonic(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    ended = threading.Event()
    while not ended.wait(0.2) and process.poll() is None:
        peak = max(peak, memory_of(process.pid))
    if process.wait():
        raise SystemExit(f"{command}: exit {process.returncode}")
    return time.monotonic() - start, peak / 1e6


def memory_of(pid: int) -> int:
    """Bytes that a process and all its children hold now."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            total += process.memory_full_info().pss
    except psutil.Error:
        pass  # one of them has just ended
    return total


def main() -> None:
    """Write, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--folder", type=Path, default=None)
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=settings.folder) as made:
        folder = Path(made)
        write_medline(folder / "all.xml", int(settings.gigabytes * 1e9))
        print(f"one file of {settings.gigabytes} GB")
        for line in COMMANDS.strip().splitlines():
            command = [word.format(folder) for word in line.split()]
            seconds, peak = measured(command)
            words = read_json(folder / "corpus" / "manifest.json")["counts"]["words"]
            speed = f"{words / seconds:9,.0f} words/s"
            print(f"{command[0]:26} {seconds:6.0f} s   peak {peak:5.0f} MB   {speed}", flush=True)


if __name__ == "__main__":
    main()
