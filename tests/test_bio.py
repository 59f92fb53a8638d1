"""BIO files, and the way between tags and spans."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from bioalbert_core.ner.bio import (
    Span,
    TaggedSentence,
    read_bio,
    read_tagged,
    repair,
    spans_of,
    tags_of,
    write_bio,
)
from bioalbert_core.plumbing.errors import UserError

TYPES = ("Gene", "Disease", "Cell_line", "a-b")
any_tags = st.lists(st.sampled_from(["O", *(f"{p}-{t}" for p in "BI" for t in TYPES)]))
words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\ufeff"),
    min_size=1,
).filter(lambda word: not word.startswith("-DOCSTART-"))


@st.composite
def separate_spans(draw) -> tuple[list[Span], int]:
    """Spans in order that do not overlap, and the length of their sentence."""
    spans, position = [], 0
    for gap, length, type_ in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.sampled_from(TYPES)))
    ):
        spans.append(Span(position + gap, position + gap + length, type_))
        position = spans[-1].end
    return spans, position + draw(st.integers(0, 2))


def written(tmp_path, text: str):
    path = tmp_path / "data.tsv"
    path.write_bytes(text.encode("utf-8"))
    return path


def tags_read(tmp_path, text: str) -> list[tuple[str, ...]]:
    return [sentence.tags for sentence in read_bio(written(tmp_path, text))]


def test_words_tags_and_sentences_are_read(tmp_path):
    path = written(tmp_path, "p53\tB-Gene\nbinds\tO\n\nFever\tB-Disease\n")
    assert read_bio(path) == [
        TaggedSentence(("p53", "binds"), ("B-Gene", "O")),
        TaggedSentence(("Fever",), ("B-Disease",)),
    ]


def test_iobes_becomes_bio(tmp_path):
    text = "a\tS-Gene\nb\tB-Gene\nc\tI-Gene\nd\tE-Gene\ne\tO\nf\tS\n"
    assert tags_read(tmp_path, text) == [
        ("B-Gene", "B-Gene", "I-Gene", "I-Gene", "O", "B-Entity"),
    ]


def test_bilou_becomes_bio_and_its_faults_are_told(tmp_path):
    assert tags_read(tmp_path, "a\tU-X\nb\tB-X\nc\tI-X\nd\tL-X\n") == [
        ("B-X", "B-X", "I-X", "I-X"),
    ]
    _, faults, note = read_tagged(written(tmp_path, "a\tL-X\nb\tB-X\n\nc\tU-X\n"))
    assert note == "BILOU tags read as BIO: 2"
    assert [fault.split(": ", 1)[1] for fault in faults] == [
        "line 1: L-X continues nothing; make it a U",
        "line 2: B-X is not closed by an L, other entities are; use one scheme",
    ]


def test_bare_tags_get_a_type(tmp_path):
    assert tags_read(tmp_path, "a\tB\nb\tI\nc\tO\n") == [("B-Entity", "I-Entity", "O")]


def test_a_document_start_ends_a_sentence_and_is_no_word(tmp_path):
    text = "-DOCSTART-\tO\n\na\tO\n-DOCSTART- -X- -X- O\nb\tB-Gene\n\n-DOCSTART-\n"
    assert [s.words for s in read_bio(written(tmp_path, text))] == [("a",), ("b",)]


def test_windows_line_ends_blank_runs_and_a_byte_order_mark_do_not_matter(tmp_path):
    plain = read_bio(written(tmp_path, "a\tO\nb\tB-Gene\n\nc\tO\n"))
    other = read_bio(written(tmp_path, "\ufeff\r\na\tO\r\nb\tB-Gene\r\n\r\n \t\r\n\r\nc\tO"))
    assert other == plain


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("word", "is not word<TAB>tag"),
        ("word O", "is not word<TAB>tag"),
        ("word\t", "is not word<TAB>tag"),
        ("\tO", "is not word<TAB>tag"),
        ("word\tX-Gene", "is not a tag"),
        ("word\tM-Gene", "is not a tag"),
        ("word\tGene-B", "is not a tag"),
        ("word\tB_Gene", "is not a tag"),
        ("word\tO\t1.5", "is not a probability"),
        ("word\tGene", "is not a tag"),
        ("word\tB-", "is not a tag"),
        ("word\tO-Gene", "is not a tag"),
        ("word\tb-Gene", "is not a tag"),
    ],
)
def test_a_line_without_a_tag_is_named(tmp_path, line, told):
    path = written(tmp_path, f"a\tO\n\nb\tO\n{line}\n")
    with pytest.raises(UserError) as error:
        read_bio(path)
    assert str(error.value).startswith(f"{path}: line 4: ")
    assert told in str(error.value)


@pytest.mark.parametrize("line", ["word\tO\tB-Gene", "word\tB-NP\tB-Gene", "word\tB-Gene\tO"])
def test_a_line_with_a_third_column_is_named(tmp_path, line):
    path = written(tmp_path, f"a\tO\n{line}\n")
    with pytest.raises(UserError, match=r"data\.tsv: line 2: "):
        read_bio(path)


@pytest.mark.parametrize("text", ["", "\n\n", "-DOCSTART-\tO\n\n"])
def test_a_file_without_a_sentence_is_an_error(tmp_path, text):
    path = written(tmp_path, text)
    with pytest.raises(UserError, match=r"data\.tsv: "):
        read_bio(path)


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path):
    path = tmp_path / "data.tsv"
    path.write_bytes(b"a\tO\n\xff\tO\n")
    with pytest.raises(UserError, match="line 2"):
        read_bio(path)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.tuples(words, st.sampled_from(["O", "B-Gene", "I-a-b"])), min_size=1),
        min_size=1,
    )
)
def test_what_is_written_is_read_again(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("bio") / "data.tsv"
    sentences = [TaggedSentence(tuple(w for w, _ in row), tuple(t for _, t in row)) for row in rows]
    write_bio(path, sentences)
    assert read_bio(path) == sentences


def test_writing_words_and_tags_of_two_lengths_leaves_no_file(tmp_path):
    with pytest.raises(ValueError):
        write_bio(tmp_path / "out.tsv", [TaggedSentence(("a", "b"), ("O",))])
    assert list(tmp_path.iterdir()) == []


@given(separate_spans())
def test_spans_to_tags_and_back_give_the_spans(made):
    spans, length = made
    tags = tags_of(spans, length)
    assert len(tags) == length
    assert list(spans_of(tags)) == spans


@given(any_tags)
def test_every_tagged_word_is_in_exactly_one_span_of_its_type(tags):
    covered = {}
    for span in spans_of(tags):
        assert span.start < span.end
        for position in range(span.start, span.end):
            assert position not in covered
            covered[position] = span.type
    assert covered == {i: tag[2:] for i, tag in enumerate(tags) if tag != "O"}


@given(any_tags)
def test_repaired_tags_spell_the_same_entities_and_stay_as_they_are(tags):
    repaired = repair(tags)
    assert list(spans_of(repaired)) == list(spans_of(tags))
    assert repair(repaired) == repaired
    for before, tag in zip(["O", *repaired], repaired, strict=False):
        assert not tag.startswith("I-") or before[2:] == tag[2:]


@given(separate_spans())
def test_spans_agree_with_seqeval(made):
    tags = tags_of(*made)
    theirs = [Span(start, end + 1, type_) for type_, start, end in get_entities(tags)]
    assert list(spans_of(tags)) == theirs


def test_repair_leaves_right_tags_alone():
    tags = ["B-Gene", "B-Gene", "I-Gene", "O", "B-Disease"]
    assert repair(tags) == tags
    assert repair(["I-Gene", "I-Gene", "B-Gene", "I-Disease"]) == [
        "B-Gene",
        "I-Gene",
        "B-Gene",
        "B-Disease",
    ]
