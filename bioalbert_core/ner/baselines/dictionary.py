"""The dictionary baseline: a mention in training is a mention everywhere.

Its rules, all of them:

- Case is ignored; words are compared as the data splits them.
- A mention is kept if at least half of its occurrences in training, as a sequence of words, are
  mentions of its type. ("Cancer" is not: it is more often part of a longer mention.) Of several
  types, the most frequent is used; of equals, the first by name.
- Matching goes from left to right and takes the longest mention that starts at a word.

Other rules score higher on one data set or another. These reproduce the published numbers of such
a dictionary on five of six data sets (see `tests/test_real_ner.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bioalbert_core.ner.bio import Span, TaggedSentence, labels_of, spans_of, tags_of, types_of
from bioalbert_core.ner.kinds import TaggerSpec
from bioalbert_core.ner.sequence_tagger import Prediction
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, write_json

FILE = "dictionary.json"
Words = tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """A `SequenceTagger` that has memorized mentions.

    Args:
        types: those it can predict.
        mentions: the type of each mention, its words in lower case.

    >>> dictionary = Dictionary(("Disease",), {("lung", "cancer"): "Disease"})
    >>> dictionary.predict([["Lung", "cancer", "spreads"]])[0].tags
    ('B-Disease', 'I-Disease', 'O')
    """

    types: tuple[str, ...]
    mentions: dict[Words, str]

    @classmethod
    def make(cls, spec: TaggerSpec) -> "Dictionary":
        """The dictionary of the training sentences."""
        return learn(*spec.datasets)

    @property
    def labels(self) -> list[str]:
        """All tags it can predict."""
        return labels_of(self.types)

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """The tags of each sentence. Every score is 1: a dictionary has no probabilities."""
        return [
            Prediction(tuple(tags_of(self._find(_lower(words)), len(words))), (1.0,) * len(words))
            for words in sentences
        ]

    def _find(self, words: Words) -> Iterator[Span]:
        start = 0
        while start < len(words):
            candidates = _candidates(words, start, self._longest)
            mention = next((words for words in candidates if words in self.mentions), ())
            if mention:
                yield Span(start, start + len(mention), self.mentions[mention])
            start += len(mention) or 1

    @cached_property
    def _longest(self) -> dict[str, int]:
        return _longest(self.mentions)

    def save(self, folder: str | Path) -> None:
        """Write ``dictionary.json``."""
        mentions = {" ".join(words): type_ for words, type_ in sorted(self.mentions.items())}
        write_json(location(folder) / FILE, {"types": list(self.types), "mentions": mentions})

    @classmethod
    def load(cls, folder: str | Path) -> "Dictionary":
        """Load what `save` wrote.

        Raises:
            UserError: no dictionary there, or a damaged one.
        """
        path = location(folder) / FILE
        value = read_json(path)
        types, mentions = value.get("types"), value.get("mentions")
        valid = isinstance(types, list) and isinstance(mentions, dict)
        if not valid or not all(type_ in types for type_ in mentions.values()):
            raise UserError(f"{path}: not a dictionary that this kit wrote; make it again")
        split = {tuple(words.split(" ")): type_ for words, type_ in mentions.items()}
        return cls(tuple(map(str, types)), split)


def load_gazetteer(folder: Path) -> Dictionary | None:
    """The dictionary that a tagger's run folder holds for its gazetteer feature, if it has one."""
    return Dictionary.load(folder) if (folder / FILE).exists() else None


def learn(*datasets: Collection[TaggedSentence]) -> Dictionary:
    """Collect the mentions of training sentences.

    Args:
        datasets: the sentences of each data set. Unmarked occurrences of a mention count against
            it only in data sets that mark its type.

    >>> learn([TaggedSentence(("p53", "binds"), ("B-Gene", "O"))]).mentions
    {('p53',): 'Gene'}
    """
    marked: dict[Words, Counter[str]] = defaultdict(Counter)
    for sentence in (sentence for sentences in datasets for sentence in sentences):
        for span in spans_of(sentence.tags):
            # As `load` will read it: a word that contains a space becomes two.
            words = " ".join(sentence.words[span.start : span.end]).lower().split(" ")
            marked[tuple(words)][span.type] += 1
    occurrences: Counter[tuple[Words, str]] = Counter()
    for sentences in datasets:
        types = types_of(sentences)
        occurrences.update((w, type_) for w in _occurrences(sentences, marked) for type_ in types)
    mentions = {}
    for words, counts in marked.items():
        type_ = min(counts, key=lambda name: (-counts[name], name))
        if 2 * counts[type_] >= occurrences[words, type_]:
            mentions[words] = type_
    types = set().union(*(types_of(sentences) for sentences in datasets))
    return Dictionary(tuple(sorted(types)), mentions)


def _occurrences(
    sentences: Iterable[TaggedSentence], mentions: Collection[Words]
) -> Iterator[Words]:
    """A mention for each occurrence of its words, marked or not."""
    longest = _longest(mentions)
    for sentence in sentences:
        words = _lower(sentence.words)
        for start in range(len(words)):
            yield from (c for c in _candidates(words, start, longest) if c in mentions)


def _candidates(words: Words, start: int, longest: dict[str, int]) -> Iterator[Words]:
    """The sequences from a word on that may be a mention, the longest first."""
    for end in range(min(start + longest.get(words[start], 0), len(words)), start, -1):
        yield words[start:end]


def _longest(mentions: Iterable[Words]) -> dict[str, int]:
    """For each word that starts a mention, the number of words of the longest one."""
    longest: dict[str, int] = {}
    for words in mentions:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


def _lower(words: Iterable[str]) -> Words:
    return tuple(word.lower() for word in words)
