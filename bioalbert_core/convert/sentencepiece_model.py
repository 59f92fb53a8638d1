"""A SentencePiece model that applies ALBERT's rules itself.

keras-hub's tokenizer is SentencePiece alone. With our model unchanged, it would look for "Aspirin"
with its capital, which is not in the vocabulary. So ALBERT's rules are compiled into the model.
"""

import struct
import unicodedata

from sentencepiece import SentencePieceNormalizer

from bioalbert_core.plumbing.backend import quiet
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.normalization import QUOTES, normalize
from bioalbert_core.tokenizer.tokenizer import ends_in_digit_comma

BETWEEN = "\ue000"  # a private-use character, which no rule changes
ABSENT = ("Cn", "Co", "Cs")  # categories of code points without a character
UNUSED = b"\x18\x05"  # the protobuf field "type: UNUSED": a piece that is never chosen


def with_albert_rules(tokenizer: Tokenizer) -> bytes:
    """The model of a tokenizer, with `normalize` compiled into its rules.

    Concatenating protobuf messages merges them, and the later rules win. Rules are for single
    characters, so what depends on a neighbor is lost: a capital sigma at the end of a word becomes
    "σ".

    >>> from sentencepiece import SentencePieceProcessor
    >>> from bioalbert_core.plumbing.shipped import find_model
    >>> ours = Tokenizer(find_model("bioalbert-tiny") / "tokenizer.model")
    >>> theirs = SentencePieceProcessor(model_proto=with_albert_rules(ours))
    >>> theirs.encode("Naïve TNF-α, 1,234") == ours.encode("Naïve TNF-α, 1,234")
    True
    """
    with quiet():
        rules = SentencePieceNormalizer(
            norm_map=_rules(tokenizer),
            add_dummy_prefix=True,
            escape_whitespaces=True,
            remove_extra_whitespaces=True,
        )
    return _without_digit_comma(tokenizer) + rules.serialized_model_proto()


def _rules(tokenizer: Tokenizer) -> list[tuple[str, str]]:
    """Each character that ALBERT, and then the model, changes, with its replacement."""
    own = SentencePieceNormalizer(
        model_proto=tokenizer.model_bytes,
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )
    characters = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) not in ABSENT]
    ours = (" " if c.isspace() else normalize(c) for c in characters)
    new = own.normalize(BETWEEN.join(ours)).split(BETWEEN)
    changed = [(a, b) for a, b in zip(characters, new, strict=True) if a != b]
    return [*((quote, '"') for quote in QUOTES), *changed]


def _without_digit_comma(tokenizer: Tokenizer) -> bytes:
    """The model with the pieces that ALBERT splits ("1,") marked as unused."""
    model = tokenizer.model_bytes
    for piece, score in tokenizer.scores:
        if ends_in_digit_comma(piece):
            text = piece.encode()
            body = b"\x0a%c%b\x15%b" % (len(text), text, struct.pack("<f", score))
            longer = b"\x0a%c%b%b" % (len(body) + len(UNUSED), body, UNUSED)
            model = model.replace(b"\x0a%c%b" % (len(body), body), longer, 1)
    return model
