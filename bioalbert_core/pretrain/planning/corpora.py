"""The size of the data: a folder of instances, or what the paper's corpora would give."""

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
    """Bytes on disk, with those held out."""
    made: InstanceConfig
    vocab_size: int
    source: str
    """Where these numbers come from, in words."""


def folder_data(folder: str | Path, config: PretrainConfig) -> Data:
    """The instances of a folder, according to its manifest.

    Raises:
        UserError: not a finished folder of instances, or longer than the model allows.
    """
    manifest = read_manifest(folder, "instances")
    made = InstanceConfig(**manifest["settings"])
    check_range(f"{folder}: --seq-len", made.seq_len, 1, config.model.max_length)
    size = sum((location(folder) / name).stat().st_size for name in manifest["outputs"])
    return Data(manifest["counts"]["train"], size, made, manifest["vocab_size"], str(folder))


# Name, words (the paper's Table II for PubMed, its text for PMC; they do not add up to the 18.8
# billion of Table II), words per instance and bytes per word. The last two are measured on 33,278
# abstracts (6.3 million words) and 2,520 articles (10.4 million), with --dupe-factor 1 and ALBERT's
# vocabulary. Abstracts are short: an instance of PubMed has 263 tokens on average, then padding.
CORPORA = {"pubmed": ("PubMed", 4.3e9, 163, 6.95), "pmc": ("PMC", 13.5e9, 300, 6.58)}


def paper_data(preset: str) -> Data:
    """What ``instances`` would make, with default options, of the corpora of a paper preset.

    >>> data = paper_data("bioalbert-1.0-pubmed")
    >>> round(data.instances / 1e6), round(data.size / 1e9)
    (125, 147)
    """
    made, vocab_size = InstanceConfig(), PRETRAIN_PRESETS[preset].model.vocab_size
    count, sources = 0.0, []
    for corpus in preset.split("-")[2:]:
        name, words, words_per_instance, bytes_per_word = CORPORA[corpus]
        count += made.passes * words / words_per_instance
        text = f"{words * bytes_per_word / 1e9:.0f} GB of text"
        sources.append(
            f"{name}'s {words / 1e9:.1f} billion words (paper; {text}) at {words_per_instance} each"
        )
    size = count * record_type(made.seq_len, made.max_predictions, vocab_size).itemsize
    return Data(round(count * (1 - made.held_out)), size, made, vocab_size, ", ".join(sources))
