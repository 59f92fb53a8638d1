"""A sequence tagger on a network that reads windows of sentences."""

from collections.abc import Callable, Sequence

import numpy as np

from bioalbert_core.ner.bio import repair
from bioalbert_core.ner.sequence_tagger import Prediction, Reader, bio_tags
from bioalbert_core.ner.windows import merge

BATCH = 32


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
