"""Seen mentions, which are in the training data, and unseen ones: memory versus reading."""

from collections.abc import Iterable, Iterator, Sequence

from bioalbert_core.ner.bio import Span, TaggedSentence, spans_of
from bioalbert_core.ner.scores import Mentions

Name = tuple[str, ...]  # of a mention: its type, and its words in lower case


def name_of(words: Sequence[str], span: Span) -> Name:
    """The name of one mention of a sentence."""
    return span.type, *(word.lower() for word in words[span.start : span.end])


def names_of(sentences: Iterable[TaggedSentence]) -> Iterator[Name]:
    """The name of each mention, in order."""
    return (name_of(s.words, span) for s in sentences for span in spans_of(s.tags))


def known_mentions(train: Iterable[TaggedSentence]) -> frozenset[Name]:
    """The names of all mentions in training data.

    >>> sorted(known_mentions([TaggedSentence(("Lung", "Cancer", "in"), ("B-Ill", "I-Ill", "O"))]))
    [('Ill', 'lung', 'cancer')]
    """
    return frozenset(names_of(train))


def recall_by_novelty(
    words: Sequence[Sequence[str]], gold: Mentions, predicted: Mentions, known: frozenset[Name]
) -> dict[str, dict]:
    """Strict recall of seen and of unseen mentions.

    Args:
        words: of each sentence.
        known: from `known_mentions`.

    Returns:
        ``{"seen": {"mentions": 3, "found": 2, "recall": 0.6667}, "unseen": the same}``; recall is
        None without mentions.
    """
    mentions, found = {True: 0, False: 0}, {True: 0, False: 0}
    for sentence, right, guess in zip(words, gold, predicted, strict=True):
        for span in right:
            seen = name_of(sentence, span) in known
            mentions[seen] += 1
            found[seen] += span in guess
    return {
        name: {
            "mentions": mentions[seen],
            "found": found[seen],
            "recall": round(found[seen] / mentions[seen], 4) if mentions[seen] else None,
        }
        for name, seen in (("seen", True), ("unseen", False))
    }
