"""Each format read back: the same entities at the same characters, whatever the text."""

import json
import re
from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from brat_rules import read_standoff
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring
from tagged_texts import Found, mentions, random_texts

from bioalbert_core.corpus.raw_text import readable
from bioalbert_core.ner.bio import read_bio, repair, spans_of
from bioalbert_core.ner.brat import Mention, read_document
from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.ner.sequence_tagger import Prediction
from bioalbert_core.ner.words import words_by_sentence
from bioalbert_core.tag import formats
from bioalbert_core.tag.formats import FORMATS
from bioalbert_core.tag.formats.bioc import to_bioc
from bioalbert_core.tag.formats.brat import free_name, write_brat
from bioalbert_core.tag.formats.columns import one_line
from bioalbert_core.tag.formats.conll import to_conll
from bioalbert_core.tag.formats.html import to_html
from bioalbert_core.tag.formats.jsonl import to_jsonl
from bioalbert_core.tag.formats.pubtator import to_pubtator
from bioalbert_core.tag.sources import Document

TEXTS = random_texts(10_000)
DOCUMENTS = dict(zip((f"d{n}" for n in range(len(TEXTS))), TEXTS, strict=True))


def tagged(documents: dict[str, str] = DOCUMENTS):
    """Every document with its entities, as the tagger gives it."""
    for id_, text in documents.items():
        yield Document(id_, text), mentions(text)


def expected(documents: dict[str, str] = DOCUMENTS) -> dict[str, list[tuple]]:
    return {
        id_: [(e.start, e.end, e.type, e.text) for e in mentions(text)]
        for id_, text in documents.items()
    }


def flat(found: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """Expected entities with a space for each line end and tab in a mention."""
    return {
        id_: [(*rest, re.sub(r"[\t-\r\x1c-\x1e\x85\u2028\u2029]", " ", text)) for *rest, text in es]
        for id_, es in found.items()
    }


def test_there_is_something_to_find():
    assert sum(map(len, expected().values())) > 15_000
    assert any("\n" in e[3] for entities in expected().values() for e in entities)


class Loud:
    """A tagger that sees an entity in four of five words."""

    labels: ClassVar = ["O", "B-X", "I-X"]

    def predict(self, sentences):
        rng = Random(0)
        rows = [rng.choices(("B-X", "I-X", "O"), (2, 2, 1), k=len(words)) for words in sentences]
        return [Prediction(tuple(repair(row)), (0.5,) * len(row)) for row in rows]


def test_offsets_of_the_tagger_hold_in_ten_thousand_texts():
    found = EntityRecognizer(Loud()).tag_many(TEXTS)
    assert sum(map(len, found)) > 40_000
    for text, entities in zip(TEXTS, found, strict=True):
        position = 0
        for e in entities:
            assert position <= e.start < e.end and text[e.start : e.end] == e.text == e.text.strip()
            position = e.end


def test_one_line_is_one_line_to_any_reader():
    for code in range(0x110000):
        assert len(f"a{one_line(chr(code))}b".splitlines()) == 1
        assert len(one_line(chr(code))) == 1


def test_jsonl():
    lines = "".join(to_jsonl(tagged())).removesuffix("\n").split("\n")
    found = {d["id"]: d for d in map(json.loads, lines)}
    assert {id_: d["text"] for id_, d in found.items()} == DOCUMENTS
    for id_, document in found.items():
        assert document["entities"] == [asdict(e) for e in mentions(DOCUMENTS[id_])]
        for e in document["entities"]:
            assert document["text"][e["start"] : e["end"]] == e["text"]


def test_bioc():
    collection = json.loads("".join(to_bioc(tagged())))
    texts, entities = {}, {}
    for document in collection["documents"]:
        (passage,) = document["passages"]
        assert passage["offset"] == 0
        texts[document["id"]], found = passage["text"], []
        for a in passage["annotations"]:
            (place,) = a["locations"]
            end = place["offset"] + place["length"]
            found.append((place["offset"], end, a["infons"]["type"], a["text"]))
        entities[document["id"]] = found
        ids = [a["id"] for a in passage["annotations"]]
        assert len(set(ids)) == len(ids)
    assert texts == DOCUMENTS and entities == expected()
    assert {key for d in collection["documents"] for p in d["passages"] for key in p} == {
        *("offset", "infons", "text", "sentences", "annotations", "relations")
    }


def read_pubtator(text: str) -> tuple[dict[str, str], dict[str, list[tuple]]]:
    """As others read it: any line end ends a line, lines are stripped, one character between title
    and abstract."""
    texts, entities = {}, {}
    for document in "".join(text).split("\n\n")[:-1]:
        title, abstract, *rows = document.splitlines()
        id_, t, title = title.strip().split("|", 2)
        same, a, abstract = abstract.strip().split("|", 2)
        assert (t, a, same) == ("t", "a", id_)
        texts[id_], entities[id_] = f"{title} {abstract}", []
        for row in rows:
            same, start, end, mention, type_, concept = row.strip().split("\t")
            assert same == id_ and concept == "-"
            entities[id_].append((int(start), int(end), type_, mention))
    return texts, entities


def test_pubtator():
    texts, entities = read_pubtator("".join(to_pubtator(tagged())))
    assert entities == flat(expected())
    for id_, found in entities.items():
        assert all(texts[id_][start:end] == mention for start, end, _, mention in found)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Title\nOne.\nTwo.", "1|t|Title\n1|a|One. Two.\n\n"),
        ("Title\r\nOne.\r\n", "1|t|Title\n1|a| One.  \n\n"),
        ("\n\nTitle \nOne.", "1|t|  Title  One.\n1|a|\n\n"),
        ("\tTitle", "1|t| Title\n1|a|\n\n"),
        ("", "1|t|\n1|a|\n\n"),
    ],
)
def test_the_first_line_is_pubtators_title(text, written):
    assert "".join(to_pubtator([(Document("1", text), ())])) == written


