"""Gold above predicted, filters, and errors in their sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from test_highlight import text_with_entities

from bioalbert_core.ner.bio import TaggedSentence
from bioalbert_core.ner.errors_by_kind import KINDS
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.show.highlight import Mark, chosen, gold_over_predicted, highlight, parts
from bioalbert_core.show.mistakes import (
    IN_WORDS,
    ON_A_PAGE,
    findings_of,
    kinds_of,
    mistakes_html,
    of_kind,
)

TEXT = "Aspirin helps. <b>p53</b> does not."
GENE = Mark(18, 21, "Gene", 0.5)


def sides(made: str) -> dict[str, list[str]]:
    """The read-out names of the marks, by side."""
    tree = html.fromstring(made)
    return {
        side: [
            mark.get("aria-label")
            for mark in tree.xpath(f'.//*[@aria-label="{side}"]//mark[@tabindex]')
        ]
        for side in ("gold", "predicted")
    }


def rows(made: str, side: str) -> list[str]:
    """The text of each row of a side, without its name and the names of types."""
    tree = html.fromstring(made)
    for label in tree.xpath('.//span[@class="type" or @class="side"]'):
        label.drop_tree()
    return [row.text_content() for row in tree.xpath(f'.//*[@aria-label="{side}"]')]


def test_each_sentence_stands_twice_gold_above():
    made = gold_over_predicted(TEXT, [GENE], [Mark(0, 7, "Chemical", 0.25), GENE])
    assert sides(made) == {
        "gold": ["p53: Gene, score 0.50"],
        "predicted": ["Aspirin: Chemical, score 0.25", "p53: Gene, score 0.50"],
    }
    assert rows(made, "gold") == rows(made, "predicted") == [TEXT[:15], TEXT[15:]]
    order = [it.get("aria-label") for it in html.fromstring(made).xpath('.//*[@role="group"]')]
    assert order == ["gold", "predicted"] * 2


@settings(deadline=None)
@given(text_with_entities(), text_with_entities())
def test_no_entity_and_no_character_is_lost(made, other):
    text, gold = made
    predicted = [it for it in other[1] if it.end <= len(text)]
    drawn = gold_over_predicted(text, gold, predicted)
    found = sides(drawn)
    assert len(found["gold"]) == len(gold) and len(found["predicted"]) == len(predicted)
    shown = [text[start:end].rstrip("\r\n") for start, end in parts(text, [*gold, *predicted])]
    if not any("\r" in it for it in shown):
        assert rows(drawn, "gold") == rows(drawn, "predicted") == shown


@settings(deadline=None)
@given(text_with_entities())
def test_parts_are_the_text_and_cut_no_entity(made):
    text, found = made
    stretches = list(parts(text, found))
    assert "".join(text[start:end] for start, end in stretches) == text
    assert all(any(a <= it.start and it.end <= b for a, b in stretches) for it in found)


def test_no_text_has_no_rows():
    assert "rows" not in html.fromstring(gold_over_predicted("", [], [])).xpath("string(.//div)")
    assert list(parts("", [])) == []


def test_overlaps_are_drawn_in_one_another():
    made = gold_over_predicted("breast cancer gene", [], [Mark(0, 13, "D"), Mark(0, 18, "G")])
    outer, inner = html.fromstring(made).xpath(".//mark[@tabindex]")
    assert inner.getparent() is outer


@pytest.mark.parametrize(
    ("types", "least", "starts"),
    [
        ({"Gene", "Ill"}, 0.0, [0, 4, 8]),
        ({"Gene"}, 0.0, [0, 8]),
        ({"Gene"}, 0.6, [8]),
        ({"Ill"}, 0.9, [4]),
        (set(), 0.0, []),
    ],
)
def test_entities_are_chosen_by_type_and_score(types, least, starts):
    found = [Mark(0, 3, "Gene", 0.5), Mark(4, 7, "Ill", 0.9), Mark(8, 9, "Gene")]
    assert [it.start for it in chosen(found, types, least)] == starts


def test_scores_are_written_where_they_are_wanted():
    found = [Mark(0, 3, "Gene", 0.456), Mark(4, 5, "Ill")]
    tree = html.fromstring(highlight("p53 x", found, scores=True))
    labels = [label.text_content() for label in tree.xpath('.//span[@class="type"]')]
    assert labels == ["Gene 0.46", "Ill"]
    assert html.fromstring(highlight("p53 x", found)).xpath(".//span/text()") == ["Gene", "Ill"]


WORDS = ("<i>p53</i>", "causes", "lung", "cancer", "$x$")
GOLD = TaggedSentence(WORDS, ("B-Gene", "O", "B-Ill", "I-Ill", "O"))
PREDICTED = TaggedSentence(WORDS, ("B-Ill", "O", "O", "B-Ill", "B-<b>"))


def test_findings_come_with_their_kind():
    found = findings_of([GOLD], [PREDICTED])
    assert kinds_of(found) == dict.fromkeys(KINDS, 0) | {"type": 1, "boundary": 1, "spurious": 1}
    assert [it.type for it in of_kind(found, "type")] == ["Gene"]
    assert of_kind(found, "type", "Ill") == []
    assert len(of_kind(found, "boundary", "Ill")) == 1
    assert set(IN_WORDS) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "gold", "predicted"),
    [
        ("type", ["<i>p53</i>: Gene"], ["<i>p53</i>: Ill"]),
        ("boundary", ["lung cancer: Ill"], ["cancer: Ill"]),
        ("spurious", [], ["$x$: <b>"]),
    ],
)
def test_a_finding_is_shown_in_its_sentence_and_escaped(kind, gold, predicted):
    found = of_kind(findings_of([GOLD], [PREDICTED]), kind)
    made = mistakes_html([GOLD], found, 1)
    assert sides(made) == {"gold": gold, "predicted": predicted}
    assert rows(made, "gold") == [" ".join(WORDS)]
    assert "1 to 1 of 1, page 1 of 1" in made


@pytest.mark.parametrize(
    ("page", "told"),
    [(1, "1 to 5 of 12, page 1"), (3, "11 to 12 of 12, page 3"), (99, "page 3"), (-1, "page 1")],
)
def test_pages(page, told):
    number = 12
    gold, none = [TaggedSentence(("a",), ("B-X",))] * number, [TaggedSentence(("a",), ("O",))]
    found = findings_of(gold, none * number)
    made = mistakes_html(gold, found, page)
    assert told in made
    assert html.fromstring(f"<main>{made}</main>").xpath("count(.//section)") <= ON_A_PAGE


def test_no_finding_is_told():
    assert "There is none" in mistakes_html([], findings_of([], []), 1)


@pytest.mark.parametrize("other", [[], [TaggedSentence(("b",), ("O",))]])
def test_other_words_are_refused(other):
    with pytest.raises(UserError, match="different words"):
        findings_of([TaggedSentence(("a",), ("O",))], other)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab<"), st.sampled_from(["O", "B-X", "I-X"]))))
def test_marks_stand_on_the_words_of_their_span(pairs):
    sentence = TaggedSentence(tuple(w for w, _ in pairs), tuple(t for _, t in pairs))
    for it in findings_of([sentence], [sentence]):
        (label,) = sides(mistakes_html([sentence], [it], 1))["gold"]
        assert label == f"{' '.join(sentence.words[it.gold.start : it.gold.end])}: X"
