"""Tensors in files: read without running hidden code, written completely or not at all."""

import errno
import warnings
from pathlib import Path

import ml_dtypes  # noqa: F401  (teaches NumPy bfloat16)
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bioalbert_core.plumbing.addresses import fetched
from bioalbert_core.plumbing.errors import UserError, reason
from bioalbert_core.plumbing.files import output_file


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file, by name.

    Raises:
        UserError: it is cut or damaged, or has a data type that NumPy does not know.
    """
    try:
        with fetched(path) as local:
            return load_file(local)
    except (SafetensorError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UserError(
            f"{path}: cut or damaged, or not safetensors ({reason(error)}); get it again"
        ) from None


def write_safetensors(
    path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors; a full disk raises OSError, as for any other file."""
    with output_file(path) as partial:
        try:
            save_file(tensors, partial, metadata=metadata)
        except SafetensorError as error:
            raise OSError(errno.EIO, str(error), str(path)) from None


def read_torch_pickle(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a PyTorch ``.bin`` file, read by PyTorch with all other objects refused.

    Raises:
        UserError: PyTorch is not installed, or the file is damaged or holds more than tensors.
    """
    try:
        import torch
    except ImportError:
        raise UserError(
            f"{path}: a pickle, which can run code; install torch, which reads only its tensors, "
            "or get the model as model.safetensors"
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):
            tensors = torch.load(path, map_location="cpu", weights_only=True)
        return {str(name): tensor.detach().float().numpy() for name, tensor in tensors.items()}
    except Exception:  # many kinds, some with the advice to trust the file
        raise UserError(
            f"{path}: damaged, or holds more than tensors, which could run code; get the model as "
            "model.safetensors"
        ) from None
