"""The house: rooms in the order of the data, imports that point one way, and no circles."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[1] / "bioalbert_core"
ORDER = (
    *("plumbing", "config", "download"),
    *("corpus", "tokenizer", "instances", "albert", "training", "pretrain", "ner", "finetune"),
    *("show", "evaluate", "tag"),
    *("convert", "course", "demo"),
)
FILES = sorted(path for path in CORE.rglob("*.py") if path != CORE / "__init__.py")


def module_of(path: Path) -> str:
    parts = path.relative_to(CORE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in FILES}


def imports_of(tree: ast.AST) -> Iterator[str]:
    """The modules of the kit that a piece of code imports, by their names below the kit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bioalbert_core"):
            place = node.module.removeprefix("bioalbert_core").lstrip(".")
            for name in node.names:
                inner = f"{place}.{name.name}".lstrip(".")
                yield inner if inner in MODULES else place
        elif isinstance(node, ast.Import):
            names = (name.name for name in node.names)
            yield from (n.removeprefix("bioalbert_core.") for n in names if "bioalbert_core." in n)


IMPORTS = {name: set(imports_of(ast.parse(path.read_text("utf-8")))) - {""}
           for name, path in MODULES.items()}  # fmt: skip


def test_every_folder_is_a_room_and_no_module_lies_loose():
    rooms = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__", "data"} == set(ORDER)
    assert {path.stem for path in CORE.glob("*.py")} == {"__init__", "config", "demo"}


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_none_that_comes_later(room):
    later = set(ORDER[ORDER.index(room) + 1 :])
    found = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if name.split(".")[0] == room and other.split(".")[0] in later
    ]
    assert not found


def test_no_circles():
    """Taking away what imports nothing that is left, again and again, takes away everything."""
    left = {name: others - {name} for name, others in IMPORTS.items()}
    while free := [name for name, others in left.items() if not others & left.keys()]:
        for name in free:
            del left[name]
    assert not left


def test_the_reading_list_exists_in_order_and_is_short():
    head = (CORE / "__init__.py").read_text("utf-8").split('"""')[1]
    names = re.findall(r"^    (\w+/\w+\.py)  +\S", head, re.MULTILINE)
    lines = [len((CORE / name).read_text("utf-8").splitlines()) for name in names]
    rooms = [ORDER.index(name.split("/")[0]) for name in names]
    assert len(names) >= 15
    assert rooms == sorted(rooms)
    assert sum(lines) < 2000
