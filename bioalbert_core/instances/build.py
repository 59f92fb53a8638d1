"""A corpus and a tokenizer to a folder of instances."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random

import numpy as np
from tqdm import tqdm

from bioalbert_core.config import InstanceConfig
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError, check_range
from bioalbert_core.files import (
    MANIFEST,
    output_folder,
    read_manifest,
    verify_outputs,
    write_manifest,
)
from bioalbert_core.instances.masking import mask
from bioalbert_core.instances.segments import Pair, pairs
from bioalbert_core.instances.shards import record_type, write_shards
from bioalbert_core.tokenizer import Tokenizer

# Documents in memory at a time. A lone sentence takes its other half from the same block.
BLOCK = 10_000
SPLITS = ("train", "heldout")

Document = list[list[int]]  # sentences of piece ids


def build_instances(
    corpus: str | Path, tokenizer_path: str | Path, out: str | Path, config: InstanceConfig
) -> dict[str, int]:
    """Write training and held-out instances to ``out``; return how many of each.

    The tokenizer goes along into the folder. A document is held out, in all passes, by a choice
    keyed by its place in the corpus.

    Raises:
        UserError: no finished corpus, no tokenizer, or settings that leave no instance.
    """
    _check(config)
    source = read_manifest(corpus, "corpus")
    verify_outputs(corpus, source)
    tokenizer = Tokenizer(tokenizer_path)
    with output_folder(out, "instances") as folder:
        counts = {}
        for split in SPLITS:
            blocks = _blocks(Path(corpus), tokenizer, config, split)
            counts[split] = write_shards(folder, split, _rows(blocks, tokenizer, config, split))
        if not counts["train"]:
            raise UserError(f"{corpus}: no training instance came out; give more text")
        (folder / "tokenizer.model").write_bytes(tokenizer.model_bytes)
        write_manifest(
            folder,
            "instances",
            settings=asdict(config),
            inputs={"corpus": source["outputs"], "tokenizer": tokenizer.sha256},
            vocab_size=tokenizer.vocab_size,
            counts=counts,
        )
    return counts


def _check(config: InstanceConfig) -> None:
    check_range("--seq-len", config.seq_len, 8, 2**15 - 1)
    check_range("--max-predictions", config.max_predictions, 1, config.seq_len)
    check_range("--dupe-factor", config.dupe_factor, 1, 10**6)
    if not 0 <= config.held_out < 1:
        raise UserError(f"--held-out {config.held_out}: must be at least 0 and below 1")


def _blocks(
    corpus: Path, tokenizer: Tokenizer, config: InstanceConfig, split: str
) -> Iterator[tuple[int, list[Document]]]:
    """The split's documents as ids, block by block, each with the number of its first document."""
    block: list[Document] = []
    start = 0
    label = f"instances ({split})"
    for index, sentences in enumerate(tqdm(read_corpus(corpus), desc=label, disable=None)):
        held_out = Random(f"{config.seed}/heldout/{index}").random() < config.held_out
        if held_out != (split == "heldout"):
            continue
        document = [ids for sentence in sentences if (ids := tokenizer.encode(sentence))]
        if document:
            block.append(document)
        if len(block) == BLOCK:
            yield start, block
            start, block = start + BLOCK, []
    if block:
        yield start, block


def _rows(
    blocks: Iterator[tuple[int, list[Document]]],
    tokenizer: Tokenizer,
    config: InstanceConfig,
    split: str,
) -> Iterator[np.ndarray]:
    """Records, one block of documents after the other, ``dupe_factor`` passes over each."""
    for start, block in blocks:
        for turn in range(config.dupe_factor):
            for index in range(len(block)):
                rng = Random(f"{config.seed}/{split}/{turn}/{start + index}")
                yield document_rows(block, index, tokenizer, config, rng)


def document_rows(
    documents: Sequence[Document],
    index: int,
    tokenizer: Tokenizer,
    config: InstanceConfig,
    rng: Random,
) -> np.ndarray:
    """The records of one pass over one document. Shape (instances,), dtype ``record_type``."""
    found = list(pairs(documents, index, config.seq_len, rng))
    rows = np.zeros(len(found), record_type(config.seq_len, config.max_predictions))
    for row, pair in zip(rows, found, strict=True):
        _fill(row, pair, tokenizer, config, rng)
    return rows


def _fill(
    row: np.void, pair: Pair, tokenizer: Tokenizer, config: InstanceConfig, rng: Random
) -> None:
    """[CLS] A [SEP] B [SEP], masked, into one record."""
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    ids = [cls, *pair.a, sep, *pair.b, sep]
    masked = mask(
        ids,
        tokenizer.starts_word,
        frozenset((cls, sep)),
        tokenizer.mask_id,
        config.max_predictions,
        rng,
    )
    row["token_ids"][:] = tokenizer.pad_id
    row["token_ids"][: len(ids)] = masked.token_ids
    row["segment_ids"][len(pair.a) + 2 : len(ids)] = 1
    row["masked_positions"][: len(masked.positions)] = masked.positions
    row["masked_ids"][: len(masked.ids)] = masked.ids
    row["masked_count"] = len(masked.ids)
    row["pair_label"] = pair.label
    row["length"] = len(ids)


def check_instances(folder: str | Path) -> dict:
    """The manifest of a finished instances folder, all its files checked against it.

    Raises:
        UserError: not a finished folder, a file was changed, or the tokenizer is another one.
    """
    manifest = read_manifest(folder, "instances")
    path = Path(folder) / "tokenizer.model"
    if Tokenizer(path).sha256 != manifest["inputs"]["tokenizer"]:
        raise UserError(
            f"{path}: not the tokenizer that {Path(folder) / MANIFEST} names; "
            "use the one the instances were made with, or make them again"
        )
    verify_outputs(folder, manifest)
    return manifest
