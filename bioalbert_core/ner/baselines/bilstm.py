"""The state of the art before BERT: a BiLSTM-CRF on words and their characters.

A word is represented by its own embedding plus a small convolution over its characters; an LSTM
reads the sentence in both directions; a CRF predicts the labels together (Ma and Hovy, 2016). It
learns from the tagged sentences alone, without pre-trained embeddings.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import keras
import numpy as np
from keras import ops

from bioalbert_core.albert.loading import assign
from bioalbert_core.albert.tensor_files import read_safetensors, write_safetensors
from bioalbert_core.ner.baselines.dictionary import load_gazetteer
from bioalbert_core.ner.baselines.vocabulary import FIRST, PADDING, UNKNOWN, Vocabulary, WordReader
from bioalbert_core.ner.crf import CRF, BestPath, CRFLoss
from bioalbert_core.ner.kinds import TaggerSpec
from bioalbert_core.ner.neural_tagger import NeuralTagger
from bioalbert_core.ner.sequence_tagger import SequenceTagger
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, require_file, write_json

NAME = "bilstm-crf"  # in the table of kinds, and in a run's config
CONFIG, VOCABULARY, WEIGHTS = "config.json", "vocabulary.json", "model.safetensors"


@dataclass(frozen=True)
class BiLSTMConfig:
    """The shape of a BiLSTM-CRF; the sizes are those of Ma and Hovy (2016) where they give one."""

    word_size: int = 100
    """Width of the word embeddings."""
    character_size: int = 30
    """Width of the character embeddings."""
    filters: int = 30
    """Filters of the character convolution, each three characters wide."""
    word_length: int = 20
    """Characters read of a word."""
    hidden_size: int = 200
    """Width of the LSTM in each direction."""
    max_length: int = 256
    """Words read at a time."""
    min_count: int = 2
    """Rarer words of the training set are unknown, so that an embedding for those is learned."""
    dropout: float = 0.5
    """Dropout rate before and after the LSTM."""
    word_dropout: float = 0.1
    """Share of the words that are replaced by the unknown word in training."""


BILSTM_PRESETS = {
    "tiny": BiLSTMConfig(8, 6, 8, 10, 16, 32, min_count=1, dropout=0.1),
    "quick": BiLSTMConfig(),
}


class WordDropout(keras.layers.Layer):
    """In training, replaces a share of the words by the unknown word."""

    def __init__(self, rate: float, **kwargs) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seeds = keras.random.SeedGenerator()

    def call(self, word_ids, training=False):
        """Word ids to word ids, (batch, length)."""
        if not training:
            return word_ids
        dropped = keras.random.uniform(ops.shape(word_ids), seed=self.seeds) < self.rate
        return ops.where(ops.logical_and(dropped, word_ids != PADDING), UNKNOWN, word_ids)


def build_bilstm_crf(
    config: BiLSTMConfig, vocabulary: Vocabulary, labels: Sequence[str], num_matches: int = 0
) -> keras.Model:
    """The network, to be trained with `CRFLoss`.

    Args:
        config: its shape.
        vocabulary: its words and characters.
        labels: their names, "O" first.
        num_matches: the number of labels of the gazetteer; 0 without one.

    Returns:
        A model from what `WordReader.pad` returns to the steps of the CRF, (batch, length, labels,
        labels).
    """
    word_ids = keras.Input((None,), dtype="int32", name="word_ids")
    character_ids = keras.Input((None, config.word_length), dtype="int32", name="character_ids")
    inputs = {"word_ids": word_ids, "character_ids": character_ids}
    kept = WordDropout(config.word_dropout, name="word_dropout")(word_ids)
    features = [  # each (batch, length, width)
        _embedding(kept, len(vocabulary.words) + FIRST, config.word_size, "word_embedding"),
        _characters(character_ids, len(vocabulary.characters) + FIRST, config),
    ]
    if num_matches:
        inputs["match_ids"] = keras.Input((None,), dtype="int32", name="match_ids")
        features.append(_embedding(inputs["match_ids"], num_matches, num_matches, "match"))
    x = keras.layers.Dropout(config.dropout)(ops.concatenate(features, axis=-1))
    words = ops.not_equal(word_ids, PADDING)
    lstm = keras.layers.LSTM(config.hidden_size, return_sequences=True, name="lstm")
    x = keras.layers.Bidirectional(lstm, name="bilstm")(x, mask=words)
    x = keras.layers.Dropout(config.dropout)(x)
    emissions = keras.layers.Dense(len(labels), name="emissions")(x)
    return keras.Model(inputs, CRF(labels, name="crf")(emissions, words), name="bilstm_crf")


def _embedding(ids, size: int, width: int, name: str):
    return keras.layers.Embedding(size, width, name=name)(ids)


def _characters(character_ids, size: int, config: BiLSTMConfig):
    """For each word and filter, the best match in the word: (batch, length, filters)."""
    x = _embedding(character_ids, size, config.character_size, "character_embedding")
    convolution = keras.layers.Conv2D(
        config.filters, (1, 3), padding="same", activation="relu", name="character_patterns"
    )
    return ops.max(convolution(x), axis=2)


class BiLSTMTagger(NeuralTagger):
    """A `SequenceTagger` on a BiLSTM-CRF.

    Args:
        config: its shape.
        vocabulary: its words and characters.
        labels: their names, "O" first.
        gazetteer: adds the gazetteer feature.
    """

    def __init__(
        self,
        config: BiLSTMConfig,
        vocabulary: Vocabulary,
        labels: Sequence[str],
        gazetteer: SequenceTagger | None = None,
    ) -> None:
        reader = WordReader(vocabulary, config.max_length, config.word_length, gazetteer)
        num_matches = len(gazetteer.labels) if gazetteer else 0
        self.config, self.vocabulary = config, vocabulary
        self.loss = CRFLoss()
        self.model = build_bilstm_crf(config, vocabulary, labels, num_matches)
        decoder = keras.Model(self.model.input, BestPath()(self.model.output))
        super().__init__(labels, reader, decoder.predict_on_batch)

    @classmethod
    def make(cls, spec: TaggerSpec) -> "BiLSTMTagger":
        """A new one with random weights; its vocabulary is that of the training sentences."""
        config, words = BILSTM_PRESETS["quick"], [s.words for part in spec.datasets for s in part]
        vocabulary = Vocabulary.of(words, config.min_count)
        return cls(config, vocabulary, spec.labels, spec.gazetteer)

    def save(self, folder: str | Path) -> None:
        """Write ``config.json``, ``vocabulary.json``, ``model.safetensors``, any gazetteer."""
        folder = location(folder)
        record = {"model_type": NAME, **asdict(self.config), "labels": self.labels}
        write_json(folder / CONFIG, record)
        write_json(folder / VOCABULARY, asdict(self.vocabulary))
        tensors = {variable.path: np.asarray(variable) for variable in self.model.weights}
        write_safetensors(folder / WEIGHTS, tensors)
        if self.reader.gazetteer:
            self.reader.gazetteer.save(folder)

    @classmethod
    def load(cls, folder: str | Path) -> "BiLSTMTagger":
        """Load what `save` wrote.

        Raises:
            UserError: no tagger there, or a damaged one.
        """
        folder = location(folder)
        config, labels = _read_config(folder / CONFIG)
        path = folder / VOCABULARY
        words, characters = (
            _strings(read_json(path), key, path) for key in ("words", "characters")
        )
        tagger = cls(config, Vocabulary(words, characters), labels, load_gazetteer(folder))
        path = require_file(folder / WEIGHTS)
        assign(tagger.model.weights, read_safetensors(path), path)
        return tagger


def _read_config(path: Path) -> tuple[BiLSTMConfig, tuple[str, ...]]:
    record = read_json(path)
    if record.get("model_type") != NAME:
        raise UserError(f"{path}: not the config of a BiLSTM-CRF; give a run of one")
    values = {field.name: record.get(field.name) for field in fields(BiLSTMConfig)}
    for name, value in values.items():
        is_rate = name.endswith("dropout")
        if type(value) not in ((int, float) if is_rate else (int,)) or not (
            0 <= value < 1 if is_rate else 0 < value <= 10**6
        ):
            raise UserError(f"{path}: {name} {value!r} is out of range; get the folder again")
    labels = _strings(record, "labels", path)
    if labels[:1] != ("O",):
        raise UserError(f"{path}: the first label is not O; get the folder again")
    return BiLSTMConfig(**values), labels


def _strings(record: dict, key: str, path: Path) -> tuple[str, ...]:
    values = record.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UserError(f"{path}: {key} is not a list of strings; get the folder again")
    return tuple(values)
