"""Make the learner's and the solution notebook from each exercise script.

    python exercises/generate.py [FOLDER]

In a script, the lines between ``# BEGIN SOLUTION`` and ``# END SOLUTION`` are the solution. The
learner gets what stands as comments behind ``# INSTEAD`` in their place, or a line that says where to
write.
"""

import re
import sys
from pathlib import Path

import jupytext
import nbformat

HERE = Path(__file__).parent
BLOCK = re.compile(
    r"^( *)# BEGIN SOLUTION\n(.*?)(?:^ *# INSTEAD\n(.*?))?^ *# END SOLUTION(?:\n|$)", re.M | re.S
)


def solved(source: str) -> str:
    """A cell as the solution notebook shows it."""
    return BLOCK.sub(lambda found: found[2], source).rstrip("\n")


def unsolved(source: str) -> str:
    """A cell as the learner gets it."""

    def stub(found: re.Match) -> str:
        if found[3] is not None:
            return re.sub(r"^( *)# ", r"\1", found[3], flags=re.M)
        return "" if after_code(found) else f"{found[1]}# Write your code here.\n"

    def after_code(found: re.Match) -> bool:
        return "# INSTEAD" in source[: found.start()]  # in a cell to mend, nothing marks the place

    return BLOCK.sub(stub, source).rstrip("\n")


def notebook(script: Path, change) -> nbformat.NotebookNode:
    """The script as a notebook, each code cell changed."""
    book = jupytext.read(script)
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.source = change(cell.source)
    book.metadata.pop("jupytext", None)
    return book


def generate(folder: Path) -> None:
    """Write ``NAME.ipynb`` and ``solutions/NAME.ipynb`` for every script."""
    (folder / "solutions").mkdir(parents=True, exist_ok=True)
    for script in sorted(HERE.glob("[0-9]*.py")):
        name = f"{script.stem}.ipynb"
        nbformat.write(notebook(script, unsolved), folder / name)
        nbformat.write(notebook(script, solved), folder / "solutions" / name)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
