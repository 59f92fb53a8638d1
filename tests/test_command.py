"""What all commands share: errors in one line, a quick --help, no framework before it is needed."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from bioalbert_core.plumbing import command
from bioalbert_core.plumbing.errors import UserError

COMMANDS = {
    "download": "download.__main__",
    "corpus": "corpus.__main__",
    "tokenizer": "tokenizer.__main__",
    "instances": "instances.__main__",
    "pretrain": "pretrain.__main__",
    "finetune": "finetune.__main__",
    "evaluate": "evaluate.__main__",
    "ner.report": "ner.report",
    "tag": "tag.__main__",
    "convert": "convert.__main__",
    "demo": "demo",
}
TEXT_MODULES = """
    config plumbing plumbing.progress plumbing.errors plumbing.addresses plumbing.files
    plumbing.folders plumbing.tasks plumbing.command plumbing.shipped download download.archives
    download.fetching download.registry download.sources corpus corpus.archive corpus.build
    corpus.cleaning corpus.document corpus.duplicates corpus.jats corpus.medline corpus.plain
    corpus.readers corpus.sentences corpus.shards corpus.xml tokenizer tokenizer.normalization
    tokenizer.tokenizer tokenizer.train instances instances.build instances.masking
    instances.segments instances.shards instances.tfrecord albert albert.counting
    albert.variables albert.checkpoint albert.kit albert.tensor_files training.progress
    training.tensorboard pretrain.planning.plan pretrain.planning.corpora ner
    ner.bio ner.words ner.brat ner.sources ner.datasets ner.report ner.windows
    ner.sequence_tagger ner.baselines.vocabulary ner.baselines.dictionary ner.scores
    ner.errors_by_kind ner.seen ner.kinds ner.recognizer finetune.batches show show.highlight
    evaluate evaluate.comparison evaluate.__main__ evaluate.columns evaluate.token_scores
    evaluate.schemas evaluate.intervals evaluate.calibration evaluate.evaluation
    evaluate.score_tables tag tag.formats tag.formats.conll tag.formats.html tag.sources tag.tagging
    convert convert.__main__ convert.formats convert.google convert.huggingface
    course.environment demo
"""

PROBE = """
import importlib, sys
HEAVY = {"tensorflow", "jax", "keras", "keras_nlp", "keras_hub", "torch"}
def heavy(name):
    found = HEAVY & set(sys.modules)
    if found:
        sys.exit(f"{name} imported {sorted(found)}")
import bioalbert_core
heavy("bioalbert_core")
"""
IMPORTS = """
for name in sys.argv[1:]:
    importlib.import_module(f"bioalbert_core.{name}")
    heavy(name)
"""
HELP = """
for name in sys.argv[1:]:
    try:
        importlib.import_module(f"bioalbert_core.{name}").main(["--help"])
    except SystemExit as stop:
        assert not stop.code, name
    else:
        sys.exit(f"{name} went on after --help")
    heavy(name)
"""


def python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@dataclass(frozen=True)
class Settings:
    """Count sheep."""

    pasture: Path
    """Where they are."""
    number: int = 3
    kind: Literal["black", "white"] = "white"


def run(work, *arguments):
    command.run(Settings, work, "sheep", arguments)


def test_the_text_rooms_import_no_framework():
    done = python("-c", PROBE + IMPORTS, *TEXT_MODULES.split())
    assert done.returncode == 0, done.stderr


def test_the_loader_imports_no_tensorflow():
    """Grain itself imports jax where that is installed; the loader promises no more than this."""
    code = "import sys, bioalbert_core.instances.loading; print('tensorflow' in sys.modules)"
    assert python("-c", code).stdout == "False\n"


def test_help_of_every_command_imports_no_framework():
    done = python("-c", PROBE + HELP, *COMMANDS.values())
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert f"usage: python -m bioalbert_core.{name} " in done.stdout


def test_a_command_runs_as_a_module():
    done = python("-m", "bioalbert_core.corpus", "nowhere", "--out", "never")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: nowhere: no such file or folder; check the path\n"


def test_settings_reach_the_work(tmp_path):
    seen = []
    run(seen.append, "--pasture", str(tmp_path), "--kind", "black")
    assert seen == [Settings(tmp_path, 3, "black")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "pasture"),
        (["--pasture", "x", "--legs", "4"], "--legs"),
        (["--pasture", "x", "--number", "many"], "many"),
        (["--pasture", "x", "--kind", "green"], "green"),
        (["--pasture", "x", "stray"], "stray"),
        (["--pasture"], "--pasture"),
    ],
)
def test_a_bad_argument_is_told_in_one_line(fails, arguments, words):
    def never(_):
        raise AssertionError("the work began")

    told = fails(lambda argv: run(never, *argv), *arguments)
    assert words in told
    assert told.endswith("see python -m bioalbert_core.sheep --help\n")
    assert not set("│╭╰─") & set(told)


@pytest.mark.parametrize("columns", ["20", "80", "400"])
def test_a_narrow_terminal_does_not_break_names(fails, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    told = fails(lambda argv: run(print, *argv), "--pasture", "x", "--number", "forty-two-and-more")
    assert "forty-two-and-more" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_an_unknown_option(fails, name):
    main = __import__(f"bioalbert_core.{COMMANDS[name]}", fromlist=["main"]).main
    assert f"bioalbert_core.{name} --help" in fails(main, "--no-such-option")


def failing(error):
    def work(_):
        raise error

    return lambda argv: run(work, "--pasture", "x", *argv)


def test_a_user_error_becomes_one_line(fails):
    error = UserError("a.txt: line 3:\n  no tab; add one")
    assert fails(failing(error)) == "error: a.txt: line 3: no tab; add one\n"


def test_an_error_of_the_system_names_the_file(fails):
    told = fails(failing(OSError(28, "No space left on device", "big.npy")))
    assert told.startswith("error: big.npy: No space left on device; ")


def test_no_reason_is_empty_and_the_cause_is_named(fails):
    told = fails(failing(OSError()))
    assert told == "error: bioalbert_core.sheep: OSError; remove the cause and rerun\n"
    told = fails(failing(OSError(28, "No space left on device", "big.npy")))
    assert told == "error: big.npy: No space left on device; free some space and rerun\n"
    told = fails(failing(UnicodeEncodeError("utf-8", "a\udc80", 1, 2, "surrogates not allowed")))
    assert told.startswith("error: 'a\\udc80': not valid Unicode (surrogates not allowed); ")


class ResourceExhaustedError(Exception):
    """By the name of TensorFlow's."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        ResourceExhaustedError("Graph execution error: OOM when allocating tensor"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 77712739024 bytes."),
    ],
)
def test_out_of_memory_is_one_line(fails, error):
    told = fails(failing(error))
    assert told == "error: not enough memory. Use a machine with more.\n"


def test_ctrl_c_leaves_with_130(fails):
    told = fails(failing(KeyboardInterrupt()), code=130)
    assert "Ctrl-C; what was finished is kept" in told and "--resume" in told


def test_an_error_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())([])
