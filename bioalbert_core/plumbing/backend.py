"""Which Keras backend runs: chosen before Keras is imported, and started quietly."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec

from bioalbert_core.plumbing.errors import UserError

BACKENDS = ("tensorflow", "jax")
TPU_VARIABLES = ("COLAB_TPU_ADDR", "TPU_ACCELERATOR_TYPE", "TPU_NAME")


def start_keras() -> str:
    """Choose a backend, import Keras, and return the backend's name.

    ``KERAS_BACKEND`` is respected. Without it: tensorflow if it is installed, else jax. Commands
    and notebooks call this before anything that imports Keras.
    """
    default = "tensorflow" if find_spec("tensorflow") else "jax"
    backend = os.environ.setdefault("KERAS_BACKEND", default)
    if backend not in BACKENDS or not find_spec(backend):
        choices = ", ".join(BACKENDS)
        raise UserError(
            f"KERAS_BACKEND={backend}: not installed or not supported; choose one of {choices}"
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():
        import keras_nlp  # noqa: F401  (imports keras, and tensorflow with its C++ log lines)
    import keras

    return keras.backend.backend()


def jit_compile() -> bool | str:
    """Whether Keras should compile with XLA: "auto", but not with TensorFlow on a CPU.

    There XLA took 7 s longer to start and trained the tiny model no faster (two cores). Nor with
    several TensorFlow devices: XLA on one cannot reach the variables of another.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        several = tf.distribute.get_strategy().num_replicas_in_sync > 1
        return "auto" if tf.config.list_physical_devices("GPU") and not several else False
    return "auto"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Hold back what C++ code writes to standard error; show it only when the block fails.

    TensorFlow prints notes about CPUs and GPUs before its own log settings take effect.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as captured:
        stderr = os.dup(2)
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(stderr, 2)
            captured.seek(0)
            sys.stderr.write(captured.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