def test_an_id_breaks_no_column():
    for id_ in ("a|t|b", "a\tb", "a\nb", "a\u2028b", "é d"):
        (line, *_) = "".join(to_pubtator([(Document(id_, "x"), ())])).splitlines()
        assert len(line.split("|")) == 3 and "\t" not in line
        lines = "".join(to_conll([(Document(id_, "x y"), ())])).splitlines()
        assert [line.count("\t") for line in lines] == [1, 0, 1, 1, 0]


def read_brat(folder: Path, name: str) -> tuple[str, list[tuple[int, int, str]]]:
    """By the rules of brat, as others read files: text mode, a byte order mark dropped."""
    text = (folder / f"{name}.txt").read_text("utf-8-sig")
    found = read_standoff(text, (folder / f"{name}.ann").read_text("utf-8")).values()
    return text, [(parts[0][0], parts[-1][1], type_) for type_, parts, _ in found]


def test_brat(tmp_path):
    some = dict(list(DOCUMENTS.items())[:2000])
    write_brat(tagged(some), tmp_path)
    for id_, wanted in expected(some).items():
        text, entities = read_brat(tmp_path, id_)
        assert len(text) == len(DOCUMENTS[id_])
        assert entities == [(start, end, type_) for start, end, type_, _ in wanted]
        notes = (tmp_path / f"{id_}.ann").read_text("utf-8").splitlines()[1::2]
        scores = [float(note.partition("score ")[2]) for note in notes]
        assert scores == [e.score for e in mentions(DOCUMENTS[id_])]
    assert len(list(tmp_path.iterdir())) == 2 * len(some)


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("lung\ncancer", "0 4;5 11"),
        ("lung\r\ncancer", "0 4;6 12"),  # with a space for the return, as the .txt has
        ("lung\rcancer", "0 11"),
        ("lung \n\n  cancer", "0 4;9 15"),
        ("small cell\nlung\ncancer", "0 10;11 15;16 22"),
        ("lung\tcancer\u2028of\x85mice", "0 4;5 11;12 14;15 19"),
        ("lung  \xa0cancer", "0 13"),
    ],
)
def test_a_mention_over_line_ends_has_a_fragment_a_line_as_brat_writes_it(
    tmp_path, text, fragments
):
    entity = Found(4, 4 + len(text), "Ill", text, 0.5)
    write_brat([(Document("a", f"The {text}."), [entity])], tmp_path)
    placed = re.sub(r"\d+", lambda number: str(int(number[0]) + 4), fragments)
    (line, _) = (tmp_path / "a.ann").read_text("utf-8").splitlines()
    assert line.startswith(f"T1\tIll {placed}\t")
    assert read_brat(tmp_path, "a")[1] == [(4, 4 + len(text), "Ill")]


