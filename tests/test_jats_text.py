"""What JATS leaves of a text: abstracts, citations, formulas and lists of any kind."""

import pytest

DOCTYPE = '<!DOCTYPE article SYSTEM "JATS.dtd">'
MATHML = 'xmlns:m="http://www.w3.org/1998/Math/MathML"'


@pytest.fixture
def texts(read):
    """The texts of an article with this in its body, front and back."""

    def texts(body="", front="", back=""):
        article = f"<article {MATHML}><front><article-meta>{front}</article-meta></front>"
        (document,) = read(f"{DOCTYPE}{article}<body>{body}</body>{back}</article>")
        return [section.text for section in document.sections]

    return texts


def abstract(text, kind=None, attributes=""):
    kind = f' abstract-type="{kind}"' if kind is not None else ""
    return f"<abstract{kind}{attributes}><p>{text}</p></abstract>"


@pytest.mark.parametrize(
    ("abstracts", "kept"),
    [
        ([abstract("A."), abstract("B.", "short"), abstract("C.", "graphical")], ["A."]),
        *(([abstract("A.", kind)], ["A."]) for kind in ("main", "executive-summary", "new", "")),
        *(([abstract("A.", kind)], []) for kind in ("graphical", "Teaser", "translated")),
        ([abstract("A.", "main"), abstract("B.", "teaser")], ["A."]),
        (["<abstract/>", abstract("A.", "main")], ["A."]),
        ([abstract("A."), abstract("B.", attributes=' xml:lang="fr"')], ["A."]),
        ([abstract("A.", attributes=' xml:lang="fr"')], ["A."]),
        ([abstract("A.", "main"), "<trans-abstract><p>B.</p></trans-abstract>"], ["A."]),
        (["<abstract>Loose <b>text</b>.</abstract>"], ["Loose text."]),
    ],
)
def test_the_abstract_is_the_untyped_one_or_else_that_of_any_type(texts, abstracts, kept):
    assert texts(front="".join(abstracts)) == kept


def test_a_subtitle_is_kept(texts):
    title = "<article-title>On <i>E. coli</i><xref>*</xref></article-title>"
    front = f"<title-group>{title}<subtitle>A trial</subtitle></title-group>"
    assert texts(front=front) == ["On E. coli", "A trial"]


@pytest.mark.parametrize("kind", ["bibr", "ref", "bib", None, "fig"])
def test_a_link_that_points_at_a_reference_is_a_citation_whatever_its_type(texts, kind):
    kind = f' ref-type="{kind}"' if kind else ""
    back = '<back><ref-list><ref id="b1"/><ref><citation id="b2"/></ref></ref-list></back>'
    body = f'<p>Grew<xref rid="b1"{kind}><sup>1</sup></xref>,<xref rid="b2"{kind}>2</xref>.</p>'
    assert texts(body, back=back) == ["Grew."]


@pytest.mark.parametrize("kind", ["fig", "sec", "disp-formula", None, "anything"])
def test_a_link_to_something_else_is_text(texts, kind):
    kind = f' ref-type="{kind}"' if kind else ""
    assert texts(f'<p>See figure <xref rid="f1"{kind}>1</xref>.</p><fig id="f1"/>') == [
        "See figure 1."
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Moor et al.{7}. Then", "Moor et al. Then"),
        ("Moor et al.<sup>{7}</sup>, and", "Moor et al., and"),
        ("Moor, {7}. Then", "Moor. Then"),
        ("it grew.{7}. Then", "it grew. Then"),
        ("Did it{7}? Yes", "Did it? Yes"),
        ("early<sup>{2},3</sup>treated", "early treated"),
        ("early<sup>1–{3}</sup> treated", "early treated"),
        ("early [{1}–3], late [1, {2}]", "early, late"),
        ("at 10<sup>3</sup>{4}.", "at 103."),
        ("it ([{1}]) grew {{1}}", "it grew"),
        ("it (Table 2 and {1})", "it (Table 2)"),
        ("it ({1} and Table 2)", "it (Table 2)"),
        ("it (see refs. {1}, {2} and {3})", "it"),
        ("it (reviewed in [{1}])", "it"),
        ("as in ref. {1} and {2}, it", "as in ref. 1 and 2, it"),
        ("as shown in [{1}, {2}]", "as shown in [1, 2]"),
        ("It grew. [{1}] says so", "It grew. [1] says so"),
        ("seen by Moor et al. [{1}] too", "seen by Moor et al. too"),
        ("by Moor {1}, {2} and Li {3}", "by Moor and Li"),
        ("p &lt; .05{1}; then", "p < .05; then"),
    ],
)
def test_what_a_citation_leaves_reads_as_written(texts, written, text):
    cited = '<xref ref-type="bibr">'
    written = written.replace("{{", "@").replace("}}", "@@")
    written = written.replace("{", cited).replace("}", "</xref>")
    written = written.replace("@@", "</xref>}").replace("@", "{" + cited)
    assert texts(f"<p>{written}</p>") == [text]


