"""Bring the notebooks in step: first cells, badges, and the .ipynb of each script.

    python notebooks/generate.py [FOLDER]

The scripts are the source. In them, what is the same everywhere is written by this program: the cell
with the tag ``setup`` (with ``text`` beside it where no Keras is needed), and, once the kit has a
public address, the badge that opens a notebook on Colab. The address stands in one place:
``repository`` in ``pyproject.toml``, as ``OWNER/NAME`` on GitHub; it is empty until then.
"""

import re
import sys
import tomllib
from pathlib import Path

import jupytext

HERE = Path(__file__).parent
FOLDERS = (HERE, HERE.parent / "exercises")
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BADGE_LINE = re.compile(r"# \[!\[Open in Colab\].*\n#\n")
SETUP_CELL = re.compile(r'^# %% tags=\["setup"(, "text")?\]\n(?:.*\n)*?(?=# %%)', re.M)

SETUP = """\
# Run this cell first: it makes the kit ready, on Colab or on your own machine.
import importlib.util
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("bioalbert_core") is None:
    # An archive of the kit that you uploaded, or its folder in a mounted Drive{or_address}.
    found = [path for place in (".", "drive/MyDrive") for path in Path(place).glob("bioalbert*")]
    kit = str(found[0].resolve()) if found else "{address}"
    if kit:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", kit], check=True)
        importlib.invalidate_caches()

if importlib.util.find_spec("bioalbert_core"):
    from bioalbert_core.course.runtime import set_up

    set_up({argument})
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")
"""


def address() -> str:
    """``OWNER/NAME`` of the published repository; empty until there is one."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))
    return project["tool"]["bioalbert"]["repository"]


def setup_cell(text_only: bool, repository: str) -> str:
    """The code of the first cell."""
    return SETUP.format(
        or_address=", or its public address" if repository else "",
        address=f"git+https://github.com/{repository}" if repository else "",
        argument="keras=False" if text_only else "",
    )


def renewed(source: str, path: str, repository: str) -> str:
    """A script with its setup cell and badge as they must be.

    Args:
        source: of the script.
        path: of its notebook in the repository.
        repository: as `address` gives it.
    """
    source = SETUP_CELL.sub(
        lambda m: m[0].split("\n")[0] + "\n" + setup_cell(bool(m[1]), repository) + "\n", source
    )
    source = BADGE_LINE.sub("", source)
    if not repository:
        return source
    link = f"https://colab.research.google.com/github/{repository}/blob/main/{path}"
    badge = f"# [![Open in Colab]({BADGE})]({link})\n#\n"
    return source.replace("# %% [markdown]\n", "# %% [markdown]\n" + badge, 1)


def main() -> None:
    """Renew the scripts of notebooks and exercises, and write the notebooks."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for folder in FOLDERS:
        for script in sorted(folder.glob("[0-9]*.py")):
            path = f"{folder.name}/{script.stem}.ipynb"
            source = renewed(script.read_text("utf-8"), path, address())
            if source != script.read_text("utf-8"):
                script.write_text(source, "utf-8")
            if folder == HERE:
                book = jupytext.reads(source, "py:percent")
                for number, cell in enumerate(book.cells):
                    cell.id = f"cell-{number}"  # or each run would draw others
                jupytext.write(book, out / f"{script.stem}.ipynb")


if __name__ == "__main__":
    main()
