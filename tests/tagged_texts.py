"""Texts that are hard to keep offsets in, and a tagger that needs no training."""

import re
from dataclasses import dataclass
from functools import cache
from random import Random

TRICKY = (
    *("aspirin", "heart failure", "TNF-α", "é", "e\u0301", "\u0301", "ﬁ", "Å", "ß", "İ", "Σ"),
    *("👩\u200d🔬", "🇩🇪", "𝛼", "\u200b", "\ufeff", "\u202e", "\u200f", "שלום", "مرحبا", "中文。"),
    *(" ", "\t", "\r\n", "\n\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\u00a0", "\u3000"),
    *(".", "!", "...", "''", "``", "[CLS]", "<unk>", "▁", "_", "9,", "\u00ad", "\ud7ff"),
    *("It is so. ", "|t|", "|a|", "</mark>", "&amp;", '"', "\\", "#1", "-DOCSTART-", "T1\tX 0 1\t"),
)
MENTION = re.compile(r"\w+(?:\s+failure|\W{1,2}\w+)?")


@dataclass(frozen=True)
class Found:
    """An entity as the tagger gives it."""

    start: int
    end: int
    type: str
    text: str
    score: float


def random_texts(number: int, seed: int = 0) -> list[str]:
    """Texts of tricky parts and of characters from all over Unicode."""
    rng = Random(seed)

    def part() -> str:
        if rng.random() < 0.8:
            return rng.choice(TRICKY)
        code = rng.choice((rng.randrange(1, 0x250), rng.randrange(1, 0x110000)))
        return "x" if 0xD800 <= code < 0xE000 else chr(code)

    return ["".join(part() for _ in range(rng.randrange(25))) for _ in range(number)]


@cache
def mentions(text: str) -> list[Found]:
    """About every second word or pair of words as an entity, line ends within some."""
    found = [match for match in MENTION.finditer(text) if match.start() % 2 == 0]
    return [
        Found(*m.span(), ("Drug", "Ill")[len(m[0]) % 2], m[0], round(1 / len(m[0]), 4))
        for m in found
    ]


def with_unseen(text: str, rng: Random) -> tuple[str, list[int]]:
    """A text with invisible characters strewn in, and where each of its own characters went."""
    raw, places = "", []
    for character in text:
        if rng.random() < 0.3:
            raw += rng.choice("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0f\x02")
        places.append(len(raw))
        raw += character
    return raw, places


class FakeTagger:
    """A stand-in for `EntityRecognizer` that notes how many texts it got at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def tag_many(self, texts):
        """The mentions in each text."""
        self.batches.append(len(texts))
        return [mentions(text) for text in texts]
