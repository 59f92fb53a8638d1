"""Errors by kind: examples, and that every mention is counted exactly once. Seen and unseen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.ner.bio import Span, TaggedSentence
from bioalbert_core.ner.errors_by_kind import KINDS, count_kinds, findings
from bioalbert_core.ner.scores import lenient_mentions, score_mentions
from bioalbert_core.ner.seen import known_mentions, recall_by_novelty

TAG = st.sampled_from(["O", "B-Gene", "I-Gene", "I-Gene", "B-Ill", "I-Ill"])
PAIRS = st.lists(st.lists(st.tuples(TAG, TAG), max_size=12), max_size=6)


@pytest.mark.parametrize(
    ("gold", "predicted", "kinds"),
    [
        ("B-A I-A O", "B-A I-A O", ["correct"]),
        ("B-A I-A O", "B-B I-B O", ["type"]),
        ("B-A I-A O", "B-A I-A I-A", ["boundary"]),
        ("B-A I-A O", "O B-B O", ["boundary+type"]),
        ("B-A I-A O", "O O O", ["missed"]),
        ("O O O", "B-A I-A O", ["spurious"]),
        ("B-A O B-A", "B-A I-A I-A", ["boundary", "missed"]),  # one stands for one, the left one
        ("B-A I-A I-A", "B-A O B-A", ["boundary", "spurious"]),
        ("B-A I-A I-A", "B-B B-A I-A", ["boundary", "spurious"]),  # of the same type first
        ("B-A I-A I-A", "B-A B-A I-A", ["boundary", "spurious"]),  # then the longer one
        ("B-A I-A O", "O O B-A", ["missed", "spurious"]),  # neighbors share no word
    ],
)
def test_kinds(gold, predicted, kinds):
    sides = (lenient_mentions([tags.split()]) for tags in (gold, predicted))
    assert [it.kind for it in findings(*sides)] == kinds


def test_the_nearer_mention_is_the_partner():
    (gold,) = lenient_mentions([["B-A", "I-A", "I-A"]])
    (guess,) = lenient_mentions([["B-A", "B-A", "I-A"]])
    first, second = findings([gold], [guess])
    assert (first.predicted, second.predicted) == (Span(1, 3, "A"), Span(0, 1, "A"))
    assert (second.gold, second.type, second.sentence) == (None, "A", 0)


@given(PAIRS)
def test_every_mention_is_counted_exactly_once(pairs):
    sides = [lenient_mentions([[pair[side] for pair in row] for row in pairs]) for side in (0, 1)]
    found = list(findings(*sides))
    for mentions, name, lonely in (
        (sides[0], "gold", "missed"),
        (sides[1], "predicted", "spurious"),
    ):
        mine = [(it.sentence, getattr(it, name)) for it in found if getattr(it, name)]
        wanted = [(number, span) for number, row in enumerate(mentions) for span in row]
        assert sorted(mine, key=str) == sorted(wanted, key=str)
        alone = [it for it in found if it.kind == lonely]
        assert all(getattr(it, name) for it in alone)
        assert all(it.gold is None or it.predicted is None for it in alone)
    assert {it.kind for it in found} <= set(KINDS)
    correct = [it for it in found if it.kind == "correct"]
    assert all(it.gold == it.predicted for it in correct)
    shared = sum(len(set(a) & set(b)) for a, b in zip(*sides, strict=True))
    assert len(correct) == shared


@given(PAIRS)
def test_the_kinds_add_up_to_the_mentions(pairs):
    sides = [lenient_mentions([[pair[side] for pair in row] for row in pairs]) for side in (0, 1)]
    counted = count_kinds(findings(*sides))
    overall = counted["overall"]
    assert sum(overall.values()) - overall["spurious"] == sum(map(len, sides[0]))
    assert sum(overall.values()) - overall["missed"] == sum(map(len, sides[1]))
    for type_, row in counted["types"].items():
        gold = sum(row.values()) - row["spurious"]
        assert gold == score_mentions(*sides)["types"].get(type_, {"support": 0})["support"]
    for kind in KINDS:
        assert overall[kind] == sum(row[kind] for row in counted["types"].values())


WORDS = [("Lung", "Cancer", "in", "mice"), ("p53",)]
GOLD = [[Span(0, 2, "Ill"), Span(3, 4, "Species")], [Span(0, 1, "Gene")]]


def test_recall_is_told_apart_by_what_training_held():
    train = [
        TaggedSentence(("lung", "CANCER"), ("B-Ill", "I-Ill")),
        TaggedSentence(("P53", "mice"), ("O", "B-Gene")),  # no mention, and of another type
    ]
    known = known_mentions(train)
    assert known == {("Ill", "lung", "cancer"), ("Gene", "mice")}
    predicted = [[Span(0, 2, "Ill"), Span(3, 4, "Ill")], [Span(0, 1, "Gene")]]
    assert recall_by_novelty(WORDS, GOLD, predicted, known) == {
        "seen": {"mentions": 1, "found": 1, "recall": 1.0},
        "unseen": {"mentions": 2, "found": 1, "recall": 0.5},
    }


def test_recall_of_no_mention_is_none():
    scores = recall_by_novelty(WORDS, GOLD, [[], []], frozenset())
    assert scores["seen"] == {"mentions": 0, "found": 0, "recall": None}
    assert scores["unseen"] == {"mentions": 3, "found": 0, "recall": 0.0}
