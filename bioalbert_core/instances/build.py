"""From a corpus and a tokenizer to a folder of instances: each task turns one shard into two."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from bioalbert_core.config import InstanceConfig
from bioalbert_core.corpus.finished import finished_corpus
from bioalbert_core.corpus.shards import read_shard
from bioalbert_core.instances.masking import Masker
from bioalbert_core.instances.segments import Pair, pairs
from bioalbert_core.instances.shards import record_type, save_rows, to_record
from bioalbert_core.instances.tfrecord import write_tfrecord
from bioalbert_core.plumbing.errors import UserError, check_range
from bioalbert_core.plumbing.files import location, output_file, sha256
from bioalbert_core.plumbing.folders import (
    MANIFEST,
    output_folder,
    read_manifest,
    verify_outputs,
    write_manifest,
)
from bioalbert_core.plumbing.tasks import Facts, Machines, keep_only, run_tasks
from bioalbert_core.tokenizer import Tokenizer

SPLITS = ("train", "heldout")
TOKENIZER = "tokenizer.model"

Document = list[list[int]]  # sentences of token ids


def build_instances(
    corpus: str | Path,
    tokenizer_path: str | Path,
    out: str | Path,
    config: InstanceConfig,
    machines: Machines = Machines(),
) -> dict[str, int]:
    """Write training and held-out instances to ``out``; return the number of each.

    The folder also gets a copy of the tokenizer. Whether a document is held out depends on the seed
    and on its position in the corpus, and is the same in all passes. A segment from another
    document comes from the same corpus shard and split.

    Raises:
        UserError: no corpus (see `finished_corpus`), no tokenizer, or settings that leave no
            instance.
    """
    _check(config)
    tokenizer = Tokenizer(tokenizer_path)
    settings = asdict(config) | {"dupe_factor": config.passes}
    with (
        finished_corpus(corpus, out, machines) as source,
        output_folder(out, "instances", resume=True) as folder,
    ):
        shards = sorted(source.manifest["outputs"].items())
        items = [
            {"number": n, "of": len(shards), "corpus": str(source.folder), "shard": list(shard)}
            for n, shard in enumerate(shards)
        ]
        plan = {"command": "instances", "settings": settings, "tokenizer": tokenizer.sha256}
        work = partial(make_instances, tokenizer_path=str(tokenizer_path), config=config)
        facts = run_tasks(work, items, folder, plan, machines)
        counts = {split: sum(fact["counts"][split] for fact in facts) for split in SPLITS}
        if not counts["train"]:
            keep_only(folder, {})
            raise UserError(f"{corpus}: too little text for a training instance; add more")
        with output_file(folder / TOKENIZER) as path:
            path.write_bytes(tokenizer.model_bytes)
        outputs = {name: digest for fact in facts for name, digest in fact["outputs"].items()}
        outputs[TOKENIZER] = tokenizer.sha256
        write_manifest(
            folder,
            "instances",
            dict(sorted(outputs.items())),
            settings=settings,
            inputs={"corpus": source.hashes, "tokenizer": tokenizer.sha256},
            vocab_size=tokenizer.vocab_size,
            counts=counts,
        )
        keep_only(folder, outputs)
    return counts


def _check(config: InstanceConfig) -> None:
    check_range("--seq-len", config.seq_len, 8, 2**15 - 1)
    check_range("--max-predictions", config.max_predictions, 1, config.seq_len)
    check_range("--dupe-factor", config.dupe_factor, 1, 10**6)
    if not 0 <= config.held_out < 1:
        raise UserError(f"--held-out {config.held_out}: must be at least 0 and below 1")
    if config.masking == "dynamic" and config.format == "tfrecord":
        raise UserError(
            "--format tfrecord: stores masks, so it needs static masking; leave out "
            "--masking dynamic, or use --format npy"
        )


def make_instances(task: dict, folder: Path, tokenizer_path: str, config: InstanceConfig) -> Facts:
    """Turn one corpus shard into one shard per split; return their counts, names and hashes."""
    name, digest = task["shard"]
    verify_outputs(task["corpus"], {"outputs": {name: digest}})
    tokenizer = Tokenizer(tokenizer_path)
    splits: dict[str, list[Document]] = {split: [] for split in SPLITS}
    for index, sentences in enumerate(read_shard(location(task["corpus"]) / name)):
        draw = Random(f"{config.seed}/split/{task['number']}/{index}").random()
        if document := [ids for ids in map(tokenizer.encode, sentences) if ids]:
            splits["heldout" if draw < config.held_out else "train"].append(document)
    outputs, counts = {}, {}
    for split, documents in splits.items():
        rows = make_rows(documents, f"{split}/{task['number']}", tokenizer, config)
        path = folder / f"{split}-{task['number']:05d}-of-{task['of']:05d}.{config.format}"
        if config.format == "npy":
            save_rows(path, rows)
        else:
            with output_file(path) as partial_path:
                write_tfrecord(partial_path, map(to_record, rows), tokenizer.starts_word)
        outputs[path.name], counts[split] = sha256(path), len(rows)
    return {"outputs": outputs, "counts": counts}


def make_rows(
    documents: Sequence[Document], key: str, tokenizer: Tokenizer, config: InstanceConfig
) -> np.ndarray:
    """The records of some documents, all passes; shape (instances,).

    Each pass over a document has its own random generator, keyed by the seed, ``key``, the number
    of the pass and the position of the document.
    """
    masker = Masker.of(tokenizer, config.max_predictions)
    dtype = record_type(
        config.seq_len, config.max_predictions, tokenizer.vocab_size, config.masking == "dynamic"
    )
    passes = []
    for turn in range(config.passes):
        made: list[tuple[Pair, Random]] = []
        for index in range(len(documents)):
            rng = Random(f"{config.seed}/{key}/{turn}/{index}")
            # All pairs of a document are drawn before its first mask.
            made += [(p, rng) for p in pairs(documents, index, config.seq_len, rng, config.pair)]
        rows = np.zeros(len(made), dtype)
        for row, (pair, rng) in zip(rows, made, strict=True):
            _fill(row, pair, tokenizer, masker, rng)
        passes.append(rows)
    return np.concatenate(passes)


def _fill(row: np.void, pair: Pair, tokenizer: Tokenizer, masker: Masker, rng: Random) -> None:
    """Write [CLS] A [SEP] B [SEP] into a record; mask it if the record stores masks."""
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    second = [*pair.b, sep] if pair.b else []
    ids = np.array([cls, *pair.a, sep, *second], row["token_ids"].dtype)  # (length,)
    row["length"] = len(ids)
    row["second"] = len(pair.a) + 2
    row["pair_label"] = pair.label
    if "masked_ids" in row.dtype.names:
        masked = masker.mask(ids, rng)
        count = len(masked.positions)
        ids = masked.token_ids
        row["masked_count"] = count
        row["masked_positions"][:count] = masked.positions
        row["masked_ids"][:count] = masked.ids
    row["token_ids"][: len(ids)] = ids
    row["token_ids"][len(ids) :] = tokenizer.pad_id


def check_instances(folder: str | Path) -> dict:
    """The manifest of a finished instances folder, after checking all files against it.

    Raises:
        UserError: the folder is not finished, a file was changed, the tokenizer is another one, or
            the instances are in TFRecord format.
    """
    manifest = read_manifest(folder, "instances")
    if manifest["settings"].get("format") != "npy":
        raise UserError(f"{folder}: not in NumPy format; make the instances with --format npy")
    path = location(folder) / TOKENIZER
    if Tokenizer(path).sha256 != manifest["inputs"]["tokenizer"]:
        raise UserError(
            f"{path}: not the tokenizer that {location(folder) / MANIFEST} names; "
            "restore the original file, or make the instances again"
        )
    verify_outputs(folder, manifest)
    return manifest
