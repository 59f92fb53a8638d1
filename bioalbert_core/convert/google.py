"""Google's TensorFlow 1 checkpoints of ALBERT, alone or in an archive like the released BioALBERT.

TensorFlow 2 reads them and verifies the checksum of each variable.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType

import numpy as np

from bioalbert_core.albert.checkpoint import Checkpoint, Layout, collect, present
from bioalbert_core.config import (
    ALBERT_BASE,
    ALBERT_LARGE,
    ALBERT_SMALL,
    ALBERT_TINY,
    AlbertConfig,
)
from bioalbert_core.convert.huggingface import config_of
from bioalbert_core.download.archives import members, unpack
from bioalbert_core.plumbing.backend import quiet
from bioalbert_core.plumbing.errors import UserError, reason
from bioalbert_core.plumbing.files import read_json, require_file

GOOGLE = Layout(
    name_of=lambda variable: variable.google,
    transposed=lambda variable: variable.google.endswith("output_weights"),
)
SHARD = r"data-\d{5}-of-\d{5}"
PACKED = re.compile(rf"\w[\w.+-]*\.(index|{SHARD}|model)|(albert_|bert_)?config\.json")
"""The names of the files to unpack."""
CONFIGS = ("albert_config.json", "bert_config.json", "config.json")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
LARGEST = 8 * 2**30
"""The most bytes to unpack, three times an ALBERT-xxlarge with its moments."""
# The shapes of a shared block do not show the number of layers and heads. Without a config, they
# are taken from the published ALBERT with such a block.
KNOWN = {
    (config.hidden_size, config.intermediate_size): config
    for config in (
        ALBERT_TINY,
        ALBERT_SMALL,
        ALBERT_BASE,
        ALBERT_LARGE,
        AlbertConfig(hidden_size=2048, num_layers=24, num_heads=16, intermediate_size=8192),
        AlbertConfig(hidden_size=4096, num_layers=12, num_heads=64, intermediate_size=16384),
    )
}
BLOCK = "bert/encoder/transformer/group_0/inner_group_0/ffn_1/intermediate/dense/kernel"


def is_google(source: Path) -> bool:
    """Whether this is a checkpoint (its prefix or one of its files), or a folder or archive of it.

    >>> is_google(Path("bioalbert-1.0-pubmed.zip")), is_google(Path("no-such-model.ckpt"))
    (True, False)
    """
    return _is_archive(source) or bool(_indexes(source))


def read_google(source: Path, scratch: Path) -> Checkpoint:
    """The model in a checkpoint; in a folder or archive of several, the one with the highest step.

    The config comes from the file in the same folder, or else from the published ALBERT with such a
    block. The optimizer's moments and the step are skipped. A tagger's head is left over, because
    the checkpoint does not name its labels.

    Args:
        source: accepted by `is_google`.
        scratch: an empty folder for the files of an archive, the tokenizer included.

    Raises:
        UserError: TensorFlow is not installed; not an ALBERT, or one that this kit cannot build, or
            damaged.
    """
    packed = _is_archive(source)
    if packed:
        _unpack(source, scratch)
    prefix = _latest(scratch if packed else source, source)
    place = source / prefix.name if packed else prefix  # as the user knows it
    arrays, no_numbers = _read(prefix, place)
    config = _config(prefix.parent, arrays, place)
    if config.share_layers and any(re.search("/(inner_)?group_1/", name) for name in arrays):
        raise UserError(f"{place}: has several blocks, its config one; get the matching config")
    tensors, left_over = collect(arrays, GOOGLE, config, place)
    models = list(prefix.parent.glob("[!.]*.model"))
    tokenizer = models[0] if len(models) == 1 else None
    files = (source,) if packed else present(*_files(prefix), tokenizer)
    left_over = (*left_over, *no_numbers)
    return Checkpoint(str(source), config, tensors, tokenizer, left_over=left_over, files=files)


def _files(prefix: Path) -> list[Path]:
    """The files of a checkpoint, and its config."""
    name = re.compile(rf"{re.escape(prefix.name)}\.(index|{SHARD})")
    configs = [prefix.with_name(name) for name in CONFIGS]
    return [p for p in prefix.parent.iterdir() if name.fullmatch(p.name)] + [*present(*configs)[:1]]


def _is_archive(source: Path) -> bool:
    return source.name.endswith(ARCHIVES) and not source.is_dir()


def _unpack(archive: Path, folder: Path) -> None:
    """Copy the files of a model into one folder, whatever folders of the archive they are in."""
    sizes = members(require_file(archive))
    chosen = [member for member in sizes if PACKED.fullmatch(PurePosixPath(member).name)]
    names = {PurePosixPath(member).name: member for member in chosen}
    if len(names) < len(chosen):
        raise UserError(f"{archive}: contains several models; unpack it and choose one folder")
    if (size := sum(sizes[member] for member in chosen)) > LARGEST:
        raise UserError(
            f"{archive}: would unpack to {size:,} bytes; unpack it yourself if you trust it"
        )
    for name, member in names.items():
        unpack(archive, member, folder / name)


def _indexes(source: Path) -> list[Path]:
    """The index files of the checkpoints, by step."""
    if source.is_dir():
        return sorted(source.glob("[!.]*.index"), key=_step)
    prefix = re.sub(rf"\.(index|meta|{SHARD})$", "", source.name)
    index = source.with_name(f"{prefix}.index")
    return [index] if index.is_file() else []


def _step(index: Path) -> int:
    match = re.search(r"-(\d+)\.index$", index.name)
    return int(match[1]) if match else -1


def _latest(folder: Path, source: Path) -> Path:
    """The prefix of the checkpoint to read."""
    if not (indexes := _indexes(folder)):
        raise UserError(f"{source}: no TensorFlow checkpoint (NAME.index) found; check the path")
    if len(indexes) > 1 and _step(indexes[-1]) == _step(indexes[-2]):
        names = " and ".join(index.name for index in indexes[-2:])
        raise UserError(f"{source}: {names} have the same step; give the path of one")
    return indexes[-1].with_suffix("")


def _read(prefix: Path, place: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """The arrays of a checkpoint without moments and step, and the names of all but floats."""
    tensorflow = _tensorflow(place)
    if set("*?[") & set(str(prefix)):
        raise UserError(f"{place}: TensorFlow cannot open a path with *, ? or [; rename it")
    with _damage(f"{place}.index: cut or damaged, or not a TensorFlow checkpoint"):
        reader = tensorflow.train.load_checkpoint(str(prefix))
        kinds = reader.get_variable_to_dtype_map()
    if any(name.startswith("bert/encoder/layer_0/") for name in kinds):
        raise UserError(f"{place}: a BERT, not an ALBERT; choose a checkpoint of an ALBERT")
    names = [n for n in kinds if not n.endswith(("/adam_m", "/adam_v")) and n != "global_step"]
    numbers = [name for name in names if kinds[name].is_floating]
    with _damage(f"{place}: its .data file is missing, cut or damaged"):
        arrays = {name: reader.get_tensor(name) for name in numbers}
    return arrays, sorted(set(names) - set(numbers))


def _tensorflow(place: Path) -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            import tensorflow
    except ImportError:
        raise UserError(
            f"{place}: reading Google's checkpoints needs TensorFlow; pip install tensorflow, or "
            "convert on a machine that has it"
        ) from None
    return tensorflow


@contextlib.contextmanager
def _damage(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # TensorFlow raises its own kinds, IndexError and more
        raise UserError(f"{what} ({' '.join(reason(error).split())}); get it again") from None


def _config(folder: Path, arrays: dict[str, np.ndarray], place: Path) -> AlbertConfig:
    for name in CONFIGS:
        if (folder / name).is_file():
            record = read_json(folder / name)
            # Google's gelu is the tanh approximation, which Hugging Face calls gelu_new.
            if record.get("hidden_act", "gelu") == "gelu":
                record["hidden_act"] = "gelu_new"
            return config_of(record, place.parent / name)
    block = arrays[BLOCK].shape if BLOCK in arrays else ()
    if block not in KNOWN:
        raise UserError(
            f"{place}: its variables do not show how many layers and heads it has; put its "
            "albert_config.json into the same folder"
        )
    return KNOWN[block]
