"""The smallest runs that can be trained, made once per test session and shared by test files.

Each function takes pytest's ``tmp_path_factory`` and returns a folder below the session's own
temporary folder; nothing in it may be changed by a test.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from bioalbert_core.config import AlbertConfig, FinetuneConfig, InstanceConfig, PretrainConfig
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.instances.build import build_instances
from bioalbert_core.ner.bio import TaggedSentence, write_bio
from bioalbert_core.plumbing.backend import start_keras
from bioalbert_core.tokenizer.train import train_tokenizer

# fmt: off
DRUGS = (
    "aspirin", "heparin", "warfarin", "insulin", "digoxin", "statin", "morphine", "lithium",
    "codeine", "ketamine", "quinine", "fentanyl", "naproxen", "taxol", "zinc", "biotin",
)
ILLS = (
    "fever", "heart failure", "stroke", "anemia", "gout", "lung cancer", "sepsis", "asthma",
    "rash", "kidney stones", "measles", "cough", "ulcer", "migraine", "edema", "bone pain",
)
# fmt: on
VOCAB_SIZE = 80
SHAPE = AlbertConfig(
    vocab_size=VOCAB_SIZE,
    embedding_size=8,
    hidden_size=16,
    num_layers=2,
    num_heads=2,
    intermediate_size=32,
    max_length=32,
)
INSTANCES = InstanceConfig(seq_len=32, max_predictions=5, dupe_factor=4, held_out=0.2)
PRETRAIN = PretrainConfig(
    model=SHAPE, steps=24, batch_size=16, peak_learning_rate=0.05, warmup_steps=3, evaluate_every=12
)
FINETUNE = FinetuneConfig(
    steps=150,
    batch_size=8,
    peak_learning_rate=0.01,
    warmup_steps=15,
    max_length=32,
    evaluate_every=50,
)


def sentences(count: int, seed: int) -> list[TaggedSentence]:
    """Invented sentences about drugs and ills, with their tags."""
    rng = Random(seed)
    made = []
    for _ in range(count):
        drug, ill = rng.choice(DRUGS), rng.choice(ILLS).split()
        words = [drug, "was", "given", "for", *ill, "at", str(rng.randrange(10)), "."]
        tags = ["B-Drug", "O", "O", "O", "B-Ill", *["I-Ill"] * (len(ill) - 1), "O", "O", "O"]
        made.append(TaggedSentence(tuple(words), tuple(tags)))
    return made


def tiny_instances(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of instances of a small invented corpus."""
    root = tmp_path_factory.getbasetemp() / "tiny"
    if not (root / "instances").exists():
        texts = root / "texts"
        texts.mkdir(parents=True)
        for number in range(20):
            lines = [" ".join(s.words) for s in sentences(8, number)]
            (texts / f"{number:02d}.txt").write_text("\n".join(lines), "utf-8")
        build_corpus([texts], root / "corpus")
        train_tokenizer(root / "corpus", VOCAB_SIZE, root / "tokenizer.model")
        build_instances(root / "corpus", root / "tokenizer.model", root / "instances", INSTANCES)
    return root / "instances"


def tiny_pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run pre-trained for a few steps."""
    instances = tiny_instances(tmp_path_factory)
    run = instances.with_name("pretrained")
    if not run.exists():
        start_keras()
        from bioalbert_core.pretrain.run import pretrain

        pretrain(instances, run, PRETRAIN)
    return run


def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train.tsv, devel.tsv and test.tsv."""
    folder = tmp_path_factory.getbasetemp() / "tiny" / "bio"
    if not folder.exists():
        for seed, (split, count) in enumerate({"train": 60, "devel": 12, "test": 12}.items()):
            write_bio(folder / f"{split}.tsv", sentences(count, 100 + seed))
    return folder


def tiny_tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run fine-tuned from the pre-trained one."""
    model = tiny_pretrained(tmp_path_factory)
    run = model.with_name("tagger")
    if not run.exists():
        from bioalbert_core.finetune.run import finetune

        finetune([tiny_dataset(tmp_path_factory)], model, run, FINETUNE)
    return run


class StoppedError(Exception):
    """Stands for whatever ends a run."""


@contextmanager
def stopped_at(module: ModuleType, name: str, call: int) -> Iterator[None]:
    """What is done in this context ends when it calls this function of a module, this time."""
    function, calls = getattr(module, name), count()

    def stop(*arguments):
        if next(calls) == call:
            raise StoppedError
        return function(*arguments)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(StoppedError):
        patch.setattr(module, name, stop)
        yield
