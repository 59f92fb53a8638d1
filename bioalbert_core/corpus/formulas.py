"""Inline formulas as the plain text that a person would type: ``θ1``, ``p<0.05``."""

import re
from collections import Counter
from html.entities import html5

from lxml import etree

from bioalbert_core.corpus.left_out import leave_out
from bioalbert_core.corpus.xml import GAP, by_tag, raw_text, text_of

MATHML = "{http://www.w3.org/1998/Math/MathML}"
MATH = f"{MATHML}math"
FORMULAS = frozenset(["inline-formula", "tex-math", MATH])
MATH_ROLES = by_tag(
    {
        "token": "mi mn mo mtext ms",
        "row": "math mrow mstyle mpadded msub msup msubsup mover mspace mmultiscripts mprescripts"
        " none",
    }
)
INVISIBLE = str.maketrans("", "", "\u2061\u2062\u2063\u2064")  # "apply", "times", ...

TEX_BODY = re.compile(r"\\begin\{document\}(.*)\\end\{document\}", re.S)
TEX_STYLE = re.compile(
    r"\\(?:math\w+|text\w*|hbox|mbox|rm|bf|it|left|right|[,;:! ]|q?quad)(?![a-z])"
)
TEX_SPACE = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")  # TeX ignores white space
TEX_SIGNS = {"%": "%", "cdot": "·", "circ": "°", "infty": "∞", "neq": "≠", "to": "→"}


def plain_formula(element: etree._Element, counts: Counter[str]) -> str:
    r"""A formula as text, or ``GAP`` if it has none; what is lost is counted as ``formulas``.

    >>> plain_formula(etree.XML(r"<tex-math>$\beta _1 \le 5$</tex-math>"), Counter())
    'β1≤5'
    """
    text = _formula_text(element)
    leave_out(counts, "formulas", element, text)
    return text or GAP


def _formula_text(element: etree._Element) -> str:
    """Its MathML or else its TeX, if that is plain; its text if it has neither."""
    texts = [_math_text(math) for math in element.iter(MATH)]
    texts += [_tex_text(text_of(tex)) for tex in element.iter("tex-math")]
    if not texts and next(element.iter("graphic", "inline-graphic"), None) is None:
        return text_of(element)
    return next(filter(None, texts), "")


def _math_text(element: etree._Element) -> str | None:
    """MathML on one line; None if that would change the meaning, as for a matrix.

    >>> m = '<mfrac xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi><mn>2</mn></mfrac>'
    >>> _math_text(etree.XML(m))
    'a/2'
    """
    name = element.tag.removeprefix(MATHML)
    if MATH_ROLES.get(name) == "token":
        return raw_text(element).strip(" \t\r\n").translate(INVISIBLE)
    children = [child for child in element if isinstance(child.tag, str)]
    if name == "semantics":  # the formula, then the same in other notations
        return _math_text(children[0]) if children else ""
    parts = [_math_text(child) for child in children]
    if None in parts:
        return None
    if name == "mfenced":
        separator = element.get("separators", ",").strip()[:1]
        return element.get("open", "(") + separator.join(parts) + element.get("close", ")")
    if name == "mfrac":
        return "/".join(map(_grouped, parts))
    if name == "msqrt":
        return "√" + _grouped("".join(parts))
    if name == "mmultiscripts" and (before := element.find(f"{MATHML}mprescripts")) is not None:
        at = children.index(before)
        parts = parts[at:] + parts[:at]
    return "".join(parts) if MATH_ROLES.get(name) == "row" else None


def _grouped(text: str) -> str:
    return text if text.replace(".", "").isalnum() else f"({text})"


def _tex_text(source: str) -> str:
    r"""TeX, if each of its commands is one sign; otherwise "".

    >>> _tex_text(r"\documentclass{minimal}\begin{document}$$37\,^{\circ }\text{C}$$\end{document}")
    '37°C'
    >>> _tex_text(r"$\frac{1}{2}$")
    ''
    """
    body = TEX_BODY.search(source)
    text = TEX_STYLE.sub("", re.sub(r"\\[()\[\]]", "", body[1] if body else source))
    text = re.sub(r"\\([A-Za-z]+|%)", lambda match: _sign(match[1]) or match[0], text)
    text = " ".join(re.sub(r"[${}_^]", "", text).replace("~", " ").split())
    text = TEX_SPACE.sub("", text)
    return "" if "\\" in text or "&" in text else text


def _sign(name: str) -> str:
    """The sign that has the same name in TeX and HTML: Greek letters and a few more."""
    sign = TEX_SIGNS.get(name) or html5.get(f"{name};", "")
    return sign if "Ͱ" <= sign <= "Ͽ" or sign in "%·°∞≠→×±≤≥≈∼∈" else ""
