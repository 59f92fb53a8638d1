"""Train a SentencePiece vocabulary on a sample of a corpus, with ALBERT's flags.

SentencePiece holds what it trains on, at about 21 bytes a character: 250,000 PubMed sentences took
765 MB and 35 s, the 10 million of ALBERT's flag would take about 30 GB. When it draws a sample
itself, it draws another one each time. So a sample is drawn here, the same for the same corpus.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import sentencepiece
from tqdm import tqdm

from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError, check_range
from bioalbert_core.files import location, output_file, write_json
from bioalbert_core.folders import read_manifest, verify_outputs, versions
from bioalbert_core.tokenizer.normalization import normalize

SENTENCES = 250_000
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


def train_tokenizer(
    corpus: str | Path, vocab_size: int, out: str | Path, sentences: int = SENTENCES
) -> None:
    """Train on at most ``sentences`` sentences of a finished corpus, drawn evenly from all of it.

    Writes the ``.model`` file, and beside it ``.model.json`` that says what it was made from.

    Raises:
        UserError: no finished corpus, a changed one, or one too small for ``vocab_size``; the
            message then names the largest size.
    """
    check_range("--vocab-size", vocab_size, 32, 1_000_000)
    check_range("--sentences", sentences, 1, ALBERT_FLAGS["input_sentence_size"])
    source = read_manifest(corpus, "corpus")
    verify_outputs(corpus, source)
    total = source["counts"]["sentences"]
    lines = (line for document in read_corpus(corpus) for line in document)
    drawn = tqdm(sample(lines, total, sentences), "tokenizer", min(total, sentences), disable=None)
    try:
        model = _train(map(normalize, drawn), vocab_size)
    except RuntimeError as error:
        reason = str(error).rsplit("] ", 1)[-1].split(" or decrease character_coverage")[0]
        raise UserError(f"{corpus}: no vocabulary of {vocab_size} pieces: {reason}") from None
    out = location(out)
    with output_file(out) as partial:
        partial.write_bytes(model)
    record = {
        "command": "tokenizer",
        "settings": {"vocab_size": vocab_size, "sentences": sentences},
        "inputs": {"corpus": source["outputs"]},
        "counts": {"sentences": min(total, sentences), "of": total},
        "outputs": {out.name: hashlib.sha256(model).hexdigest()},
        "versions": versions(),
    }
    write_json(out.with_name(f"{out.name}.json"), record)


def sample(items: Iterable[str], total: int, number: int) -> Iterator[str]:
    """``number`` of ``total`` items, or all, in their order; any set of them is as likely.

    Knuth's algorithm S: each item is taken with the share that is still wanted of those to come.

    >>> list(sample("abcdefgh", 8, 3))
    ['b', 'd', 'g']
    """
    draw = Random("tokenizer").random
    for index, item in enumerate(items):
        if draw() * (total - index) < number:
            number -= 1
            yield item


def _train(sentences: Iterator[str], vocab_size: int) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=sentences,
        model_writer=model,
        vocab_size=vocab_size,
        num_threads=1,  # sums in another order would give other bytes
        minloglevel=2,
        **ALBERT_FLAGS,
    )
    return model.getvalue()
