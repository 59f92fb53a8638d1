"""BRAT standoff to tagged sentences: exact offsets, and a count for all that BIO cannot say."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioalbert_core.ner.bio import spans_of
from bioalbert_core.ner.brat import Mention, read_brat, tagged
from bioalbert_core.plumbing.errors import UserError

TEXT = "Aspirin and beta-carotene helped. Fever fell."


def document(folder, text, annotations, name="a"):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_bytes(text.encode())
    (folder / f"{name}.ann").write_bytes(annotations.encode())
    return folder


def read_one(tmp_path, annotations, text=TEXT):
    return read_brat(document(tmp_path / "brat", text, annotations))


def mentioned(sentences):
    return [
        (" ".join(s.words[span.start : span.end]), span.type)
        for s in sentences
        for span in spans_of(s.tags)
    ]


def test_mentions_are_found_by_their_offsets(tmp_path):
    annotations = "T2\tChemical 12 25\tbeta-carotene\nT1\tChemical 0 7\tAspirin\n"
    sentences, counts = read_one(tmp_path, annotations + "T3\tSign 34 39\tFever\n")
    assert [len(s.words) for s in sentences] == [7, 3]
    assert mentioned(sentences) == [
        *(("Aspirin", "Chemical"), ("beta - carotene", "Chemical"), ("Fever", "Sign")),
    ]
    assert not counts


def test_documents_are_read_in_the_order_of_their_names(tmp_path):
    document(tmp_path / "brat", "Two.", "", "b")
    sentences, _ = read_brat(document(tmp_path / "brat", "One.", "", "a"))
    assert [s.words[0] for s in sentences] == ["One", "Two"]


def test_lines_that_are_no_mentions_are_passed_over(tmp_path):
    other = (
        "R1\tCures Arg1:T1 Arg2:T2\nE1\tFall:T1\nA1\tNegated T1\n#1\tNote T1\tx\n*\tEquiv T1 T2\n"
    )
    sentences, counts = read_one(tmp_path, other + "N1\tReference T1 MeSH:1\tx\n\n")
    assert (mentioned(sentences), dict(counts)) == ([], {})


@pytest.mark.parametrize(
    ("annotations", "left", "case"),
    [
        ("T1\tC 0 7;26 32\tAspirin helped\n", [], "discontinuous"),
        ("T1\tC 0 3\tAsp\n", [("Aspirin", "C")], "widened"),
        ("T1\tC 14 20\tta-car\n", [("beta - carotene", "C")], "widened"),
        ("T1\tC 7 8\t \n", [], "wordless"),
        ("T1\tC 12 16\tbeta\nT2\tD 12 25\tbeta-carotene\n", [("beta - carotene", "D")], None),
        ("T1\tC 0 7\tAspirin\nT2\tD 0 7\tAspirin\n", [("Aspirin", "C")], "overlapping"),
        ("T1\tC 26 39\thelped. Fever\n", [("helped . Fever", "C")], "joined"),
    ],
)
def test_what_bio_cannot_say_follows_a_rule_and_is_counted(tmp_path, annotations, left, case):
    sentences, counts = read_one(tmp_path, annotations)
    assert mentioned(sentences) == left
    assert counts == {case or "overlapping": 1}


@pytest.mark.parametrize(
    ("text", "annotation"),
    [
        ("lung\ncancer", "0 4;5 11\tlung cancer"),  # as brat writes it
        ("lung\ncancer", "0 11\tlung cancer"),
        ("lung\r\ncancer", "0 4;6 12\tlung cancer"),
        ("small\nlung \n\n cancer", "0 5;6 10;14 20\tsmall lung cancer"),
        ("lung\n\u200b cancer", "0 4;7 13\tlung cancer"),
        ("lung cancer", "0 2;2 11\tlu ng cancer"),  # parts that touch
        ("lung cancer", "5 11;0 4\tcancer lung"),  # in any order
        ("lung\ncancer", "0 4;5 11\tlungcancer"),  # before brat 1.3
        ("lung cancer", "0 11\tlung cancer\tC34"),  # a further column
        ("lung cancer", "0 11\tlung cancer "),
    ],
)
def test_parts_with_no_word_between_them_are_one_mention(tmp_path, text, annotation):
    sentences, counts = read_one(tmp_path, f"T1\tIll {annotation}\n", f"{text} spread.")
    words = [word for word in re.split(r"[\s\u200b]+", text) if word]
    assert mentioned(sentences) == [(" ".join(words), "Ill")]
    assert set(counts) <= {"joined"}


@pytest.mark.parametrize("parts", ["0 4;9 15\tlung cancer", "9 15;0 4\tcancer lung"])
def test_parts_with_a_word_between_them_are_left_out_and_counted(tmp_path, parts):
    sentences, counts = read_one(tmp_path, f"T1\tIll {parts}\n", "lung or\n cancer")
    assert (mentioned(sentences), counts) == ([], {"discontinuous": 1})


@pytest.mark.parametrize(
    ("text", "annotations", "changed"),
    [
        ("Fever.\r\nAspirin\r\nhelps.", "T1\tC 8 15\tAspirin\n", {}),
        ("Fever.\r\nAspirin\r\nhelps.", "T1\tC 7 14\tAspirin\r\n", {"other offsets": 1}),
        ("\ufeffFever.\nAspirin", "T1\tC 7 14\tAspirin\n", {}),
        ("\ufeffFever.\nAspirin", "T1\tC 8 15\tAspirin\n", {"other offsets": 1}),
        ("\ufeffFever.\r\nAspirin", "T1\tC 8 15\tAspirin\n", {}),  # 8 either way
        ("\ufeffIll.\r\n\r\nAspirin", "T1\tC 9 16\tAspirin\n", {"other offsets": 1}),
    ],
)
def test_offsets_may_count_line_ends_and_byte_order_marks_in_any_way(
    tmp_path, text, annotations, changed
):
    sentences, counts = read_one(tmp_path, annotations, text)
    assert (mentioned(sentences), counts) == ([("Aspirin", "C")], changed)


def test_where_no_way_to_count_fits_the_plain_one_is_told(tmp_path):
    with pytest.raises(UserError, match=r"line 1: expected 'b' as in the text, found 'x'"):
        read_one(tmp_path, "T1\tC 3 4\tx\n", "a\r\nb\r\n")


@pytest.mark.parametrize("gap", ["\r\n", "\t\u2028", "\xa0 "])
def test_white_space_in_a_mention_is_quoted_as_plain_spaces(tmp_path, gap):
    sentences, _ = read_one(tmp_path, "T1\tC 0 11\tbeta  blood\n", f"beta{gap}blood test\r\n")
    assert mentioned(sentences) == [("beta blood", "C")]


def test_offsets_count_characters_not_bytes(tmp_path):
    sentences, _ = read_one(tmp_path, "T1\tC 9 14\tfever\n", "α-β 🧬𝒳 µ fever")
    assert mentioned(sentences) == [("fever", "C")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("T1\tC 0 7\taspirin", "expected 'Aspirin' as in the text, found 'aspirin'"),
        ("T1\tC 1 8\tAspirin", "expected 'spirin ' as in the text"),
        ("T1\tC 0 999\tAspirin", "0 to 999 is not a span of a text of 45 characters"),
        ("T1\tC 7 0\tAspirin", "7 to 0 is not a span"),
        ("T1\tC 0 0\tx", "0 to 0 is not a span"),
        ("T1\tC 0 7\tAspirin and", "expected 'Aspirin' as in the text, found 'Aspirin and'"),
        ("T1\tC 0 7", "is not ID<TAB>Type start end<TAB>text"),
        ("T1 C 0 7 Aspirin", "is not ID<TAB>Type"),
        ("T1\tC 0 " + "9" * 5000 + "\tAspirin", "is not ID<TAB>Type"),
        ("T1\t-C 0 7\tAspirin", "is not ID<TAB>Type"),
        ("Aspirin\tB-C", "is not ID<TAB>Type"),
    ],
)
def test_a_wrong_line_is_told_with_file_and_line(tmp_path, line, told):
    with pytest.raises(UserError) as error:
        read_one(tmp_path, f"\n{line}\n")
    assert str(error.value).startswith(f"{tmp_path / 'brat' / 'a.ann'}: line 2: ")
    assert told in str(error.value)


@pytest.mark.parametrize(("gone", "kept"), [("a.ann", "a.txt"), ("a.txt", "a.ann")])
def test_half_a_document_is_told(tmp_path, gone, kept):
    folder = document(tmp_path / "brat", TEXT, "T1\tC 0 7\tAspirin\n")
    (folder / gone).unlink()
    with pytest.raises(UserError, match=f"{gone}: no such file"):
        read_brat(folder)
    (folder / kept).unlink()
    with pytest.raises(UserError, match=r"no \.txt and \.ann files"):
        read_brat(folder)


def test_bytes_that_are_not_utf8_are_told_by_line(tmp_path):
    folder = document(tmp_path / "brat", TEXT, "")
    (folder / "a.ann").write_bytes(b"#1\tx\n\xff\n")
    with pytest.raises(UserError, match=r"a\.ann: line 2: not UTF-8"):
        read_brat(folder)


texts = st.text(st.sampled_from("aB1 .-é\n\u0301🧬"), min_size=1, max_size=60)
offsets = st.lists(st.tuples(st.integers(0, 59), st.integers(1, 12)), max_size=6)


@settings(deadline=None, max_examples=200)
@given(texts, offsets)
def test_each_mention_is_in_the_tags_or_counted(text, made):
    mentions = [Mention(a, min(a + n, len(text)), "C") for a, n in made if a < len(text)]
    sentences, counts = tagged(text, mentions)
    found = mentioned(sentences)
    assert len(found) == len(mentions) - counts["overlapping"] - counts["wordless"]
    read = iter(text)  # the words stand in the text, in order, and nothing visible falls out
    assert all(char in read for s in sentences for word in s.words for char in word)


def test_an_empty_document_has_no_sentences(tmp_path):
    (tmp_path / "empty.txt").touch()
    (tmp_path / "empty.ann").touch()
    assert read_brat(tmp_path) == ([], {})
