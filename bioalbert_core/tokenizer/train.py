"""Train a SentencePiece vocabulary on a sample of a corpus, with ALBERT's flags.

SentencePiece keeps its training text in memory, at about 21 bytes a character: 250,000 PubMed
sentences took 765 MB and 35 s; the 10 million of ALBERT's flag would take about 30 GB. Its own
samples differ from run to run. So a sample is drawn here, always the same for the same corpus.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from random import Random
from textwrap import wrap

from sentencepiece import SentencePieceTrainer
from tqdm import tqdm

from bioalbert_core.corpus.finished import finished_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.plumbing.errors import UserError, check_range
from bioalbert_core.plumbing.files import location, output_file, write_json
from bioalbert_core.plumbing.folders import verify_outputs, versions
from bioalbert_core.tokenizer.normalization import normalize

SENTENCES = 250_000
SMALLEST = 32  # pieces in a vocabulary
LINE_BYTES = 4_192  # SentencePiece's longest line; a higher limit would change its models
RESERVED = "\u2585"
TOO_LARGE = re.compile(r"value <= (\d+)")
TOO_SMALL = re.compile(r"required_chars\. \d+ vs (\d+)")
# The flags of ALBERT's own 30k model, as stored in it.
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
    """Train on at most ``sentences`` sentences of a corpus, drawn evenly from all of it.

    Writes the ``.model`` file, and next to it a ``.model.json`` with settings and hashes.

    Raises:
        UserError: no corpus (as for `finished_corpus`), a changed one, or one that does not fit
            ``vocab_size``; the message then names the largest or the smallest size.
    """
    check_range("--vocab-size", vocab_size, SMALLEST, 1_000_000)
    check_range("--sentences", sentences, 1, ALBERT_FLAGS["input_sentence_size"])
    with finished_corpus(corpus, out) as source:
        verify_outputs(source.folder, source.manifest)
        total = source.manifest["counts"]["sentences"]
        lines = (line for document in read_corpus(source.folder) for line in document)
        drawn = sample(lines, total, sentences)
        drawn = tqdm(drawn, "tokenizer", min(total, sentences), disable=None)
        model = _train(chain.from_iterable(map(training_lines, drawn)), vocab_size, corpus)
    out = location(out)
    with output_file(out) as partial:
        partial.write_bytes(model)
    record = {
        "command": "tokenizer",
        "settings": {"vocab_size": vocab_size, "sentences": sentences},
        "inputs": {"corpus": source.hashes},
        "counts": {"sentences": min(total, sentences), "of": total},
        "outputs": {out.name: hashlib.sha256(model).hexdigest()},
        "versions": versions(),
    }
    write_json(out.with_name(f"{out.name}.json"), record)


def sample(items: Iterable[str], total: int, number: int) -> Iterator[str]:
    """``number`` of ``total`` items, or all of them, in order; each such set is equally likely.

    Knuth's algorithm S: take each item with probability (items still needed) / (items left).

    >>> list(sample("abcdefgh", 8, 3))
    ['b', 'd', 'g']
    """
    draw = Random("tokenizer").random
    for index, item in enumerate(items):
        if draw() * (total - index) < number:
            number -= 1
            yield item


def training_lines(sentence: str) -> list[str]:
    """A normalized sentence as lines that SentencePiece accepts, so that none is skipped silently.

    It skips lines of more than 4,192 bytes. Tokens never cross white space, so a split there
    changes nothing; only a longer word is split inside. It also skips lines with U+2585, which it
    uses itself and which is never part of a piece; a space replaces it.

    >>> [len(line) for line in training_lines("word " * 2000)][:2]
    [1044, 1044]
    """
    text = normalize(sentence).replace(RESERVED, " ")
    if len(text) * 4 <= LINE_BYTES or len(text.encode()) <= LINE_BYTES:
        return [text]
    return wrap(text, LINE_BYTES // 4, break_on_hyphens=False)  # a character has up to 4 bytes


def _train(sentences: Iterator[str], vocab_size: int, place: str | Path) -> bytes:
    model = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=sentences,
            model_writer=model,
            vocab_size=vocab_size,
            num_threads=1,  # sums in another order would give other bytes
            minloglevel=2,
            **ALBERT_FLAGS,
        )
    except RuntimeError as error:
        words = _reason(str(error))
        raise UserError(f"{place}: no vocabulary of {vocab_size} pieces: {words}") from None
    return model.getvalue()


def _reason(error: str) -> str:
    """SentencePiece's error, ``KIND: file.cc(line) [condition] words``, as advice.

    >>> _reason("INTERNAL: a.cc(467) [!sentences_.empty()] ")
    'there is no text to train on; give more text'
    """
    if "sentences_.empty()" in error or "all_chars_count" in error:
        return "there is no text to train on; give more text"
    if sizes := TOO_LARGE.search(error):
        size = int(sizes[1])
        smaller = f", or take --vocab-size <= {size}" if size >= SMALLEST else ""
        return f"its text gives at most {size}; give more text{smaller}"
    if sizes := TOO_SMALL.search(error):
        return f"its characters alone need more; take --vocab-size >= {sizes[1]}"
    return error.rsplit("] ", 1)[-1].strip() or error.strip() or "SentencePiece gives no reason"
