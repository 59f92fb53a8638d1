"""A SentencePiece model that does by itself what ALBERT does around it.

keras-hub's tokenizer is SentencePiece alone: given our model as it is, it would read "Aspirin" in
capitals, which the vocabulary has not. So ALBERT's rules are compiled into the model.
"""

import struct
import unicodedata

from sentencepiece import SentencePieceNormalizer

from bioalbert_core.backend import quiet
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.normalization import QUOTES, normalize
from bioalbert_core.tokenizer.tokenizer import ends_in_digit_comma

BETWEEN = "\ue000"  # of private use: no rule touches it
ABSENT = ("Cn", "Co", "Cs")  # categories of code points that are no characters
UNUSED = b"\x18\x05"  # the field of a piece that is never chosen


def with_albert_rules(tokenizer: Tokenizer) -> bytes:
    """The model of a tokenizer, with `normalize` as its own rules.

    Messages of protobuf are joined by writing one behind the other; the later rules count. Each
    character has its rule, so what depends on a neighbor is lost: a capital sigma at the end of a
    word becomes "σ".

    >>> from sentencepiece import SentencePieceProcessor
    >>> from bioalbert_core.mini import find_model
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
    """What ALBERT, and then the model, makes of each character where it is another."""
    own = SentencePieceNormalizer(
        model_proto=tokenizer.model_bytes,
        add_dummy_prefix=False,
        escape_whitespaces=False,
        remove_extra_whitespaces=False,
    )
    known = [c for c in map(chr, range(1, 0x110000)) if unicodedata.category(c) not in ABSENT]
    ours = (" " if c.isspace() else normalize(c) for c in known)
    new = own.normalize(BETWEEN.join(ours)).split(BETWEEN)
    changed = [(a, b) for a, b in zip(known, new, strict=True) if a != b]
    return [*((quote, '"') for quote in QUOTES), *changed]


def _without_digit_comma(tokenizer: Tokenizer) -> bytes:
    """The model without the pieces that ALBERT cuts in two; they stay, but are never chosen."""
    model = tokenizer.model_bytes
    for piece, score in tokenizer.scores:
        if ends_in_digit_comma(piece):
            text = piece.encode()
            body = b"\x0a%c%b\x15%b" % (len(text), text, struct.pack("<f", score))
            longer = b"\x0a%c%b%b" % (len(body) + len(UNUSED), body, UNUSED)
            model = model.replace(b"\x0a%c%b" % (len(body), body), longer, 1)
    return model
