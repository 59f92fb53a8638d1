"""Google's own instance scripts as a peer: run one, as published, and tell how long it took.

    python tests/bench/google_peer.py SCRIPT CORPUS TOKENIZER OUT.tfrecord DUPE_FACTOR

SCRIPT is one of these two, which take the same steps in the same way (all documents in memory as
lists of pieces, pairs and masks piece by piece, a `tf.train.Example` of Python numbers each):

- ``official``: `create_pretraining_data` of the PyPI package tf-models-official, Google's
  maintained script for BERT and ALBERT. Its pairs are NSP only, its words are single pieces
  (it knows WordPiece's ``##`` but not SentencePiece's ``▁``), masked in runs of up to three.
- the path of ``create_pretraining_data.py`` in a clone of google-research/albert, the paper's own
  (not on PyPI; it also wants tensorflow-hub): SOP, whole words, runs of up to three.

Seconds count from reading the text to the closed file; the process's start and the imports do not.
"""

import contextlib
import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

FLAGS = ["--max_seq_length=512", "--max_predictions_per_seq=20", "--do_whole_word_mask=True"]


def main(script: str, corpus: str, tokenizer: str, out: str, dupe_factor: str) -> None:
    """Run the script's own ``main`` with its flags; print seconds and instances as JSON."""
    if script == "official":
        module = import_module("official.nlp.data.create_pretraining_data")
        own = ["--tokenization=SentencePiece", f"--sp_model_file={tokenizer}", "--max_ngram_size=3"]
    else:
        sys.path.insert(0, str(Path(script).parent))
        module = import_module(Path(script).stem)
        own = [f"--spm_model_file={tokenizer}", "--ngram=3"]
    files = f"--input_file={corpus}/corpus-*.txt"
    passes = f"--dupe_factor={dupe_factor}"
    module.FLAGS([script, *FLAGS, *own, files, f"--output_file={out}", passes])
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        start = time.perf_counter()
        module.main(None)
        seconds = time.perf_counter() - start
    records = import_module("tensorflow").data.TFRecordDataset(out)
    instances = sum(1 for _ in records)
    print(json.dumps({"seconds": seconds, "instances": instances}))


if __name__ == "__main__":
    main(*sys.argv[1:])
