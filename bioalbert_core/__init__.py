"""BioALBERT from raw text to highlighted entities: the library behind the notebooks.

One room (package) a stage, in the order of the data; a room imports only rooms before it. The files
that *are* BioALBERT, to be read in this order, in a weekend:

    corpus/cleaning.py          the paper's three rules
    corpus/sentences.py         paragraphs to sentences
    tokenizer/normalization.py  ALBERT's normalization, with a map back to the text
    tokenizer/tokenizer.py      text to SentencePiece tokens and offsets
    instances/segments.py       sentence order prediction: documents to pairs of segments
    instances/masking.py        masked language modeling: n-grams of whole words
    albert/encoder.py           factorized embeddings, one shared block
    albert/heads.py             heads for MLM, SOP and tagging
    training/lamb.py            the optimizer
    training/schedule.py        warm-up, then linear decay
    pretrain/loop.py            the training loop, with roll back after divergence
    ner/windows.py              words to windows of tokens, and window merging
    ner/crf.py                  a conditional random field
    ner/losses.py               cross-entropy where several labels may be right
    ner/neural_tagger.py        a network that tags words
    ner/scores.py               strict precision, recall and F1 of entities
    finetune/run.py             all of it together: from labeled sentences to a scored tagger

Around them: `plumbing` (files, tasks, commands), `download`, `show` (HTML, figures, widgets),
`evaluate`, `tag`, `convert` (models of other programs), `course` (notebooks, exercises).
"""

__version__ = "0.1.0"
