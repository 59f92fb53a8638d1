"""Train a SentencePiece vocabulary on a corpus, with ALBERT's flags."""

import io
from pathlib import Path

import sentencepiece

from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError
from bioalbert_core.files import output_file
from bioalbert_core.tokenizer.normalization import normalize

# The flags of ALBERT's own 30k model, as read from it.
ALBERT_FLAGS = {
    "model_type": "unigram",
    "pad_id": 0,
    "unk_id": 1,
    "bos_id": -1,
    "eos_id": -1,
    "control_symbols": ["[CLS]", "[SEP]", "[MASK]"],
    "user_defined_symbols": ["(", ")", '"', "-", ".", "–", "£", "€"],
    "character_coverage": 0.99995,
    "input_sentence_size": 10_000_000,
    "shuffle_input_sentence": True,
}


def train_tokenizer(corpus: str | Path, vocab_size: int, out: str | Path) -> None:
    """Train on the sentences of a finished corpus and write one ``.model`` file.

    Raises:
        UserError: the corpus is too small for ``vocab_size``; the message names the largest size.
    """
    if not 32 <= vocab_size <= 1_000_000:
        raise UserError(f"--vocab-size {vocab_size}: must be between 32 and 1,000,000")
    sentences = (normalize(s) for document in read_corpus(corpus) for s in document)
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences,
            model_writer=model,
            vocab_size=vocab_size,
            num_threads=1,  # sums in another order would give other bytes
            minloglevel=2,
            **ALBERT_FLAGS,
        )
    except RuntimeError as error:
        reason = str(error).rsplit("] ", 1)[-1]
        raise UserError(f"{corpus}: no vocabulary of {vocab_size} pieces: {reason}") from None
    with output_file(out) as partial:
        partial.write_bytes(model.getvalue())
