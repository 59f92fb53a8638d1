"""All scores of one set of predictions, put together. Pure: sentences in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bioalbert_core.evaluate.calibration import calibration, mention_scores
from bioalbert_core.evaluate.intervals import SAMPLES, bootstrap_intervals, by_unit, compare
from bioalbert_core.evaluate.schemas import schema_scores
from bioalbert_core.evaluate.token_scores import token_scores
from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.ner.errors_by_kind import count_kinds, findings
from bioalbert_core.ner.scores import (
    Mentions,
    Tags,
    all_o,
    count,
    lenient_scores,
    score_mentions,
    strict_mentions,
)
from bioalbert_core.ner.seen import known_mentions, recall_by_novelty


@dataclass(frozen=True)
class Reading:
    """Gold and predicted sentences of the same words, and what is read from them.

    ``documents`` is the number of each sentence's document; all the same where none is known.
    """

    gold: Sequence[TaggedSentence]
    predicted: Sequence[TaggedSentence]
    documents: Sequence[int]

    @cached_property
    def tags(self) -> tuple[Tags, Tags]:
        """BIO tags, gold and predicted."""
        return [it.tags for it in self.gold], [it.tags for it in self.predicted]

    @cached_property
    def mentions(self) -> tuple[Mentions, Mentions]:
        """Strict mentions, gold and predicted."""
        return strict_mentions(self.tags[0]), strict_mentions(self.tags[1])

    @cached_property
    def counts(self) -> tuple[list[str], np.ndarray]:
        """Types, and counts (units, types, 3) as `by_unit` gives them."""
        types, counts = count(*self.mentions)
        return types, by_unit(counts, self.documents)


def score(
    reading: Reading,
    train: Sequence[TaggedSentence] = (),
    probabilities: Sequence[Sequence[float]] | None = None,
    seed: int = 0,
) -> dict:
    """The dictionary that `bioalbert_core.evaluate.evaluate` tells of, but ``versus``.

    Args:
        train: sentences trained on, for ``novelty``.
        probabilities: of each word's predicted tag, for ``calibration``.
        seed: of the bootstrap.
    """
    gold, predicted = reading.mentions
    types, counts = reading.counts
    unit = "document" if len(counts) < len(gold) else "sentence"
    drawn = {"unit": unit, "units": len(counts), "samples": SAMPLES}
    scores = score_mentions(gold, predicted)
    scores["intervals"] = drawn | bootstrap_intervals(types, counts, seed)
    scores["conlleval"] = lenient_scores(*reading.tags)
    scores["schemas"] = schema_scores(gold, predicted)
    scores["errors"] = count_kinds(findings(gold, predicted))
    scores["tokens"] = beside_all_o(*reading.tags, scores["overall"]["f1"])
    if train:
        words = [it.words for it in reading.gold]
        scores["novelty"] = recall_by_novelty(words, gold, predicted, known_mentions(train))
    if probabilities is not None:
        scores["calibration"] = calibration(*mention_scores(predicted, gold, probabilities))
    return scores


def beside_all_o(gold: Tags, predicted: Tags, f1: float) -> dict[str, dict[str, float]]:
    """Token-level scores, and those of a tagger that finds nothing, each with its strict F1."""
    return {
        "predicted": token_scores(gold, predicted) | {"strict_f1": f1},
        "all_o": token_scores(gold, all_o(gold)) | {"strict_f1": 0.0},
    }


def against(ours: Reading, theirs: Reading, seed: int = 0) -> dict:
    """`compare` over all types, and the strict F1 of the other side."""
    mine, yours = (reading.counts[1].sum(1) for reading in (ours, theirs))  # (units, 3)
    return {
        "f1": score_mentions(*theirs.mentions)["overall"]["f1"],
        **compare(mine, yours, seed),
    }
