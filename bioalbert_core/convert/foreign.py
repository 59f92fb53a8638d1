"""What the configs of other programs share, and what this kit must refuse in them."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from bioalbert_core.albert.checkpoint import checked_config
from bioalbert_core.config import AlbertConfig
from bioalbert_core.plumbing.errors import UserError


def foreign_config(
    record: Mapping[str, object],
    path: Path,
    *,
    names: Mapping[str, str],
    fixed: Mapping[str, object],
    groups: str,
    activation: str,
) -> AlbertConfig:
    """The config in another program's file.

    Args:
        record: the settings in the file.
        path: the file, for messages.
        names: the program's name for each of our settings.
        fixed: settings that this kit does not have, each with the one value it can read.
        groups: the program's name for the number of different blocks.
        activation: the GELU, as in `AlbertConfig`.

    Raises:
        UserError: this kit cannot build such a model.
    """
    for name, value in fixed.items():
        if (theirs := record.get(name, value)) != value:
            raise UserError(
                f"{path}: {name} is {theirs!r}, this kit's ALBERT has {value!r}; "
                "choose another model"
            )
    blocks, layers = record.get(groups, 1), record.get(names["num_layers"])
    if blocks not in (1, layers):
        raise UserError(
            f"{path}: {blocks!r} groups of layers; this kit shares one block among all layers, or "
            "none; choose another model"
        )
    values = {ours: record.get(theirs) for ours, theirs in names.items()}
    values |= {"activation": activation, "share_layers": blocks == 1}
    return checked_config(values, path)


def refuse_projection(kernel: np.ndarray, bias: np.ndarray, place: str | Path) -> None:
    """UserError for a model with E = H and a projection; the kit projects only if they differ.

    Other programs project in any case: the identity is accepted, as it changes nothing.
    """
    if kernel.ndim != 2 or not np.array_equal(kernel, np.eye(len(kernel))) or bias.any():
        raise UserError(
            f"{place}: projects embeddings that are already as wide as the block (E = H), which "
            "this kit cannot do; choose another model"
        )
