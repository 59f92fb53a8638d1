"""Sentences tagged a second beside Hugging Face's token-classification pipeline: same weights.

    pip install -e ".[bench]"
    python tests/bench/tag_speed.py --tagger RUN [--text FILE.tsv] [--sentences 2000] [--turns 3]

A run of `finetune` is exported by `convert --to hf` and loaded into `transformers.pipeline`, on
torch, batches of 32 as the kit's own. Both read the words of the same BIO file, the embedded test
split by default; the pipeline gets them as text, joined by spaces, since it cuts no words itself.
They take turns; the first turn, which compiles, does not count. The pipeline is timed with its
sentences as they come and, so that nobody is wronged, sorted by length, which saves it padding.

Each first piece must have the same label in both, but where probabilities are within 1e-3; the
differences are counted. Ends with 1 when labels differ elsewhere, or the kit is not 3 times as fast
as the pipeline with sentences as they come; sorting, which the kit does itself, is told beside it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from bioalbert_core.convert.__main__ import main as convert
from bioalbert_core.ner.bio import read_bio
from bioalbert_core.ner.neural_tagger import NeuralTagger
from bioalbert_core.plumbing.backend import start_keras

AHEAD = 3.0
CLOSE = 1e-3  # of two probabilities: which of them is larger is rounding
BATCH = 32


def pipeline_of(folder: Path):
    """Hugging Face's pipeline of an exported tagger, with every piece's label and score."""
    import transformers

    return transformers.pipeline(
        "token-classification", model=str(folder), ignore_labels=[], device="cpu"
    )


def labels_of_words(word_of: Sequence[int], pieces: list[dict]) -> list[tuple[str, float]]:
    """Label and score of each word's first piece; the pipeline gives all but [CLS] and [SEP]."""
    paired = zip(word_of[1:-1], pieces, strict=True)
    return [(piece["entity"], float(piece["score"])) for word, piece in paired if word >= 0]


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def differences(
    tagger: NeuralTagger, sentences: Sequence[Sequence[str]], found: list[list[dict]]
) -> tuple[int, int]:
    """Words with another label: where two probabilities are close, and elsewhere."""
    close = wrong = 0
    ours, windows = tagger.probabilities(sentences), tagger.reader.windows(sentences)
    for window, rows, pieces in zip(windows, ours, found, strict=True):
        for row, (label, score) in zip(rows, labels_of_words(window.word_of, pieces), strict=True):
            if tagger.labels[row.argmax()] != label:
                near = abs(row.max() - score) < CLOSE and row.max() - sorted(row)[-2] < CLOSE
                close, wrong = close + near, wrong + (not near)
    return close, wrong


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tagger", type=Path, required=True, help="a run of finetune")
    parser.add_argument("--text", type=Path, default=ROOT / "data" / "mini" / "ner" / "test.tsv")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--turns", type=int, default=3, help="counted turns of each")
    options = parser.parse_args()
    start_keras()
    from bioalbert_core.ner.recognizer import load_tagger

    tagger = load_tagger(options.tagger)
    sentences = [sentence.words for sentence in read_bio(options.text)][: options.sentences]
    sentences = [words for words in sentences if len(words) < tagger.window // 2]  # one window
    texts = [" ".join(words) for words in sentences]
    by_length = sorted(texts, key=len)
    with tempfile.TemporaryDirectory() as folder:
        convert([str(options.tagger), f"{folder}/hf", "--to", "hf"])
        pipeline = pipeline_of(Path(folder) / "hf")
        close, wrong = differences(tagger, sentences, list(pipeline(texts, batch_size=BATCH)))
        who = {
            "the kit": lambda: tagger.predict(sentences),
            "pipeline": lambda: list(pipeline(texts, batch_size=BATCH)),
            "pipeline, sorted by length": lambda: list(pipeline(by_length, batch_size=BATCH)),
        }
        found: dict[str, list[float]] = {name: [] for name in who}
        for _ in range(options.turns + 1):
            for name, work in who.items():
                found[name].append(seconds(work))
    times = {name: median(values[1:]) for name, values in found.items()}
    words = sum(map(len, sentences))
    print(f"{len(sentences):,} sentences, {words:,} words; {close} labels differ by rounding, "
          f"{wrong} otherwise\n")  # fmt: skip
    print("| who | sentences/s | times the pipeline |")
    print("| --- | --- | --- |")
    for name, took in times.items():
        print(f"| {name} | {len(sentences) / took:,.0f} | {times['pipeline'] / took:.2f} |")
    sys.exit(wrong > 0 or times["pipeline"] < AHEAD * times["the kit"])


if __name__ == "__main__":
    main()
