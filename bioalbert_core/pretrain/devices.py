"""Data parallel training: each device holds all weights and gets its share of every batch.

On jax Keras spreads the arrays and XLA adds up what belongs together, so that a step is the step of
one device. On tensorflow a `tf.distribute.MirroredStrategy` runs the step once for each share; the
scores of the whole batch are put together here, the norm to clip in `optimizers.WholeGradients`.
"""

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from bioalbert_core.errors import UserError
from bioalbert_core.runtime import TPU_VARIABLES

Weighted = tuple[dict, dict, dict]
"""Inputs, targets and weights of a batch, as `for_keras` gives them."""


@dataclass(frozen=True)
class Devices:
    """The devices that train together. A model is made, compiled and used inside their `scope`."""

    kind: str
    """What one is called: CPU, NVIDIA H200, TPU v5 lite."""
    names: tuple[str, ...]
    """Their names in the backend; those of all processes."""
    process: int = 0
    """The number of this process; all hold the same weights, so one is enough to write them."""
    processes: int = 1
    """How many processes train together, each with devices of its own."""
    strategy: Any = None
    """`keras.distribution.DataParallel` or `tf.distribute.MirroredStrategy`; None for one."""

    @property
    def apart(self) -> int:
        """How many of them compute on their own: the CPU devices of a process share its cores."""
        return self.processes if self.kind == "CPU" else len(self.names)

    def scope(self) -> contextlib.AbstractContextManager:
        """Inside, variables are made on all devices."""
        return self.strategy.scope() if self.strategy else contextlib.nullcontext()

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process goes through the block before the others do."""
        if self.process:
            self._meet()
        yield
        if not self.process:
            self._meet()

    def _meet(self) -> None:
        if self.processes > 1:
            from jax.experimental import multihost_utils

            multihost_utils.sync_global_devices("pretrain")

    def train_on_batch(self, model: keras.Model, batch: Weighted) -> dict[str, float]:
        """Take one training step; the scores of the whole batch before it."""
        return self._run(model, model.train_on_batch, batch)

    def test_on_batch(self, model: keras.Model, batch: Weighted) -> dict[str, float]:
        """The scores of a batch of any size."""
        return self._run(model, model.test_on_batch, batch)

    def told(self, batch_size: int) -> str:
        """One line for the log.

        >>> Devices("CPU", ("cpu:0", "cpu:1")).told(32).replace("jax", "tensorflow")
        'devices: 2 CPU (tensorflow, data parallel, 16 instances each)'
        """
        words = [keras.backend.backend()]
        if len(self.names) > 1:
            words += ["data parallel", f"{batch_size // len(self.names)} instances each"]
        if self.processes > 1:
            words += [f"{self.processes} processes"]
        return f"devices: {len(self.names)} {self.kind} ({', '.join(words)})"

    def _run(self, model: keras.Model, step: Callable, batch: Weighted) -> dict[str, float]:
        if self.strategy is not None:
            batch = _filled_up(batch, len(self.names))
        model.reset_metrics()  # Keras 3.13 does not, and gives means over all batches so far
        if self.strategy is None or keras.backend.backend() == "jax":
            scores = step(*_share(batch, self.process, self.processes), return_dict=True)
        else:
            model._symbolic_build(data_batch=batch)  # Keras cannot do it from shares
            step(
                *self.strategy.experimental_distribute_values_from_function(
                    lambda at: _share(batch, at.replica_id_in_sync_group, at.num_replicas_in_sync)
                )
            )
            # The step gives means of the shares' means; the metrics know what each share weighs.
            scores = model.get_metrics_result()
        return {name: float(score) for name, score in scores.items()}


def choose_devices(count: int | None, batch_size: int, micro_batch: int | None = None) -> Devices:
    """All devices of the best kind there is, or the first ``count`` of them.

    The hosts of a TPU pod, or the processes that Keras' own variables name
    (``KERAS_DISTRIBUTION_NUM_PROCESSES`` and its like), find each other first; so this comes before
    anything is computed.

    Args:
        count: how many to use; None: all.
        batch_size: instances in a step.
        micro_batch: instances in a part of it, where gradients are accumulated.

    Raises:
        UserError: there are not so many, a batch cannot be divided among them, or the backend
            cannot train so.
    """
    jax = keras.backend.backend() == "jax"
    found = _of_jax() if jax else _of_tensorflow()
    there = len(found.names)
    count = there if count is None else count
    if not 1 <= count <= there or (found.processes > 1 and count < there):
        fits = f"1 to {there}" if found.processes == 1 else f"{there}, all of their processes"
        raise UserError(f"--devices {count}: {there} x {found.kind} are here; give {fits}")
    for option, size in (("--batch-size", batch_size), ("--micro-batch", micro_batch or count)):
        if size % count:
            fits = max(n for n in range(1, count) if size % n == 0)
            raise UserError(
                f"{option} {size}: cannot be divided among {count} devices; "
                f"give a multiple of {count}, or --devices {fits}"
            )
    if count > 1 and micro_batch and not jax:
        raise UserError(
            f"--micro-batch {micro_batch}: Keras cannot accumulate gradients on several devices "
            "with tensorflow; set KERAS_BACKEND=jax, or give --devices 1"
        )
    names = found.names[:count]
    spread = keras.distribution.DataParallel if jax else _mirrored
    return replace(found, names=names, strategy=spread(devices=list(names)) if count > 1 else None)


def machine_memory() -> float:
    """Bytes that this machine has for its processors; no limit where the system does not say.

    What needs more is refused: a system that runs out of memory ends a process without a word.
    """
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return math.inf


def _of_jax() -> Devices:
    import jax

    pod = "," in os.environ.get("TPU_WORKER_HOSTNAMES", "")
    several = pod or "KERAS_DISTRIBUTION_NUM_PROCESSES" in os.environ
    if several and not jax.distributed.is_initialized():
        keras.distribution.initialize()
    kind = jax.devices()[0].device_kind.replace("cpu", "CPU")
    names = tuple(keras.distribution.list_devices())
    return Devices(kind, names, jax.process_index(), jax.process_count())


def _of_tensorflow() -> Devices:
    from tensorflow import config

    if gpus := config.list_logical_devices("GPU"):
        details = config.experimental.get_device_details(config.list_physical_devices("GPU")[0])
        return Devices(details.get("device_name", "GPU"), tuple(gpu.name for gpu in gpus))
    if config.list_physical_devices("TPU") or any(name in os.environ for name in TPU_VARIABLES):
        raise UserError(
            "KERAS_BACKEND=tensorflow: this machine has a TPU, which Keras uses through jax only; "
            "set KERAS_BACKEND=jax"
        )
    return Devices("CPU", tuple(cpu.name for cpu in config.list_logical_devices("CPU")))


def _mirrored(devices: list[str]) -> Any:
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(devices)


def _filled_up(batch: Weighted, count: int) -> Weighted:
    """The batch with its last instance repeated, weighing nothing, up to a multiple of count."""
    size = len(batch[2]["sop"])
    rows = np.arange(size + -size % count)
    inputs, targets, weights = (
        {n: a[np.minimum(rows, size - 1)] for n, a in part.items()} for part in batch
    )
    for weight in weights.values():
        weight[size:] = 0
    return inputs, targets, weights


def _share(batch: Weighted, index: int, count: int) -> Weighted:
    """The rows of a batch that belong to one of ``count`` sharers."""
    size = len(batch[2]["sop"]) // count
    return tuple({n: a[index * size :][:size] for n, a in part.items()} for part in batch)
