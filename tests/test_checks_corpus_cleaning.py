"""The checks of notebook 01's exercises: typical wrong answers get the hint that helps."""

import re

import pytest

from bioalbert_core.course.checks.corpus_cleaning import (
    check_clean,
    check_first_copies,
    check_paragraph,
    check_spans,
)


def rules_as_the_paper_orders_them(text, minimum):
    line = " ".join(text.split())
    return line if len(line) >= minimum else ""


def kept_lines(text, keep):
    return " ".join(" ".join(filter(keep, text.splitlines())).split())


def unlike_the_one_before(documents):
    return [it for place, it in enumerate(documents) if not place or it != documents[place - 1]]


def searched_from_the_start(text, sentences):
    return [(text.find(s), text.find(s) + len(s)) for s in sentences]


@pytest.mark.parametrize(
    ("check", "wrong", "hint"),
    [
        (check_paragraph, lambda text: text.replace("\n", ""), "a space joins"),
        (check_paragraph, lambda text: text.replace("\n", " "), "no second space"),
        (check_paragraph, lambda text: re.sub(r"\n+", " ", text), "tabs and double"),
        (check_paragraph, lambda text: re.sub(r"\s+", " ", text), "at either end"),
        (check_paragraph, lambda text: text.split(), "a space joins"),
        (check_paragraph, lambda text: print, "a space joins"),
        (check_clean, rules_as_the_paper_orders_them, "come first"),
        (check_clean, lambda t, m: kept_lines(t, lambda s: len(s.strip()) >= 20), "is given"),
        (check_clean, lambda t, m: kept_lines(t, lambda s: len(s.strip()) > m), "as long as"),
        (check_clean, lambda t, m: kept_lines(t, lambda s: len(s) >= m), "around a line"),
        (check_clean, lambda t, m: kept_lines(t, lambda s: len(s.strip()) >= m) or [], "is empty"),
        (check_first_copies, unlike_the_one_before, "far from"),
        (check_first_copies, lambda d: sorted(map(list, {tuple(x) for x in d})), "their order"),
        (check_first_copies, lambda d: list({x[0]: x for x in d}.values()), "all sentences"),
        (
            check_first_copies,
            lambda d: list({str(x).lower(): x for x in d}.values()),
            "small letter",
        ),
        (check_first_copies, lambda d: list({"".join(x): x for x in d}.values()), "other document"),
        (check_first_copies, lambda d: {tuple(x) for x in d}, "far from"),
        (check_first_copies, lambda d: set(d), "TypeError"),
        (check_spans, lambda t, ss: [(t.find(s), t.find(s) + len(s) - 1) for s in ss], "whole"),
        (check_spans, searched_from_the_start, "twice"),
        (check_spans, lambda text, sentences: None, "returns nothing"),
    ],
)
def test_wrong_answers_get_the_right_hint(check, wrong, hint, refused):
    refused(check, wrong, hint)
