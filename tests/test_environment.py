"""The environment check knows every dependency of the kit, whatever is or is not installed."""

import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from bioalbert_core import environment
from bioalbert_core.environment import checks, package_checks, requirements

ROOT = Path(__file__).parents[1]


def told(monkeypatch, versions: dict[str, str], wanted: list[str]) -> list[str]:
    monkeypatch.setattr(environment, "installed", lambda name: versions.get(name, ""))
    return [str(check) for check in package_checks(wanted)]


def test_every_dependency_of_the_kit_is_checked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [Requirement(line).name for line in project["dependencies"]]
    shown = "\n".join(map(str, checks()))
    assert len(names) > 20
    assert all(f"[OK]   {name} " in shown for name in names)


def test_an_installed_kit_asks_its_metadata(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "__file__", str(tmp_path / "bioalbert_core" / "x.py"))
    monkeypatch.setattr(environment, "requires", lambda name: [f"{name}-needs-this>=1"])
    assert requirements() == ["bioalbert-core-needs-this>=1"]


def test_what_is_missing_or_too_old_is_said_with_what_to_run(monkeypatch):
    wanted = ["keras>=3.13", "tqdm>=4.66", "lxml"]
    assert told(monkeypatch, {"keras": "3.9", "tqdm": "4.67"}, wanted) == [
        '[FAIL] keras 3.9: run: pip install "keras>=3.13"',
        "[OK]   tqdm 4.67",
        '[FAIL] lxml is missing: run: pip install "lxml"',
    ]


def test_markers_and_extras_count(monkeypatch):
    wanted = [
        'old; python_version < "3"',
        'plotly>=5; extra == "notebooks"',
        'torch; extra == "bench"',
        *("tensorflow", 'jupyterlab; extra == "notebooks"'),
    ]
    assert told(monkeypatch, {}, wanted) == [
        '[FAIL] plotly is missing: run: pip install "plotly>=5"'
    ]


def test_the_check_itself_needs_no_package():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from bioalbert_core.environment import check_environment\n"
        "sys.exit(check_environment())"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, str(ROOT)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "[FAIL] packaging is missing: run: pip install packaging" in done.stdout
