"""A sequence tagger on a neural network: windows in, one label per word out."""

from collections.abc import Callable, Sequence

import numpy as np

from bioalbert_core.ner.bio import repair
from bioalbert_core.ner.sequence_tagger import Prediction, bio_tags
from bioalbert_core.ner.window_reader import Reader
from bioalbert_core.ner.windows import merge_windows

BATCH = 32


class NeuralTagger:
    """A sequence tagger on a network that reads windows of sentences.

    A subclass has a ``model`` to train and the ``loss`` to compile it with.

    Args:
        labels: the names of the network's labels, by id. A scheme with more prefixes than BIO is
            reduced to BIO: the probability of ``B`` is that of ``B`` plus that of ``S``.
        reader: splits sentences into windows and pads them to batches.
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
        # (labels of the network, BIO labels), 1 where a label of the network means a BIO label.
        self._to_bio = np.eye(len(self.labels), dtype="float32")[[*map(self.labels.index, tags)]]
        self.reader = reader
        self._network = network

    def probabilities(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Label probabilities: for each sentence, an array (words, labels)."""
        # 1. Split: a long sentence becomes several windows.
        windows = self.reader.windows(sentences)
        # 2. Predict windows of similar length together, so that little padding is computed.
        by_length = sorted(range(len(windows)), key=lambda i: len(windows[i].word_of))
        probabilities: list[np.ndarray] = [np.empty(0)] * len(windows)
        for start in range(0, len(windows), BATCH):
            batch = by_length[start : start + BATCH]
            outputs = self._network(self.reader.pad([windows[i] for i in batch]))
            for i, output in zip(batch, np.asarray(outputs), strict=True):  # (length, labels)
                probabilities[i] = output @ self._to_bio  # (length, BIO labels)
        # 3. Merge: each word takes the prediction with the most context.
        return merge_windows(windows, probabilities, [len(words) for words in sentences])

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """The most probable label of each word. An ``I`` that continues no entity becomes ``B``."""
        return [self._prediction(scores) for scores in self.probabilities(sentences)]

    def _prediction(self, scores: np.ndarray) -> Prediction:  # (words, labels)
        if not len(scores):
            return Prediction((), ())
        tags = repair([self.labels[label] for label in scores.argmax(-1)])
        return Prediction(tuple(tags), tuple(scores.max(-1).tolist()))
