"""Data parallel training: each device holds all weights and gets an equal share of every batch.

On jax, Keras distributes the arrays and XLA adds up the gradients, so a step equals that of one
device. On tensorflow, a `tf.distribute.MirroredStrategy` runs the step once for each share; the
scores of the whole batch are combined here, its gradient in `optimizers.WholeGradients`.
"""

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from bioalbert_core.plumbing.backend import TPU_VARIABLES
from bioalbert_core.plumbing.errors import UserError

Weighted = tuple[dict, dict, dict]
"""Inputs, targets and weights of a batch, from `for_keras`."""


@dataclass(frozen=True)
class Devices:
    """Devices that train together. Create, compile and use a model inside their `scope`."""

    kind: str  # for example CPU, NVIDIA H200, TPU v5 lite
    names: tuple[str, ...]  # in the backend, of all processes
    process: int = 0  # number of this process; all hold the same weights, 0 writes the files
    processes: int = 1  # each with its own devices
    strategy: Any = None  # DataParallel of Keras or MirroredStrategy of TensorFlow; None for one

    @property
    def independent(self) -> int:
        """How many have cores of their own; the CPU devices of a process share its cores."""
        return self.processes if self.kind == "CPU" else len(self.names)

    def scope(self) -> contextlib.AbstractContextManager:
        """Inside, variables are created on all devices."""
        return self.strategy.scope() if self.strategy else contextlib.nullcontext()

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """Process 0 runs the block before the others do."""
        if self.process:
            self._wait_for_all()
        yield
        if not self.process:
            self._wait_for_all()

    def _wait_for_all(self) -> None:
        if self.processes > 1:
            from jax.experimental import multihost_utils

            multihost_utils.sync_global_devices("pretrain")

    def train_on_batch(self, model: keras.Model, batch: Weighted) -> dict[str, float]:
        """Take one training step; return the scores of the whole batch before it."""
        return self._run(model, model.train_on_batch, batch)

    def test_on_batch(self, model: keras.Model, batch: Weighted) -> dict[str, float]:
        """Return the scores of a batch of any size."""
        return self._run(model, model.test_on_batch, batch)

    def describe(self, batch_size: int) -> str:
        """A line for the log.

        >>> Devices("CPU", ("cpu:0", "cpu:1")).describe(32).replace("jax", "tensorflow")
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
            batch = _padded(batch, len(self.names))
        model.reset_metrics()  # Keras 3.13 does not, and would return means over all batches so far
        if self.strategy is None or keras.backend.backend() == "jax":
            scores = step(*_share(batch, self.process, self.processes), return_dict=True)
        else:
            model._symbolic_build(data_batch=batch)  # Keras cannot build from shares
            step(
                *self.strategy.experimental_distribute_values_from_function(
                    lambda at: _share(batch, at.replica_id_in_sync_group, at.num_replicas_in_sync)
                )
            )
            # The step returns the mean over the shares; the metrics weigh each share correctly.
            scores = model.get_metrics_result()
        return {name: float(score) for name, score in scores.items()}


def choose_devices(count: int | None, batch_size: int, micro_batch: int | None = None) -> Devices:
    """Choose the first ``count`` devices of the best kind, or all of them.

    Call it before any computation: it connects the hosts of a TPU pod, or the processes that Keras'
    own variables name (``KERAS_DISTRIBUTION_NUM_PROCESSES`` and others).

    Args:
        count: how many to use; None: all.
        batch_size: instances in a step.
        micro_batch: instances on the devices at a time, if gradients are accumulated.

    Raises:
        UserError: too few devices, a batch that they cannot share equally, or a backend that cannot
            train this way.
    """
    jax = keras.backend.backend() == "jax"
    every = _of_jax() if jax else _of_tensorflow()
    available = len(every.names)
    count = available if count is None else count
    if not 1 <= count <= available or (every.processes > 1 and count < available):
        allowed = f"1 to {available}" if every.processes == 1 else f"{available}, all processes"
        raise UserError(
            f"--devices {count}: this machine has {available} x {every.kind}; use {allowed}"
        )
    for option, size in (("--batch-size", batch_size), ("--micro-batch", micro_batch or count)):
        if size % count:
            fits = max(n for n in range(1, count) if size % n == 0)
            raise UserError(
                f"{option} {size}: cannot be divided among {count} devices; "
                f"use a multiple of {count}, or --devices {fits}"
            )
    if count > 1 and micro_batch and not jax:
        raise UserError(
            f"--micro-batch {micro_batch}: Keras cannot accumulate gradients on several devices "
            "with tensorflow; set KERAS_BACKEND=jax, or use --devices 1"
        )
    names = every.names[:count]
    make = keras.distribution.DataParallel if jax else _mirrored
    return replace(every, names=names, strategy=make(devices=list(names)) if count > 1 else None)


def machine_memory() -> float:
    """Bytes of main memory; infinite if the system does not say."""
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
            "KERAS_BACKEND=tensorflow: Keras uses this machine's TPU only through jax; "
            "set KERAS_BACKEND=jax"
        )
    return Devices("CPU", tuple(cpu.name for cpu in config.list_logical_devices("CPU")))


def _mirrored(devices: list[str]) -> Any:
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(devices)


def _padded(batch: Weighted, multiple: int) -> Weighted:
    """Repeat the last instance, with weight 0, until the size is a multiple."""
    size = len(batch[2]["sop"])
    indices = np.minimum(np.arange(size + -size % multiple), size - 1)
    inputs, targets, weights = ({n: a[indices] for n, a in part.items()} for part in batch)
    for weight in weights.values():
        weight[size:] = 0
    return inputs, targets, weights


def _share(batch: Weighted, index: int, count: int) -> Weighted:
    """Share number ``index`` of a batch cut into ``count`` equal ones."""
    size = len(batch[2]["sop"]) // count
    return tuple({n: a[index * size :][:size] for n, a in part.items()} for part in batch)
