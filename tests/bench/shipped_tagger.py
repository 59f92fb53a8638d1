"""Strict scores of the shipped tagger, as it lies in the repository, on the test splits.

    python tests/bench/shipped_tagger.py --data ../shared/data/ner [--model bioalbert-tiny-ner]

Each data set marks one type; what the tagger finds of others is left aside. Prints, for each
folder of ``--data`` with a test.tsv, precision, recall and F1 with its 95 % interval, and token
accuracy beside that of a tagger that says "O" everywhere.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from ner_table import entity_cell

from bioalbert_core.evaluate.columns import read_documents
from bioalbert_core.evaluate.evaluation import Reading, score
from bioalbert_core.ner.bio import TaggedSentence, of_types
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.plumbing.backend import start_keras

AS_GENE = ("BC2GM", "JNLPBA")  # the only type of these two has no name, or one in capitals


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="bioalbert-tiny-ner")
    options = parser.parse_args()
    start_keras()
    from bioalbert_core.ner.recognizer import EntityRecognizer

    tagger = EntityRecognizer.load(options.model).tagger
    print("| test split | type | P | R | strict F1 (95 % interval) | token accuracy | all O |")
    print("| --- " * 7 + "|")
    for folder in sorted(path.parent for path in options.data.glob("*/test.tsv")):
        data = read_dataset(f"{folder}=Gene" if folder.name in AS_GENE else folder)
        words = [sentence.words for sentence in data.test]
        tags = [of_types(found.tags, data.types) for found in tagger.predict(words)]
        found = list(map(TaggedSentence, words, tags))
        scores = score(Reading(data.test, found, read_documents(data.files[-1])))
        p, r = (scores["overall"][name] for name in ("precision", "recall"))
        tokens = [scores["tokens"][who]["token_accuracy"] for who in ("predicted", "all_o")]
        print(
            f"| {data.name} | {', '.join(data.types)} | {100 * p:.1f} | {100 * r:.1f} | "
            f"{entity_cell(scores)} | {tokens[0]:.1%} | {tokens[1]:.1%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
