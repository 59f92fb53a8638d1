"""Where a notebook runs (this machine or Colab; CPU, GPU or TPU), and what must be installed.

The first cell of every notebook calls `set_up`. On Colab it installs what the kit needs and Colab
lacks, and keeps every installed package at its version. Colab's TPU runtime has no TensorFlow;
there it installs a version of keras-nlp that works without.
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
"""They depend on TensorFlow, but these versions import and train without it."""
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
        """The Keras backend to use here; only jax works on a TPU."""
        return "tensorflow" if self.tensorflow and self.kind != "TPU" else "jax"

    def __str__(self) -> str:
        return f"{'Colab' if self.colab else 'this machine'}, {self.kind}"


def this_runtime() -> Runtime:
    """The current one, without importing a framework, which would occupy a TPU."""
    return Runtime(_has("google.colab"), kind_of(os.environ), _has("tensorflow"))


def kind_of(environ: Mapping[str, str]) -> Kind:
    """CPU, GPU or TPU, from environment variables and ``nvidia-smi``.

    >>> kind_of({"TPU_NAME": "local"})
    'TPU'
    """
    if any(name in environ for name in TPU_VARIABLES):
        return "TPU"
    smi = shutil.which("nvidia-smi")
    listed = smi and subprocess.run([smi, "-L"], capture_output=True, text=True)
    return "GPU" if listed and "GPU 0" in listed.stdout else "CPU"


def missing(wanted: Iterable[str], installed: Mapping[str, str], runtime: Runtime) -> list[str]:
    """The requirements of the kit that are not installed in any version.

    Args:
        wanted: requirements from `importlib.metadata.requires`; optional ones are skipped.
        installed: version by name.
        runtime: a TPU needs no TensorFlow, and gets keras-nlp separately.

    >>> colab = Runtime(colab=True, kind="TPU", tensorflow=False)
    >>> missing(["tensorflow>=2.20", "tqdm>=4", "seqeval>=1.2"], {"tqdm": "4.67"}, colab)
    ['seqeval>=1.2']
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    satisfied = {canonicalize_name(name) for name in installed}
    if runtime.kind == "TPU":
        satisfied |= {"tensorflow", "keras-nlp"}
    needed = [Requirement(line) for line in wanted if "extra ==" not in line]
    return [str(one) for one in needed if canonicalize_name(one.name) not in satisfied]


def set_up(keras: bool = True) -> None:
    """Prepare a notebook, and print what it runs on.

    Args:
        keras: choose a backend and import Keras; notebooks about text need neither.

    Raises:
        UserError: something cannot be installed.
    """
    from bioalbert_core.course.environment import show_errors_in_one_line

    show_errors_in_one_line()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before anything imports it
    runtime = this_runtime()
    print(f"You are on: {runtime}.")
    if runtime.colab:
        _install(runtime)
    if runtime.kind == "TPU" and runtime.tensorflow and "tensorflow" in sys.modules:
        raise UserError("TensorFlow is loaded and holds the TPU; Runtime ▸ Restart session")
    if not runtime.colab and _has("plotly"):  # figures as data that JupyterLab draws, not scripts
        import plotly.io

        plotly.io.renderers.default = "plotly_mimetype"
    if not keras:
        return
    os.environ.setdefault("KERAS_BACKEND", runtime.backend)
    from bioalbert_core.plumbing.backend import start_keras

    print(f"Keras computes with {start_keras()}.")
    if runtime.colab and runtime.kind == "CPU":
        print(f"That is enough. A GPU trains faster: {CHANGE} ▸ T4 GPU, then run this cell again.")


def _install(runtime: Runtime) -> None:
    """Install what is missing; keep everything installed at its version."""
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
    # Without --use-pep517, older pips such as Colab's fail on seqeval's setup.py.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--use-pep517", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise UserError(f"pip: {last}; check the network, then run this cell again")


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent package is missing too
        return False
