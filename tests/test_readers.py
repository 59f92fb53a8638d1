"""Files to documents: what each reader keeps and what it leaves out."""

import gzip
import tarfile
import tracemalloc
from collections import Counter
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.corpus import plain, readers, xml
from bioalbert_core.corpus.document import Document, Section
from bioalbert_core.corpus.medline import without_pubmed_data
from bioalbert_core.corpus.readers import Reader, find_files, read_documents
from bioalbert_core.corpus.xml import elements, text_of
from bioalbert_core.plumbing.errors import UserError


def medline(*articles):
    """A PubMed file of (PMID, XML inside Article) pairs."""
    body = "".join(
        f"<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article>{inside}</Article>"
        "<OtherAbstract><AbstractText>Résumé en français.</AbstractText></OtherAbstract>"
        "</MedlineCitation></PubmedArticle>\n"
        for pmid, inside in articles
    )
    return f"<PubmedArticleSet>\n{body}</PubmedArticleSet>"


def jats(body="", title="", abstract="", ids='<article-id pub-id-type="pmc">77</article-id>'):
    """One JATS article."""
    return (
        f"<article><front><article-meta>{ids}<title-group><article-title>{title}</article-title>"
        f"</title-group>{abstract}</article-meta></front><body>{body}</body></article>"
    )


def test_medline_gives_title_and_sections_in_order(read, parts):
    inside = (
        "<ArticleTitle>On fever.</ArticleTitle><Abstract>"
        '<AbstractText Label="METHODS">We\n  measured.</AbstractText>'
        '<AbstractText Label="AIM">To cool.</AbstractText>'
        "<AbstractText>It <i>worked</i> at 10<sup>-3</sup> M &amp; more.</AbstractText></Abstract>"
    )
    (document,) = read(medline((12, inside)))
    assert document.id == "PMID:12"
    assert parts(document) == [
        ("TITLE", "On fever."),
        ("METHODS", "We measured."),
        ("AIM", "To cool."),
        ("ABSTRACT", "It worked at 10-3 M & more."),
    ]


def test_medline_article_without_abstract_is_its_title(read):
    assert read(medline((1, "<ArticleTitle>Alone.</ArticleTitle>"))) == [
        Document("PMID:1", (Section("TITLE", "Alone."),))
    ]


def test_medline_reads_all_articles_of_a_long_file(read, parts):
    titles = [(n, f"<ArticleTitle>Title {n}.</ArticleTitle>") for n in range(500)]
    documents = read(medline(*titles), "many.xml.gz")
    assert [d.id for d in documents] == [f"PMID:{n}" for n in range(500)]
    assert parts(documents[-1]) == [("TITLE", "Title 499.")]


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("[On fever].", "On fever."),
        ("[On fever (author's transl)].", "On fever."),
        ("[Is it fever?].", "Is it fever?"),
        ("[Stop it!].", "Stop it!"),
        ("[On [3H]water in <i>Mus</i>]", "On [3H]water in Mus."),
        ("[3H]Water [corrected].", "[3H]Water [corrected]."),
        ("[A [b [c]]].", "[A [b [c]]]."),  # deeper brackets are left as they are
        ("Fever [in mice].", "Fever [in mice]."),
        ("[].", ""),
    ],
)
def test_medline_translated_titles_lose_their_brackets(read, parts, title, plain):
    (document,) = read(medline((1, f"<ArticleTitle>{title}</ArticleTitle>")))
    assert parts(document) == ([("TITLE", plain)] if plain else [])


def test_medline_loses_the_note_that_an_abstract_was_cut(read, parts):
    for note in ("(ABSTRACT TRUNCATED AT 250 WORDS)", "(ABSTRACT TRUNCATED)"):
        inside = (
            f"<Abstract><AbstractText>It was {note[1:9]} cold. {note}</AbstractText></Abstract>"
        )
        assert parts(read(medline((1, inside)))[0]) == [("ABSTRACT", "It was ABSTRACT cold.")]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_medline_is_the_same_without_pubmed_data_however_it_comes(sizes):
    record = b"<PubmedArticle>%d<PubmedData>\n<Reference/>\n</PubmedData>\n</PubmedArticle>"
    whole = b"<r>" + b"".join(record % n for n in range(20)) + b"<PubmedData/></r>"
    ends = [0, *accumulate(sizes), len(whole)]
    chunks = [whole[a:b] for a, b in pairwise(ends) if whole[a:b]]
    found = b"".join(without_pubmed_data(chunks, "place"))
    assert found == whole.replace(b"<PubmedData>\n<Reference/>\n</PubmedData>", b"\n\n")


