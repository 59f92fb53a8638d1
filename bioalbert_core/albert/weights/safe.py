"""Tensors out of files, without running what may be hidden in them."""

import warnings
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import load_file

from bioalbert_core.errors import UserError


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file by name; bfloat16 becomes float32.

    Raises:
        UserError: it is cut, damaged, or no such file.
    """
    try:
        return load_file(path)
    except KeyError:  # bfloat16, which NumPy does not have
        return {name: _array(tensor) for name, tensor in deserialize(path.read_bytes())}
    except (SafetensorError, ValueError) as error:
        raise UserError(
            f"{path}: cut or damaged, or not safetensors ({error}); get it again"
        ) from None


def _array(tensor: dict) -> np.ndarray:
    kinds = {"BF16": "<u2", "F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8"}
    values = np.frombuffer(tensor["data"], kinds[tensor["dtype"]]).reshape(tensor["shape"])
    if tensor["dtype"] == "BF16":  # the upper half of a float32
        return (values.astype("<u4") << 16).view("<f4")
    return values


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
        return {name: tensor.float().numpy() for name, tensor in found.items()}
    except (UnpicklingError, AttributeError):
        raise UserError(
            f"{path}: holds other things than tensors; refused, for they could run code; get the "
            "model as model.safetensors"
        ) from None
    except (RuntimeError, EOFError, OSError, ValueError) as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(f"{path}: cut or damaged ({told}); get it again") from None