SUB = "<m:math><m:msub>\n <m:mi>&theta;</m:mi>\n <m:mn>1</m:mn></m:msub></m:math>"
TEX = r"\documentclass{minimal}\usepackage{amsmath}\begin{document}$$\theta _{1}$$\end{document}"
ISOTOPE = "<m:mi>C</m:mi><m:mprescripts/><m:none/><m:mn>14</m:mn>"


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (SUB, "θ1"),
        (f"<alternatives><tex-math>x</tex-math>{SUB}</alternatives>", "θ1"),
        (f"<tex-math>{TEX}</tex-math>", "θ1"),
        (r"<tex-math>$37\,^{\circ}\mathrm{C}$</tex-math>", "37°C"),
        (r"<tex-math>$\frac{1}{2}$</tex-math>", None),
        ("T<sub>2</sub>", "T2"),
        ("<inline-graphic><alt-text>eq</alt-text></inline-graphic>", None),
        ("<m:mfrac><m:mi>a</m:mi><m:mn>2</m:mn></m:mfrac>", "a/2"),
        ("<m:msqrt><m:mi>a</m:mi><m:mo>+</m:mo><m:mn>2</m:mn></m:msqrt>", "√(a+2)"),
        ("<m:mfenced><m:mi>a</m:mi><m:mi>b</m:mi></m:mfenced>", "(a,b)"),
        ("<m:mi>a</m:mi><m:mtext>&nbsp;or&nbsp;</m:mtext><m:mi>b</m:mi>", "a or b"),
        (f"<m:mmultiscripts>{ISOTOPE}</m:mmultiscripts>", "14C"),
        ("<m:semantics><m:mi>x</m:mi><m:annotation>X</m:annotation></m:semantics>", "x"),
        ("<m:mtable><m:mtr><m:mtd>1</m:mtd></m:mtr></m:mtable>", None),
    ],
)
def test_an_inline_formula_is_its_plain_text_and_leaves_no_hyphen_where_it_has_none(
    texts, formula, text
):
    if formula.startswith("<m:") and formula != SUB:
        formula = f"<m:math>{formula}</m:math>"
    expected = f"the {text}-line of" if text else "the line of"
    assert texts(f"<p>the <inline-formula>{formula}</inline-formula>-line of</p>") == [expected]


@pytest.mark.parametrize("gap", ["<inline-formula><graphic/></inline-formula>", "<fn/>", "<fig/>"])
def test_what_is_left_out_glues_no_words(texts, gap):
    body = f"<p>one{gap}two {gap} three ({gap}) four {gap}, five</p>"
    assert texts(body) == ["one two three four, five"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>These:<list><list-item><p>one</p></list-item><list-item><label>•</label><p>two</p>"
         "<list><list-item><p>three</p></list-item></list></list-item></list>and so on.</p>",
         ["These:", "one", "two", "three", "and so on."]),
        ("<list><title>Items</title><list-item>one</list-item></list>", ["one"]),
        ("<def-list><def-item><term>BMI</term><def><p>body mass</p></def></def-item></def-list>",
         ["BMI", "body mass"]),
        ("<disp-quote><p>One.</p><attrib>Moor</attrib></disp-quote>", ["One.", "Moor"]),
        ("<verse-group><verse-line>one</verse-line><verse-line>two</verse-line></verse-group>",
         ["one", "two"]),
        ("<sec><title>T</title>Loose <b>text</b><p>One.</p></sec>", ["Loose text", "One."]),
        ("&alpha;<p>One.</p>", ["α", "One."]),
        ("<p>The <abbrev>WHO<def><p>World</p></def></abbrev> says</p>", ["The WHO says"]),
        ("<new><p>One.</p><p>Two.</p></new>", ["One.", "Two."]),
    ],
)  # fmt: skip
def test_items_and_lines_are_texts_of_their_own_and_none_is_lost(texts, body, expected):
    assert texts(body) == expected
