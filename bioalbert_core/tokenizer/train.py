"""Train a SentencePiece vocabulary on a sample of a corpus, with ALBERT's flags.

SentencePiece holds what it trains on, at about 21 bytes a character: 250,000 PubMed sentences took
765 MB and 35 s, the 10 million of ALBERT's flag would take about 30 GB. When it draws a sample
itself, it draws another one each time. So a sample is drawn here, the same for the same corpus.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from random import Random

from sentencepiece import SentencePieceTrainer
from tqdm import tqdm

from bioalbert_core.corpus.finished import finished_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.errors import UserError, check_range
from bioalbert_core.files import location, output_file, write_json
from bioalbert_core.folders import verify_outputs, versions
from bioalbert_core.tokenizer.normalization import normalize

SENTENCES = 250_000
SMALLEST = 32  # pieces in a vocabulary
LINE_BYTES = 4_192  # what SentencePiece takes for a line; a higher limit would change its models
RESERVED = "\u2585"
TOO_LARGE = re.compile(r"value <= (\d+)")
TOO_SMALL = re.compile(r"required_chars\. \d+ vs (\d+)")
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
    """Train on at most ``sentences`` sentences of a corpus, drawn evenly from all of it.

    Writes the ``.model`` file, and beside it ``.model.json`` that says what it was made from.

    Raises:
        UserError: no corpus (as `finished_corpus` wants it), a changed one, or one that does not
            fit ``vocab_size``; the message then names the largest or the smallest size.
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


def training_lines(sentence: str) -> list[str]:
    """A sentence, normalized, as SentencePiece will take it: nothing of it passed over in silence.

    It skips lines of more than 4,192 bytes. No piece crosses white space, so cutting there changes
    nothing; only a word that is longer by itself is cut inside. It also skips lines that hold
    U+2585, which it uses itself and which can never be a piece: a space stands for it.

    >>> [len(line) for line in training_lines("word " * 2000)]
    [4189, 4189, 1619]
    """
    text = normalize(sentence).replace(RESERVED, " ")
    if len(text) * 4 <= LINE_BYTES or len(text.encode()) <= LINE_BYTES:
        return [text]
    lines, size = [[]], 0
    for word in chain.from_iterable(map(_cut, text.split())):
        size += len(word.encode()) + 1
        if size > LINE_BYTES:
            lines.append([])
            size = len(word.encode()) + 1
        lines[-1].append(word)
    return [" ".join(line) for line in lines]


def _cut(word: str) -> Iterator[str]:
    """The word, or pieces of it where it does not fit into a line whatever its characters are."""
    for start in range(0, len(word), LINE_BYTES // 4 - 1):
        yield word[start : start + LINE_BYTES // 4 - 1]


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
        raise UserError(
            f"{place}: no vocabulary of {vocab_size} pieces: {_reason(str(error))}"
        ) from None
    return model.getvalue()


def _reason(error: str) -> str:
    """SentencePiece's error as a reason that says what to do.

    It has the form ``KIND: file.cc(line) [condition] words``, and often no words at all.

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
    return error.rsplit("] ", 1)[-1].strip() or error.strip() or "SentencePiece does not say why"