def test_medline_loses_no_article_between_two_pubmed_data(read):
    whole = medline(*((n, "<ArticleTitle>T.</ArticleTitle>") for n in range(9)))
    data = "<PubmedData>\n</PubmedData{}></PubmedArticle>"
    assert len(read(whole.replace("</PubmedArticle>", data.format("")))) == 9
    with pytest.raises(UserError, match=r"file\.xml: <PubmedData> is not closed"):
        read(
            whole.replace("</PubmedArticle>", data.format(" "), 3).replace(
                "</PubmedArticle>\n</PubmedArticleSet>", data.format("") + "</PubmedArticleSet>"
            )
        )


def test_medline_pubmed_data_without_end_is_an_error(read, monkeypatch):
    whole = medline((1, "<ArticleTitle>T.</ArticleTitle>"))
    endless = whole.replace("</PubmedArticle>", "<PubmedData>\n" + "x" * 300_000)
    with pytest.raises(UserError, match="line 4: the XML is broken or cut"):
        read(endless)
    monkeypatch.setattr("bioalbert_core.corpus.medline.ARTICLE_LIMIT", 100_000)
    with pytest.raises(UserError, match="has no end"):
        read(endless)


def test_medline_counts_deleted_citations_and_books(tmp_path):
    path = tmp_path / "update.xml"
    tail = (
        "<PubmedBookArticle><PMID>9</PMID></PubmedBookArticle>"
        "<DeleteCitation><PMID>1</PMID><PMID>2</PMID></DeleteCitation></PubmedArticleSet>"
    )
    whole = medline((1, "<ArticleTitle>Read.</ArticleTitle>"))
    path.write_text(whole.replace("</PubmedArticleSet>", tail))
    counts = Counter()
    assert [d.id for d in read_documents(path, counts)] == ["PMID:1"]
    assert counts == Counter(
        deleted_citations=2,
        books=1,
        characters_left_out_deleted_citations=2,
        characters_left_out_books=1,
        characters_left_out_other_abstracts=17,
    )


def test_medline_article_without_text_is_an_empty_document(read):
    for inside in ("", "<ArticleTitle/>", "<Abstract><AbstractText> \n</AbstractText></Abstract>"):
        assert read(medline((1, inside))) == [Document("PMID:1", ())]
    assert read("<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>") == [Document("PMID:", ())]


@pytest.mark.parametrize("space", ["  ", "\n", "\t", "\u2009", "\u00a0 ", " <i> </i>"])
def test_white_space_of_any_kind_becomes_one_space(read, parts, space):
    (document,) = read(medline((1, f"<ArticleTitle>{space}At 4{space}mg.{space}</ArticleTitle>")))
    assert parts(document) == [("TITLE", "At 4 mg.")]


def test_what_was_read_is_forgotten():
    articles = "".join(f"<x><article><p>{n}</p></article></x>" for n in range(2000))
    whole = f"<r>{articles}</r>".encode()
    chunks = (whole[i : i + 1000] for i in range(0, len(whole), 1000))
    found = xml.elements(chunks, ("article",), "place")
    kept = [(e[0].text, sum(1 for _ in e.getroottree().iter())) for e in found]
    assert [text for text, _ in kept] == [str(n) for n in range(2000)]
    assert max(size for _, size in kept) < 200


def test_jats_gives_title_abstract_and_sections_in_order(read, parts):
    (document,) = read(
        jats(
            title='A <italic>B</italic><xref ref-type="fn">*</xref>',
            abstract="<abstract><sec><title>Aim</title><p>To see.</p></sec></abstract>"
            '<abstract abstract-type="graphical"><p>A picture.</p></abstract>'
            "<trans-abstract><p>Ein Auszug.</p></trans-abstract>",
            body="<p>Opening.</p><sec><title>Methods</title><p>One.</p>"
            "<sec><title>Cells</title><p>Two.</p></sec><sec><p>Three.</p></sec></sec>",
        ),
        "a.nxml",
    )
    assert document.id == "PMC:77"
    assert parts(document) == [
        ("TITLE", "A B"),
        ("Aim", "To see."),
        ("BODY", "Opening."),
        ("Methods", "One."),
        ("Cells", "Two."),
        ("Methods", "Three."),
    ]


def test_jats_leaves_out_what_is_not_prose(read, parts):
    (document,) = read(
        jats(
            "<p>Kept <inline-formula>x=1</inline-formula> text <xref>1</xref>."
            "<fig><caption><p>Figure.</p></caption></fig></p>"
            "<table-wrap><caption><p>Table.</p></caption></table-wrap>"
            "<fig-group><fig><p>Panel.</p></fig></fig-group>"
            "<disp-formula>E=mc</disp-formula><ref-list><p>Reference.</p></ref-list>"
            "<supplementary-material><p>Film.</p></supplementary-material>"
            "<boxed-text><p>In a box.</p></boxed-text>"
        ).replace(
            "</article>",
            "<back><ack><p>Thanks.</p></ack></back><sub-article><body><p>Review.</p></body>"
            "</sub-article><response><body><p>Reply.</p></body></response></article>",
        )
    )
    assert parts(document) == [("BODY", "Kept x=1 text 1."), ("BODY", "In a box.")]


