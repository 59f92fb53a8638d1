"""The default input of ``pretrain``: instances of the embedded corpus."""

from pathlib import Path

from bioalbert_core.config import InstanceConfig
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.instances.build import build_instances
from bioalbert_core.plumbing.addresses import location
from bioalbert_core.plumbing.shipped import data_folder
from bioalbert_core.tokenizer.train import train_tokenizer

VOCAB_SIZE = 2000
INSTANCES = InstanceConfig(seq_len=64, dupe_factor=10, held_out=0.1)


def prepare_instances(folder: str | Path) -> Path:
    """Write ``corpus/``, ``tokenizer.model`` and ``instances/`` to a folder; return the last."""
    folder = location(folder)
    build_corpus([data_folder() / "raw"], folder / "corpus")
    train_tokenizer(folder / "corpus", VOCAB_SIZE, folder / "tokenizer.model")
    build_instances(folder / "corpus", folder / "tokenizer.model", folder / "instances", INSTANCES)
    return folder / "instances"
