"""Peak memory of the tag command on standard input, small and large, in each format.

    python tests/bench/tag_memory.py [--megabytes 1000] [--formats jsonl conll ...]

Invented text is piped into the command as one document, as a document a line and as JSON Lines.
The model is left out: a stand-in finds each "aspirin", so what is measured is reading, cutting and
writing. BRAT is measured where the text is one document; of many, its manifest names each file.

Measured on two busy cores, as peak MB of 10 MB and of more: one document as jsonl 49 and 50 (of
1,000), as conll 72 and 74, pubtator 50 and 50, bioc 57 and 58, html 52 and 52, brat 50 and 51 (of
100); a document a line as jsonl 44 and 45 (of 1,000).
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
KINDS = ("file", "line", "jsonl")
FORMATS = ("jsonl", "conll", "pubtator", "bioc", "html", "brat")
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
    """Abstracts of ten sentences, parted as the kind of input has it."""
    written = number = 0
    while written < megabytes * 1e6:
        number += 1
        text = "".join(SENTENCE.format(number * 10 + i) for i in range(10))
        line = json.dumps({"id": number, "text": text}) if kind == "jsonl" else text
        data = (line + ("\n\n" if kind == "file" else "\n")).encode()
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
    """Print a row for each kind of input and format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--formats", nargs="*", default=FORMATS)
    settings = parser.parse_args()
    print(f"{'input':6} {'format':9} {'MB':>6} {'peak MB':>8} {'seconds':>8}")
    for kind in KINDS:
        for format_ in settings.formats:
            if format_ == "brat" and kind != "file":
                continue
            for megabytes in (SMALL, settings.megabytes):
                seconds, peak = measured(kind, format_, megabytes)
                print(
                    f"{kind:6} {format_:9} {megabytes:6.0f} {peak:8.1f} {seconds:8.1f}", flush=True
                )


if __name__ == "__main__":
    main()
