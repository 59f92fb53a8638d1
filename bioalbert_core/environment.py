"""Is this machine ready? Checks that print ``[OK]`` or ``[FAIL]`` and say what to do."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from bioalbert_core.backend import BACKENDS
from bioalbert_core.errors import UserError
from bioalbert_core.mini import data_folder

NEEDED = (
    *("keras", "keras-nlp", "sentencepiece", "grain", "lxml", "safetensors", "sentencex"),
    *("seqeval", "tqdm", "ipywidgets", "plotly", "jupytext"),
)
FREE_GB = 1


@dataclass(frozen=True)
class Check:
    """One thing looked at: whether it is fine, what was found, and what to do if not."""

    fine: bool
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"[OK]   {self.found}" if self.fine else f"[FAIL] {self.found}: {self.advice}"


def checks() -> Iterator[Check]:
    """All checks; none of them imports a framework."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        (3, 11) <= sys.version_info < (3, 14), f"Python {python}", "use Python 3.11, 3.12 or 3.13"
    )
    for name in NEEDED:
        found = installed(name)
        yield Check(bool(found), f"{name} {found or 'is missing'}", f"run: pip install {name}")
    backends = [f"{name} {installed(name)}" for name in BACKENDS if installed(name)]
    yield Check(
        bool(backends),
        f"backend: {', '.join(backends) or 'neither tensorflow nor jax'}",
        "run: pip install tensorflow",
    )
    try:
        yield Check(True, f"embedded data: {data_folder()}")
    except UserError as error:
        yield Check(False, "embedded data", str(error))
    free = shutil.disk_usage(os.curdir).free / 1e9
    yield Check(free >= FREE_GB, f"{free:.0f} GB of free disk", f"free {FREE_GB} GB")


def check_environment() -> bool:
    """Print all checks; return whether all are fine."""
    found = list(checks())
    for check in found:
        print(check)
    return all(check.fine for check in found)


def tell_errors_in_words() -> None:
    """In a notebook, show a `UserError` as its one line instead of a traceback."""
    from IPython import get_ipython

    def tell(shell, kind, error, traceback, tb_offset=None) -> None:  # as IPython calls it
        print(f"error: {error}")

    if (shell := get_ipython()) is not None:
        shell.set_custom_exc((UserError,), tell)


def installed(name: str) -> str:
    """The version of an installed package, or an empty string."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
