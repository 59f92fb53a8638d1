"""The exercises: generated notebooks in step, solutions right, unsolved ones told what is wrong."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

from bioalbert_core.checks.start_here import check_entities, check_short_lines, check_strict_f1

EXERCISES = Path(__file__).parents[1] / "exercises"


def cells(path: Path) -> list[str]:
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_the_notebooks_are_made_from_the_scripts(tmp_path):
    spec = importlib.util.spec_from_file_location("generate", EXERCISES / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.generate(tmp_path)
    made = {p.relative_to(tmp_path): p.read_text("utf-8") for p in tmp_path.rglob("*.ipynb")}
    kept = {p.relative_to(EXERCISES): p.read_text("utf-8") for p in EXERCISES.rglob("*.ipynb")}
    assert made == kept


@pytest.mark.parametrize("path", sorted((EXERCISES / "solutions").glob("*.ipynb")))
def test_solutions_pass_every_check(path, capsys):
    names: dict = {}
    for source in cells(path):
        exec(source, names)
    told = capsys.readouterr().out.splitlines()
    assert told
    assert all(line.startswith("Right.") for line in told)


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*.ipynb")))
def test_unsolved_exercises_fail_with_words(path, capsys):
    names: dict = {}
    for source in cells(path):
        assert "SOLUTION" not in source
        exec(source, names)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == sum("check_" in s for s in cells(path)[1:])
    assert all(line.startswith("Not yet:") for line in told)


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_short_lines, lambda lines: [s for s in lines if len(s.strip()) > 20], "exactly 20"),
        (check_short_lines, lambda lines: [s for s in lines if len(s) >= 20], "without the spaces"),
        (check_short_lines, lambda lines: lines[5], "IndexError"),
        (check_entities, lambda tags: [], "one word with B-"),
        (check_entities, lambda tags: None, "gives nothing back"),
        (check_strict_f1, lambda gold, found: 1.0, "both ends"),
        (check_strict_f1, lambda gold, found: len(gold & found) / len(found), "missed"),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, capsys):
    check(wrong)
    told = capsys.readouterr().out
    assert told.startswith("Not yet:")
    assert hint in told
