"""The exercises: generated notebooks in step, solutions right, unsolved ones told what is wrong."""

from pathlib import Path

import nbformat
import pytest
from scripts import load_script

from bioalbert_core.course.checks.start_here import (
    check_entities,
    check_short_lines,
    check_strict_f1,
)

EXERCISES = Path(__file__).parents[1] / "exercises"
NAMES = sorted(path.stem for path in EXERCISES.glob("[0-9]*.py"))


def cells(path: Path) -> list[str]:
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_the_notebooks_are_made_from_the_scripts(tmp_path):
    module = load_script(EXERCISES / "generate.py")
    module.generate(tmp_path)
    made = {p.relative_to(tmp_path): p.read_text("utf-8") for p in tmp_path.rglob("*.ipynb")}
    kept = {p.relative_to(EXERCISES): p.read_text("utf-8") for p in EXERCISES.rglob("*.ipynb")}
    assert made == kept


def answers(path: Path, capsys) -> list[str]:
    """Run a notebook in a namespace of its own; what each of its checks says, a line each."""
    names: dict = {}
    told = []
    for source in cells(path):
        exec(source, names)
        printed = capsys.readouterr().out
        if source.startswith("check_"):
            told.append(printed)
    return told


@pytest.mark.parametrize("name", NAMES)
def test_solutions_pass_every_check(name, capsys):
    told = answers(EXERCISES / "solutions" / f"{name}.ipynb", capsys)
    assert len(told) >= 3
    assert [line for line in told if not line.startswith("Right.")] == []


@pytest.mark.parametrize("name", NAMES)
def test_unsolved_exercises_fail_their_checks_with_words(name, capsys):
    path = EXERCISES / f"{name}.ipynb"
    assert not any("SOLUTION" in source for source in cells(path))
    told = answers(path, capsys)
    assert len(told) == len(answers(EXERCISES / "solutions" / f"{name}.ipynb", capsys))
    assert [line for line in told if not line.startswith("Not yet:") or line.count("\n") > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_bug_to_find_and_an_open_question(name):
    source = (EXERCISES / f"{name}.py").read_text("utf-8")
    headings = [line for line in source.splitlines() if line.startswith("# ## ")]
    assert len(headings) >= 4
    assert "Find the bug" in source
    assert "open question" in headings[-1].lower()


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_short_lines, lambda lines: [s for s in lines if len(s.strip()) > 20], "exactly 20"),
        (check_short_lines, lambda lines: [s for s in lines if len(s) >= 20], "without the spaces"),
        (check_short_lines, lambda lines: lines[5], "IndexError"),
        (check_entities, lambda tags: [], "one word with B-"),
        (check_entities, lambda tags: None, "returns nothing"),
        (check_strict_f1, lambda gold, found: 1.0, "both ends"),
        (check_strict_f1, lambda gold, found: len(gold & found) / len(found), "missed"),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)
