"""Where a notebook runs, and what it lacks there: this machine or Colab; a CPU, a GPU or a TPU.

`set_up` is what the first cell of every notebook calls. On Colab it installs what the kit needs and
Colab has not, and changes nothing that is there: every installed package is held at its version.
Colab's TPU runtime has no TensorFlow; there keras-nlp comes in the version that works without.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from bioalbert_core.plumbing.backend import TPU_VARIABLES
from bioalbert_core.plumbing.errors import UserError

Kind = Literal["CPU", "GPU", "TPU"]
WITHOUT_TENSORFLOW = ("keras-nlp==0.32.0", "keras-hub==0.32.0")
"""Their dependencies name TensorFlow, but these versions import and train without it."""
FOR_KERAS_HUB = ("regex", "kagglehub", "rich", "tokenizers", "h5py")
CHANGE = "Runtime ▸ Change runtime type"


@dataclass(frozen=True)
class Runtime:
    """What a notebook runs on."""

    colab: bool
    kind: Kind
    tensorflow: bool
    """Whether it is installed."""

    @property
    def backend(self) -> str:
        """The Keras backend to take here: on a TPU only jax works."""
        return "tensorflow" if self.tensorflow and self.kind != "TPU" else "jax"

    def __str__(self) -> str:
        return f"{'Colab' if self.colab else 'this machine'}, {self.kind}"


def this_runtime() -> Runtime:
    """The one we are on; no framework is imported, for that would take hold of a TPU."""
    return Runtime(_has("google.colab"), kind_of(os.environ), _has("tensorflow"))


def kind_of(environ: Mapping[str, str]) -> Kind:
    """CPU, GPU or TPU, from environment variables and the driver's own program.

    >>> kind_of({"TPU_NAME": "local"})
    'TPU'
    """
    if any(name in environ for name in TPU_VARIABLES):
        return "TPU"
    smi = shutil.which("nvidia-smi")
    listed = smi and subprocess.run([smi, "-L"], capture_output=True, text=True)
    return "GPU" if listed and "GPU 0" in listed.stdout else "CPU"


def missing(wanted: Iterable[str], installed: Mapping[str, str], runtime: Runtime) -> list[str]:
    """The requirements to install: those of the kit that are not there at all.

    Args:
        wanted: requirements as `importlib.metadata.requires` gives them; optional ones are left.
        installed: version by name.
        runtime: on a TPU TensorFlow is not wanted, and keras-nlp comes by itself.

    >>> colab = Runtime(colab=True, kind="TPU", tensorflow=False)
    >>> missing(["tensorflow>=2.20", "tqdm>=4", "seqeval>=1.2"], {"tqdm": "4.67"}, colab)
    ['seqeval>=1.2']
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    there = {canonicalize_name(name) for name in installed}
    if runtime.kind == "TPU":
        there |= {"tensorflow", "keras-nlp"}
    found = [Requirement(line) for line in wanted if "extra ==" not in line]
    return [str(it) for it in found if canonicalize_name(it.name) not in there]


def set_up(keras: bool = True) -> None:
    """Make a notebook ready, and tell what it runs on.

    Args:
        keras: choose a backend and import Keras; notebooks on text alone need none.

    Raises:
        UserError: something cannot be installed.
    """
    from bioalbert_core.course.environment import tell_errors_in_words

    tell_errors_in_words()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # whatever imports TensorFlow first
    runtime = this_runtime()
    print(f"You are on: {runtime}.")
    if runtime.colab:
        _install(runtime)
    if runtime.kind == "TPU" and runtime.tensorflow and "tensorflow" in sys.modules:
        raise UserError("TensorFlow is loaded and holds the TPU; Runtime ▸ Restart session")
    _draw_without_scripts(runtime)
    if not keras:
        return
    os.environ.setdefault("KERAS_BACKEND", runtime.backend)
    from bioalbert_core.plumbing.backend import start_keras

    print(f"Keras computes with {start_keras()}.")
    if runtime.colab and runtime.kind == "CPU":
        print(f"That is enough. A GPU trains faster: {CHANGE} ▸ T4 GPU, then run this cell again.")


def _draw_without_scripts(runtime: Runtime) -> None:
    """Show plotly figures as data that JupyterLab draws, and not, as plotly 5 does, as a program.

    Colab knows no such data; there plotly finds its own way.
    """
    if not runtime.colab and _has("plotly"):
        import plotly.io

        plotly.io.renderers.default = "plotly_mimetype"


def _install(runtime: Runtime) -> None:
    """Get what is missing; hold what is there."""
    installed = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    try:
        wanted = requires("bioalbert-core") or []
    except PackageNotFoundError:
        wanted = []
    packages = missing(wanted, installed, runtime)
    if runtime.kind == "TPU" and "keras-nlp" not in installed:
        packages += missing(FOR_KERAS_HUB, installed, runtime)
        _pip("--no-deps", *WITHOUT_TENSORFLOW)
    if packages:
        with tempfile.TemporaryDirectory() as folder:
            held = Path(folder) / "held.txt"
            held.write_text("".join(f"{name}=={v}\n" for name, v in installed.items()), "utf-8")
            _pip("--constraint", str(held), *packages)


def _pip(*arguments: str) -> None:
    print(f"Installing {', '.join(a for a in arguments if a[0] not in '-/')} ...")
    # Without --use-pep517 older pips, as Colab's, run seqeval's setup.py in a way that fails.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--use-pep517", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or "no word from pip").splitlines()[-1]
        raise UserError(f"pip: {last}; check the network, then run this cell again")


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # nor is what it is part of
        return False
