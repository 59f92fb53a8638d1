"""The sums: every character of a source is in a section, or counted with the reason it is not."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bioalbert_core.corpus.document import letters
from bioalbert_core.corpus.readers import read_documents

SHARED = Path(__file__).parents[2] / "shared" / "data"
REAL = sorted(SHARED.glob("pmc/nxml/*.nxml")) + sorted(SHARED.glob("pubmed/*.xml*"))
PROSE = (  # of MEDLINE; all else is metadata, which is left out by design
    "PubmedArticle/MedlineCitation/Article/ArticleTitle",
    "PubmedArticle/MedlineCitation/Article/Abstract/AbstractText",
    "PubmedArticle/MedlineCitation/OtherAbstract",
    "PubmedBookArticle",
    "DeleteCitation",
)


def source_characters(path):
    """Those of all text of the file; of MEDLINE, those of the elements that may hold prose."""
    root = etree.parse(path, etree.XMLParser(huge_tree=True)).getroot()
    paths = PROSE if root.tag == "PubmedArticleSet" else (".",)
    return sum(letters(part.xpath("string()")) for path in paths for part in root.iterfind(path))


def sums(path):
    """(characters of the source and added, characters kept and left out)."""
    counts = Counter()
    kept = sum(letters(s.text) for d in read_documents(path, counts) for s in d.sections)
    left_out = sum(n for name, n in counts.items() if name.startswith("characters_left_out_"))
    assert all(number > 0 for number in counts.values())
    return source_characters(path) + counts["characters_added"], kept + left_out


@pytest.mark.skipif(not REAL, reason="no real data beside the checkout")
@pytest.mark.parametrize(
    "path", [path for path in REAL if path.stat().st_size < 1_000_000], ids=lambda path: path.name
)
def test_real_articles_add_up(path):
    source, counted = sums(path)
    assert source == counted


TEXTS = st.text("ab 1.,;()[]-•\n", max_size=5)
TAGS = [
    *("p", "sec", "title", "list", "list-item", "label", "xref", "sup", "table-wrap", "fig", "fn"),
    *("inline-formula", "tex-math", "abbrev", "def", "disp-formula", "disp-quote", "boxed-text"),
    *("unknown", "break", "ref-list", "m:math", "m:mi", "m:mfrac", "m:mtable", "bold"),
]
ATTRIBUTES = st.sampled_from(["", ' rid="b1"', ' ref-type="bibr"', ' id="b1"', ' ref-type="fn"'])
CITED = st.sampled_from(
    ["a <xref ref-type='bibr'>1</xref>", "<xref rid='x'>[2,3]</xref>, ", "(", ")"]
)
TREES = st.recursive(
    TEXTS | CITED,
    lambda inside: st.builds(
        lambda tag, attributes, parts: f"<{tag}{attributes}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        ATTRIBUTES,
        st.lists(inside, max_size=4),
    ),
    max_leaves=30,
)


@given(st.lists(TREES, max_size=4), TREES, TREES)
def test_any_article_adds_up(tmp_path_factory, body, front, rest):
    path = tmp_path_factory.getbasetemp() / "any.nxml"
    path.write_text(
        '<article xmlns:m="http://www.w3.org/1998/Math/MathML"><front><journal-meta>J</journal-meta>'
        f"<article-meta><title-group><article-title>{front}</article-title><alt-title>T</alt-title>"
        f"</title-group><abstract>{front}</abstract><abstract abstract-type='x'>{rest}</abstract>"
        f"<trans-abstract>{rest}</trans-abstract></article-meta></front><body>{''.join(body)}</body>"
        f"loose<back>{rest}</back><unknown>{rest}</unknown></article>"
    )
    source, counted = sums(path)
    assert source == counted


MARKED = st.sampled_from(["[On it]", "[On (author's transl)].", "It. (ABSTRACT TRUNCATED)", "a b"])
FORMULA = '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:{0}>1</m:{0}></m:math>'
FORMULAS = st.sampled_from(["mn", "mtable", "mfenced"]).map(FORMULA.format)


@given(st.lists(st.tuples(MARKED | FORMULAS, MARKED, TEXTS), max_size=5))
def test_any_medline_file_adds_up(tmp_path_factory, records):
    path = tmp_path_factory.getbasetemp() / "any.xml"
    path.write_text(
        "<PubmedArticleSet>"
        + "".join(
            f"<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>{title}"
            f"</ArticleTitle><Abstract><AbstractText>{text} {title}</AbstractText></Abstract>"
            f"</Article><OtherAbstract><AbstractText>{other}</AbstractText></OtherAbstract></MedlineCitation>"
            f"<PubmedData>{other}</PubmedData></PubmedArticle><PubmedBookArticle>{other}"
            "</PubmedBookArticle>"
            for title, text, other in records
        )
        + "<DeleteCitation><PMID>12</PMID></DeleteCitation></PubmedArticleSet>"
    )
    source, counted = sums(path)
    assert source == counted
