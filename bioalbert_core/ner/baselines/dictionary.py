"""The dictionary baseline: what was a mention in training is one everywhere.

Its rules, all of them:

- Letters are compared without case, words as the data cuts them.
- A mention is known when at least half of the places in training where its words stand in a row are
  mentions of its type. ("Cancer" is not: it stands more often in longer mentions.) Of several types
  it has the one that it was marked with most often; of equals, the first by name.
- From left to right, the longest known mention that starts at a word is taken; reading goes on
  behind it.

Other rules can score higher on one data set or another. These stay, because they give the numbers
that such a dictionary is known to have on five of six data sets (see `tests/test_real_ner.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bioalbert_core.ner.bio import Span, TaggedSentence, labels_of, spans_of, tags_of, types_of
from bioalbert_core.ner.sequence_tagger import Prediction
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, write_json

FILE = "dictionary.json"
Words = tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """A `Labeler` that knows mentions by heart.

    Args:
        types: what it can find.
        mentions: the type of each mention, its words in lower case.

    >>> known = Dictionary(("Disease",), {("lung", "cancer"): "Disease"})
    >>> known.predict([["Lung", "cancer", "spreads"]])[0].tags
    ('B-Disease', 'I-Disease', 'O')
    """

    types: tuple[str, ...]
    mentions: dict[Words, str]

    @property
    def labels(self) -> list[str]:
        """All tags it can give."""
        return labels_of(self.types)

    def predict(self, sentences: Sequence[Sequence[str]]) -> list[Prediction]:
        """The tags of each sentence; every score is 1, for it has no doubts."""
        return [
            Prediction(tuple(tags_of(self._find(_lower(words)), len(words))), (1.0,) * len(words))
            for words in sentences
        ]

    def _find(self, words: Words) -> Iterator[Span]:
        start = 0
        while start < len(words):
            runs = _runs(words, start, self._longest)
            found = next((run for run in runs if run in self.mentions), ())
            if found:
                yield Span(start, start + len(found), self.mentions[found])
            start += len(found) or 1

    @cached_property
    def _longest(self) -> dict[str, int]:
        return _longest(self.mentions)

    def save(self, folder: str | Path) -> None:
        """Write ``dictionary.json`` into a folder."""
        mentions = {" ".join(words): type_ for words, type_ in sorted(self.mentions.items())}
        write_json(location(folder) / FILE, {"types": list(self.types), "mentions": mentions})

    @classmethod
    def load(cls, folder: str | Path) -> "Dictionary":
        """The dictionary of a folder.

        Raises:
            UserError: there is none, or it is damaged.
        """
        path = location(folder) / FILE
        value = read_json(path)
        types, mentions = value.get("types"), value.get("mentions")
        whole = isinstance(types, list) and isinstance(mentions, dict)
        if not whole or not all(type_ in types for type_ in mentions.values()):
            raise UserError(f"{path}: not a dictionary that this kit wrote; make it again")
        known = {tuple(words.split(" ")): type_ for words, type_ in mentions.items()}
        return cls(tuple(map(str, types)), known)


def learn(*datasets: Collection[TaggedSentence]) -> Dictionary:
    """The dictionary of the mentions in training sentences.

    Args:
        datasets: the sentences of each data set. Where the words of a mention stand unmarked counts
            against it in those data sets only that mark its type.

    >>> learn([TaggedSentence(("p53", "binds"), ("B-Gene", "O"))]).mentions
    {('p53',): 'Gene'}
    """
    marked: dict[Words, Counter[str]] = defaultdict(Counter)
    for sentence in (sentence for sentences in datasets for sentence in sentences):
        for span in spans_of(sentence.tags):
            # As it will be read again: a word with a space in it would be two.
            words = " ".join(sentence.words[span.start : span.end]).lower().split(" ")
            marked[tuple(words)][span.type] += 1
    places: Counter[tuple[Words, str]] = Counter()
    for sentences in datasets:
        types = types_of(sentences)
        places.update((run, type_) for run in _places(sentences, marked) for type_ in types)
    mentions = {}
    for words, counts in marked.items():
        type_ = min(counts, key=lambda name: (-counts[name], name))
        if 2 * counts[type_] >= places[words, type_]:
            mentions[words] = type_
    types = set().union(*(types_of(sentences) for sentences in datasets))
    return Dictionary(tuple(sorted(types)), mentions)


def _places(sentences: Iterable[TaggedSentence], known: Collection[Words]) -> Iterator[Words]:
    """The words of a known mention, once for each place where they stand in a row."""
    longest = _longest(known)
    for sentence in sentences:
        words = _lower(sentence.words)
        for start in range(len(words)):
            yield from (run for run in _runs(words, start, longest) if run in known)


def _runs(words: Words, start: int, longest: dict[str, int]) -> Iterator[Words]:
    """What may be a mention from a word on, the longest first."""
    for end in range(min(start + longest.get(words[start], 0), len(words)), start, -1):
        yield words[start:end]


def _longest(mentions: Iterable[Words]) -> dict[str, int]:
    """For each word that starts a mention, the words of the longest one."""
    longest: dict[str, int] = {}
    for words in mentions:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return longest


def _lower(words: Iterable[str]) -> Words:
    return tuple(word.lower() for word in words)
