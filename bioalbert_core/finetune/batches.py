"""Tagged sentences to batches: which labels each word allows, windows of one length together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bioalbert_core.ner.baselines.dictionary import Dictionary, learn
from bioalbert_core.ner.bio import TaggedSentence, types_of
from bioalbert_core.ner.sequence_tagger import Reader, Window

FOLDS = 5
Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Example:
    """A training sentence: its words, and for each the labels that its gold tag allows."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    allowed: np.ndarray
    """(words, labels), 1 for each label that may be right."""


def examples_of(
    datasets: Sequence[Sequence[TaggedSentence]], labels: Sequence[str]
) -> list[Example]:
    """The sentences of data sets that may mark different types.

    A "B" or "I" allows itself alone. An "O" of a data set allows "O" and all labels of types that
    the data set does not mark: of those it says nothing.

    >>> genes = [TaggedSentence(("p53", "and"), ("B-Gene", "O"))]
    >>> ills = [TaggedSentence(("fever",), ("B-Ill",))]
    >>> labels = ["O", "B-Gene", "I-Gene", "B-Ill", "I-Ill"]
    >>> examples_of([genes, ills], labels)[0].allowed
    array([[0, 1, 0, 0, 0],
           [1, 0, 0, 1, 1]], dtype=uint8)
    """
    examples = []
    for sentences in datasets:
        marked = types_of(sentences)
        rows = {label: np.array([label == name for name in labels], "uint8") for label in labels}
        rows["O"] = np.array([name == "O" or name[2:] not in marked for name in labels], "uint8")
        for sentence in sentences:
            allowed = np.stack([rows[tag] for tag in sentence.tags])
            examples.append(Example(sentence.words, sentence.tags, allowed))
    return examples


def label_weights(examples: Sequence[Example], labels: Sequence[str]) -> np.ndarray:
    """For each label the square root of how much rarer it is than "O", at least 1. (labels,)"""
    counts = dict.fromkeys(labels, 1)
    for example in examples:
        for tag in example.tags:
            counts[tag] += 1
    return np.array([max(1.0, counts["O"] / counts[label]) ** 0.5 for label in labels], "float32")


class TrainingBatches:
    """Batch number k of an endless training, from its number alone.

    Args:
        examples: to learn from.
        reader: the tagger's.
        batch_size: windows in a batch.
        seed: of the order, another one in each pass.
        weights: (labels,), how much a word counts by the label of its gold tag; all 1 by default.
        datasets: the training splits, where the reader tells what a dictionary says; see
            `cross_fitted`.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        labels: Sequence[str],
        reader: Reader,
        batch_size: int,
        seed: int,
        weights: np.ndarray | None = None,
        datasets: Sequence[Sequence[TaggedSentence]] = (),
    ) -> None:
        self._reader, self._batch_size, self._seed = reader, batch_size, seed
        self._allowed = [example.allowed for example in examples]
        self._inside = np.array([label[0] == "I" for label in labels], "uint8")
        ids = {label: number for number, label in enumerate(labels)}
        self._weights = [
            np.ones(len(example.words), "float32")
            if weights is None
            else weights[[ids[tag] for tag in example.tags]]
            for example in examples
        ]
        words = [example.words for example in examples]
        if reader.dictionary:
            self._windows = cross_fitted(reader, words, datasets)
        else:
            self._windows = reader.windows(words)
        self._lengths = np.array([len(window.word_of) for window in self._windows])

    def __getitem__(self, number: int) -> Batch:
        """(inputs, allowed (batch, length, labels), weights (batch, length))."""
        per_pass = -(-len(self._windows) // self._batch_size)
        turn, place = divmod(number, per_pass)
        rng = np.random.default_rng([self._seed, turn])
        # Sorted by length, with enough noise that batches differ from pass to pass.
        noise = rng.uniform(0.9, 1.1, len(self._lengths))
        order = np.argsort(self._lengths * noise, kind="stable")
        first = rng.permutation(per_pass)[place] * self._batch_size
        return self._batch([self._windows[i] for i in order[first : first + self._batch_size]])

    def _batch(self, windows: Sequence[Window]) -> Batch:
        inputs = self._reader.pad(windows)
        length = next(iter(inputs.values())).shape[1]
        labels = self._allowed[0].shape[1]
        allowed = np.zeros((len(windows), length, labels), "float32")
        weights = np.zeros((len(windows), length), "float32")
        for row, window in enumerate(windows):
            words = np.array(window.word_of)
            at = np.flatnonzero(words >= 0)
            allowed[row, at] = self._allowed[window.sentence][words[at]]
            self._open(allowed[row, at[0]])
            weights[row, at] = self._weights[window.sentence][words[at]]
        return inputs, allowed, weights

    def _open(self, first: np.ndarray) -> None:
        """Let the first word of a window be a "B" where it may be an "I".

        A window can begin inside a mention, and no chain of labels begins with an "I".
        """
        first[:-1] = np.maximum(first[:-1], (first * self._inside)[1:])


def cross_fitted(
    reader: Reader,
    sentences: Sequence[Sequence[str]],
    datasets: Sequence[Sequence[TaggedSentence]],
) -> list[Window]:
    """Windows whose dictionary was never made from their own sentence: there it is always right.

    Every fifth sentence is looked up in a dictionary made from the other four fifths.

    Args:
        reader: with a dictionary, which it has again afterwards.
        sentences: of all data sets, one after the other.
        datasets: their tagged sentences.
    """
    whole, windows = reader.dictionary, []
    try:
        for fold in range(FOLDS):
            others = [[s for i, s in _numbered(datasets, k) if i % FOLDS != fold]
                      for k in range(len(datasets))]  # fmt: skip
            reader.dictionary = Dictionary(whole.types, learn(*others).mentions)
            own = [words if i % FOLDS == fold else () for i, words in enumerate(sentences)]
            windows += [w for w in reader.windows(own) if own[w.sentence]]
    finally:
        reader.dictionary = whole
    return sorted(windows, key=lambda window: window.sentence)


def _numbered(
    datasets: Sequence[Sequence[TaggedSentence]], which: int
) -> Iterator[tuple[int, TaggedSentence]]:
    """The sentences of one data set with their places among those of all."""
    return enumerate(datasets[which], start=sum(map(len, datasets[:which])))
