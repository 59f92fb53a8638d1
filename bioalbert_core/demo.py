"""``python -m bioalbert_core.demo``: all stages on the embedded data, and a short report.

It runs the kit's commands in order and prints each one first, so that you can rerun it by hand.
"""

import importlib
import json
import shlex
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bioalbert_core.config import FINETUNE_PRESETS, PRETRAIN_PRESETS
from bioalbert_core.plumbing.command import run
from bioalbert_core.plumbing.files import read_json
from bioalbert_core.plumbing.folders import partial_of
from bioalbert_core.plumbing.shipped import data_folder
from bioalbert_core.pretrain import embedded


@dataclass(frozen=True)
class DemoSettings:
    """Run a small BioALBERT from raw text to highlighted entities."""

    out: Path = Path("runs/demo")
    """Folder for all outputs."""
    pretrain_steps: int | None = None
    """Pre-training steps; default: the preset's."""
    finetune_steps: int | None = None
    """Fine-tuning steps; default: the preset's."""


# One command a line. Split into words before the values are filled in: paths may hold spaces.
COMMANDS = """
corpus {data}/raw --out {out}/corpus
tokenizer train --corpus {out}/corpus --vocab-size {vocab_size} --out {out}/tokenizer.model
instances --corpus {out}/corpus --tokenizer {out}/tokenizer.model --out {out}/instances \
    --seq-len {seq_len} --dupe-factor {dupe_factor} --held-out {held_out}
pretrain --instances {out}/instances --out {out}/pretrained --steps {pretrain_steps} \
    {resume_pretrained}
finetune --data {data}/ner --model {out}/pretrained --out {out}/tagger --steps {finetune_steps} \
    {resume_tagger}
evaluate --gold {data}/ner/test.tsv --pred {out}/tagger/test_predictions.tsv
tag --model {out}/tagger {data}/test_texts --format jsonl --out {out}/entities
tag --model {out}/tagger {data}/test_texts --format html --out {out}/page
tag --model bioalbert-tiny-ner {data}/test_texts --format html --out {out}/shipped
"""


def commands(settings: DemoSettings) -> list[list[str]]:
    """The commands, each as its name and its arguments."""
    values = {
        **asdict(embedded.INSTANCES),
        "data": data_folder(),
        "out": settings.out,
        "vocab_size": embedded.VOCAB_SIZE,
        "pretrain_steps": settings.pretrain_steps or PRETRAIN_PRESETS["tiny"].steps,
        "finetune_steps": settings.finetune_steps or FINETUNE_PRESETS["quick"].steps,
        "resume_pretrained": _resume(settings.out / "pretrained"),
        "resume_tagger": _resume(settings.out / "tagger"),
    }
    lines = COMMANDS.strip().splitlines()
    return [[word for part in line.split() if (word := part.format(**values))] for line in lines]


def _resume(run: Path) -> str:
    """``--resume`` if training was stopped; a finished run is made again, like all else."""
    return "--resume" if any(partial_of(run).glob("checkpoint-*")) else ""


def work(settings: DemoSettings) -> None:
    """Run all commands, then report."""
    start = time.monotonic()
    for name, *arguments in commands(settings):
        print(f"\n$ python -m bioalbert_core.{name} {shlex.join(arguments)}", flush=True)
        _command(name).main(arguments)
    print(f"\n{report(settings.out)}\n  time       {time.monotonic() - start:.0f} s")


def _command(name: str):
    """The module behind ``python -m bioalbert_core.<name>``."""
    return importlib.import_module(f"bioalbert_core.{name}.__main__")


def report(out: Path) -> str:
    """The results of each stage, read from its outputs."""
    corpus = read_json(out / "corpus" / "manifest.json")["counts"]
    instances = read_json(out / "instances" / "manifest.json")
    pretrained = read_json(out / "pretrained" / "manifest.json")
    tagged = (out / "entities" / "entities.jsonl").read_text("utf-8").split("\n")[:-1]
    (test,) = (of_one["test"] for of_one in read_json(out / "tagger" / "scores.json").values())
    before, after = (pretrained["heldout"][when] for when in ("before", "after"))
    types = ", ".join(f"{name} {row['f1']:.1%}" for name, row in test["types"].items())
    lines = [
        "What happened",
        f"  corpus     {corpus['documents_kept']:,} documents, {corpus['sentences']:,} sentences, "
        f"{corpus['words']:,} words",
        f"  tokenizer  {instances['vocab_size']:,} tokens",
        f"  instances  {instances['counts']['train']:,} to train on, "
        f"{instances['counts']['heldout']:,} of held-out documents",
        f"  pretrain   {pretrained['counts']['parameters']:,} parameters; on held-out documents:",
        f"             MLM loss {before['mlm_loss']:.2f} -> {after['mlm_loss']:.2f}, "
        f"MLM accuracy {before['mlm_accuracy']:.1%} -> {after['mlm_accuracy']:.1%}, "
        f"SOP accuracy {before['sop_accuracy']:.1%} -> {after['sop_accuracy']:.1%} "
        f"(always the same answer: {after['sop_majority']:.1%})",
        f"  finetune   strict entity F1 on the test split: {test['overall']['f1']:.1%} ({types})",
        f"  tag        {sum(len(json.loads(line)['entities']) for line in tagged):,} entities in "
        f"{len(tagged)} texts",
        f"  open       {(out / 'page' / 'entities.html').resolve()}",
        "  and tagged by the kit's own tagger, trained longer and on real data:",
        f"             {(out / 'shipped' / 'entities.html').resolve()}",
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """The command."""
    run(DemoSettings, work, "demo", argv)


if __name__ == "__main__":
    main()
