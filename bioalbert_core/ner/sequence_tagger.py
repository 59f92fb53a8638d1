"""What every sequence tagger offers: words in, BIO tags and their probabilities out.

A dictionary, a BiLSTM-CRF and an ALBERT are all used in the same way:

>>> from bioalbert_core.ner.baselines.dictionary import Dictionary
>>> tagger: SequenceTagger = Dictionary(("Drug",), {("aspirin",): "Drug"})
>>> tagger.labels
['O', 'B-Drug', 'I-Drug']
>>> tagger.predict([["Aspirin", "helped"]])
[Prediction(tags=('B-Drug', 'O'), scores=(1.0, 1.0))]
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bioalbert_core.ner.bio import DEFAULT_TYPE
from bioalbert_core.plumbing.errors import UserError

# The prefixes of BIO, IOBES, BILOU and BMEWO, and the BIO prefix of each.
PREFIXES = dict(zip("BSUWIELM", "BBBBIIII", strict=True))
LABEL = re.compile(rf"([{''.join(PREFIXES)}])(?:-([^\s-]\S*))?")


@dataclass(frozen=True)
class Prediction:
    """The tags of one sentence, valid BIO, and the probability of each."""

    tags: tuple[str, ...]
    scores: tuple[float, ...]


class SequenceTagger(Protocol):
    """Tags the words of sentences. `kinds` lists the kinds there are."""

    labels: list[str]
    """Every tag it can predict: "O" first, then ``B-`` and ``I-`` of each type, by type."""

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """Predict each sentence, in order. An empty sentence has an empty prediction."""
        ...

    def save(self, folder: str | Path) -> None:
        """Write all files that its kind's ``load`` needs."""
        ...


def bio_tags(labels: Sequence[str], place: object = "the model") -> list[str]:
    """The BIO tag for each label of a model, whatever its scheme.

    >>> bio_tags(["O", "S-Gene", "B-Gene", "E-Gene", "L-Gene"])
    ['O', 'B-Gene', 'B-Gene', 'I-Gene', 'I-Gene']
    >>> bio_tags(["O", "B", "I"])
    ['O', 'B-Entity', 'I-Entity']

    Raises:
        UserError: names the label that is not a tag.
    """
    tags = []
    for label in labels:
        match = LABEL.fullmatch(label)
        if not match and label != "O":
            raise UserError(
                f"{place}: label {label!r} is not a BIO, IOBES or BILOU tag; rename the labels in "
                "its config to O, B-Type and I-Type"
            )
        tags.append(f"{PREFIXES[match[1]]}-{match[2] or DEFAULT_TYPE}" if match else "O")
    return tags
