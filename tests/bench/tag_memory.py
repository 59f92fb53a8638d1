"""Peak memory of the tag command on standard input, for few and for many documents.

    python tests/bench/tag_memory.py [--megabytes 1000] [--formats jsonl conll ...]

Invented text is piped into the command, one document per line and as JSON Lines. There is no
model: a stand-in finds each "aspirin", so only reading, batching and writing are measured. BRAT is
left out, because its manifest names the files of each document.

Measured on two busy cores, peak MB for 10 MB and for 100 MB of input: one document per line as
jsonl 43 and 43, conll 45 and 45, pubtator 43 and 43, bioc 43 and 43, html 44 and 45; the same from
JSON Lines.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SENTENCE = "Patient {} was given aspirin for fever (38.5 °C) and heparin for β-thalassemia. "
KINDS = ("line", "jsonl")
FORMATS = ("jsonl", "conll", "pubtator", "bioc", "html")
SMALL = 10  # megabytes

CHILD = """
import re, resource, sys, types
from types import SimpleNamespace as Entity

class EntityRecognizer:
    @classmethod
    def load(cls, run):
        return cls()

    def tag_many(self, texts):
        return [
            [Entity(start=m.start(), end=m.end(), type="Drug", text=m[0], score=0.98)
             for m in re.finditer("aspirin", text)]
            for text in texts
        ]

recognizer = types.SimpleNamespace(EntityRecognizer=EntityRecognizer)
sys.modules["bioalbert_core.ner.recognizer"] = recognizer
sys.modules["bioalbert_core.plumbing.backend"] = types.SimpleNamespace(start_keras=lambda: None)
from bioalbert_core.tag.__main__ import main
main(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"peak {peak}", file=sys.stderr)
"""


def abstracts(kind: str, megabytes: float) -> Iterator[bytes]:
    """Abstracts of ten sentences, one per line."""
    written = number = 0
    while written < megabytes * 1e6:
        number += 1
        text = "".join(SENTENCE.format(number * 10 + i) for i in range(10))
        line = json.dumps({"id": number, "text": text}) if kind == "jsonl" else text
        data = (line + "\n").encode()
        written += len(data)
        yield data


def measured(kind: str, format_: str, megabytes: float) -> tuple[float, float]:
    """Seconds, and the peak of the command's memory in MB."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, "-c", CHILD, "--model", folder, "--documents", kind]
        command += ["--format", format_, "--out", str(Path(folder) / "out")]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors
        )
        for data in abstracts(kind, megabytes):
            process.stdin.write(data)
        process.stdin.close()
        if process.wait():
            raise SystemExit(f"exit {process.returncode}")
        errors.seek(0)
        peak = int(errors.read().split()[-1])
    return time.monotonic() - start, peak / 1000


def main() -> None:
    """Print one row for each kind of input, format and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--formats", nargs="*", default=FORMATS)
    settings = parser.parse_args()
    print(f"{'input':6} {'format':9} {'MB':>6} {'peak MB':>8} {'seconds':>8}")
    for kind in KINDS:
        for format_ in settings.formats:
            for megabytes in (SMALL, settings.megabytes):
                seconds, peak = measured(kind, format_, megabytes)
                print(
                    f"{kind:6} {format_:9} {megabytes:6.0f} {peak:8.1f} {seconds:8.1f}", flush=True
                )


if __name__ == "__main__":
    main()
