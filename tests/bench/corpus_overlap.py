"""Which sentences of NER data sets stand in a corpus, compared by letters and digits alone.

    python tests/bench/corpus_overlap.py CORPUS DATASET...

What a model has read in pre-training, it should not be tested on without a word. Sentences of fewer
than 30 letters are left out: they say too little to be the same.
"""

import re
import sys
from pathlib import Path

from bioalbert_core.corpus.shards import read_shard
from bioalbert_core.ner.datasets import read_dataset

SHORTEST = 30


def plain(text: str) -> str:
    """Lower-case letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def main() -> None:
    """Print, for each data set and split, how many of its sentences stand in the corpus."""
    corpus, *requests = sys.argv[1:]
    shards = sorted(Path(corpus).glob("corpus-*.txt"))
    known = {
        hash(plain(sentence)) for path in shards for found in read_shard(path) for sentence in found
    }
    for dataset in map(read_dataset, requests):
        told = []
        for split in ("train", "devel", "test"):
            texts = [plain("".join(sentence.words)) for sentence in getattr(dataset, split)]
            texts = [text for text in texts if len(text) >= SHORTEST]
            told.append(f"{split} {sum(hash(text) in known for text in texts)} of {len(texts):,}")
        print(f"{dataset.name}: {', '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
