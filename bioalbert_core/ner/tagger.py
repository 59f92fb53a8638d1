"""Raw text in, entities out: a labeler of words, and the way from a text to words and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.errors import UserError
from bioalbert_core.files import location, read_json
from bioalbert_core.mini import find_model
from bioalbert_core.ner.bio import spans_of
from bioalbert_core.ner.dictionary import FILE as DICTIONARY
from bioalbert_core.ner.dictionary import Dictionary
from bioalbert_core.ner.labeler import BILSTM_CRF, Labeler, Prediction
from bioalbert_core.ner.words import words_by_sentence

Offsets = list[tuple[int, int]]


@dataclass(frozen=True)
class Entity:
    """A mention: ``text[start:end]`` in characters, its type, and how sure the model is."""

    start: int
    end: int
    type: str
    text: str
    score: float


class Tagger:
    """Finds entities in raw text.

    Args:
        labeler: tags the words; a dictionary, a BiLSTM-CRF or an ALBERT.
    """

    def __init__(self, labeler: Labeler) -> None:
        self.labeler = labeler

    @classmethod
    def load(cls, run: str | Path) -> "Tagger":
        """The tagger of a run folder that the finetune command wrote, or one that the kit ships.

        >>> entities = Tagger.load("bioalbert-tiny-ner")("Aspirin against fever.")
        >>> [(entity.text, entity.type) for entity in entities]
        [('Aspirin', 'Chemical'), ('fever', 'Disease')]

        Raises:
            UserError: there is none, or it is damaged.
        """
        return cls(load_labeler(find_model(run)))

    def tags(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """BIO tags for each word."""
        return [list(found.tags) for found in self.labeler.predict(sentences)]

    def __call__(self, text: str) -> list[Entity]:
        """The entities of a raw text of any length, in order.

        The text is split into sentences and words as a person reads them (see `readable`); offsets
        count the characters of the raw text.
        The score is the mean probability of the entity's tags.
        """
        return self.tag_many([text])[0]

    def tag_many(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The entities of each text; sentences of one length are read together, whose ever."""
        sentences = [
            (number, words) for number, t in enumerate(texts) for words in words_by_sentence(t)
        ]
        predictions = self.labeler.predict(
            [[readable(texts[number][a:b]) for a, b in words] for number, words in sentences]
        )
        found: list[list[Entity]] = [[] for _ in texts]
        for (number, words), prediction in zip(sentences, predictions, strict=True):
            found[number] += entities_of(texts[number], words, prediction)
        return found


def entities_of(text: str, words: Offsets, prediction: Prediction) -> list[Entity]:
    """The entities of a sentence whose words stand at these offsets of the text."""
    entities = []
    for span in spans_of(prediction.tags):
        start, end = words[span.start][0], words[span.end - 1][1]
        scores = prediction.scores[span.start : span.end]
        score = round(sum(scores) / len(scores), 4)
        entities.append(Entity(start, end, span.type, text[start:end], score))
    return entities


def load_labeler(run: str | Path) -> Labeler:
    """The labeler of a run folder, whatever kind it is.

    Raises:
        UserError: there is none, or it is damaged.
    """
    run = location(run)
    if not run.is_dir():
        raise UserError(
            f"{run}: no such folder; give a run of bioalbert_core.finetune, or bioalbert-tiny-ner"
        )
    config = run / "config.json"
    if not config.exists() and (run / DICTIONARY).exists():
        return Dictionary.load(run)
    if config.exists() and read_json(config).get("model_type") == BILSTM_CRF:
        from bioalbert_core.ner.bilstm import BiLSTMTagger

        return BiLSTMTagger.load(run)
    from bioalbert_core.ner.albert_tagger import AlbertTagger

    return AlbertTagger.load(run)
