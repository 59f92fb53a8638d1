"""A trained tagger: words or raw text in, tags or entities out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from bioalbert_core.albert.heads import build_tagger
from bioalbert_core.albert.weights.kit import read_kit
from bioalbert_core.albert.weights.loading import fill
from bioalbert_core.config import AlbertConfig
from bioalbert_core.corpus.sentences import sentence_spans
from bioalbert_core.errors import UserError
from bioalbert_core.files import read_json
from bioalbert_core.folders import MANIFEST
from bioalbert_core.ner.alignment import Aligner, Window, merge, pad
from bioalbert_core.ner.bio import repair, spans_of
from bioalbert_core.ner.words import word_spans
from bioalbert_core.tokenizer import Tokenizer

BATCH = 32


@dataclass(frozen=True)
class Entity:
    """A mention: ``text[start:end]`` in characters, its type, and how sure the model is."""

    start: int
    end: int
    type: str
    text: str
    score: float


class Tagger:
    """An ALBERT with a label for each word.

    Args:
        model: from `build_tagger`.
        config: its shape.
        labels: its labels by id, "O" among them.
        tokenizer: the one it was trained with.
        window: longest stretch it was trained on, in pieces; longer sentences are read in parts.
    """

    def __init__(
        self,
        model: keras.Model,
        config: AlbertConfig,
        labels: Sequence[str],
        tokenizer: Tokenizer,
        window: int,
    ) -> None:
        self.model = model
        self.config = config
        self.labels = list(labels)
        self.tokenizer = tokenizer
        self.window = min(window, config.max_length)
        self.aligner = Aligner(tokenizer, self.window)

    @classmethod
    def load(cls, run: str | Path) -> "Tagger":
        """The tagger of a run folder that the finetune command wrote.

        Raises:
            UserError: there is none, or it is damaged.
        """
        checkpoint = read_kit(run)
        config, labels = checkpoint.config, checkpoint.labels
        if "O" not in labels:
            raise UserError(f"{run}: a model without labels; give a run of bioalbert_core.finetune")
        tokenizer = tokenizer_of(run, config)
        model = build_tagger(config, len(labels))
        fill(model, checkpoint)
        return cls(model, config, labels, tokenizer, checkpoint.window or config.max_length)

    def probabilities(self, sentences: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Label probabilities for each word. One array (words, labels) per sentence."""
        windows = self.aligner.windows(sentences)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].token_ids))
        found: list[np.ndarray] = [np.empty(0)] * len(windows)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            for index, scores in zip(batch, self._batch([windows[i] for i in batch]), strict=True):
                found[index] = scores
        return merge(windows, found, [len(words) for words in sentences])

    def _batch(self, windows: list[Window]) -> np.ndarray:
        logits = self.model.predict_on_batch(pad(windows))
        return np.asarray(keras.ops.softmax(logits))

    def tags(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """BIO tags for each word; an ``I`` that continues nothing becomes a ``B``."""
        return [self._tags(scores) for scores in self.probabilities(sentences)]

    def _tags(self, scores: np.ndarray) -> list[str]:
        return repair([self.labels[label] for label in scores.argmax(-1)]) if len(scores) else []

    def __call__(self, text: str) -> list[Entity]:
        """The entities of a raw text of any length, in order.

        The text is split into sentences and words; offsets count its characters as they stand.
        The score is the mean probability of the entity's tags.
        """
        words = []  # per sentence: (start, end) of its words in the text
        for start, end in sentence_spans(text):
            words.append([(start + a, start + b) for a, b in word_spans(text[start:end])])
        words = [spans for spans in words if spans]
        entities = []
        sentences = [[text[a:b] for a, b in spans] for spans in words]
        for spans, scores in zip(words, self.probabilities(sentences), strict=True):
            best = scores.max(-1)
            for found in spans_of(self._tags(scores)):
                start, end = spans[found.start][0], spans[found.end - 1][1]
                score = round(float(best[found.start : found.end].mean()), 4)
                entities.append(Entity(start, end, found.type, text[start:end], score))
        return entities


def tokenizer_of(run: str | Path, config: AlbertConfig) -> Tokenizer:
    """The tokenizer in a run folder.

    Raises:
        UserError: it is not the one that the run was written with.
    """
    tokenizer = Tokenizer(Path(run) / "tokenizer.model")
    if tokenizer.vocab_size != config.vocab_size:
        raise UserError(
            f"{run}: tokenizer.model has {tokenizer.vocab_size} pieces, the model "
            f"{config.vocab_size}; get the folder again"
        )
    manifest = Path(run) / MANIFEST
    if manifest.is_file():
        written = read_json(manifest).get("outputs", {}).get("tokenizer.model")
        if written != tokenizer.sha256:
            raise UserError(f"{run}: tokenizer.model is not the run's own; get the folder again")
    return tokenizer
