"""Strict and lenient entity scores, against seqeval's own reports and against sets of spans."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report
from seqeval.scheme import IOB2

from bioalbert_core.ner.bio import repair, spans_of
from bioalbert_core.ner.scores import (
    all_o,
    lenient_mentions,
    lenient_scores,
    score_table,
    strict_mentions,
    strict_scores,
)

ANY_TAG = st.sampled_from(["O", "O", "B-Gene", "I-Gene", "B-Ill", "I-Ill"])
PAIRS = st.lists(st.lists(st.tuples(ANY_TAG, ANY_TAG), min_size=1, max_size=12), min_size=1)


def tags_of_pairs(pairs) -> tuple[list[list[str]], list[list[str]]]:
    gold = [repair([left for left, _ in sentence]) for sentence in pairs]
    predicted = [repair([right for _, right in sentence]) for sentence in pairs]
    return gold, predicted


def by_sets(gold, predicted, type_=None) -> dict:
    """Precision, recall and F1 from sets of (sentence, start, end, type)."""

    def entities(tags) -> set:
        return {
            (number, span)
            for number, sentence in enumerate(tags)
            for span in spans_of(sentence)
            if type_ in (None, span.type)
        }

    right, guess = entities(gold), entities(predicted)
    both = len(right & guess)
    precision = both / len(guess) if guess else 0.0
    recall = both / len(right) if right else 0.0
    f1 = 2 * both / (len(right) + len(guess)) if both else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "support": len(right)}


def close(row: dict) -> dict:
    return pytest.approx(row, abs=5.1e-5)


@settings(deadline=None, max_examples=100)
@given(PAIRS)
def test_scores_equal_a_count_over_sets_of_spans(pairs):
    gold, predicted = tags_of_pairs(pairs)
    scores = strict_scores(gold, predicted)
    assert scores["overall"] == close(by_sets(gold, predicted))
    types = {tag[2:] for tags in (*gold, *predicted) for tag in tags if tag != "O"}
    assert list(scores["types"]) == sorted(types)
    for type_, row in scores["types"].items():
        assert row == close(by_sets(gold, predicted, type_))


def same_as_report(scores, report):
    """Our scores beside a report of seqeval's; it leaves out types that it finds no entity of."""
    assert set(scores["types"]) == set(report) - {"micro avg", "macro avg", "weighted avg"}
    for name, row in [*scores["types"].items(), ("micro avg", scores["overall"])]:
        theirs = {key.removesuffix("-score"): value for key, value in report[name].items()}
        assert row == close(theirs)


@settings(deadline=None, max_examples=60)
@given(PAIRS)
def test_strict_scores_equal_seqevals_strict_report_on_illegal_tags_too(pairs):
    gold = [repair([left for left, _ in sentence]) for sentence in pairs]
    predicted = [[right for _, right in sentence] for sentence in pairs]
    scores = strict_scores(gold, predicted)
    if not scores["types"]:
        return
    options = {"scheme": IOB2, "output_dict": True, "zero_division": 0}
    same_as_report(scores, classification_report(gold, predicted, mode="strict", **options))


@settings(deadline=None, max_examples=60)
@given(PAIRS)
def test_lenient_scores_equal_seqevals_default_report(pairs):
    """Its default mode is the one that follows conlleval."""
    gold = [[left for left, _ in sentence] for sentence in pairs]
    predicted = [[right for _, right in sentence] for sentence in pairs]
    scores = lenient_scores(gold, predicted)
    if not scores["types"]:
        return
    report = classification_report(gold, predicted, output_dict=True, zero_division=0)
    same_as_report(scores, report)


@pytest.mark.parametrize(
    ("tags", "phrases"),
    [  # by the rules of conlleval for where a phrase starts and ends
        ("I-Gene I-Gene O", [(0, 2)]),
        ("O I-Gene B-Gene", [(1, 2), (2, 3)]),
        ("B-Gene I-Ill I-Ill", [(0, 1), (1, 3)]),
        ("B-Gene B-Gene I-Gene", [(0, 1), (1, 3)]),
        ("I-Gene O I-Gene", [(0, 1), (2, 3)]),
    ],
)
def test_the_lenient_reading_is_that_of_conlleval(tags, phrases):
    (found,) = lenient_mentions([tags.split()])
    assert [(it.start, it.end) for it in found] == phrases


