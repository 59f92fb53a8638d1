"""Raw text in, entities out: split a text into words, tag them, and map the tags back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.ner.bio import spans_of
from bioalbert_core.ner.kinds import load_tagger
from bioalbert_core.ner.sequence_tagger import Prediction, SequenceTagger
from bioalbert_core.ner.words import Spans, words_by_sentence
from bioalbert_core.plumbing.shipped import find_model


@dataclass(frozen=True)
class Entity:
    """A mention: ``text[start:end]`` in characters, its type, and the model's confidence."""

    start: int
    end: int
    type: str
    text: str
    score: float


class EntityRecognizer:
    """Finds entities in raw text.

    Args:
        tagger: tags the words of a sentence.
    """

    def __init__(self, tagger: SequenceTagger) -> None:
        self.tagger = tagger

    @classmethod
    def load(cls, run: str | Path) -> "EntityRecognizer":
        """Load a run of the finetune command, or a model that the kit ships.

        >>> entities = EntityRecognizer.load("bioalbert-tiny-ner")("Aspirin against fever.")
        >>> [(entity.text, entity.type) for entity in entities]
        [('Aspirin', 'Chemical'), ('fever', 'Disease')]

        Raises:
            UserError: no tagger there, or a damaged one.
        """
        return cls(load_tagger(find_model(run)))

    def tags(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """BIO tags of sentences that are already split into words."""
        return [list(prediction.tags) for prediction in self.tagger.predict(sentences)]

    def __call__(self, text: str) -> list[Entity]:
        """The entities of a raw text of any length, in order.

        The model reads the text without markup (see `readable`); offsets count characters of the
        raw text. The score of an entity is the mean probability of its tags.
        """
        return self.tag_many([text])[0]

    def tag_many(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text. Sentences of all texts are tagged together, for speed."""
        sentences = [(i, words) for i, t in enumerate(texts) for words in words_by_sentence(t)]
        predictions = self.tagger.predict(
            [[readable(texts[i][start:end]) for start, end in words] for i, words in sentences]
        )
        entities: list[list[Entity]] = [[] for _ in texts]
        for (i, words), prediction in zip(sentences, predictions, strict=True):
            entities[i] += entities_of(texts[i], words, prediction)
        return entities


def entities_of(text: str, words: Spans, prediction: Prediction) -> list[Entity]:
    """The entities of one sentence.

    Args:
        text: the raw text.
        words: (start, end) of the sentence's words in it.
        prediction: for these words.
    """
    entities = []
    for span in spans_of(prediction.tags):
        start, end = words[span.start][0], words[span.end - 1][1]
        scores = prediction.scores[span.start : span.end]
        score = round(sum(scores) / len(scores), 4)
        entities.append(Entity(start, end, span.type, text[start:end], score))
    return entities
