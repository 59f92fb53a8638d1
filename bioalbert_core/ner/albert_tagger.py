"""An ALBERT with a label for each word: the encoder, a head, and its run folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from bioalbert_core.albert.heads import build_tagger
from bioalbert_core.albert.weights.kit import HEAD, TOKENIZER, read_kit, write_kit
from bioalbert_core.albert.weights.loading import assign, checkpoint_of, fill
from bioalbert_core.config import AlbertConfig
from bioalbert_core.errors import UserError
from bioalbert_core.files import location, read_json, require_file
from bioalbert_core.folders import MANIFEST
from bioalbert_core.ner.alignment import Aligner
from bioalbert_core.ner.crf import CRF, BestPath, CRFLoss
from bioalbert_core.ner.dictionary import FILE as DICTIONARY
from bioalbert_core.ner.dictionary import Dictionary
from bioalbert_core.ner.labeler import NeuralLabeler, bio_tags
from bioalbert_core.ner.losses import AllowedLoss
from bioalbert_core.tokenizer import Tokenizer


class AlbertTagger(NeuralLabeler):
    """A `labeler.Labeler` on an ALBERT.

    Args:
        config: its shape.
        labels: the names of its labels, by id.
        tokenizer: the one it was trained with.
        window: longest stretch it is trained on, in pieces; longer sentences are read in parts.
        crf: whether a CRF chooses the labels of a sentence together.
        dictionary: a dictionary whose labels it is told.
    """

    def __init__(
        self,
        config: AlbertConfig,
        labels: Sequence[str],
        tokenizer: Tokenizer,
        window: int,
        crf: bool = False,
        dictionary: Dictionary | None = None,
    ) -> None:
        self.config, self.tokenizer, self.dictionary = config, tokenizer, dictionary
        self._names = tuple(labels)
        self.window = min(window, config.max_length)
        self.encoder = build_tagger(config, len(labels))
        self.model = _with_head(self.encoder, labels, crf, dictionary)
        self.loss = CRFLoss() if crf else AllowedLoss()
        decide = BestPath() if crf else keras.layers.Softmax(dtype="float32")
        decoder = keras.Model(self.model.input, decide(self.model.output))
        reader = Aligner(tokenizer, self.window, dictionary, mark_words=crf)
        super().__init__(labels, reader, decoder.predict_on_batch)

    def save(self, folder: str | Path) -> None:
        """Write the model in this kit's format."""
        folder = location(folder)
        checkpoint = checkpoint_of(self.encoder, self.config, None, self._names, self.window)
        own = {variable.path: np.asarray(variable) for variable in _own(self.model)}
        write_kit(replace(checkpoint, own=own), folder)
        (folder / TOKENIZER).write_bytes(self.tokenizer.model_bytes)
        if self.dictionary:
            self.dictionary.save(folder)

    @classmethod
    def load(cls, folder: str | Path) -> "AlbertTagger":
        """The tagger of a folder that the finetune or convert command wrote.

        Raises:
            UserError: there is none, or it is damaged.
        """
        folder = location(folder)
        checkpoint = read_kit(folder)
        config, labels = checkpoint.config, checkpoint.labels
        if "O" not in bio_tags(labels, folder):
            raise UserError(
                f"{folder}: a model without labels, or without O among them; give a run of "
                "bioalbert_core.finetune"
            )
        dictionary = Dictionary.load(folder) if (folder / DICTIONARY).exists() else None
        window = checkpoint.window or config.max_length
        crf = any(name.startswith("crf/") for name in checkpoint.own)
        tagger = cls(config, labels, tokenizer_of(folder, config), window, crf, dictionary)
        fill(tagger.encoder, checkpoint)
        assign(_own(tagger.model), checkpoint.own, folder / HEAD)
        return tagger


def _with_head(
    tagger: keras.Model, labels: Sequence[str], crf: bool, dictionary: Dictionary | None
) -> keras.Model:
    """A tagger that is told what a dictionary says, and whose labels a CRF chooses, as wanted."""
    inputs, logits = dict(tagger.input), tagger.output
    if dictionary:
        inputs["match_ids"] = keras.Input((None,), dtype="int32", name="match_ids")
        told = keras.layers.Embedding(
            len(dictionary.labels), len(labels), embeddings_initializer="zeros", name="match"
        )
        logits = keras.layers.Add()([logits, told(inputs["match_ids"])])
    if crf:
        inputs["first_pieces"] = keras.Input((None,), dtype="int32", name="first_pieces")
        logits = CRF(labels, name="crf")(logits, inputs["first_pieces"])
    return keras.Model(inputs, logits, name="tagger")


def _own(model: keras.Model) -> list[keras.Variable]:
    """The weights that only this kit's taggers have: the CRF's and the dictionary's."""
    return [v for v in model.weights if v.path.startswith(("crf/", "match/"))]


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
