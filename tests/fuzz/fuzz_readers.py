"""Hostile files through the readers: each gives documents or a UserError, and nothing else.

    python tests/fuzz/fuzz_readers.py [--files 10000] [--seed 0]

A file fails the run when the readers raise anything else, take more than `SECONDS`, fetch the bait
(a file, an address on this machine), write anything, or need more than `MEMORY` in all.
"""

import argparse
import contextlib
import faulthandler
import gc
import resource
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from hostile import SECRET, cases

from bioalbert_core.corpus.readers import read_documents, stop
from bioalbert_core.plumbing.errors import UserError

SECONDS = 5.0
MEMORY = 2 * 2**30  # bytes of address space
KINDS = (
    *("not XML", "no element in the first", "declarations of its own", "the XML is broken or cut"),
    *(
        "is not declared",
        "without the end of an article",
        "root element",
        "<PubmedData>",
        "archive is cut",
        ".gz file is cut",
    ),
)


class FuzzError(AssertionError):
    """What the readers must never do."""


def outcome(path: Path, skip_broken: bool) -> str:
    """What became of a file: documents, an error of one of the ``KINDS``, or both."""
    errors: list[UserError] = []
    start = time.monotonic()
    try:
        documents = list(read_documents(path, None, errors.append if skip_broken else stop))
    except UserError as error:
        documents, errors = [], [error]
    seconds = time.monotonic() - start
    if seconds > SECONDS:
        raise FuzzError(f"{seconds:.1f} seconds")
    if SECRET in str(documents):
        raise FuzzError("a file outside was read")
    found = [kind_of(str(error), path) for error in errors]
    return " + ".join(["documents"] * bool(documents) + found[:1]) or "no documents"


def kind_of(told: str, path: Path) -> str:
    """Which of the ``KINDS`` an error is; each is one line that names its file."""
    kinds = [kind for kind in KINDS if kind in told]
    if not told.startswith(str(path)) or not told.isprintable() or len(told) > 1000 or not kinds:
        raise FuzzError(f"an error that is none of ours: {told[:200]!r}")
    return kinds[0]


def fuzz(number: int, seed: int, folder: Path) -> Counter[str]:
    """Outcomes of so many files, each written to ``folder`` and read.

    Raises:
        FuzzError: with the number of the file, which is left in the folder.
    """
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    counts: Counter[str] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as server, _no_hidden_errors() as hidden:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd"
        for index, (name, data) in enumerate(islice(cases(seed, url, str(outside)), number)):
            faulthandler.dump_traceback_later(10 * SECONDS, exit=True)  # for a hang inside libxml2
            path = folder / name
            path.write_bytes(data)
            before = sorted(folder.rglob("*"))
            try:
                counts[outcome(path, skip_broken=index % 2 == 1)] += 1
                if sorted(folder.rglob("*")) != before:
                    raise FuzzError("a file was written")
                _refuse_visit(server)
                gc.collect(0)
                if hidden:
                    raise FuzzError(hidden[0])
            except Exception as error:
                raise FuzzError(f"file {index} of seed {seed}, {path}: {error!r}") from error
            path.unlink()
    return counts


@contextlib.contextmanager
def _no_hidden_errors() -> Iterator[list[str]]:
    """What Python would only print: errors where objects are freed, as lxml's of wrong memory."""
    hidden: list[str] = []
    before, sys.unraisablehook = sys.unraisablehook, lambda told: hidden.append(str(told))
    try:
        yield hidden
    finally:
        sys.unraisablehook = before
        faulthandler.cancel_dump_traceback_later()


def _refuse_visit(server: socket.socket) -> None:
    try:
        server.accept()
    except BlockingIOError:
        return
    raise FuzzError("the address was asked for")


def main() -> None:
    """Run, and print the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts = fuzz(options.files, options.seed, Path(tempfile.mkdtemp()))
    for name, count in counts.most_common():
        print(f"{count:6,}  {name}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{counts.total():6,}  files; peak memory {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
