"""Every notebook runs to its end in this environment, from its first cell, in an empty folder.

The seconds that each took are printed (``-s`` shows them at once).
"""

import os
import time
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

SCRIPTS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_runs_to_the_end(script, tmp_path):
    book = jupytext.read(script)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(book, timeout=600, kernel_name="python3", resources=resources)
    start = time.perf_counter()
    client.execute(env={**os.environ, "PYTHONWARNINGS": "default"})
    print(f"{script.stem}: {time.perf_counter() - start:.0f} s")
    printed = "".join(
        output.text
        for cell in book.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )
    assert "[FAIL]" not in printed
    assert "error:" not in printed
