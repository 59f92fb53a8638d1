"""The notebooks: pairs in step and without outputs; tests/course runs them."""

from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import pytest
from scripts import load_script

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("[0-9]*.py"))


@pytest.fixture(scope="module")
def generate():
    return load_script(NOTEBOOKS / "generate.py")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_first_cells_and_badges_are_as_they_are_generated(script, generate):
    source = script.read_text("utf-8")
    path = f"notebooks/{script.stem}.ipynb"
    assert generate.renewed(source, path, generate.address()) == source
    assert source.count('# %% tags=["setup"') == 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_public_address_gives_badges_that_lead_to_the_notebook(script, generate):
    path = f"notebooks/{script.stem}.ipynb"
    source = generate.renewed(script.read_text("utf-8"), path, "someone/kit")
    assert f"/github/someone/kit/blob/main/{path})" in source.split("# %%")[1]
    assert "git+https://github.com/someone/kit" in source
    assert generate.renewed(source, path, "someone/kit") == source
    assert generate.renewed(source, path, "") == script.read_text("utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_pair_is_in_step_and_without_outputs(script):
    fresh = jupytext.read(script)
    kept = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    cells = [[(cell.cell_type, cell.source) for cell in book.cells] for book in (fresh, kept)]
    assert cells[0] == cells[1]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in kept.cells)
    assert "widgets" not in kept.metadata


def test_every_notebook_has_its_script():
    assert {p.stem for p in NOTEBOOKS.glob("*.ipynb")} == {p.stem for p in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_headings_are_in_order(script):
    markdown = [c.source for c in jupytext.read(script).cells if c.cell_type == "markdown"]
    levels = [
        len(line) - len(line.lstrip("#"))
        for source in markdown
        for line in source.splitlines()
        if line.startswith("#")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
