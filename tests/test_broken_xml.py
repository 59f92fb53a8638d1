"""XML that is cut, of another kind, or hostile: a message in words, nothing expanded or fetched."""

import socket

import pytest

from bioalbert_core.corpus import xml
from bioalbert_core.plumbing.errors import UserError


def medline(*articles, before=""):
    """A PubMed file of (PMID, XML inside Article) pairs."""
    body = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article>{inside}</Article>"
        "</MedlineCitation></PubmedArticle>\n"
        for pmid, inside in articles
    )
    return f"{before}<PubmedArticleSet>\n{body}</PubmedArticleSet>"


def test_cut_xml_names_file_and_line(read):
    whole = medline(*((n, f"<ArticleTitle>Title {n}.</ArticleTitle>") for n in range(100)))
    cut = whole[: whole.index("Title 60.")]
    line = cut.count("\n") + 1
    for name in ("cut.xml", "cut.xml.gz"):
        with pytest.raises(UserError, match=rf"{name}: line {line}: the XML is broken or cut"):
            read(cut, name)


PADDING = "".join(f"<PubmedArticle><i>{n}</i></PubmedArticle>\n" for n in range(5000))
DOCTYPE = '<!DOCTYPE PubmedArticleSet SYSTEM "no-such.dtd">\n'


@pytest.mark.parametrize("padding", ["", PADDING])
@pytest.mark.parametrize(("doctype", "name"), [("", "nbsp"), (DOCTYPE, "nope")])
def test_an_entity_that_is_not_known_is_named_with_its_line(read, padding, doctype, name):
    text = medline((1, f"<ArticleTitle>a\n<i>b\n&{name};</i></ArticleTitle>"), before=doctype)
    text = text.replace("<PubmedArticleSet>", "<PubmedArticleSet>" + padding)
    line = text[: text.index("&")].count("\n") + 1
    with pytest.raises(UserError, match=rf"file\.xml: line {line:,}: the entity &{name}; is not"):
        read(text)


def test_the_named_characters_of_html_and_iso_are_read(read, parts):
    inside = (
        "<ArticleTitle>&Agr;&thinsp;&micro;g&mdash;M&uuml;<b>&khgr;</b> &amp;beta;</ArticleTitle>"
    )
    (document,) = read(medline((1, inside), before=DOCTYPE))
    assert parts(document) == [("TITLE", "Α µg—Müχ &beta;")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "<html><article/></html>",
            "root element <html>, expected one of MEDLINE <Pub.*, JATS <article>",
        ),
        ("no xml at all", "line 1: not XML"),
        ("\n \n", "line 3: not XML .no element found"),
        (f"<!--{'a' * 1_100_000}--><article/>", "no element in the first"),
        ('<?xml version="1.0" encoding="klingon"?><article/>', "not XML"),
    ],
)
def test_xml_of_another_kind_is_refused(read, text, words):
    with pytest.raises(UserError, match=rf"file\.xml: .*{words}"):
        read(text)


ENTITY = "<ArticleTitle>a &x; b</ArticleTitle>"


def bomb(inside):
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    before = f'<!DOCTYPE PubmedArticleSet [<!ENTITY e0 "boom">{levels}]>\n'
    return medline((1, inside), before=before)


@pytest.mark.parametrize(
    "inside",
    [
        "<ArticleTitle>a &e9; b</ArticleTitle>",
        '<Abstract><AbstractText Label="&e9;">a b</AbstractText></Abstract>',
    ],
)
def test_an_entity_bomb_does_not_go_off(read, inside):
    with pytest.raises(UserError, match=r"file\.xml: .* declarations of its own"):
        read(bomb(inside))


def test_an_element_inside_an_entity_does_not_crash_the_parser(read):
    before = f'<!DOCTYPE PubmedArticleSet [<!ENTITY x "{"<i>" * 300}">]>'
    with pytest.raises(UserError, match="declarations of its own"):
        read(medline((1, ENTITY), before=before))


def test_no_file_is_fetched_through_an_entity(read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    uri = secret.as_uri()
    for declared in (f'<!ENTITY x SYSTEM "{uri}">', f'<!ENTITY % y SYSTEM "{uri}"> %y;', " "):
        before = f'<!DOCTYPE PubmedArticleSet SYSTEM "x.dtd" [{declared}]>'
        with pytest.raises(UserError, match="declarations of its own"):
            read(medline((1, ENTITY), before=before))


def test_nothing_is_asked_of_the_network(read):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        with pytest.raises(UserError, match="line 2: the entity &x; is not declared"):
            read(medline((1, ENTITY), before=f'<!DOCTYPE x SYSTEM "{url}.dtd">'))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_elements_too_deep_are_an_error_and_others_are_not(read, parts):
    def nested(depth):
        return medline((1, f"<ArticleTitle>{'<i>' * depth}deep{'</i>' * depth}</ArticleTitle>"))

    assert parts(read(nested(250))[0]) == [("TITLE", "deep")]
    with pytest.raises(UserError, match=r"line 2: .*[Dd]epth"):
        read(nested(100_000))


def test_a_text_node_or_an_article_without_end_is_an_error(read, monkeypatch):
    with pytest.raises(UserError, match=r"line \d.*(huge|limit|long)"):
        read(medline((1, f"<ArticleTitle>{'a' * 10_100_000}</ArticleTitle>")), "a.xml.gz")
    monkeypatch.setattr(xml, "ARTICLE_LIMIT", 200_000)
    many = [(n, f"<ArticleTitle>{'a' * 1000}</ArticleTitle>") for n in range(1000)]
    assert len(read(medline(*many))) == 1000
    with pytest.raises(UserError, match="more than 200,000 bytes without the end of an article"):
        read(medline((1, "<i/>" * 100_000)), "a.xml.gz")


def test_the_words_of_a_hostile_file_stay_one_short_line(read):
    with pytest.raises(UserError) as caught:
        read(f"<x{'y' * 50_000}\u2028\u202e/>")
    assert len(str(caught.value)) < 1000
    with pytest.raises(UserError) as caught:
        read(f"<article><{'y' * 20_000}></article>")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 1000
