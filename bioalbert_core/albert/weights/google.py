"""Google's TensorFlow 1 checkpoints of ALBERT, bare or in archives as BioALBERT was released.

TensorFlow 2 reads them, and verifies each variable's checksum; TensorFlow 1 is not needed.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType

import numpy as np

from bioalbert_core.albert.weights.checkpoint import Checkpoint, Format, collect, present
from bioalbert_core.albert.weights.huggingface import config_of
from bioalbert_core.backend import quiet
from bioalbert_core.config import (
    ALBERT_BASE,
    ALBERT_LARGE,
    ALBERT_SMALL,
    ALBERT_TINY,
    AlbertConfig,
)
from bioalbert_core.download.archives import members, unpack
from bioalbert_core.errors import UserError, reason
from bioalbert_core.files import read_json, require_file

GOOGLE = Format(
    name_of=lambda variable: variable.google,
    transposed=lambda variable: variable.google.endswith("output_weights"),
)
SHARD = r"data-\d{5}-of-\d{5}"
PACKED = re.compile(rf"\w[\w.+-]*\.(index|{SHARD}|model)|(albert_|bert_)?config\.json")
"""Names of files that are taken out of an archive."""
CONFIGS = ("albert_config.json", "bert_config.json", "config.json")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
LARGEST = 8 * 2**30
"""Bytes that an archive may unpack to: ALBERT-xxlarge with its moments has a third of it."""
# Layers and heads leave no trace in a shared block's shapes: without a config they are those of
# the ALBERT that is known to have such a block.
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
    """Whether this is a checkpoint (its prefix or one of its files), a folder of some, an archive.

    >>> is_google(Path("bioalbert-1.0-pubmed.zip")), is_google(Path("no-such-model.ckpt"))
    (True, False)
    """
    return _is_archive(source) or bool(_indexes(source))


def read_google(source: Path, scratch: Path) -> Checkpoint:
    """The model in a checkpoint; of several in a folder or an archive, that of the highest step.

    The shape is that of the config file beside it, or of the published ALBERT that has such a
    block. Moments of the optimizer and the step are not read; a tagger's head is left over, as
    nothing there tells its labels.

    Args:
        source: what `is_google` finds one in.
        scratch: an empty folder, for what an archive holds; the tokenizer is then read from there.

    Raises:
        UserError: no TensorFlow here; not an ALBERT, one that this kit cannot build, or damaged.
    """
    if _is_archive(source):
        _unpack(source, scratch)
    prefix = _latest(scratch if _is_archive(source) else source, source)
    place = source / prefix.name if _is_archive(source) else prefix  # as the user knows it
    found, no_numbers = _read(prefix, place)
    config = _config(prefix.parent, found, place)
    if config.share_layers and any(re.search("/(inner_)?group_1/", name) for name in found):
        raise UserError(f"{place}: has several blocks, its config one; get the config of it")
    tensors, left_over = collect(found, GOOGLE, config, place)
    models = list(prefix.parent.glob("[!.]*.model"))
    tokenizer = models[0] if len(models) == 1 else None
    files = (source,) if _is_archive(source) else present(*_files(prefix), tokenizer)
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
    """Copy the files of a model side by side, whatever folders of the archive they lie in."""
    found = members(require_file(archive))
    wanted = [member for member in found if PACKED.fullmatch(PurePosixPath(member).name)]
    names = {PurePosixPath(member).name: member for member in wanted}
    if len(names) < len(wanted):
        raise UserError(f"{archive}: several models in it; unpack it and give the folder of one")
    if (size := sum(found[member] for member in wanted)) > LARGEST:
        raise UserError(f"{archive}: would unpack to {size:,} bytes; unpack it yourself if it may")
    for name, member in names.items():
        unpack(archive, member, folder / name)


def _indexes(source: Path) -> list[Path]:
    """The index files of the checkpoints there, by step."""
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
    if not (found := _indexes(folder)):
        raise UserError(f"{source}: no TensorFlow checkpoint (NAME.index) there; check the path")
    if len(found) > 1 and _step(found[-1]) == _step(found[-2]):
        names = " and ".join(index.name for index in found[-2:])
        raise UserError(f"{source}: {names} are equally new; give the path of one")
    return found[-1].with_suffix("")


def _read(prefix: Path, place: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """What a checkpoint holds without moments and step, and names of what is not numbers."""
    tensorflow = _tensorflow(place)
    if set("*?[") & set(str(prefix)):
        raise UserError(f"{place}: TensorFlow opens no path with * or ? or [ in it; rename it")
    with _told(f"{place}.index: cut or damaged, or no TensorFlow checkpoint"):
        reader = tensorflow.train.load_checkpoint(str(prefix))
        kinds = reader.get_variable_to_dtype_map()
    if any(name.startswith("bert/encoder/layer_0/") for name in kinds):
        raise UserError(f"{place}: this is a BERT, not an ALBERT; give a checkpoint of an ALBERT")
    names = [n for n in kinds if not n.endswith(("/adam_m", "/adam_v")) and n != "global_step"]
    numbers = [name for name in names if kinds[name].is_floating]
    with _told(f"{place}: its .data file is missing, cut or damaged"):
        found = {name: reader.get_tensor(name) for name in numbers}
    return found, sorted(set(names) - set(numbers))


def _tensorflow(place: Path) -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            import tensorflow
    except ImportError:
        raise UserError(
            f"{place}: only TensorFlow reads Google's checkpoints, and it is not here; convert "
            "where it is (pip install tensorflow)"
        ) from None
    return tensorflow


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of TensorFlow's reader: its own kinds, IndexError and more
        raise UserError(f"{what} ({' '.join(reason(error).split())}); get it again") from None


def _config(folder: Path, found: dict[str, np.ndarray], place: Path) -> AlbertConfig:
    for name in CONFIGS:
        if (folder / name).is_file():
            record = read_json(folder / name)
            # Google's gelu is the tanh approximation, which Hugging Face calls gelu_new.
            if record.get("hidden_act", "gelu") == "gelu":
                record["hidden_act"] = "gelu_new"
            return config_of(record, place.parent / name)
    block = found[BLOCK].shape if BLOCK in found else ()
    if block not in KNOWN:
        raise UserError(
            f"{place}: how many layers and heads it has is not known from its variables; put its "
            "albert_config.json beside it"
        )
    return KNOWN[block]
