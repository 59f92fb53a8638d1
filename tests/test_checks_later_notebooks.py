"""Typical wrong answers to the exercises of notebooks 05 to 07 get the right hint."""

from html import escape

import numpy as np
import pytest

from bioalbert_core.course.checks import finetuning, highlighting, pretraining


def constant_rate(step, peak, warmup, steps):
    return peak


def decay_after_warmup(step, peak, warmup, steps):
    return peak * (step / warmup if step < warmup else (steps - step) / (steps - warmup))


def upside_down(weights, update):
    return np.linalg.norm(update) / np.linalg.norm(weights)


def never_moves(weights, update):
    return np.linalg.norm(weights) / (np.linalg.norm(update) or 1)


def no_batch(steps, batch_size, flops, peak, utilization):
    return steps * flops / (peak * utilization) / 86_400


def upside_down_share(steps, batch_size, flops, peak, utilization):
    return steps * batch_size * flops / peak * utilization / 86_400


def forgets_types(tags):
    before = ["O", *tags]
    return [
        f"B{t[1:]}" if t[0] == "I" and b == "O" else t for b, t in zip(before, tags, strict=False)
    ]


def greedy(scores, legal):
    return [max(range(len(word)), key=word.__getitem__) for word in scores]


def divides_by_nothing(train, gold, found):
    known = {mention.lower() for mention in train}
    new = [mention for mention in gold if mention not in known]
    return len([mention for mention in new if mention in found]) / len(new)


def first_place(text, words):
    return [(text.index(word), text.index(word) + len(word)) for word in words]


def unescaped(text, start, end):
    return f"{text[:start]}<mark>{text[start:end]}</mark>{text[end:]}"


def escaped_too_soon(text, start, end):
    return unescaped(escape(text), start, end)


def longest_only(spans):
    return [max(spans, key=lambda span: span[1] - span[0])]


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (pretraining.check_rate, constant_rate, "begins at 0"),
        (pretraining.check_rate, decay_after_warmup, "falls in a line"),
        (pretraining.check_trust_ratio, upside_down, "over that of the update"),
        (pretraining.check_trust_ratio, never_moves, "could never move"),
        (pretraining.check_accumulated, lambda parts, counts: sum(parts), "plain mean"),
        (pretraining.check_accumulated, lambda parts, n: sum(parts) / len(n), "must weigh more"),
        (pretraining.check_days, no_batch, "a whole batch"),
        (pretraining.check_days, upside_down_share, "longer, not shorter"),
        (finetuning.check_first_pieces, lambda words: list(range(len(words))), "[CLS] stands"),
        (finetuning.check_first_pieces, lambda w: list(range(1, len(w) + 1)), "three pieces"),
        (finetuning.check_repaired, lambda tags: tags, "continues nothing"),
        (finetuning.check_repaired, forgets_types, "its own type"),
        (finetuning.check_best_path, greedy, "compare whole rows"),
        (finetuning.check_recall_of_new, lambda train, gold, found: 0.5, "not in train"),
        (finetuning.check_recall_of_new, divides_by_nothing, "no error"),
        (highlighting.check_places, first_place, "the same word can come twice"),
        (highlighting.check_marked, unescaped, "before the mark"),
        (highlighting.check_marked, escaped_too_soon, "before the mark"),
        (highlighting.check_without_overlaps, longest_only, "all stay"),
        (highlighting.check_without_overlaps, sorted, "the longer one"),
        (highlighting.check_threshold, lambda scores, right, wanted: max(scores), "the lowest"),
        (highlighting.check_threshold, lambda scores, right, wanted: None, "returns nothing"),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)