CITED = '<xref ref-type="bibr">{}</xref>'


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Growth [{1}].", "Growth."),
        ("Growth[{1},{2}-{5}], and {[7]}, {[8]}.", "Growth."),
        ("Growth<sup>{1},{2}</sup> stopped.{12} Then", "Growth stopped. Then"),
        ("Growth ({1}) and ({2}; {3}).", "Growth."),
        ("Growth [{12a} and {S2}] {3–9}.", "Growth."),
        ("Growth (see Fig. 2; {4}) or [{4}, Table 1].", "Growth (see Fig. 2) or [Table 1]."),
        ("Growth ({Hites 2004}; {Law et al.})", "Growth (Hites 2004; Law et al.)"),
        ("Hites ({2004}) and Law {2005a}.", "Hites (2004) and Law 2005a."),
        ("In [1,2] and F(1, 3).", "In [1,2] and F(1, 3)."),
        ("H<sub>2</sub>O at 10<sup>3</sup>{1}.", "H2O at 103."),
    ],
)
def test_jats_citations_by_number_go_and_others_stay(read, parts, written, text):
    body = "<p>" + written.replace("{", CITED.split("{")[0]).replace("}", "</xref>") + "</p>"
    assert parts(read(jats(body))[0]) == [("BODY", text)]


def test_jats_gaps_leave_no_empty_brackets_and_run_no_words_together(read):
    note = '<xref ref-type="table-fn">*</xref>'
    math = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi></mml:math>'
    body = (
        f"<p>The rate{note} (<inline-formula><graphic/></inline-formula>) as"
        f"<disp-formula>a</disp-formula>where {math} is <xref ref-type='fig'>Figure 1</xref>:"
        "<list><list-item><label>1.</label><p>one</p></list-item></list></p>"
    )
    texts = ["The rate as where x is Figure 1:", "one"]
    assert [section.text for section in read(jats(body))[0].sections] == texts


def test_jats_mends_a_long_run_of_commas_quickly(read):
    assert read(jats(f"<p>{CITED.format(1)}{',' * 1_000_000}x{'(' * 1_000_000}</p>"))
    assert read(jats(f"<p>see {CITED.format(1)} (see{', ' * 1_000_000}x{'(see ' * 100_000}</p>"))
    assert read(jats(f"<p>{(CITED.format(1) + ',x') * 100_000}</p>"))


def test_jats_counts_sub_articles(tmp_path):
    path = tmp_path / "a.nxml"
    path.write_text(
        jats("<p>One.</p>").replace(
            "</article>", "<sub-article>A b</sub-article><response>c</response></article>"
        )
    )
    counts = Counter()
    assert len(list(read_documents(path, counts))) == 1
    assert counts["characters_left_out_sub_articles"] == 3


def test_jats_blocks_inside_a_paragraph_do_not_run_together(read, parts):
    listed = "<list><list-item><p>fever</p></list-item><list-item><p>cough</p></list-item></list>"
    (document,) = read(jats(f"<p>Signs:{listed}and more.</p>", title="Fever<break/>and cough"))
    assert parts(document) == [
        ("TITLE", "Fever and cough"),
        *(("BODY", text) for text in ("Signs:", "fever", "cough", "and more.")),
    ]


def test_jats_article_set_gives_each_article(read):
    ids = '<article-id pub-id-type="pmid">5</article-id>'
    articles = jats("<p>One.</p>") + jats("<p>Two.</p>", ids=ids) + jats("<p>Three.</p>", ids="")
    documents = read(f"<pmc-articleset>{articles}</pmc-articleset>")
    assert [d.id for d in documents[:2]] == ["PMC:77", "PMID:5"]
    assert documents[2].id.endswith("file.xml")
    assert [d.sections[0].text for d in documents] == ["One.", "Two.", "Three."]


def test_jats_with_a_namespace_is_read_or_refused_but_not_lost(read, parts):
    text = jats("<p>Text.</p>").replace("<article>", '<article xmlns="http://jats.nlm.nih.gov">', 1)
    try:
        documents = read(text)
    except UserError:
        return
    assert [parts(d) for d in documents] == [[("BODY", "Text.")]]


