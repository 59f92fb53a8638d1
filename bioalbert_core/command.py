"""What all commands share: arguments from a dataclass, and errors told in one line.

A command is a frozen dataclass (its fields are the options, their docstrings the help) and a
function that takes it. Nothing heavy is imported before the arguments are known to be good, so
``--help`` answers at once.
"""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from bioalbert_core.errors import UserError, is_out_of_memory, reason
from bioalbert_core.files import location

Settings = TypeVar("Settings")
TYPES = ConstructorRegistry()
ADVICE = {
    errno.ENOSPC: "free some space and rerun",
    errno.EDQUOT: "free some space and rerun",
    errno.EFBIG: "write to a disk that takes larger files",
    errno.EACCES: "get the right to it, or choose another path",
    errno.EPERM: "get the right to it, or choose another path",
    errno.EROFS: "choose a path that can be written to",
    errno.ENOENT: "check the path",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EMFILE: "raise the limit of open files (ulimit -n) and rerun",
}


@TYPES.primitive_rule
def _path(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec | None:
    """Where a path is wanted, an address that fsspec opens will do."""
    if info.type is not Path:
        return None
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="PATH",
        instance_from_str=lambda words: _place(words[0]),
        is_instance=lambda value: hasattr(value, "is_dir"),
        str_from_instance=lambda path: [str(path)],
    )


def _place(word: str) -> Path:
    if not word:  # an unset variable of the shell, which would read as the current folder
        raise UserError("an empty path was given; name a file or folder")
    return location(word)


def run(
    settings_type: type[Settings],
    work: Callable[[Settings], None],
    name: str,
    argv: Sequence[str] | None = None,
) -> None:
    """Read the arguments of ``python -m bioalbert_core.<name>`` and do its work.

    Raises SystemExit: 2 for anything the user can fix, 130 when interrupted by Ctrl-C.
    """
    settings = parse(settings_type, f"python -m bioalbert_core.{name}", argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for terminals without Greek letters
    try:
        work(settings)
    except UserError as error:
        fail(str(error))
    except BrokenPipeError:  # the reader of our output left, as `head` does: no fault to tell
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
    """Arguments to settings; a bad argument leaves with exit code 2 and one line.

    With ``--runner beam``, options unknown here, and all that stand behind ``--``, are Beam's.
    """

    def read(lenient: bool) -> Any:
        return tyro.cli(
            settings_type,
            prog=program,
            args=argv,
            config=(tyro.conf.FlagCreatePairsOff, tyro.conf.OmitArgPrefixes),
            registry=TYPES,
            return_unknown_args=lenient,
        )

    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            if "machines" not in getattr(settings_type, "__dataclass_fields__", {}):
                return read(lenient=False)
            settings, options = read(lenient=True)
            if settings.machines.runner != "beam":
                return read(lenient=False) if options else settings
    except UserError as error:
        fail(str(error))
    except SystemExit as stop:
        if stop.code:
            fail(f"{_first_sentence(told.getvalue()) or 'bad arguments'}; see {program} --help")
        raise
    return replace(settings, machines=replace(settings.machines, beam_options=tuple(options)))


def _first_sentence(box: str) -> str:
    """The message of tyro's boxed error, without the box.

    >>> _first_sentence("╭─ Error ─╮\\n│ Unknown option: --x │\\n│ ─────── │\\n│ Help │\\n╰──╯")
    'Unknown option: --x'
    """
    lines = [line.strip("│ \t") for line in box.splitlines() if not line.startswith(("╭", "╰"))]
    rule = next((i for i, line in enumerate(lines) if line.startswith("──")), len(lines))
    return " ".join(lines[:rule])


def fail(message: str, code: int = 2) -> None:
    """Print one line on standard error and leave."""
    print("error: " + " ".join(message.split()), file=sys.stderr)
    raise SystemExit(code)
