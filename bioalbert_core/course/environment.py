"""Is this machine ready? Checks that print ``[OK]`` or ``[FAIL]`` and say what to do."""

import os
import shutil
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from bioalbert_core.plumbing.backend import BACKENDS
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.shipped import data_folder

EXTRA = "notebooks"
OPTIONAL = (*BACKENDS, "jupyterlab")  # one backend is enough; other notebook programs work too
FREE_GB = 1


@dataclass(frozen=True)
class Check:
    """One check: whether it passed, what was found, and what to do if it failed."""

    fine: bool
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"[OK]   {self.found}" if self.fine else f"[FAIL] {self.found}: {self.advice}"


def checks() -> Iterator[Check]:
    """All checks; none imports a framework."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check(
        (3, 11) <= sys.version_info < (3, 14), f"Python {python}", "use Python 3.11, 3.12 or 3.13"
    )
    yield from package_checks(requirements())
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


def package_checks(wanted: Iterable[str]) -> Iterator[Check]:
    """Whether each required package is installed in a suitable version.

    >>> [str(check) for check in package_checks(["no-such-package>=2"])]
    ['[FAIL] no-such-package is missing: run: pip install "no-such-package>=2"']
    """
    try:
        from packaging.requirements import Requirement
    except ImportError:
        yield Check(False, "packaging is missing", "run: pip install packaging")
        return
    for package in map(Requirement, wanted):
        found = installed(package.name)
        if package.marker and not package.marker.evaluate({"extra": EXTRA}):
            continue
        if package.name in OPTIONAL and not found:
            continue
        fine = bool(found) and package.specifier.contains(found, prereleases=True)
        advice = f'run: pip install "{package.name}{package.specifier}"'
        yield Check(fine, f"{package.name} {found or 'is missing'}", advice)


def requirements() -> list[str]:
    """What the kit needs, optional packages with their ``extra``, in `importlib.metadata`'s form.

    A checkout's own pyproject.toml comes first; what was installed from it may be older.
    """
    path = Path(__file__).parents[2] / "pyproject.toml"
    if not path.is_file():
        return requires("bioalbert-core") or []
    project = tomllib.loads(path.read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].items()
    return [
        *project["dependencies"],
        *(f'{package}; extra == "{extra}"' for extra, packages in extras for package in packages),
    ]


def check_environment() -> bool:
    """Print all checks; return whether all passed."""
    results = list(checks())
    print(*results, sep="\n")
    return all(check.fine for check in results)


def show_errors_in_one_line() -> None:
    """In a notebook, show a `UserError` as its one line instead of a traceback."""
    from IPython import get_ipython

    def show(shell, kind, error, traceback, tb_offset=None) -> None:  # as IPython calls it
        print(f"error: {error}")

    if (shell := get_ipython()) is not None:
        shell.set_custom_exc((UserError,), show)


def installed(name: str) -> str:
    """The version of an installed package, or an empty string."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
