"""The notebooks: pairs in step, without outputs, and running to the end."""

import os
from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("*.py"))


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


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_runs_to_the_end(script, tmp_path):
    book = jupytext.read(script)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(book, timeout=600, kernel_name="python3", resources=resources)
    client.execute(env={**os.environ, "PYTHONWARNINGS": "default"})
    printed = "".join(
        output.text
        for cell in book.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    assert "[FAIL]" not in printed
    assert "error:" not in printed
