"""Compare our ids with those of `AlbertTokenizer` of HF transformers, on real sentences.

    python tests/bench/tokenizer_equality.py 30k-clean.model MEDLINE.xml.gz [...]

10,000 sentences are drawn from the files. transformers 4 runs SentencePiece itself; transformers 5
rebuilds the model in the `tokenizers` library, from the pieces and their scores. For each way to
build it, the script counts equal sentences, and sorts the others by what explains them. Needs
transformers, sentencepiece and protobuf, in an environment of their own if need be; no network.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
import transformers
from sentencepiece import sentencepiece_model_pb2
from transformers import AlbertTokenizer

from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph
from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.corpus.sentences import split_sentences
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.normalization import normalize

NUMBER = 10_000
SYMBOLS = '()"-.–£€'
PROBES = {
    "special piece in the text": "a [MASK] b",
    "white space at the ends": "  two  words ",
    "lone surrogate": "a \ud800 b",
}


def real_sentences(paths: list[Path]) -> list[str]:
    """Sentences of MEDLINE files, as the corpus command cuts them, drawn by a fixed seed."""
    found = [
        sentence
        for path in paths
        for document in read_documents(path)
        for section in document.sections
        for sentence in split_sentences(one_paragraph(drop_short_lines(section.text)))
    ]
    return random.Random(0).sample(found, min(NUMBER, len(found)))


def tokenizers(model: Path) -> dict[str, Callable]:
    """The ways to build the tokenizer from a SentencePiece model."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(model, Path(folder) / "spiece.model")
        ways = {"from the .model file": AlbertTokenizer.from_pretrained(folder)}
    if int(transformers.__version__.split(".")[0]) >= 5:
        proto = sentencepiece_model_pb2.ModelProto.FromString(model.read_bytes())
        scores = [(piece.piece, piece.score) for piece in proto.pieces]
        lowered = [(p, s - 100 if p[-1] == "," and p[-2:-1].isdigit() else s) for p, s in scores]
        charsmap = proto.normalizer_spec.precompiled_charsmap
        for name, vocab in ("from scores", scores), ("from scores, digit-comma lowered", lowered):
            ways[name] = AlbertTokenizer(vocab=vocab, _spm_precompiled_charsmap=charsmap)
    return ways


def reason(tokenizer: Tokenizer, text: str, expected: list[int], found: list[int]) -> str:
    """What explains a difference: by the pieces at the first place that differs."""
    model = tokenizer._model
    if found == model.encode(normalize(text)):
        return "digit and comma left in one piece"
    ours, theirs = ([tokenizer.pieces[i] for i in ids] for ids in (expected, found))
    scores = (sum(map(model.get_score, ids)) for ids in (expected, found))
    if "".join(ours) == "".join(theirs) and abs(next(scores) - next(scores)) < 1e-3:
        return "two cuts of equal score"
    at = next(i for i, pair in enumerate(zip(ours, theirs, strict=False)) if len(set(pair)) > 1)
    if any(piece.strip("▁") in SYMBOLS for piece in (*ours[max(0, at - 1) : at + 2], theirs[at])):
        return "cut at a user symbol, each part begun as a new word"
    if any(char.isdigit() for char in ours[at] + theirs[at]) and "," in text:
        return "a number with commas cut elsewhere"
    return "other"


def main(model: Path, paths: list[Path]) -> None:
    """Print the counts for each way to build `AlbertTokenizer`."""
    ours = Tokenizer(model)
    sentences = real_sentences(paths)
    ids = [ours.encode(sentence) for sentence in sentences]
    print(f"transformers {transformers.__version__}; {len(sentences):,} sentences")
    for name, theirs in tokenizers(model).items():
        equal, reasons = 0, Counter()
        for sentence, expected in zip(sentences, ids, strict=True):
            found = theirs(sentence, add_special_tokens=False)["input_ids"]
            equal += found == expected
            if found != expected:
                reasons[reason(ours, sentence, expected, found)] += 1
        print(f"{name}: {equal:,} equal")
        for words, count in reasons.most_common():
            print(f"  {count:,}: {words}")
        for words, text in PROBES.items():
            try:
                found = theirs(text, add_special_tokens=False)["input_ids"]
            except Exception as error:
                found = type(error).__name__
            print(f"  {words}: {'equal' if found == ours.encode(text) else found}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
