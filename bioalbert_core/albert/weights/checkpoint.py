"""A model on its way between formats: its shape, its tensors by name, what goes with them.

Every format is read into a `Checkpoint` and written from one. A reader checks all names and shapes
before anything is built, so that a model is never loaded half.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from bioalbert_core.albert.variables import PARTS, Variable, variables
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError


@dataclass(frozen=True)
class Checkpoint:
    """A model without code.

    Its tensors are float32, named and shaped as in `variables`.
    """

    place: str
    """Where it was found, for messages."""
    config: AlbertConfig
    tensors: dict[str, np.ndarray]
    tokenizer: Path | None = None
    """Its SentencePiece model, where it has one."""
    labels: tuple[str, ...] = ()
    """The labels of a tagger, by id."""
    window: int | None = None
    """The longest stretch a tagger was trained on, in pieces."""
    left_over: tuple[str, ...] = ()
    """Variables of the source that have no place in an ALBERT."""
    files: tuple[Path, ...] = ()
    """The files it was read from."""
    own: dict[str, np.ndarray] = field(default_factory=dict)
    """The weights that only this kit's taggers have: of a CRF, and of a dictionary's labels."""

    @property
    def rows(self) -> list[Variable]:
        """Its variables, in the order of the model."""
        every = variables(self.config, PARTS, len(self.labels))
        return [variable for variable in every if variable.name in self.tensors]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts it has."""
        return tuple(dict.fromkeys(variable.part for variable in self.rows))


def tokenizer_at(path: Path) -> Path | None:
    """A tokenizer's path, or None where there is none."""
    return path if path.is_file() else None


def present(*paths: Path | None) -> tuple[Path, ...]:
    """Those of some paths that are files.

    >>> present(None, Path("no-such-file"))
    ()
    """
    return tuple(path for path in paths if path and path.is_file())


@dataclass(frozen=True)
class Format:
    """How a program stores a variable: under what name, and in what shape.

    Args:
        name_of: its name there.
        transposed: whether its two axes stand the other way round there.
        flat: whether the heads of attention share one axis there.
    """

    name_of: Callable[[Variable], str]
    transposed: Callable[[Variable], bool] = lambda variable: False
    flat: bool = True

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """The shape there."""
        flat = variable.flat_shape if self.flat else variable.shape
        return flat[::-1] if self.transposed(variable) else flat

    def to_kit(self, variable: Variable, array: np.ndarray) -> np.ndarray:
        """Theirs to ours."""
        flat = array.T if self.transposed(variable) else array
        return np.ascontiguousarray(flat, "float32").reshape(variable.shape)

    def from_kit(self, variable: Variable, array: np.ndarray) -> np.ndarray:
        """Ours to theirs."""
        flat = array.reshape(variable.flat_shape)
        return np.ascontiguousarray(flat.T if self.transposed(variable) else flat)


def checked_config(values: Mapping[str, object], path: Path) -> AlbertConfig:
    """The config of these values; UserError that names a value which no model can have."""
    names = [field.name for field in fields(AlbertConfig)]
    if missing := [name for name in names if values.get(name) is None]:
        raise UserError(f"{path}: {', '.join(missing)} missing; get the file again")
    for name in names:
        if not _fits(name, values[name]):
            raise UserError(f"{path}: {name} cannot be {values[name]!r}; get the file again")
    config = AlbertConfig(**{name: values[name] for name in names})
    if config.hidden_size % config.num_heads:
        raise UserError(
            f"{path}: hidden_size {config.hidden_size} is no multiple of num_heads "
            f"{config.num_heads}; get the file again"
        )
    return config


def _fits(name: str, value: object) -> bool:
    if name == "activation":
        return value in ("gelu_tanh", "gelu")
    if name == "share_layers":
        return isinstance(value, bool)
    if name == "dropout":
        return type(value) in (float, int) and 0 <= value < 1
    largest = 1000 if name == "num_layers" else 2**24
    return type(value) is int and 1 <= value <= largest


def share_layers_of(groups: object, layers: object, path: Path) -> bool:
    """Whether all layers share a block, from how many blocks there are; UserError for some."""
    if groups not in (1, layers):
        raise UserError(
            f"{path}: {groups!r} groups of layers; this kit shares one block among all layers or "
            "none, and cannot take this model"
        )
    return groups == 1


def checked_tagger(
    labels: object, window: object, path: Path
) -> tuple[tuple[str, ...], int | None]:
    """The labels and the window of a tagger; UserError for what cannot be any.

    >>> checked_tagger(["O", "B-Gene"], 128, "config.json")
    (('O', 'B-Gene'), 128)
    """
    words = isinstance(labels, Sequence) and all(
        isinstance(label, str) and label and label.isprintable() and " " not in label
        for label in labels
    )
    if isinstance(labels, str) or not words or len(set(labels)) < len(labels):
        raise UserError(f"{path}: the labels are no list of different words; get the file again")
    if not (window is None or (type(window) is int and 2 < window <= 2**24)):
        raise UserError(f"{path}: window cannot be {window!r}; get the file again")
    return tuple(labels), window


def collect(
    found: Mapping[str, np.ndarray],
    form: Format,
    config: AlbertConfig,
    place: str | Path,
    num_labels: int = 0,
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """The tensors of an ALBERT out of those of a file: the encoder's, and those of other parts.

    Args:
        found: arrays by the names they have there.
        form: how they are named and laid out.
        config: the shape that the model is said to have.
        place: where it was found, for messages.
        num_labels: labels of the tagger's head, 0 where there is none.

    Returns:
        Our tensors, and the names in ``found`` that have no place in the model.

    Raises:
        UserError: a variable is missing, has another shape or holds no numbers; it is named, with
            both shapes.
    """
    tensors, used = {}, set()
    for part in PARTS if num_labels else PARTS[:4]:
        rows = variables(config, (part,), num_labels)
        if part == "encoder" or any(form.name_of(row) in found for row in rows):
            tensors |= {row.name: _checked(found, form, row, place) for row in rows}
            used |= {form.name_of(row) for row in rows}
    return tensors, tuple(sorted(found.keys() - used))


def _checked(
    found: Mapping[str, np.ndarray], form: Format, variable: Variable, place: str | Path
) -> np.ndarray:
    name, wanted = form.name_of(variable), form.shape(variable)
    if name not in found:
        raise UserError(
            f"{place}: variable {name} {wanted} is missing; get the whole model, or one whose "
            "config fits it"
        )
    array = found[name]
    if array.shape != wanted:
        raise UserError(
            f"{place}: variable {name} has shape {array.shape}, the config makes it {wanted}; "
            "get the config that belongs to these weights"
        )
    if not (array.dtype.name == "bfloat16" or np.issubdtype(array.dtype, np.floating)):
        raise UserError(
            f"{place}: variable {name} is of {array.dtype}, not of floats; get it again"
        )
    with np.errstate(over="ignore"):
        tensor = form.to_kit(variable, array)
    if not np.isfinite(tensor).all():
        raise UserError(f"{place}: variable {name} holds values that are not numbers; get it again")
    return tensor


def refuse_projection(kernel: np.ndarray, bias: np.ndarray, place: str | Path) -> None:
    """UserError for a model with E = H whose projection does something: the kit has none there."""
    if kernel.ndim != 2 or not np.array_equal(kernel, np.eye(len(kernel))) or bias.any():
        raise UserError(
            f"{place}: embeddings as wide as the block (E = H), yet projected; this kit has no "
            "such model"
        )
