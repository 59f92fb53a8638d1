"""Tagged sentences to training batches: which labels each word allows, and in which order."""

from collections.abc import Sequence
from itertools import count

import numpy as np

from bioalbert_core.ner.baselines.dictionary import Dictionary, learn
from bioalbert_core.ner.bio import TaggedSentence, types_of
from bioalbert_core.ner.window_reader import Reader, with_matches
from bioalbert_core.ner.windows import Window

FOLDS = 5
Datasets = Sequence[Sequence[TaggedSentence]]
Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


def allowed_labels(datasets: Datasets, labels: Sequence[str]) -> list[np.ndarray]:
    """For each sentence, the labels that its gold tags allow, (words, labels) of 0 and 1.

    A "B" or "I" allows only itself. An "O" allows "O" and all labels of types that its data set
    does not mark, because it says nothing about those.

    >>> genes = [TaggedSentence(("p53", "and"), ("B-Gene", "O"))]
    >>> diseases = [TaggedSentence(("fever",), ("B-Disease",))]
    >>> labels = ["O", "B-Disease", "I-Disease", "B-Gene", "I-Gene"]
    >>> allowed_labels([genes, diseases], labels)[0]
    array([[0, 0, 0, 1, 0],
           [1, 1, 1, 0, 0]], dtype=uint8)
    """
    allowed = []
    for sentences in datasets:
        marked = types_of(sentences)
        of_tag = {label: np.array([label == name for name in labels], "uint8") for label in labels}
        of_tag["O"] = np.array([name == "O" or name[2:] not in marked for name in labels], "uint8")
        allowed += [np.stack([of_tag[tag] for tag in s.tags]) for s in sentences]
    return allowed


def label_weights(datasets: Datasets, labels: Sequence[str]) -> dict[str, float]:
    """For each label, the square root of how much rarer it is than "O", at least 1."""
    counts = dict.fromkeys(labels, 1)
    for tag in (tag for sentences in datasets for s in sentences for tag in s.tags):
        counts[tag] += 1
    return {label: max(1.0, counts["O"] / counts[label]) ** 0.5 for label in labels}


class TrainingBatches:
    """An endless sequence of batches; each is computed from its number alone.

    Args:
        datasets: the training sentences of each data set.
        labels: of the tagger.
        reader: of the tagger.
        batch_size: windows in a batch.
        seed: of the order, which is different in each epoch.
        class_weights: whether to weight words by `label_weights`; otherwise, all count 1.
    """

    def __init__(
        self,
        datasets: Datasets,
        labels: Sequence[str],
        reader: Reader,
        batch_size: int,
        seed: int,
        class_weights: bool = False,
    ) -> None:
        self._reader, self._batch_size, self._seed = reader, batch_size, seed
        self._inside = np.array([label[0] == "I" for label in labels], "uint8")
        self._allowed = allowed_labels(datasets, labels)
        weights = label_weights(datasets, labels) if class_weights else dict.fromkeys(labels, 1.0)
        sentences = [sentence for sentences in datasets for sentence in sentences]
        self._weights = [np.array([weights[tag] for tag in s.tags], "float32") for s in sentences]
        self._windows = reader.windows([sentence.words for sentence in sentences])
        if isinstance(reader.gazetteer, Dictionary):
            self._windows = cross_fitted(self._windows, datasets, reader.gazetteer.types)
        self._lengths = np.array([len(window.word_of) for window in self._windows])

    def __getitem__(self, number: int) -> Batch:
        """(inputs, allowed labels (batch, length, labels), weights (batch, length))."""
        per_epoch = -(-len(self._windows) // self._batch_size)
        epoch, position = divmod(number, per_epoch)
        rng = np.random.default_rng([self._seed, epoch])
        # Windows of similar length share a batch. The noise makes each epoch's batches different.
        noise = rng.uniform(0.9, 1.1, len(self._lengths))
        order = np.argsort(self._lengths * noise, kind="stable")
        first = rng.permutation(per_epoch)[position] * self._batch_size
        return self._batch([self._windows[i] for i in order[first : first + self._batch_size]])

    def _batch(self, windows: Sequence[Window]) -> Batch:
        inputs = self._reader.pad(windows)
        shape = next(iter(inputs.values())).shape[:2]  # (batch, length)
        allowed = np.zeros((*shape, len(self._inside)), "float32")
        weights = np.zeros(shape, "float32")
        for row, window in enumerate(windows):
            words = np.array(window.word_of)
            at = np.flatnonzero(words >= 0)  # only the first token of a word is scored
            allowed[row, at] = self._allowed[window.sentence][words[at]]
            weights[row, at] = self._weights[window.sentence][words[at]]
            # A window may begin inside a mention, but no label sequence begins with "I": where the
            # first word allows an "I", allow the "B" before it in the list of labels too.
            first = allowed[row, at[0]]  # (labels,), a view
            first[:-1] = np.maximum(first[:-1], (first * self._inside)[1:])
        return inputs, allowed, weights


def cross_fitted(
    windows: Sequence[Window], datasets: Datasets, types: tuple[str, ...]
) -> list[Window]:
    """Training windows with an honest gazetteer feature.

    A gazetteer made from a sentence is always right about it, and a tagger would learn to trust it
    blindly. So every fifth sentence is looked up in a gazetteer made from the other four fifths.

    Args:
        windows: of all sentences, in order.
        datasets: the sentences.
        types: of the gazetteer.
    """
    numbers = count()
    numbered = [[(next(numbers), s) for s in sentences] for sentences in datasets]
    words = [s.words for sentences in datasets for s in sentences]
    fitted: list[Window] = []
    for fold in range(FOLDS):
        others = [[s for i, s in pairs if i % FOLDS != fold] for pairs in numbered]
        gazetteer = Dictionary(types, learn(*others).mentions)
        own = [window for window in windows if window.sentence % FOLDS == fold]
        fitted += with_matches(own, gazetteer, words)
    return sorted(fitted, key=lambda window: window.sentence)
