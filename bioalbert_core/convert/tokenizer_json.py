"""The tokenizer as ``tokenizer.json``, which Hugging Face's `tokenizers` library runs.

`transformers` 5 no longer runs SentencePiece. From the model file alone, it rebuilds the tokenizer
without its character map and its rule for digits and commas, and splits half of all sentences
differently (tests/bench/tokenizer_equality.py). This file holds all rules that its format can hold.
"""

import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import Tokenizer as HuggingFaceTokenizer

from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.normalization import QUOTES
from bioalbert_core.tokenizer.tokenizer import SPECIALS, ends_in_digit_comma


def write_tokenizer_json(model: Path, path: Path) -> None:
    """Write the rules of a SentencePiece model, and those that ALBERT adds.

    A piece that ends in a digit and a comma is never chosen, because ALBERT splits it.
    """
    ours = Tokenizer(model)
    vocab = [(piece, score - 100 * ends_in_digit_comma(piece)) for piece, score in ours.scores]
    theirs = HuggingFaceTokenizer(models.Unigram(vocab, ours.unk_id, byte_fallback=False))
    theirs.normalizer = _normalizer()
    theirs.pre_tokenizer = pre_tokenizers.Metaspace()
    theirs.decoder = decoders.Metaspace()
    theirs.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ours.cls_id), ("[SEP]", ours.sep_id)],
    )
    theirs.add_special_tokens([AddedToken(piece, normalized=False) for piece in SPECIALS])
    theirs.save(str(path))


def _normalizer() -> normalizers.Normalizer:
    """ALBERT's rules, then SentencePiece's own (nmt_nfkc), then no space at the ends."""
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"{_class(str.isspace)}+"), " "),
            *(normalizers.Replace(quote, '"') for quote in QUOTES),
            normalizers.NFKD(),
            normalizers.Replace(Regex(_class(unicodedata.combining)), ""),
            normalizers.Replace(Regex(r"(?<=\p{L})Σ(?!\p{L})"), "ς"),  # Rust lowercases Σ to σ only
            normalizers.Lowercase(),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )


def _class(has: Callable[[str], object]) -> str:
    r"""All characters with some property, as a character class of a regular expression.

    >>> _class(lambda character: character in "abcx")
    '[\\x{61}-\\x{63}\\x{78}-\\x{78}]'
    """
    every = "".join("x" if has(chr(code)) else " " for code in range(sys.maxunicode + 1))
    spans = [match.span() for match in re.finditer("x+", every)]
    return "[" + "".join(rf"\x{{{start:x}}}-\x{{{end - 1:x}}}" for start, end in spans) + "]"