TROUBLE = st.text(
    st.sampled_from("aB1 .-é\n\r\t\v\x1c\x85\u2028\xa0\u0301\u200b\ufeff;🧬"), max_size=40
)
PLACES = st.lists(st.tuples(st.integers(0, 39), st.integers(1, 12)), max_size=6)


@settings(deadline=None, max_examples=150)
@given(TROUBLE, PLACES)
def test_what_is_written_follows_brats_rules_and_is_read_back(tmp_path_factory, text, places):
    """Any mentions, also overlapping ones, that begin and end with something to see."""
    folder, plain = tmp_path_factory.mktemp("brat"), re.sub("[\r\ufeff]", " ", text)
    places = [(a, a + n) for a, n in places if len(plain[a : a + n].strip()) == n]
    found = [Found(a, b, "X", text[a:b], 0.5) for a, b in places]
    write_brat([(Document("a", text), found)], folder)
    assert read_brat(folder, "a")[1] == [(a, b, "X") for a, b in places]
    again = [Mention(a, b, "X") for a, b in places]
    if text:
        assert read_document(folder / "a.txt") == (plain, again, {})


@pytest.mark.parametrize(
    "id_", ["../../x", "/etc/passwd", "..", "", "\0", "a\\b", "C:x", "é" * 500, ".hidden", "\n"]
)
def test_brat_files_stay_in_their_folder(tmp_path, id_):
    folder = tmp_path / "out"
    folder.mkdir()
    write_brat([(Document(id_, "one"), ()), (Document(id_, "two"), ())], folder)
    assert sorted(p.read_text() for p in folder.glob("*.txt")) == ["one", "two"]
    assert len(list(folder.glob("*.ann"))) == 2 and [p.name for p in tmp_path.iterdir()] == ["out"]
    assert not any(p.name.startswith(".") for p in folder.iterdir())


def test_brat_names_collide_with_no_other(tmp_path):
    ids = ["a", "a-3", "a", "a/", "a-3", "a"]
    write_brat([(Document(id_, str(n)), ()) for n, id_ in enumerate(ids)], tmp_path)
    assert sorted(p.read_text() for p in tmp_path.glob("*.txt")) == list("012345")
    assert free_name(tmp_path, "b", 9) == "b"


def word_pairs(text: str) -> list[Found]:
    """Every third word with the next of its sentence as an entity, as a tagger of words gives."""
    pairs = [pair for words in words_by_sentence(text) for pair in pairwise(words)][::3]
    return [Found(a, b, "X", text[a:b], 0.5) for (a, _), (_, b) in pairs[::2]]


def test_conll_is_read_back_by_the_kit(tmp_path):
    path = tmp_path / "entities.tsv"
    given = [(Document(id_, text), word_pairs(text)) for id_, text in DOCUMENTS.items()]
    path.write_text("".join(to_conll(given)), "utf-8", newline="")
    sentences = iter(read_bio(path, gold=True))
    for document, entities in given:
        found = []
        for words in words_by_sentence(document.text):
            sentence = next(sentences)
            assert sentence.words == tuple(readable(document.text[a:b]) for a, b in words)
            found += [(words[s.start][0], words[s.end - 1][1]) for s in spans_of(sentence.tags)]
        assert found == [(e.start, e.end) for e in entities]
    assert next(sentences, None) is None


