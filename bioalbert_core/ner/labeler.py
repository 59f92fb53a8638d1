"""What every labeler of words gives, be it a dictionary, a BiLSTM-CRF or an ALBERT."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bioalbert_core.errors import UserError
from bioalbert_core.ner.alignment import merge
from bioalbert_core.ner.bio import DEFAULT_TYPE, repair

BATCH = 32
BILSTM_CRF = "bilstm-crf"  # what --model and a run's config call that kind of labeler
# The prefixes of BIO, IOBES, BILOU and BMEWO, and what each is in BIO.
PREFIXES = dict(zip("BSUWIELM", "BBBBIIII", strict=True))
LABEL = re.compile(rf"([{''.join(PREFIXES)}])(?:-([^\s-]\S*))?")


def bio_tags(labels: Sequence[str], place: object = "the model") -> list[str]:
    """The BIO tag of each of a model's labels, whatever their scheme.

    >>> bio_tags(["O", "S-Gene", "B-Gene", "E-Gene", "L-Gene"])
    ['O', 'B-Gene', 'B-Gene', 'I-Gene', 'I-Gene']
    >>> bio_tags(["O", "B", "I"])
    ['O', 'B-Entity', 'I-Entity']

    Raises:
        UserError: names the label that is no tag.
    """
    tags = []
    for label in labels:
        match = LABEL.fullmatch(label)
        if not match and label != "O":
            raise UserError(
                f"{place}: label {label!r} is no tag of BIO, IOBES or BILOU; rename the labels in "
                "its config to O, B-Type and I-Type"
            )
        tags.append(f"{PREFIXES[match[1]]}-{match[2] or DEFAULT_TYPE}" if match else "O")
    return tags


@dataclass(frozen=True)
class Prediction:
    """The tags of one sentence, legal BIO, and for each word the probability of its tag."""

    tags: tuple[str, ...]
    scores: tuple[float, ...]


class Labeler(Protocol):
    """Words in, tags out."""

    labels: list[str]
    """All tags it can give: "O" first, then ``B-`` and ``I-`` of each type, sorted by type."""

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """A prediction for each sentence, in order; a sentence without words has an empty one."""
        ...


class Window(Protocol):
    """A stretch of a sentence as a model reads it; at position i stands word ``word_of[i]``."""

    sentence: int
    word_of: Sequence[int]


class Reader(Protocol):
    """Sentences to what a model reads."""

    dictionary: Labeler | None
    """What a model is told of each word, if it is told anything."""

    def windows(self, sentences: Sequence[Sequence[str]]) -> list[Window]:
        """All sentences, cut where they are too long."""
        ...

    def pad(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """The inputs of the model for a batch of windows, each (batch, length, ...)."""
        ...


class NeuralLabeler:
    """A labeler on a network that reads windows of sentences.

    Those that can be trained also have a ``model``, with the ``loss`` to compile it with, and
    ``save(folder)``.

    Args:
        labels: the names of its labels, by id. Labels of schemes with more prefixes than BIO are
            joined: the probability of a ``B`` is that of ``B`` and ``S``.
        reader: cuts sentences into windows and pads them to batches.
        network: from the inputs of a batch to probabilities (batch, length, labels).
    """

    def __init__(
        self,
        labels: Sequence[str],
        reader: Reader,
        network: Callable[[dict[str, np.ndarray]], np.ndarray],
    ) -> None:
        tags = bio_tags(labels)
        self.labels = list(dict.fromkeys(tags))
        self._joined = np.eye(len(self.labels), dtype="float32")[[*map(self.labels.index, tags)]]
        self.reader = reader
        self._network = network

    def probabilities(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Label probabilities for each word, an array (words, labels) for each sentence.

        Windows of about one length are read together.
        """
        windows = self.reader.windows(sentences)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].word_of))
        found: list[np.ndarray] = [np.empty(0)] * len(windows)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            inputs = self.reader.pad([windows[index] for index in batch])
            for index, rows in zip(batch, np.asarray(self._network(inputs)), strict=True):
                found[index] = rows @ self._joined
        return merge(windows, found, [len(words) for words in sentences])

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """The likeliest label of each word; an ``I`` that continues nothing becomes a ``B``."""
        return [self._prediction(rows) for rows in self.probabilities(sentences)]

    def _prediction(self, rows: np.ndarray) -> Prediction:
        if not len(rows):
            return Prediction((), ())
        tags = repair([self.labels[label] for label in rows.argmax(-1)])
        return Prediction(tuple(tags), tuple(rows.max(-1).tolist()))