def test_a_small_file_scored_by_hand_as_conlleval_does():
    """5 phrases in gold, 7 found, 2 right: precision 2/7, recall 2/5, F1 4/12."""
    gold = ["B-Gene I-Gene O B-Ill", "B-Gene B-Gene I-Gene", "O O B-Ill"]
    guess = ["I-Gene I-Gene O I-Gene", "B-Gene I-Ill I-Gene", "O B-Ill I-Gene"]
    gold, guess = ([row.split() for row in side] for side in (gold, guess))
    assert [len(it) for it in lenient_mentions(guess)] == [2, 3, 2]
    scores = lenient_scores(gold, guess)
    assert scores["overall"] == {"precision": 0.2857, "recall": 0.4, "f1": 0.3333, "support": 5}
    assert scores["types"]["Ill"]["f1"] == 0.0
    assert strict_scores(gold, guess)["overall"]["f1"] == 0.2857  # 2 found, 1 right


def test_a_stray_i_is_no_entity_in_the_strict_reading():
    assert [len(it) for it in strict_mentions([["I-Gene", "O"], ["B-Gene", "I-Ill"]])] == [0, 1]
    stray = strict_scores([["B-Gene", "O"]], [["I-Gene", "O"]])
    assert stray["types"] == {"Gene": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}}


def test_an_entity_counts_only_whole_and_of_its_type():
    gold = [["B-Gene", "I-Gene", "O"], ["B-Ill", "O", "O"]]
    assert strict_scores(gold, gold)["overall"]["f1"] == 1.0
    shifted = [["O", "B-Gene", "O"], ["B-Gene", "O", "O"]]
    assert strict_scores(gold, shifted)["overall"] == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "support": 2,
    }


def test_nothing_but_o_on_both_sides_scores_zero():
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    assert strict_scores([["O", "O"]], [["O", "O"]]) == {"overall": nothing, "types": {}}


def test_a_tagger_that_says_o_everywhere_scores_zero():
    gold = [["B-Gene", "O", "O"]]
    scores = strict_scores(gold, all_o(gold))
    assert scores["overall"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}


def test_types_found_on_one_side_alone_have_their_rows():
    scores = strict_scores([["B-Gene", "O", "O"]], [["O", "B-Ill", "O"]])
    assert scores["types"] == {
        "Gene": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
        "Ill": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
    }


@pytest.mark.parametrize("type_", ["a-b", "x_y", "Cell line", "_"])
def test_any_name_of_a_type_is_kept(type_):
    gold = [[f"B-{type_}", f"I-{type_}", "O", "B-Gene"]]
    scores = strict_scores(gold, [[f"B-{type_}", f"I-{type_}", "O", "O"]])
    assert set(scores["types"]) == {type_, "Gene"}
    assert scores["types"][type_] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert scores["types"]["Gene"]["support"] == 1


def test_sentences_of_two_lengths_are_refused():
    with pytest.raises(ValueError):
        strict_scores([["B-Gene", "O"]], [["B-Gene"]])


def test_the_table_shows_percent_by_type_and_overall():
    half = {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "support": 3}
    none = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 12345}
    types = {"Gene": half, "Amino_acid_peptide_or_protein": none}
    lines = score_table({"overall": half, "types": types}).splitlines()
    assert [line.split() for line in lines] == [
        ["strict", "entity", "scores", "P", "R", "F1", "entities"],
        ["Gene", "50.0", "100.0", "66.7", "3"],
        ["Amino_acid_peptide_or_protein", "0.0", "0.0", "0.0", "12345"],
        ["all", "types", "50.0", "100.0", "66.7", "3"],
    ]
    assert len({len(line) for line in lines}) == 1
