"""Citations by number: which can be removed, and how the text closes over the gap.

"Growth [3,4] stopped" becomes "Growth stopped". A number that its sentence needs stays, as in
"shown in [3]"; "(see ref. 3)" is removed as a whole.
"""

import re

from bioalbert_core.corpus.xml import BREAK, GAP

NEEDED = "\2"  # on both sides of a number that its sentence needs

NAME_OR_YEAR = re.compile(r"[^\W\d_]{2}|\d{4}")  # in "Hites 2004", but not in "[12a, 13]"
LIST = rf"(?:[\d\s,;‐-―−{NEEDED}-]|and|to)*"
# Words that need what follows, and the numbers between: "in [1, ", "see refs. 2 and ".
NEEDS = re.compile(
    rf"\b(?:(?:refs?\.?|references?)[\s\[(]*{LIST}"
    r"|(?:in|by|of|from|to|with|see|see also|cf\.|e\.g\.,?|i\.e\.,?|for(?: a)? reviews?,?)"
    rf"(?:\s*[\[(]{LIST}|\s+))$",
    re.I,
)
STARTS = re.compile(rf"(?:^|(?<!\bal)[.?!]\s|{BREAK})\s*[\[(]?$")
CONTINUES = re.compile(r"\s*[\])]?\s+[a-z]")

JOINS = r"(?:[\s,;&‐-―−-]|\band\b|\bto\b)"  # only joins numbers
NUMBER = rf"(?:{GAP}|\d{{1,3}}[a-z]?)"
NUMBERS = rf"{JOINS}*{NUMBER}(?:{JOINS}+{NUMBER}|{GAP})*{JOINS}*"
CITING = re.compile(rf"(?=.*{GAP}){NUMBERS}")  # a whole superscript: "2,3" with a link in it
BRACKETS = re.compile(rf"[(\[{{](?=[^()\[\]{{}}]*{GAP}){NUMBERS}[)\]}}]")
ASIDE = re.compile(
    r"[(\[](?:(?:see|also|cf|e\.g|i\.e|refs?|references?|for|an?|reviews?|reviewed|in|example)\b"
    rf"[\s.,;:]*+)+[(\[]?(?:{NEEDED}[^{NEEDED}]*{NEEDED}|{JOINS})*+[)\]]{{1,2}}",
    re.I,
)
RUN = re.compile(rf"{GAP}(?:{JOINS}*{GAP})+")
MARKS = (".", ",", ";", ":", "?", "!")
HYPHENATED = re.compile(r"[‐-―−-](?=[^\W\d_])")
CLOSER = re.compile(r"[\s,;]*(?=[\])])")
LEADING = re.compile(r"[\s,;&]*(?:and\b\s*)?")


def is_needed(before: list[str], after: str | None) -> bool:
    """Whether the sentence needs the citation between ``before`` and ``after``.

    >>> is_needed(["as shown in "], " and later"), is_needed(["It grew. "], " reported that")
    (True, True)
    >>> is_needed(["It grew "], ".")
    False
    """
    text = "".join(before[-12:])[-60:]
    return bool(NEEDS.search(text) or (STARTS.search(text) and CONTINUES.match(after or "")))


def closed(text: str) -> str:
    """The text with its gaps closed: no empty brackets, no doubled marks, no words run together.

    >>> closed("It grew [\\0,\\0-\\0], and more.\\0,\\0 Then (see Fig. 2; \\0) it stopped \\0.")
    'It grew, and more. Then (see Fig. 2) it stopped.'
    >>> closed("Seen by Moor et al.\\0. The \\0-Doppler line \\0of Li \\0 , as it\\0is.")
    'Seen by Moor et al. The Doppler line of Li, as it is.'
    """
    if NEEDED in text:
        text = ASIDE.sub(GAP, text).replace(NEEDED, "")
    if GAP not in text:
        return text.strip()
    for _ in range(2):  # brackets in brackets
        text = BRACKETS.sub(GAP, text)
    first, *others = RUN.sub(GAP, text).split(GAP)
    pieces = [first]
    for piece in others:
        pieces[-1:] = _joined(pieces[-1], piece)
    return " ".join("".join(pieces).split())


def _joined(left: str, right: str) -> list[str]:
    """Both sides of a gap, once it is closed; the right side only if any of it remains.

    A mark follows its word directly. Of two marks that meet only one stays, except in "et al.,".

    >>> _joined("by Moor et al.", ". It"), _joined("the ", "-Doppler"), _joined("it", "is")
    (['by Moor et al.', ' It'], ['the', ' Doppler'], ['it', ' is'])
    """
    before, after = left.rstrip(), right.lstrip()
    if closer := CLOSER.match(right):
        before, right = before.rstrip(" ,;&").removesuffix(" and"), right[closer.end() :]
    elif before.endswith(("(", "[")):
        right = LEADING.sub("", right, count=1)
    elif after.startswith(MARKS):
        right = after
        if before.endswith((".", "?", "!")) and (after[0] == "." or before[-1] != "."):
            right = after[1:]
        elif before.endswith(MARKS) and before[-1] != ".":
            before = before[:-1].rstrip()
    else:
        if left != before or not before[-1:].isalnum():
            right = HYPHENATED.sub("", right, count=1) if HYPHENATED.match(right) else right
        is_word_end = left != before or before.endswith(MARKS) or before[-1:].isalnum()
        right = " " + right if is_word_end and right[:1].isalnum() else right
    return [before, right] if right else [before]
