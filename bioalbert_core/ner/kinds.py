"""The kinds of sequence tagger, one row each. A new kind is a file and a row in `KINDS`.

A kind has a name: ``model_type`` in the ``config.json`` of a run and, for a baseline, the value of
``--model`` of the finetune command.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.ner.sequence_tagger import SequenceTagger
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json

ALBERT, DICTIONARY = "albert", "dictionary"


@dataclass(frozen=True)
class Kind:
    """One kind of tagger."""

    place: str
    """``module:class``, imported only when needed: some kinds load a deep-learning framework. The
    class is a `SequenceTagger` with two class methods: ``make(spec)`` and ``load(folder)``."""
    ignored: str = ""
    """The options of the finetune command that have no effect on this kind."""

    @property
    def tagger(self) -> Any:
        """The class."""
        module, name = self.place.split(":")
        return getattr(import_module(module), name)


KINDS = {
    ALBERT: Kind("bioalbert_core.ner.albert_tagger:AlbertTagger"),
    "bilstm-crf": Kind("bioalbert_core.ner.baselines.bilstm:BiLSTMTagger", "start head"),
    DICTIONARY: Kind(
        "bioalbert_core.ner.baselines.dictionary:Dictionary",
        "preset start steps learning_rate batch_size evaluate_every head gazetteer seed seeds",
    ),
}


@dataclass(frozen=True)
class TaggerSpec:
    """What a new tagger is made from."""

    model: str
    """The folder of a pre-trained run, or the name of a baseline."""
    config: FinetuneConfig
    labels: list[str]
    """Every tag it is to predict, "O" first."""
    datasets: list[list[TaggedSentence]]
    """The training sentences of each data set."""
    gazetteer: SequenceTagger | None = None
    """Its labels are the gazetteer feature."""


def kind_of(model: str) -> Kind:
    """The kind that ``--model`` asks for: a baseline by its name; a run folder is an ALBERT."""
    return KINDS.get(model, KINDS[ALBERT])


def load_tagger(run: str | Path) -> SequenceTagger:
    """Load the tagger in a run folder, of whatever kind.

    Raises:
        UserError: no tagger there, or a damaged one.
    """
    folder = location(run)
    if not folder.is_dir():
        raise UserError(
            f"{folder}: no such folder; give a run of bioalbert_core.finetune, or "
            "bioalbert-tiny-ner"
        )
    name = ALBERT
    if (folder / "config.json").exists():
        name = str(read_json(folder / "config.json").get("model_type"))
    elif (folder / "dictionary.json").exists():  # a dictionary needs no config
        name = DICTIONARY
    return kind_of(name).tagger.load(folder)
