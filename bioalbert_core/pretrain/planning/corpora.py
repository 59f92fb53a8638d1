"""How much a run trains on: a folder of instances, or what the paper's corpora would make."""

from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.config import PRETRAIN_PRESETS, InstanceConfig, PretrainConfig
from bioalbert_core.instances.shards import record_type
from bioalbert_core.plumbing.errors import check_range
from bioalbert_core.plumbing.files import location
from bioalbert_core.plumbing.folders import read_manifest


@dataclass(frozen=True)
class Data:
    """Instances to train on."""

    instances: int
    """Without those held out."""
    size: float
    """Bytes on disk, of those held out too."""
    made: InstanceConfig
    vocab_size: int
    source: str
    """Where these numbers come from, in words."""


def folder_data(folder: str | Path, config: PretrainConfig) -> Data:
    """The instances of a folder, by its manifest; their files are not read.

    Raises:
        UserError: not a finished folder of instances, or they are longer than the model allows.
    """
    manifest = read_manifest(folder, "instances")
    made = InstanceConfig(**manifest["settings"])
    check_range(f"{folder}: --seq-len", made.seq_len, 1, config.model.max_length)
    size = sum((location(folder) / name).stat().st_size for name in manifest["outputs"])
    return Data(manifest["counts"]["train"], size, made, manifest["vocab_size"], str(folder))


@dataclass(frozen=True)
class Corpus:
    """A corpus of the paper, and what the kit made of some of it.

    The last two are measured: the words that came out of ``corpus``, by the instances that
    ``instances --dupe-factor 1`` made of them for ALBERT's vocabulary, and bytes by words.
    """

    name: str
    words: float
    words_an_instance: int
    bytes_a_word: float


# PubMed's words are Table II's (the text has 4.5 billion), PMC's the text's. They do not add up to
# the 18.8 billion of Table II. Measured on 33,278 abstracts of two files of PubMed (6.3
# million words) and 2,520 articles of PMC (10.4 million).
CORPORA = {
    "pubmed": Corpus("PubMed", 4.3e9, 163, 6.95),
    "pmc": Corpus("PMC", 13.5e9, 300, 6.58),
}


def paper_data(preset: str) -> Data:
    """What ``instances``, with no options, would make of the corpora of one of the four recipes.

    They are counted by what came of real text, not by pieces a word: abstracts are short, and an
    instance of PubMed holds 263 pieces on average; what is left of 512 is padding.

    >>> data = paper_data("bioalbert-1.0-pubmed")
    >>> round(data.instances / 1e6), round(data.size / 1e9)
    (125, 147)
    """
    made, vocab_size = InstanceConfig(), PRETRAIN_PRESETS[preset].model.vocab_size
    corpora = [CORPORA[name] for name in preset.split("-")[2:]]
    count = made.passes * sum(it.words / it.words_an_instance for it in corpora)
    itemsize = record_type(made.seq_len, made.max_predictions, vocab_size).itemsize
    source = ", ".join(
        f"{it.name}'s {it.words / 1e9:.1f} billion words (paper; "
        f"{it.words * it.bytes_a_word / 1e9:.0f} GB of text) at {it.words_an_instance} words each"
        for it in corpora
    )
    train = round(count * (1 - made.held_out))
    return Data(train, count * itemsize, made, vocab_size, source)
