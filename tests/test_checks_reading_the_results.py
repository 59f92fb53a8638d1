"""Checks of the exercises to notebook 08: wrong answers get the right hint, whatever they do."""

from statistics import fmean

import pytest

from bioalbert_core.course.checks.reading_the_results import (
    check_f1,
    check_gain,
    check_recall_of_tags,
    check_token_accuracy,
)


def unrounded(precision, recall):
    return 2 * precision * recall / (precision + recall)


def over_biobert(scores):
    best = max(f1 for name, f1 in scores.items() if name.startswith("BioBERT"))
    return round(max(scores.values()) - best, 2)


def last_of_ours(scores):
    ours = [f1 for name, f1 in scores.items() if name.startswith("BioALBERT")]
    return ours[-1] - max(f1 for name, f1 in scores.items() if "BioALBERT" not in name)


def of_sentences(gold, predicted):
    rows = zip(gold, predicted, strict=True)
    return fmean(fmean(a == b for a, b in zip(*row, strict=True)) for row in rows)


def of_entity_words(gold, predicted):
    pairs = [it for rows in zip(gold, predicted, strict=True) for it in zip(*rows, strict=True)]
    wanted = [a == b for a, b in pairs if a != "O"]
    return fmean(wanted) if wanted else 0.0


def forgetful(gold, predicted):
    pairs = [it for a, b in zip(gold, predicted, strict=True) for it in zip(a, b, strict=False)]
    wanted = [a == b for a, b in pairs if a != "O"]
    return fmean(wanted) if wanted else 0.0


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_f1, lambda p, r: round((p + r) / 2, 2), "harmonic mean"),
        (check_f1, unrounded, "two digits"),
        (check_f1, lambda p, r: round(unrounded(p, r)), "two digits"),
        (check_f1, lambda p, r: round(unrounded(p, r), 2), "nothing to divide by"),
        (check_gain, over_biobert, "need not be a BioBERT"),
        (check_gain, last_of_ours, "not the last"),
        (check_gain, lambda scores: None, "returns nothing"),
        (check_token_accuracy, of_entity_words, "O counts, too"),
        (check_token_accuracy, of_sentences, "over all words together"),
        (check_token_accuracy, lambda gold, predicted: 1.0, "O counts, too"),
        (check_recall_of_tags, forgetful, "zip ends"),
        (check_recall_of_tags, of_entity_words, "zip ends"),
        (check_recall_of_tags, of_sentences, "leave it out"),
        (check_recall_of_tags, lambda gold, predicted: 1.0, "leave it out"),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)