def test_conll_names_its_documents():
    text = "".join(to_conll([(Document("a b", "One. Two."), ()), (Document("c", ""), ())]))
    lines = [line for line in text.split("\n") if line.startswith("-DOC")]
    assert lines == ["-DOCSTART- (a_b)\tO", "-DOCSTART- (c)\tO"]


def test_an_entity_over_parts_of_words_or_sentences_is_still_legal_bio():
    given = [(Document("1", "One two. Three"), [Found(5, 11, "X", "wo. Th", 0.5)])]
    tags = [line.split("\t")[1] for line in "".join(to_conll(given)).split("\n") if "\t" in line]
    assert tags == ["O", "O", "B-X", "I-X", "B-X"]
    empty = [(Document("1", "a  b"), [Found(2, 3, "X", " ", 0.5)])]
    assert "B-X" not in "".join(to_conll(empty))


def test_html_loses_nothing_and_counts():
    some = dict(list(DOCUMENTS.items())[:2000])
    made = "".join(to_html(tagged(some)))
    sections = re.findall(r"<section[^>]*>(.*?)</section>", made, flags=re.DOTALL)
    for (id_, text), section in zip(some.items(), sections, strict=True):
        head, body, count = re.fullmatch(
            r"<h2>(.*)</h2><div[^>]*>(.*)</div><p>(.*)</p>", section, flags=re.DOTALL
        ).groups()
        assert head == id_
        body = re.sub(r'<span class="type">.*?</span>', "", body, flags=re.DOTALL)
        assert unescape_only(re.sub("<[^>]*>", "", body)) == text
        wanted = Counter(e.type for e in mentions(text))
        assert Counter({t: int(n) for t, n in re.findall(r"(\w+) (\d+)", count)}) == wanted


def test_html_has_an_index_a_legend_and_scores_and_needs_no_script():
    names = ["<a> & b", "<a> & b", "\u202ec", "d" * 300]
    drugs = [Found(0, 4, "<Drug>", "Drug", 0.25), Found(5, 8, "Ill", "ill", 0.5)]
    given = [(Document(id_, "Drug ill."), drugs[: n + 1]) for n, id_ in enumerate(names)]
    made = "".join(to_html(given))
    page = document_fromstring(made)
    links = page.xpath("//nav//li/a")
    assert [link.text for link in links] == names == page.xpath("//section/h2/text()")
    assert [link.get("href") for link in links] == [
        f"#{id_}" for id_ in page.xpath("//section/@id")
    ]
    assert [link.tail for link in links] == [f", entities: {n}" for n in (1, 2, 2, 2)]
    told = page.xpath("//p[following-sibling::input]")[0].text_content()
    assert told == "<Drug> 4, Ill 3"
    scores = page.xpath('//input[@id="scores"]/following-sibling::section//*[@class="score"]')
    assert [score.text for score in scores] == [" 0.25", *[" 0.25", " 0.50"] * 3]
    assert not re.search(r"<script|<link|https?://|<a>|<Drug>|@import|url\(", made)


def unescape_only(text: str) -> str:
    """Undo `html.escape`, and not what else `html.unescape` takes for an entity."""
    for escaped, char in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("#x27", "'"), ("amp", "&")):
        text = text.replace(f"&{escaped};", char)
    return text


@pytest.mark.parametrize("name", [name for name, format_ in FORMATS.items() if format_.ending])
def test_no_document_gives_an_empty_file_of_the_format(name):
    made = "".join(FORMATS[name].write([]))
    assert made == "" or made.endswith("\n")
    if name == "bioc":
        assert json.loads(made)["documents"] == []


def test_every_file_of_the_folder_is_a_row_of_the_table():
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")}
    assert files - {"__init__", "columns"} == FORMATS.keys()
