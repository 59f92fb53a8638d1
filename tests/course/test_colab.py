"""The course where Colab runs it: Python 3.13 with Colab's own pins, from an uploaded archive.

Two environments are made beside the checkout, once: ``.venv-colab-cpu`` from ``colab-cpu.txt``,
and ``.venv-colab-tpu``, which has no TensorFlow, from ``colab-tpu.txt``. Neither holds the kit: the
first cell of each notebook finds ``bioalbert.zip`` and installs what is missing, as on Colab. A
module ``google.colab`` with nothing in it makes the kit believe that it is there. Nothing that was
pinned may have changed afterwards. Skipped where no Python 3.13 is found, be it on the path or one
of pyenv's.
"""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCRIPTS = sorted((ROOT / "notebooks").glob("[0-9]*.py"))
KIT = ("bioalbert_core", "data", "pyproject.toml", "README.md", "LICENSE")


def python313() -> Path | None:
    """A Python 3.13 that runs: pyenv's shims are on the path, but may stand for nothing."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which("python3.13"), *pyenv.glob("versions/3.13.*/bin/python3.13")]
    for path in filter(None, found):
        if not subprocess.run([path, "-c", "import venv"], capture_output=True).returncode:
            return Path(path)
    return None


PYTHON = python313()
pytestmark = pytest.mark.skipif(PYTHON is None, reason="no Python 3.13 here")


def environment(kind: str) -> Path:
    """The Python of an environment with Colab's pins and without the kit, made where it is not."""
    folder, pins = ROOT / f".venv-colab-{kind}", HERE / f"colab-{kind}.txt"
    made = folder / "pins.txt"
    pip = [folder / "bin" / "python", "-m", "pip"]
    if not made.exists() or made.read_text("utf-8") != pins.read_text("utf-8"):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([PYTHON, "-m", "venv", folder], check=True)
        subprocess.run([*pip, "install", "-q", "-r", pins], check=True)
        (site,) = folder.glob("lib/python3.13/site-packages")
        (site / "google" / "colab").mkdir(parents=True)
        (site / "google" / "colab" / "__init__.py").touch()
        made.write_text(pins.read_text("utf-8"), "utf-8")
    subprocess.run([*pip, "uninstall", "-q", "-y", "bioalbert-core"], check=True)  # an older run's
    return folder / "bin" / "python"


def archive(path: Path) -> None:
    """The kit as somebody would upload it."""
    with zipfile.ZipFile(path, "w") as file:
        for name in KIT:
            for part in [ROOT / name, *(ROOT / name).rglob("*")]:
                if part.is_file() and "__pycache__" not in part.parts:
                    file.write(part, Path("bioalbert") / part.relative_to(ROOT))


@pytest.fixture(scope="module")
def colab(request, tmp_path_factory):
    """The kind of environment, and a function that runs a notebook in it."""
    python = environment(request.param)
    kernels = tmp_path_factory.mktemp(request.param)
    spec = {"argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Colab", "language": "python"}  # fmt: skip
    (kernels / "kernels" / "colab").mkdir(parents=True)
    (kernels / "kernels" / "colab" / "kernel.json").write_text(json.dumps(spec))

    def run(script: Path, folder: Path, **variables: str) -> str:
        archive(folder / "bioalbert.zip")
        book = jupytext.read(script)
        resources = {"metadata": {"path": str(folder)}}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTER_PATH", str(kernels))
            client = NotebookClient(book, timeout=900, kernel_name="colab", resources=resources)
            # The kernel's own backend: none of this process.
            kept = {k: v for k, v in os.environ.items() if k not in ("KERAS_BACKEND", "PYTHONPATH")}
            client.execute(env={**kept, **variables})
        outputs = (o for cell in book.cells for o in cell.get("outputs", []))
        return "".join(o.text for o in outputs if o.output_type == "stream" and o.name == "stdout")

    yield request.param, run
    pinned = (HERE / f"colab-{request.param}.txt").read_text("utf-8").split("\n")
    there = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True).stdout
    there = {line.lower().replace("_", "-") for line in there.split("\n")}
    wanted = {line.lower().replace("_", "-") for line in pinned if "==" in line}
    assert wanted - there == set()


CPU = [pytest.param("cpu", script, 0, id=script.stem) for script in SCRIPTS]
TPU = [
    pytest.param("tpu", script, devices, id=f"{script.stem}-tpu-{devices}")
    for script in SCRIPTS
    if script.stem.startswith("05")
    for devices in (1, 8)
]


@pytest.mark.parametrize(("colab", "script", "devices"), CPU + TPU, indirect=["colab"])
def test_a_notebook_runs_from_an_uploaded_archive(colab, script, devices, tmp_path):
    kind, run = colab
    variables = {"TPU_NAME": "local"} if kind == "tpu" else {}
    if devices:
        variables["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices}"
    printed = run(script, tmp_path, **variables)
    assert "You are on: Colab" in printed
    assert "error:" not in printed
    if devices == 8:
        assert "devices: 8 CPU (jax, data parallel" in printed
