"""XML that is cut, of another kind, or hostile: told in words, and nothing expanded or fetched."""

import socket

import pytest

from bioalbert_core.errors import UserError


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


def test_an_undefined_entity_names_a_line(read):
    with pytest.raises(UserError, match=r"line [1-9]"):
        read(medline((1, "<ArticleTitle>a&nbsp;b</ArticleTitle>")))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><article/></html>", "root element <html>: neither MEDLINE .* nor JATS"),
        ("no xml at all", "line 1: not XML"),
        ("\n \n", "no XML element"),
        ('<?xml version="1.0" encoding="klingon"?><article/>', "not XML"),
    ],
)
def test_xml_of_another_kind_is_refused(read, text, words):
    with pytest.raises(UserError, match=rf"file\.xml: .*{words}"):
        read(text)


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
    try:
        documents = read(bomb(inside))
    except UserError:
        return
    assert "boom" not in str(documents)


def test_no_file_is_fetched_through_an_entity(read, tmp_path, parts):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for declared in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', '<!ENTITY x "secret">'):
        before = f"<!DOCTYPE PubmedArticleSet [{declared}]>"
        (document,) = read(medline((1, "<ArticleTitle>a &x; b</ArticleTitle>"), before=before))
        assert parts(document) == [("TITLE", "a b")]


def test_nothing_is_asked_of_the_network(read, parts):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        before = (
            f'<!DOCTYPE PubmedArticleSet SYSTEM "{url}.dtd" [<!ENTITY x SYSTEM "{url}">'
            f'<!ENTITY % y SYSTEM "{url}"> %y;]>'
        )
        (document,) = read(medline((1, "<ArticleTitle>a &x; b</ArticleTitle>"), before=before))
        assert parts(document) == [("TITLE", "a b")]
        with pytest.raises(BlockingIOError):
            server.accept()
