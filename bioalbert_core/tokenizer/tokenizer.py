"""Text to ALBERT's tokens and their ids, with exact offsets into the original text.

SentencePiece calls its tokens *pieces*; this room does, too, where it speaks of the vocabulary.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import ascii_letters

import numpy as np
import sentencepiece

from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import open_input
from bioalbert_core.tokenizer.normalization import normalize, normalize_with_spans

WORD_START = "▁"
PUNCTUATION = frozenset('!"#$%&()*+,-./:;?@[\\]^_`{|}~')  # as Google's ALBERT lists it
SPECIALS = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class Encoding:
    """The tokens of a text: three lists of the same length.

    ``spans[i]`` is the (start, end) of token ``i`` in the original text, in characters. It is empty
    (start == end) for a token that stands for no character of the text.
    """

    ids: list[int]
    pieces: list[str]
    spans: list[tuple[int, int]]


class Tokenizer:
    """A SentencePiece model with ALBERT's normalization around it.

    For 10,000 PubMed sentences, all ids equal those of `AlbertTokenizer` of transformers 4.57 with
    ALBERT's 30k model (``tests/bench/tokenizer_equality.py``). Differences, all on purpose:

    - "[CLS]" or "[MASK]" in a text is ordinary text here, but the special token there;
    - a lone surrogate is read as the replacement character here, but raises an error there;
    - transformers 5.23 no longer splits "1998," into number and comma (9,846 of the 10,000 equal;
      9,998 if the scores of such pieces are lowered, as its converter did). When it reads the
      ``.model`` file itself, it starts a new word after each ``(``, ``-`` or ``.`` (4,789).

    Args:
        path: a SentencePiece ``.model`` file with the pieces in ``SPECIALS``.

    Raises:
        UserError: the file is missing, is not a SentencePiece model, or lacks a special piece.
    """

    def __init__(self, path: str | Path) -> None:
        with open_input(path) as stream:
            self.model_bytes = stream.read()
        try:
            self._model = sentencepiece.SentencePieceProcessor(model_proto=self.model_bytes)
        except RuntimeError:
            raise UserError(f"{path}: not a SentencePiece model; give a .model file") from None
        self.vocab_size: int = self._model.get_piece_size()
        ids = [self._model.piece_to_id(piece) for piece in SPECIALS]
        for piece, id_ in zip(SPECIALS, ids, strict=True):
            if self._model.id_to_piece(id_) != piece:
                raise UserError(f"{path}: no piece {piece}; train the model with this kit")
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = ids

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without special tokens. Faster than `encode_with_spans`."""
        ids = self._model.encode(normalize(text))
        if self._lacks_comma and self.unk_id in ids:  # an unknown piece may end in "9,"
            return self.encode_with_spans(text).ids
        if self._comma_parts.keys().isdisjoint(ids):  # as in most texts
            return ids
        return [part for id_ in ids for part in self._comma_parts.get(id_, (id_,))]

    def encode_with_spans(self, text: str) -> Encoding:
        """The tokens of a text, with the same ids as `encode`, and where each is in the text."""
        # Two maps in a row: piece → characters of the normalized text → characters of the text.
        normal, origin = normalize_with_spans(text)
        origin.append((len(text), len(text)))  # of a token behind the last character
        encoded = self._model.encode(normal, return_type="offset_mapping")
        encoding = Encoding([], [], [])
        for id_, piece, (start, end) in zip(
            encoded["ids"], encoded["pieces"], encoded["offsets"], strict=True
        ):
            while start < end and normal[start] == " ":
                start += 1  # the space before a word belongs to no token
            parts = self._split_comma(piece) if ends_in_digit_comma(piece) else [piece]
            for number, part in enumerate(parts, 1):
                # Each part covers as many characters as it has; the last one covers the rest.
                length = len(part.removeprefix(WORD_START))
                stop = end if number == len(parts) else min(end, start + length)
                first = origin[start][0]
                last = origin[stop - 1][1] if start < stop else first
                encoding.ids.append(self._model.piece_to_id(part) if len(parts) > 1 else id_)
                encoding.pieces.append(part)
                encoding.spans.append((first, last))
                start = stop
        return encoding

    def _split_comma(self, piece: str) -> list[str]:
        """``▁9,`` becomes ``▁9`` and ``,``, as in `encode_pieces` of Google's ALBERT."""
        number = self._model.encode(piece[:-1].replace(WORD_START, ""), out_type=str)
        # SentencePiece starts every text with "▁". Remove it unless the piece had one.
        if not piece.startswith(WORD_START) and number[0].startswith(WORD_START):
            number = number[1:] if number[0] == WORD_START else [number[0][1:], *number[1:]]
        return [*number, piece[-1]]

    @cached_property
    def _comma_parts(self) -> dict[int, list[int]]:
        """For the id of each piece that ends in digit and comma, the ids that replace it."""
        return {
            id_: [self._model.piece_to_id(part) for part in self._split_comma(piece)]
            for id_, piece in enumerate(self.pieces)
            if ends_in_digit_comma(piece)
        }

    @cached_property
    def _lacks_comma(self) -> bool:
        return self._model.piece_to_id(",") == self.unk_id

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary, by id."""
        return [self._model.id_to_piece(i) for i in range(self.vocab_size)]

    @cached_property
    def scores(self) -> list[tuple[str, float]]:
        """The pieces with their scores, by id: the logarithms of their frequencies."""
        return [(piece, self._model.get_score(i)) for i, piece in enumerate(self.pieces)]

    @cached_property
    def starts_word(self) -> np.ndarray:
        """For each id, whether the piece starts a word for whole-word masking. Shape (vocab,).

        As in Google's ALBERT: a piece with ``▁``, a special piece, a single punctuation mark, or
        any piece with a character other than letters a-z and punctuation. So "p53" is two words:
        ``▁p`` and ``53``.
        """
        inner = PUNCTUATION | set(ascii_letters)
        alone = PUNCTUATION | set(SPECIALS)
        return np.array([piece in alone or not set(piece) <= inner for piece in self.pieces])

    @cached_property
    def sha256(self) -> str:
        """The hash of the model file, which identifies the tokenizer in manifests."""
        return hashlib.sha256(self.model_bytes).hexdigest()


def ends_in_digit_comma(piece: str) -> bool:
    """Whether ALBERT splits a piece into number and comma."""
    return len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit()
