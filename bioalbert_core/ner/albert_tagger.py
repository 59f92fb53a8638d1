"""An ALBERT that tags words: the encoder, a head, and its run folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from bioalbert_core.albert.heads import build_tagger
from bioalbert_core.albert.kit import HEAD, TOKENIZER, read_kit, write_kit
from bioalbert_core.albert.loading import assign, checkpoint_of, fill
from bioalbert_core.config import AlbertConfig
from bioalbert_core.ner.baselines.dictionary import load_gazetteer
from bioalbert_core.ner.crf import CRF, BestPath, CRFLoss
from bioalbert_core.ner.kinds import TaggerSpec
from bioalbert_core.ner.losses import AllowedLoss
from bioalbert_core.ner.neural_tagger import NeuralTagger
from bioalbert_core.ner.sequence_tagger import SequenceTagger, bio_tags
from bioalbert_core.ner.window_reader import WindowReader
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, require_file
from bioalbert_core.plumbing.folders import MANIFEST
from bioalbert_core.tokenizer import Tokenizer


class AlbertTagger(NeuralTagger):
    """A `SequenceTagger` on an ALBERT encoder.

    Args:
        config: the shape of the encoder.
        labels: the names of the labels, by id.
        tokenizer: the one the encoder was trained with.
        window: the most tokens the tagger reads at a time.
        crf: whether a CRF predicts the labels of a sentence together.
        gazetteer: adds the gazetteer feature.
    """

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str],
        tokenizer: Tokenizer,
        window: int,
        crf: bool = False,
        gazetteer: SequenceTagger | None = None,
    ) -> None:
        self.config, self.tokenizer = config, tokenizer
        self._names = tuple(labels)
        self.window = min(window, config.max_length)
        self.encoder = build_tagger(config, len(labels))
        self.model = _with_head(self.encoder, labels, crf, gazetteer)
        self.loss = CRFLoss() if crf else AllowedLoss()
        to_probabilities = BestPath() if crf else keras.layers.Softmax(dtype="float32")
        decoder = keras.Model(self.model.input, to_probabilities(self.model.output))
        reader = WindowReader(tokenizer, self.window, gazetteer, mark_words=crf)
        super().__init__(labels, reader, decoder.predict_on_batch)

    @classmethod
    def make(cls, spec: TaggerSpec) -> "AlbertTagger":
        """A new head on the encoder of a pre-trained run.

        ``config.start`` may replace its weights by random ones, or its shape by a BERT's.

        Raises:
            UserError: no run there, or a damaged one.
        """
        config, checkpoint = spec.config, read_kit(spec.model)
        shape = bert_of(checkpoint.config) if config.start == "bert" else checkpoint.config
        tokenizer = tokenizer_of(spec.model, checkpoint.config)
        crf = config.head == "crf"
        tagger = cls(shape, spec.labels, tokenizer, config.max_length, crf, spec.gazetteer)
        if config.start == "pretrained":
            fill(tagger.encoder, checkpoint, parts=["encoder"])
        return tagger

    def save(self, folder: str | Path) -> None:
        """Write the model in the kit's format."""
        folder = location(folder)
        checkpoint = checkpoint_of(self.encoder, self.config, None, self._names, self.window)
        own = {variable.path: np.asarray(variable) for variable in _own(self.model)}
        write_kit(replace(checkpoint, own=own), folder)
        (folder / TOKENIZER).write_bytes(self.tokenizer.model_bytes)
        if self.reader.gazetteer:
            self.reader.gazetteer.save(folder)

    @classmethod
    def load(cls, folder: str | Path) -> "AlbertTagger":
        """Load what the finetune or the convert command wrote.

        Raises:
            UserError: no tagger there, or a damaged one.
        """
        folder = location(folder)
        checkpoint = read_kit(folder)
        config, labels = checkpoint.config, checkpoint.labels
        if "O" not in bio_tags(labels, folder):
            raise UserError(
                f"{folder}: a model without labels, or without O among them; give a run of "
                "bioalbert_core.finetune"
            )
        window, tokenizer = checkpoint.window or config.max_length, tokenizer_of(folder, config)
        crf = any(name.startswith("crf/") for name in checkpoint.own)
        tagger = cls(config, labels, tokenizer, window, crf, load_gazetteer(folder))
        fill(tagger.encoder, checkpoint)
        assign(_own(tagger.model), checkpoint.own, folder / HEAD)
        return tagger


def _with_head(
    encoder: keras.Model, labels: Sequence[str], crf: bool, gazetteer: SequenceTagger | None
) -> keras.Model:
    """Add a gazetteer feature to the logits, and a CRF on top, if asked for."""
    inputs, logits = dict(encoder.input), encoder.output  # (batch, length, labels)
    if gazetteer:
        inputs["match_ids"] = keras.Input((None,), dtype="int32", name="match_ids")
        feature = keras.layers.Embedding(
            len(gazetteer.labels), len(labels), embeddings_initializer="zeros", name="match"
        )
        logits = keras.layers.Add()([logits, feature(inputs["match_ids"])])
    if crf:
        inputs["first_pieces"] = keras.Input((None,), dtype="int32", name="first_pieces")
        logits = CRF(labels, name="crf")(logits, inputs["first_pieces"])
    return keras.Model(inputs, logits, name="tagger")


def _own(model: keras.Model) -> list[keras.Variable]:
    """The weights that only this kit's taggers have: of the CRF and the gazetteer feature."""
    return [v for v in model.weights if v.path.startswith(("crf/", "match/"))]


def bert_of(config: AlbertConfig) -> AlbertConfig:
    """A BERT of the widths and depth of an ALBERT: nothing shared, nothing factorized."""
    return replace(config, share_layers=False, embedding_size=config.hidden_size)


def tokenizer_of(run: str | Path, config: AlbertConfig) -> Tokenizer:
    """The tokenizer in a run folder.

    Raises:
        UserError: it is not the one that the run was written with.
    """
    tokenizer = Tokenizer(require_file(location(run) / TOKENIZER))
    if tokenizer.vocab_size != config.vocab_size:
        raise UserError(
            f"{run}: tokenizer.model has {tokenizer.vocab_size} pieces, the model "
            f"{config.vocab_size}; get the folder again"
        )
    manifest = location(run) / MANIFEST
    if manifest.is_file():
        written = read_json(manifest).get("outputs", {}).get(TOKENIZER)
        if written != tokenizer.sha256:
            raise UserError(f"{run}: tokenizer.model is not the run's own; get the folder again")
    return tokenizer
