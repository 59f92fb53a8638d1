"""All scores of one set of predictions: sentences in, numbers out."""

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
    """Gold and predicted tags of the same sentences, and the document each sentence is from."""

    gold: Sequence[TaggedSentence]
    predicted: Sequence[TaggedSentence]
    documents: Sequence[int]

    @cached_property
    def tags(self) -> tuple[Tags, Tags]:
        """BIO tags, gold and predicted."""
        return [s.tags for s in self.gold], [s.tags for s in self.predicted]

    @cached_property
    def mentions(self) -> tuple[Mentions, Mentions]:
        """Strict mentions, gold and predicted."""
        return strict_mentions(self.tags[0]), strict_mentions(self.tags[1])

    @cached_property
    def counts(self) -> tuple[list[str], np.ndarray]:
        """The types, and counts (units, types, 3) as `by_unit` returns them."""
        types, counts = count(*self.mentions)
        return types, by_unit(counts, self.documents)


def score(
    reading: Reading,
    train: Sequence[TaggedSentence] = (),
    probabilities: Sequence[Sequence[float]] | None = None,
    seed: int = 0,
) -> dict:
    """All that `comparison.evaluate` returns, except ``notes`` and ``versus``.

    Args:
        reading: gold and predictions.
        train: the training sentences, for ``novelty``.
        probabilities: of each word's predicted tag, for ``calibration``.
        seed: of the bootstrap.
    """
    gold, predicted = reading.mentions
    types, counts = reading.counts
    unit = "document" if len(counts) < len(gold) else "sentence"
    drawn = {"unit": unit, "units": len(counts), "samples": SAMPLES}
    scores = score_mentions(gold, predicted) | {
        "intervals": drawn | bootstrap_intervals(types, counts, seed),
        "conlleval": lenient_scores(*reading.tags),
        "schemas": schema_scores(gold, predicted),
        "errors": count_kinds(findings(gold, predicted)),
    }
    gold_tags, predicted_tags = reading.tags
    scores["tokens"] = {
        "predicted": token_scores(gold_tags, predicted_tags)
        | {"strict_f1": scores["overall"]["f1"]},
        "all_o": token_scores(gold_tags, all_o(gold_tags)) | {"strict_f1": 0.0},
    }
    if train:
        words = [sentence.words for sentence in reading.gold]
        scores["novelty"] = recall_by_novelty(words, gold, predicted, known_mentions(train))
    if probabilities is not None:
        scores["calibration"] = calibration(*mention_scores(predicted, gold, probabilities))
    return scores


def against(ours: Reading, theirs: Reading, seed: int = 0) -> dict:
    """The result of `compare` over all types, and the strict F1 of the other system."""
    mine, other = (reading.counts[1].sum(1) for reading in (ours, theirs))  # (units, 3)
    return {
        "f1": score_mentions(*theirs.mentions)["overall"]["f1"],
        **compare(mine, other, seed),
    }
