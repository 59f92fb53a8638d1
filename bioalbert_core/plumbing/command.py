"""What all commands share: arguments from a dataclass, and errors reported in one line.

A command is a frozen dataclass (its fields are the options, their docstrings the help) and a
function that takes it. Nothing heavy is imported before the arguments are parsed, so ``--help``
answers at once.
"""

import contextlib
import errno
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from bioalbert_core.plumbing.errors import UserError, is_out_of_memory, reason
from bioalbert_core.plumbing.files import location

Settings = TypeVar("Settings")
TYPES = ConstructorRegistry()
ADVICE = {
    errno.ENOSPC: "free some space and rerun",
    errno.EDQUOT: "free some space and rerun",
    errno.EFBIG: "write to a disk that allows larger files",
    errno.EACCES: "change its permissions, or choose another path",
    errno.EPERM: "change its permissions, or choose another path",
    errno.EROFS: "choose a path that can be written to",
    errno.ENOENT: "check the path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "raise the limit of open files (ulimit -n) and rerun",
}


@TYPES.primitive_rule
def _path(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
    """Options of type Path also accept addresses that fsspec opens."""
    if info.type is not Path:
        return None
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="PATH",
        instance_from_str=lambda words: _location(words[0]),
        is_instance=lambda value: hasattr(value, "is_dir"),
        str_from_instance=lambda path: [str(path)],
    )


def _location(word: str) -> Path:
    if not word:  # an unset variable of the shell, which would mean the current folder
        raise UserError("an empty path was given; name a file or folder")
    return location(word)


def run(
    settings_type: type[Settings],
    work: Callable[[Settings], None],
    name: str,
    argv: Sequence[str] | None = None,
) -> None:
    """Parse the arguments of ``python -m bioalbert_core.<name>`` and do its work.

    Raises SystemExit: 2 for anything the user can fix, 130 after Ctrl-C.
    """
    settings = parse(settings_type, f"python -m bioalbert_core.{name}", argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for terminals without Greek letters
    try:
        work(settings)
    except UserError as error:
        fail(str(error))
    except BrokenPipeError:  # the reader of our output left, as `head` does: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except UnicodeError as error:
        text = f"{error.object!r:.60}: " if hasattr(error, "object") else ""
        fail(f"{text}not valid Unicode ({getattr(error, 'reason', error)}); rename it")
    except KeyboardInterrupt:
        fail(
            "stopped by Ctrl-C; what was finished is kept, nothing is half-written; "
            "rerun to continue, with --resume where the command has it",
            code=130,
        )
    except Exception as error:
        if is_out_of_memory(error):
            fail(getattr(settings, "memory", "not enough memory. Use a machine with more."))
        if not isinstance(error, OSError):
            raise
        place = error.filename or f"bioalbert_core.{name}"
        fail(f"{place}: {reason(error)}; {ADVICE.get(error.errno, 'remove the cause and rerun')}")


def parse(settings_type: type[Settings], program: str, argv: Sequence[str] | None) -> Settings:
    """Arguments to settings; a bad argument exits with code 2 and one line.

    With ``--runner beam``, unknown options, and everything after ``--``, go to Beam.
    """
    config = (tyro.conf.FlagCreatePairsOff, tyro.conf.OmitArgPrefixes)
    read = partial(tyro.cli, settings_type, prog=program, args=argv, config=config, registry=TYPES)
    stderr = io.StringIO()
    try:
        with contextlib.redirect_stderr(stderr):
            if "machines" not in getattr(settings_type, "__dataclass_fields__", {}):
                return read()
            settings, options = read(return_unknown_args=True)
            if settings.machines.runner != "beam":
                return read() if options else settings
    except UserError as error:
        fail(str(error))
    except SystemExit as stop:
        if stop.code:
            fail(f"{_unboxed(stderr.getvalue()) or 'bad arguments'}; see {program} --help")
        raise
    return replace(settings, machines=replace(settings.machines, beam_options=tuple(options)))


def _unboxed(box: str) -> str:
    """The message in tyro's box, which tyro offers in no other form.

    >>> _unboxed("╭─ Error ─╮\\n│ Unknown option: --x │\\n│ ─────── │\\n│ Help │\\n╰──╯")
    'Unknown option: --x'
    """
    _, *rest = re.split(r"(?m)^(?:[╭╰].*|[ │]*[─-]{5,}[ │]*)$", box)
    return " ".join("".join(rest[:1]).replace("│", " ").split())


def fail(message: str, code: int = 2) -> None:
    """Print one line on standard error and exit."""
    print("error: " + " ".join(message.split()), file=sys.stderr)
    raise SystemExit(code)
