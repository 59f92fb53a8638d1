"""A corpus and a tokenizer to a folder of instances: each task turns one shard into another."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from bioalbert_core.config import InstanceConfig
from bioalbert_core.corpus.finished import finished_corpus
from bioalbert_core.corpus.shards import read_shard
from bioalbert_core.errors import UserError, check_range
from bioalbert_core.files import location, output_file, sha256
from bioalbert_core.folders import (
    MANIFEST,
    output_folder,
    read_manifest,
    verify_outputs,
    write_manifest,
)
from bioalbert_core.instances.masking import Masker
from bioalbert_core.instances.segments import Pair, pairs
from bioalbert_core.instances.shards import record_type, save_rows, to_record
from bioalbert_core.instances.tfrecord import write_tfrecord
from bioalbert_core.tasks import Facts, Machines, keep_only, run_tasks
from bioalbert_core.tokenizer import Tokenizer

SPLITS = ("train", "heldout")

Document = list[list[int]]  # sentences of piece ids


def build_instances(
    corpus: str | Path,
    tokenizer_path: str | Path,
    out: str | Path,
    config: InstanceConfig,
    machines: Machines = Machines(),
) -> dict[str, int]:
    """Write training and held-out instances to ``out``; return how many of each.

    The tokenizer goes along into the folder. A document is held out, in all passes, by a choice
    keyed by its place in the corpus. Where a pair needs a segment of another document, that is one
    of the same corpus shard and split.

    Raises:
        UserError: no corpus (as `finished_corpus` wants it), no tokenizer, or settings that leave
            no instance.
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
            raise UserError(f"{corpus}: no training instance came out; give more text")
        with output_file(folder / "tokenizer.model") as path:
            path.write_bytes(tokenizer.model_bytes)
        outputs = {name: digest for fact in facts for name, digest in fact["outputs"].items()}
        outputs["tokenizer.model"] = tokenizer.sha256
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
            "--format tfrecord holds masks that stay; leave --masking dynamic out, or the format"
        )


def make_instances(task: dict, folder: Path, tokenizer_path: str, config: InstanceConfig) -> Facts:
    """Turn one corpus shard into a shard of each split; return counts, names and hashes."""
    name, digest = task["shard"]
    verify_outputs(task["corpus"], {"outputs": {name: digest}})
    tokenizer = Tokenizer(tokenizer_path)
    documents = _documents(location(task["corpus"]) / name, task["number"], tokenizer, config)
    outputs, counts = {}, {}
    for split in SPLITS:
        rows = split_rows(documents[split], f"{split}/{task['number']}", tokenizer, config)
        path = folder / f"{split}-{task['number']:05d}-of-{task['of']:05d}.{config.format}"
        _save(path, rows, tokenizer)
        outputs[path.name], counts[split] = sha256(path), len(rows)
    return {"outputs": outputs, "counts": counts}


def _documents(
    path: Path, number: int, tokenizer: Tokenizer, config: InstanceConfig
) -> dict[str, list[Document]]:
    """The documents of a shard as ids, by split."""
    splits: dict[str, list[Document]] = {split: [] for split in SPLITS}
    for index, sentences in enumerate(read_shard(path)):
        draw = Random(f"{config.seed}/split/{number}/{index}").random()
        document = [ids for ids in map(tokenizer.encode, sentences) if ids]
        if document:
            splits["heldout" if draw < config.held_out else "train"].append(document)
    return splits


def split_rows(
    documents: Sequence[Document], key: str, tokenizer: Tokenizer, config: InstanceConfig
) -> np.ndarray:
    """All records of some documents, every pass over them; shape (instances,).

    Each pass over a document has a random generator of its own, keyed by the seed, ``key``, the
    number of the pass and the place of the document.
    """
    masker = Masker.of(tokenizer, config.max_predictions)
    dtype = record_type(
        config.seq_len, config.max_predictions, tokenizer.vocab_size, config.masking == "dynamic"
    )
    parts = []
    for turn in range(config.passes):
        found = []
        for index in range(len(documents)):
            rng = Random(f"{config.seed}/{key}/{turn}/{index}")
            of_document = list(pairs(documents, index, config.seq_len, rng, config.pair))
            found += [(pair, rng) for pair in of_document]
        parts.append(np.zeros(len(found), dtype))
        for row, (pair, rng) in zip(parts[-1], found, strict=True):
            _fill(row, pair, tokenizer, masker, rng)
    return np.concatenate(parts)


def _fill(row: np.void, pair: Pair, tokenizer: Tokenizer, masker: Masker, rng: Random) -> None:
    """[CLS] A [SEP] B [SEP] into one record, masked where the record has room for masks."""
    cls, sep = tokenizer.cls_id, tokenizer.sep_id
    second = [*pair.b, sep] if pair.b else []
    ids = np.array([cls, *pair.a, sep, *second], row["token_ids"].dtype)
    row["length"] = len(ids)
    row["second"] = len(pair.a) + 2
    row["pair_label"] = pair.label
    row["token_ids"][len(ids) :] = tokenizer.pad_id
    if "masked_ids" not in row.dtype.names:
        row["token_ids"][: len(ids)] = ids
        return
    masked = masker.mask(ids, rng)
    row["token_ids"][: len(ids)] = masked.token_ids
    row["masked_count"] = len(masked.positions)
    row["masked_positions"][: len(masked.positions)] = masked.positions
    row["masked_ids"][: len(masked.positions)] = masked.ids


def _save(path: Path, rows: np.ndarray, tokenizer: Tokenizer) -> None:
    if path.suffix == ".npy":
        save_rows(path, rows)
    else:
        with output_file(path) as partial:
            write_tfrecord(partial, map(to_record, rows), tokenizer.starts_word)


def check_instances(folder: str | Path) -> dict:
    """The manifest of a finished instances folder, all its files checked against it.

    Raises:
        UserError: not a finished folder, a file was changed, the tokenizer is another one, or the
            instances were made for other programs.
    """
    manifest = read_manifest(folder, "instances")
    if manifest["settings"].get("format") != "npy":
        raise UserError(f"{folder}: not in NumPy format; make the instances again, --format npy")
    path = location(folder) / "tokenizer.model"
    if Tokenizer(path).sha256 != manifest["inputs"]["tokenizer"]:
        raise UserError(
            f"{path}: not the tokenizer that {location(folder) / MANIFEST} names; "
            "use the one the instances were made with, or make them again"
        )
    verify_outputs(folder, manifest)
    return manifest
