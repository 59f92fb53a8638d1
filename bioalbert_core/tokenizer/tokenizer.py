"""Text to ALBERT's pieces and ids, with exact offsets into the untouched text."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import ascii_letters

import numpy as np
import sentencepiece

from bioalbert_core.errors import UserError
from bioalbert_core.files import open_input
from bioalbert_core.tokenizer.normalization import normalize, normalize_with_spans

WORD_START = "▁"
PUNCTUATION = frozenset('!"#$%&()*+,-./:;?@[\\]^_`{|}~')  # as Google's ALBERT lists it
SPECIALS = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class Encoding:
    """The pieces of a text: three lists of one length.

    ``spans[i]`` is the (start, end) of piece ``i`` in the untouched text, in characters; it is
    empty (start == end) for a piece that stands for no character of it.
    """

    ids: list[int]
    pieces: list[str]
    spans: list[tuple[int, int]]


class Tokenizer:
    """A SentencePiece model with ALBERT's normalization around it.

    Of 10,000 PubMed sentences all have the ids that `AlbertTokenizer` of transformers 4.57 gives
    with ALBERT's 30k model (``tests/bench/tokenizer_equality.py``). What differs on purpose:

    - "[CLS]" or "[MASK]" in a text is ordinary text here, there it becomes the special piece;
    - a lone surrogate is read as the replacement character, there it raises an error;
    - transformers 5.23 no longer cuts "1998," into number and comma (9,846 of the 10,000 equal;
      9,998 when the scores of such pieces are lowered, as its converter did), and when it reads
      the ``.model`` file itself it begins a new word after each ``(``, ``-`` or ``.`` (4,789).

    Args:
        path: a SentencePiece ``.model`` file that knows ``<pad>``, ``<unk>``, ``[CLS]``, ``[SEP]``
            and ``[MASK]``.

    Raises:
        UserError: the file is missing, is no SentencePiece model, or lacks a special piece.
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

    @cached_property
    def sha256(self) -> str:
        """The hash of the model file: what tells one tokenizer from another in manifests."""
        return hashlib.sha256(self.model_bytes).hexdigest()

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary, by id."""
        return [self._model.id_to_piece(i) for i in range(self.vocab_size)]

    @cached_property
    def scores(self) -> list[tuple[str, float]]:
        """The pieces with their scores, by id: the logarithms of how frequent they were."""
        return [(piece, self._model.get_score(i)) for i, piece in enumerate(self.pieces)]

    @cached_property
    def starts_word(self) -> np.ndarray:
        """For each id, whether the piece starts a word for whole-word masking. Shape (vocab,).

        As in Google's ALBERT: a piece with ``▁``, a special piece, a single punctuation mark, or
        any piece that holds another character than letters a-z and punctuation. So "p53" is two
        words there: ``▁p`` and ``53``.
        """
        goes_on = PUNCTUATION | set(ascii_letters)
        return np.array(
            [
                piece in SPECIALS or piece in PUNCTUATION or not set(piece) <= goes_on
                for piece in self.pieces
            ]
        )

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without special pieces."""
        found = self._model.encode(normalize(text))
        if self._lacks_comma and self.unk_id in found:  # an unknown piece may end in "9,"
            return self.encode_with_spans(text).ids
        if self._comma_parts.keys().isdisjoint(found):
            return found
        return [part for id_ in found for part in self._comma_parts.get(id_, (id_,))]

    @cached_property
    def _lacks_comma(self) -> bool:
        return self._model.piece_to_id(",") == self.unk_id

    @cached_property
    def _comma_parts(self) -> dict[int, list[int]]:
        """For the id of each piece that ends in digit and comma, the ids that replace it."""
        return {
            id_: [self._model.piece_to_id(part) for part in self._split_comma(piece)]
            for id_, piece in enumerate(self.pieces)
            if ends_in_digit_comma(piece)
        }

    def encode_with_spans(self, text: str) -> Encoding:
        """The ids of a text, the same as ``encode``'s, and where each piece stands in the text."""
        normal, origin = normalize_with_spans(text)
        found = self._model.encode(normal, return_type="offset_mapping")
        ids: list[int] = []
        pieces: list[str] = []
        spans: list[tuple[int, int]] = []
        for id_, piece, (start, end) in zip(
            found["ids"], found["pieces"], found["offsets"], strict=True
        ):
            while start < end and normal[start] == " ":
                start += 1  # the white space before a word belongs to no piece
            parts = self._split_comma(piece) if ends_in_digit_comma(piece) else [piece]
            for i, part in enumerate(parts):
                last = i == len(parts) - 1
                stop = end if last else min(end, start + len(part.removeprefix(WORD_START)))
                ids.append(id_ if len(parts) == 1 else self._model.piece_to_id(part))
                pieces.append(part)
                spans.append(_join(origin[start:stop], origin, start, len(text)))
                start = stop
        return Encoding(ids, pieces, spans)

    def _split_comma(self, piece: str) -> list[str]:
        """``▁9,`` becomes ``▁9`` and ``,``, as Google's ALBERT re-splits it."""
        number = self._model.encode(piece[:-1].replace(WORD_START, ""), out_type=str)
        if not piece.startswith(WORD_START) and number[0].startswith(WORD_START):
            number = number[1:] if number[0] == WORD_START else [number[0][1:], *number[1:]]
        return [*number, piece[-1]]


def ends_in_digit_comma(piece: str) -> bool:
    """Whether ALBERT cuts a piece in two, into number and comma."""
    return len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit()


def _join(
    spans: list[tuple[int, int]], origin: list[tuple[int, int]], start: int, length: int
) -> tuple[int, int]:
    """One span over several; an empty one at the place where nothing stands."""
    if spans:
        return spans[0][0], spans[-1][1]
    here = origin[start][0] if start < len(origin) else length
    return here, here
