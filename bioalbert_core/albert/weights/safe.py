"""Tensors in files: read without running what may be hidden there, written whole or not at all."""

import errno
import warnings
from pathlib import Path

import ml_dtypes  # noqa: F401  (so that NumPy knows bfloat16)
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from bioalbert_core.addresses import fetched
from bioalbert_core.errors import UserError, reason
from bioalbert_core.files import output_file


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file by name.

    Raises:
        UserError: it is cut, damaged, or holds numbers that NumPy does not know.
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
    """Write tensors; a disk that is full raises OSError, as for any other file."""
    with output_file(path) as partial:
        try:
            save_file(tensors, partial, metadata=metadata)
        except SafetensorError as error:
            raise OSError(errno.EIO, str(error), str(path)) from None


def read_torch_pickle(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a PyTorch ``.bin`` file, through PyTorch's reader that admits nothing else.

    Raises:
        UserError: PyTorch is not there, the file is damaged, or holds other things than tensors.
    """
    try:
        import torch
    except ImportError:
        raise UserError(
            f"{path}: a pickle, which can run code; install torch, which reads just the tensors "
            "of it, or get the model as model.safetensors"
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):
            found = torch.load(path, map_location="cpu", weights_only=True)
        return {str(name): tensor.detach().float().numpy() for name, tensor in found.items()}
    except Exception:  # of many kinds, with advice to trust the file
        raise UserError(
            f"{path}: damaged, or other things in it than tensors, which could run code; refused: "
            "get the model as model.safetensors"
        ) from None
