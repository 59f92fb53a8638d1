"""Highlighted entities: nothing of the text is lost, and everybody can read them."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from bioalbert_core.ner.recognizer import Entity
from bioalbert_core.show.highlight import (
    COLORS,
    OTHER_COLORS,
    PAGE_FOOT,
    PAGE_STYLE,
    STYLE,
    TEXT_START,
    colors,
    counted,
    highlight,
    marked,
    page_head,
)

MARKUP = "<b>&amp;\"'</mark>\\(x\\)"


def entity(start: int, end: int, type_: str = "Gene", score: float | None = 0.5) -> Entity:
    return Entity(start, end, type_, "", score)


def plain(marked: str) -> str:
    """The text behind the HTML: no style, no type labels, no tags, escapes undone."""
    marked = re.sub(r"<style>.*?</style>", "", marked, flags=re.DOTALL)
    marked = re.sub(r'<span class="type">.*?</span>', "", marked, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", marked))


@st.composite
def text_with_entities(draw) -> tuple[str, list[Entity]]:
    """Entities of all kinds: side by side, overlapping, nested, twice the same."""
    text = draw(st.text(st.sampled_from("ab \n<>&\"'é𝛼\u0301\u200f"), min_size=1, max_size=30))
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)))
    found = [
        entity(start, end, draw(st.sampled_from(["Gene", "<i>", 'a"b', "&lt;"])))
        for start, end in draw(st.lists(places, max_size=6))
        if start < end
    ]
    return text, found


def channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def luminance(color: str) -> float:
    digits = color.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (channel(int(digits[i : i + 2], 16)) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colors by the formula of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@settings(deadline=None, max_examples=150)
@given(text_with_entities())
def test_the_text_can_be_had_back_exactly(made):
    text, found = made
    assert plain(highlight(text, found)) == text


@settings(deadline=None, max_examples=80)
@given(text_with_entities())
def test_each_entity_is_reached_and_read_out_once(made):
    text, found = made
    tree = html.fromstring(highlight(text, found))
    reached = tree.xpath(".//*[@tabindex]")
    assert sorted(mark.get("aria-label") for mark in reached) == sorted(
        f"{text[e.start : e.end]}: {e.type}, score 0.50" for e in found
    )
    assert all(mark.tag == "mark" and mark.get("tabindex") == "0" for mark in reached)
    labels = [label.text_content() for label in tree.xpath('.//span[@class="type"]')]
    assert sorted(labels) == sorted(e.type for e in found)


@settings(deadline=None, max_examples=80)
@given(text_with_entities())
def test_marks_cover_the_characters_of_their_entities(made):
    text, found = made
    covered = [0] * len(text)
    position = depth = 0
    inner = re.sub(r"<style>.*?</style>|<div[^>]*>|</div>", "", highlight(text, found), flags=re.S)
    inner = re.sub(r'<span class="type">.*?</span>', "", inner, flags=re.DOTALL)
    for part in re.findall(r"<[^>]*>|&[^;]*;|.", inner, flags=re.DOTALL):
        if part.startswith("<"):
            depth += -1 if part.startswith("</") else 1
        else:
            covered[position] = depth
            position += 1
    assert covered == [sum(e.start <= i < e.end for e in found) for i in range(len(text))]


def test_text_and_type_are_escaped():
    marked = highlight(f"a {MARKUP} b", [entity(2, 2 + len(MARKUP), MARKUP)])
    assert MARKUP not in marked and "<b>" not in marked
    (mark,) = html.fromstring(marked).xpath(".//mark")
    assert mark.get("aria-label") == f"{MARKUP}: {MARKUP}, score 0.50"
    assert mark.get("title") == f"{MARKUP}, score 0.50"
    assert set(mark.attrib) == {"style", "tabindex", "role", "title", "aria-label"}
    assert mark.text_content() == MARKUP * 2


def test_a_nested_entity_stands_inside_the_longer_one():
    tree = html.fromstring(
        highlight("breast cancer gene", [entity(0, 13, "Disease"), entity(0, 18, "Gene")])
    )
    outer, inner = tree.xpath(".//mark[@tabindex]")
    assert outer.get("title") == "Gene, score 0.50"
    assert inner.getparent() is outer and inner.get("title") == "Disease, score 0.50"


def test_an_entity_without_a_score_names_its_type_alone():
    (mark,) = html.fromstring(highlight("p53", [entity(0, 3, score=None)])).xpath(".//mark")
    assert mark.get("aria-label") == "p53: Gene"


def test_an_empty_text_is_an_empty_element():
    assert plain(highlight("", [])) == ""


def test_mathjax_leaves_the_text_alone():
    classes = html.fromstring(highlight("$x$", [])).get("class").split()
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(classes)


@pytest.mark.parametrize("pair", [*COLORS.values(), *OTHER_COLORS])
def test_entities_have_enough_contrast(pair):
    assert contrast(*pair) >= 4.5


def test_pages_have_enough_contrast_in_light_and_in_dark():
    pairs = re.findall(r"background: (#\w+); color: (#\w+)", PAGE_STYLE)
    assert len(pairs) == 2
    assert all(contrast(*pair) >= 4.5 for pair in pairs)


def test_the_contrast_formula_is_wcags():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(st.text())
def test_any_type_has_its_colors_always_the_same(type_):
    assert colors(type_) in {*COLORS.values(), *OTHER_COLORS}
    assert colors(type_) == colors(type_)


def test_known_types_have_colors_of_their_own():
    assert len({colors(type_) for type_ in COLORS}) == len(COLORS)
    tree = html.fromstring(highlight("fever", [entity(0, 5, "Disease")]))
    background, color = COLORS["Disease"]
    assert tree.xpath(".//mark")[0].get("style") == f"background:{background};color:{color}"


def test_a_long_text_full_of_entities_is_quick():
    """Each mark looks at the entities around it, not at all 20,000."""
    text = "ab " * 20_000
    made = marked(text, [entity(i, i + 2) for i in range(0, len(text), 3)])
    assert made.count("<mark") == 20_000 and plain(made) == text


def test_a_page_is_well_formed():
    body = f"<section>{TEXT_START}{marked(f'a {MARKUP}', [entity(0, 1)])}</div></section>"
    made = f"{page_head('T & <T>')}{body}{PAGE_FOOT}"
    assert made.startswith("<!DOCTYPE html>")
    parser = html.HTMLParser(recover=False)
    tree = html.document_fromstring(re.sub("</?(main|section|mark)[^>]*>", "", made), parser)
    assert tree.findtext(".//title") == "T & <T>"
    assert tree.findtext(".//h1") == "T & <T>"
    whole = html.document_fromstring(made)
    assert len(whole.xpath("//section")) == 1 and len(whole.xpath("//mark")) == 1
    assert STYLE in whole.findtext(".//style")


def test_types_are_counted_in_words():
    assert counted({"b": 2, "<a>": 1}) == "Entities found: &lt;a&gt; 1, b 2."
    assert counted({}) == "No entity found."
