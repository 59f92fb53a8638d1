"""The tokenizer as ``tokenizer.json``, which Hugging Face's `tokenizers` library runs.

`transformers` 5 no longer runs SentencePiece: given the model file alone, it rebuilds the tokenizer
without its character map and its rule for digits and commas, and cuts half of all sentences
otherwise (tests/bench/tokenizer_equality.py). This file tells it all that this format can tell.
"""

import json
from pathlib import Path

from bioalbert_core.tokenizer import Tokenizer


def write_tokenizer_json(model: Path, path: Path) -> None:
    """Write the rules of a SentencePiece model, and ALBERT's own before and after it.

    A piece that ends in a digit and a comma is never chosen: ALBERT cuts it in two.
    """
    vocab = [[piece, score - 100 * _digit_comma(piece)] for piece, score in Tokenizer(model).scores]
    ids = {piece: number for number, (piece, _) in enumerate(vocab)}
    record = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            _added(piece, ids[piece]) for piece in ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
        ],
        "normalizer": NORMALIZER,
        "pre_tokenizer": METASPACE,
        "post_processor": _template(ids),
        "decoder": METASPACE,
        "model": {"type": "Unigram", "unk_id": 1, "vocab": vocab, "byte_fallback": False},
    }
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")


METASPACE = {
    "type": "Metaspace",
    "replacement": "\u2581",
    "prepend_scheme": "always",
    "split": True,
}


# ALBERT's rules, then SentencePiece's own (nmt_nfkc), then its single spaces.
NORMALIZER = {
    "type": "Sequence",
    "normalizers": [
        {"type": "Replace", "pattern": {"String": "``"}, "content": '"'},
        {"type": "Replace", "pattern": {"String": "''"}, "content": '"'},
        {"type": "NFKD"},
        {"type": "StripAccents"},
        {"type": "Lowercase"},
        {"type": "Nmt"},
        {"type": "NFKC"},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ],
}


def _digit_comma(piece: str) -> bool:
    return piece[-1] == "," and piece[-2:-1].isdigit()


def _added(piece: str, number: int) -> dict:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": piece, **flags, "special": True}


def _template(ids: dict[str, int]) -> dict:
    """``[CLS] A [SEP]`` in segment 0, ``B [SEP]`` in segment 1."""

    def special(piece: str, segment: int) -> dict:
        return {"SpecialToken": {"id": piece, "type_id": segment}}

    first = [special("[CLS]", 0), {"Sequence": {"id": "A", "type_id": 0}}, special("[SEP]", 0)]
    second = [{"Sequence": {"id": "B", "type_id": 1}}, special("[SEP]", 1)]
    pieces = {p: {"id": p, "ids": [ids[p]], "tokens": [p]} for p in ("[CLS]", "[SEP]")}
    return {
        "type": "TemplateProcessing",
        "single": first,
        "pair": [*first, *second],
        "special_tokens": pieces,
    }
