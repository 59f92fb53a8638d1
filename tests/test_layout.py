"""The top level, and the files that must say the same thing twice."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"notebooks", "bioalbert_core", "data", "exercises", "tests"}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_top_level_holds_what_the_readme_promises():
    assert all((ROOT / name).is_dir() for name in FOLDERS)
    assert (ROOT / "README.md").is_file()
    assert (ROOT / "LICENSE").read_text("utf-8").lstrip().startswith("Apache License")


def test_conda_and_pip_install_the_same_package(project):
    environment = (ROOT / "environment.yml").read_text("utf-8")
    extras = re.search(r"- -e \.\[([\w,]+)\]", environment)[1].split(",")
    assert set(extras) <= set(project["optional-dependencies"])
    assert "constraints.txt" in environment
    python = re.search(r"python=(\d+\.\d+)", environment)[1]
    low, high = re.findall(r"\d+\.(\d+)", project["requires-python"])
    assert int(low) <= int(python.split(".")[1]) < int(high)


def test_every_dependency_has_a_tested_pin_inside_its_range(project):
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    pins = {canonicalize_name(name): version for name, version in pins.items()}
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["notebooks"] + extras["test"]
    for requirement in map(Requirement, wanted):
        if requirement.name != project["name"]:
            pin = pins[canonicalize_name(requirement.name)]
            assert pin in requirement.specifier, requirement


def test_the_pins_name_no_registry():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"://|@|--(index|find|extra)", text)


def test_colab_versions_lie_in_our_ranges(project):
    """Colab's preinstalled packages (August 2026) are kept as they are."""
    from packaging.requirements import Requirement

    colab = {
        "tensorflow": "2.20.0",
        "keras": "3.13.2",
        "keras-nlp": "0.26.0",
        "grain": "0.2.18",
        "sentencepiece": "0.2.2",
        "numpy": "2.1.3",
        "ipywidgets": "7.7.1",
        "plotly": "5.24.1",
        "tqdm": "4.67.3",
        "lxml": "6.1.1",
        "safetensors": "0.8.0",
        "jax": "0.7.2",
        "jupytext": "1.19.5",
    }
    extras = project["optional-dependencies"]
    for line in project["dependencies"] + extras["notebooks"] + extras["test"]:
        requirement = Requirement(line)
        if requirement.name in colab:
            assert colab[requirement.name] in requirement.specifier, line


def test_nothing_else_stands_at_the_top():
    made = {"downloads", "runs", "dist", "build"}
    found = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "__"))}
    assert {name for name in found if not name.endswith(".egg-info")} - made == FOLDERS
