"""A model between two formats: its config, its tensors by name, and what belongs to it.

Every format is read into a `Checkpoint` and written from one. A reader checks all names and shapes
before anything is built, so a model is loaded completely or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from bioalbert_core.albert.variables import PARTS, Variable, variables
from bioalbert_core.config import AlbertConfig
from bioalbert_core.plumbing.errors import UserError


@dataclass(frozen=True)
class Checkpoint:
    """The data of a model. Its tensors are float32, with the names and shapes of `variables`."""

    place: str
    """Where it was read from, for messages."""
    config: AlbertConfig
    tensors: dict[str, np.ndarray]
    tokenizer: Path | None = None
    """Its SentencePiece model, if it has one."""
    labels: tuple[str, ...] = ()
    """The labels of a tagger, by id."""
    window: int | None = None
    """The longest sequence a tagger was trained on, in tokens."""
    left_over: tuple[str, ...] = ()
    """The names of variables in the source that an ALBERT does not have."""
    files: tuple[Path, ...] = ()
    """The files it was read from."""
    own: dict[str, np.ndarray] = field(default_factory=dict)
    """Weights that only this kit's taggers have: of the CRF and the gazetteer feature."""
    companions: tuple[Path, ...] = ()
    """Other files that belong to the model, copied unchanged; only this kit's taggers have any."""

    @property
    def variables(self) -> list[Variable]:
        """Its variables, in the order of the model."""
        every = variables(self.config, PARTS, len(self.labels))
        return [variable for variable in every if variable.name in self.tensors]

    @property
    def parts(self) -> tuple[str, ...]:
        """Its parts, in the order of the model."""
        return tuple(dict.fromkeys(variable.part for variable in self.variables))


def present(*paths: Path | None) -> tuple[Path, ...]:
    """The paths that are files.

    >>> present(None, Path("no-such-file"))
    ()
    """
    return tuple(path for path in paths if path and path.is_file())


@dataclass(frozen=True)
class Layout:
    """How a program stores a variable: its name and its shape.

    Args:
        name_of: the variable's name there.
        transposed: whether its two axes are swapped there.
        flat: whether the attention heads share one axis there.
    """

    name_of: Callable[[Variable], str]
    transposed: Callable[[Variable], bool] = lambda variable: False
    flat: bool = True

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """The variable's shape there."""
        flat = variable.flat_shape if self.flat else variable.shape
        return flat[::-1] if self.transposed(variable) else flat

    def to_kit(self, variable: Variable, array: np.ndarray) -> np.ndarray:
        """Convert their array to ours."""
        flat = array.T if self.transposed(variable) else array
        return np.ascontiguousarray(flat, "float32").reshape(variable.shape)

    def from_kit(self, variable: Variable, array: np.ndarray) -> np.ndarray:
        """Convert our array to theirs."""
        flat = array.reshape(variable.flat_shape)
        return np.ascontiguousarray(flat.T if self.transposed(variable) else flat)


def collect(
    arrays: Mapping[str, np.ndarray],
    layout: Layout,
    config: AlbertConfig,
    place: str | Path,
    num_labels: int = 0,
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Collect the tensors of an ALBERT from the arrays of a file.

    The encoder must be complete, and so must any other part of which a variable is present.

    Args:
        arrays: the arrays, by their names in the file.
        layout: how the file names and stores variables.
        config: the model's config.
        place: where the arrays are from, for messages.
        num_labels: the labels of the tagger's head, or 0 without one.

    Returns:
        Our tensors, and the names in ``arrays`` that the model does not have.

    Raises:
        UserError: names a variable that is missing, has another shape or does not hold numbers.
    """
    tensors, used = {}, set()
    for part in PARTS if num_labels else PARTS[:4]:
        members = variables(config, (part,), num_labels)
        if part == "encoder" or any(layout.name_of(variable) in arrays for variable in members):
            tensors |= {v.name: _checked(arrays, layout, v, place) for v in members}
            used |= {layout.name_of(variable) for variable in members}
    return tensors, tuple(sorted(arrays.keys() - used))


def _checked(
    arrays: Mapping[str, np.ndarray], layout: Layout, variable: Variable, place: str | Path
) -> np.ndarray:
    name, shape = layout.name_of(variable), layout.shape(variable)
    if name not in arrays:
        raise UserError(
            f"{place}: variable {name} {shape} is missing; get the complete model, or one that "
            "matches its config"
        )
    array = arrays[name]
    if array.shape != shape:
        raise UserError(
            f"{place}: variable {name} has shape {array.shape}, the config makes it {shape}; "
            "get the config that belongs to these weights"
        )
    if not (array.dtype.name == "bfloat16" or np.issubdtype(array.dtype, np.floating)):
        raise UserError(
            f"{place}: variable {name} has type {array.dtype}, expected floats; get it again"
        )
    with np.errstate(over="ignore"):
        tensor = layout.to_kit(variable, array)
    if not np.isfinite(tensor).all():
        raise UserError(f"{place}: variable {name} holds NaN or infinity; get it again")
    return tensor


def checked_config(values: Mapping[str, object], path: Path) -> AlbertConfig:
    """The config with these values; UserError names a value that no model can have."""
    names = [field.name for field in fields(AlbertConfig)]
    if missing := [name for name in names if values.get(name) is None]:
        raise UserError(f"{path}: {', '.join(missing)} missing; get the file again")
    for name in names:
        if not _is_possible(name, values[name]):
            raise UserError(f"{path}: {name} cannot be {values[name]!r}; get the file again")
    config = AlbertConfig(**{name: values[name] for name in names})
    if config.hidden_size % config.num_heads:
        raise UserError(
            f"{path}: hidden_size {config.hidden_size} is not a multiple of num_heads "
            f"{config.num_heads}; get the file again"
        )
    return config


def _is_possible(name: str, value: object) -> bool:
    if name == "activation":
        return value in ("gelu_tanh", "gelu")
    if name == "share_layers":
        return isinstance(value, bool)
    if name == "dropout":
        return type(value) in (float, int) and 0 <= value < 1
    largest = 1000 if name == "num_layers" else 2**24
    return type(value) is int and 1 <= value <= largest


def checked_tagger(
    labels: object, window: object, path: Path
) -> tuple[tuple[str, ...], int | None]:
    """The labels and the window of a tagger; UserError for impossible ones.

    >>> checked_tagger(["O", "B-Gene"], 128, "config.json")
    (('O', 'B-Gene'), 128)
    """
    words = isinstance(labels, Sequence) and all(
        isinstance(label, str) and label and label.isprintable() and " " not in label
        for label in labels
    )
    if isinstance(labels, str) or not words or len(set(labels)) < len(labels):
        raise UserError(f"{path}: expected a list of different labels; get the file again")
    if not (window is None or (type(window) is int and 2 < window <= 2**24)):
        raise UserError(f"{path}: window cannot be {window!r}; get the file again")
    return tuple(labels), window