@pytest.mark.parametrize("name", ["a.xml", "a.nxml", "a.xml.gz", "a.nxml.gz"])
def test_xml_is_recognized_by_its_root_not_its_name(read, name):
    heads = '<?xml version="1.0"?>\n<!-- <article> -->\n<!DOCTYPE article SYSTEM "x.dtd">\n'
    assert read(heads + jats("<p>Body.</p>"), name)[0].id == "PMC:77"
    assert read(medline((3, "<ArticleTitle>T.</ArticleTitle>")), name)[0].id == "PMID:3"


@pytest.mark.parametrize("name", ["note.txt", "note.txt.gz"])
def test_plain_text_is_one_document_with_its_lines_as_they_stand(read, name):
    text = "Title\n\n First line.\r\nSecond <b> line.\n"
    assert read(text, name) == [Document("note", (Section("TEXT", text),))]


@pytest.mark.parametrize("name", ["big.txt", "big.txt.gz"])
def test_plain_text_that_is_too_long_names_the_line(read, monkeypatch, name):
    monkeypatch.setattr(plain, "DOCUMENT_LIMIT", 100)
    assert len(read("a" * 99 + "\n", name)) == 1
    for text, line in (("a" * 200, 1), ("ab\n" * 50, 34)):
        with pytest.raises(UserError, match=rf"{name}: line {line}: .* longer than 100 bytes"):
            read(text, name)


def test_plain_text_that_is_too_long_is_not_read_to_its_end(read, monkeypatch):
    monkeypatch.setattr(plain, "DOCUMENT_LIMIT", 100)
    text = b"a" * 30_000_000
    tracemalloc.start()
    with pytest.raises(UserError, match="longer than 100 bytes"):
        read(text, "bomb.txt.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_plain_text_that_is_not_utf8_names_the_line(read):
    with pytest.raises(UserError, match=r"a\.txt: line 2: not UTF-8"):
        read(b"fine\n\xff\n", "a.txt")


def test_other_encodings_of_xml_are_read(read):
    text = '<?xml version="1.0" encoding="{}"?>' + medline((1, "<ArticleTitle>Zoë.</ArticleTitle>"))
    for encoding in ("iso-8859-1", "utf-16"):
        (document,) = read(text.format(encoding).encode(encoding))
        assert document.sections[0].text == "Zoë."


def read_bioc(source):
    """A format of XML that the kit does not have."""
    for element in elements(source.chunks, ("document",), source.place):
        text = text_of(element.find("passage/text"))
        yield Document(element.findtext("id"), (Section("BIOC", text),))


def read_lists(source):
    """A format of text that the kit does not have."""
    for number, line in enumerate(source.stream):
        source.counts["characters_left_out_hashes"] += line.count(b"#")
        yield Document(f"item:{number}", (Section("ITEM", line.decode().strip("# \n")),))


def test_a_new_reader_is_one_row(tmp_path, monkeypatch):
    rows = [
        Reader("BioC", readers.XML, read_bioc, roots=("collection",)),
        Reader("list", (".list", ".list.gz"), read_lists),
    ]
    monkeypatch.setattr(readers, "READERS", readers.READERS + rows)
    document = "<document><id>9</id><passage><text>It fell.</text></passage></document>"
    (tmp_path / "a.xml").write_text(f"<collection>{document}</collection>")
    (tmp_path / "b.list.gz").write_bytes(gzip.compress(b"# One.\n# Two.\n"))
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.xml", "a.xml")
    counts = Counter()
    found = [d for path in find_files([tmp_path]) for d in read_documents(path, counts)]
    bioc = Document("9", (Section("BIOC", "It fell."),))
    items = [Document(f"item:{n}", (Section("ITEM", t),)) for n, t in enumerate(["One.", "Two."])]
    assert found == [bioc, *items, bioc]
    assert counts == {"characters_left_out_hashes": 2}
    (tmp_path / "d.xml").write_text("<html/>")
    with pytest.raises(UserError, match="BioC <collection>"):
        list(read_documents(tmp_path / "d.xml"))


def test_find_files_looks_through_folders_in_order(tmp_path):
    for name in ("b/2.txt", "b/1.xml.gz", "a.nxml", "notes.pdf", "c.tar.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path])]
    assert found == ["a.nxml", "b/1.xml.gz", "b/2.txt", "c.tar.gz"]
    assert find_files([tmp_path / "b" / "2.txt"]) == [tmp_path / "b" / "2.txt"]


def test_find_files_says_what_it_cannot_use(tmp_path):
    (tmp_path / "notes.pdf").touch()
    cases = {
        tmp_path / "notes.pdf": "unknown kind of file",
        tmp_path / "none": "no such file or folder",
        tmp_path: r"no \.txt, .* file in this folder",
    }
    for path, words in cases.items():
        with pytest.raises(UserError, match=f"{path}: {words}"):
            find_files([path])
    with pytest.raises(UserError, match="no input"):
        find_files([])
