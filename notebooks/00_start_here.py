# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start here: BioALBERT in one pass
#
# **What you will be able to do.** You will run every stage of BioALBERT once, small but real: read raw
# biomedical text, make a vocabulary, make training examples, train a small model on plain text
# (*pre-training*), train it further to find diseases, chemicals, genes and species (*fine-tuning*), score
# it honestly, and highlight what it finds in a text of your own.
#
# BERT (Bidirectional Encoder Representations from Transformers) is a well-known language model: it has
# learned from much text which words are likely in which context. ALBERT (A Lite BERT) is its smaller
# relative, and BioALBERT is an ALBERT that was trained further on biomedical text.
#
# This is a first walk, so do not worry if not every step is clear: each later notebook takes one of them
# slowly. `glossary.md`, beside this notebook, explains every term.
#
# **Time.** About 1 minute of computing on two CPU (processor) cores.
#
# **You need.** Some Python. No GPU (graphics processor), no network, no knowledge of language models.
#
# **Contents**
# 1. Is this machine ready?
# 2. Raw text becomes clean sentences
# 3. Sentences become pieces
# 4. Pieces become puzzles
# 5. The model: two tricks that make it small
# 6. Pre-training: solve the puzzles
# 7. Fine-tuning: learn to name entities
# 8. Highlight a text of your own
# 9. Summary and questions

# %% [markdown]
# ## 1. Is this machine ready?
#
# The first cell makes the kit ready, here or on Colab (Google's notebooks in the browser). The second looks
# around: each line starts with `[OK]`, or with `[FAIL]` and what to do about it.

# %% tags=["setup"]
# Run this cell first: it makes the kit ready, on Colab or on your own machine.
import importlib.util
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("bioalbert_core") is None:
    # An archive of the kit that you uploaded, or its folder in a mounted Drive.
    found = [path for place in (".", "drive/MyDrive") for path in Path(place).glob("bioalbert*")]
    kit = str(found[0].resolve()) if found else ""
    if kit:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", kit], check=True)
        importlib.invalidate_caches()

if importlib.util.find_spec("bioalbert_core"):
    from bioalbert_core.course.runtime import set_up

    set_up()
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")

# %%
from bioalbert_core.course.environment import check_environment

ready = check_environment()
print("\nAll set." if ready else "\nMend the [FAIL] lines first, then run this cell again.")

# %% [markdown]
# Keras is the library that our model is built with. It leaves the computing to one of two other libraries,
# TensorFlow or JAX. The kit takes TensorFlow when it is there. To choose yourself, set the environment
# variable `KERAS_BACKEND` before the first cell.

# %% [markdown]
# All results of this notebook go into one folder. A *step* is one small change of the model while it trains;
# with larger numbers below, it trains longer.

# %%
from pathlib import Path

OUT = Path("runs/start_here")
PRETRAIN_STEPS = 300
FINETUNE_STEPS = 300

# %% [markdown]
# ## 2. Raw text becomes clean sentences
#
# **Why.** Biomedical text comes as XML (Extensible Markup Language) or as plain text full of headings and
# page numbers. A language model wants sentences. The paper (section III.A) has three rules: blank lines
# go and a document becomes one paragraph; lines shorter than 20 characters go; one blank line stands
# between documents.
#
# Here is one of the embedded files as it comes. They are short abstracts invented for this kit.

# %%
from bioalbert_core.plumbing.shipped import data_folder

raw_file = sorted((data_folder() / "raw" / "text").glob("*.txt"))[0]
raw = raw_file.read_text("utf-8")
print(raw[:300], "...\n\n...", raw[-90:])

# %%
from bioalbert_core.corpus.build import clean_sentences
from bioalbert_core.corpus.readers import read_documents

for document in read_documents(raw_file):
    sentences = clean_sentences(document)
    for sentence in [*sentences[:3], "...", sentences[-1]]:
        print("-", sentence)

# %% [markdown]
# The heading "Abstract" and the page number at the end are gone. Now all files at once: MEDLINE XML (records
# of the catalog behind PubMed, with their abstracts), PMC (PubMed Central) articles, and plain text.

# %%
from bioalbert_core.corpus.build import build_corpus

for name, number in build_corpus([data_folder() / "raw"], OUT / "corpus").items():
    print(f"{name:20} {number:7,}")

# %% [markdown]
# 58 files hold 109 documents, for one MEDLINE file holds many. One document has only a title and is left
# out. The sentences that remain are our *corpus*, the text that everything below learns from.
#
# ## 3. Sentences become pieces
#
# **Why.** No list of words is long enough for chemistry. A program called SentencePiece learns a fixed set
# of *pieces* from the corpus, here 2,000; common words stay whole, rare ones fall apart. `▁` marks the start
# of a word.

# %%
from bioalbert_core.pretrain.embedded import VOCAB_SIZE
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.train import train_tokenizer

train_tokenizer(OUT / "corpus", VOCAB_SIZE, OUT / "tokenizer.model")
tokenizer = Tokenizer(OUT / "tokenizer.model")

example = "Mutated BRCA1 raises the risk of breast cancer."
encoding = tokenizer.encode_with_spans(example)
for piece, (start, end) in zip(encoding.pieces, encoding.spans):
    print(f"{piece:10} characters {start:2} to {end:2}: {example[start:end]!r}")

# %% [markdown]
# On the left are the pieces, in small letters. `▁the` and `▁cancer` are whole. `Mutated` is rare in our small
# corpus and falls apart, at its start into single letters.
#
# Each piece remembers which characters of the untouched text it stands for; as in Python, the character at
# the end number is no longer part of it. That is how an *entity* (a disease, a gene, ...) found by the model can
# be marked in your text later.

# %% [markdown]
# ## 4. Pieces become puzzles
#
# **Why.** Nobody has to label text for pre-training. The text sets its own puzzles:
#
# - **MLM** (masked language modeling): some words are hidden behind `[MASK]`; which were they?
# - **SOP** (sentence-order prediction): two neighboring stretches of text, the *segments*; are they in order,
#   or swapped?
#
# In the row that the model sees, `[CLS]` stands at the start and `[SEP]` after each segment.

# %%
from bioalbert_core.instances.build import build_instances
from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.pretrain.embedded import INSTANCES

counts = build_instances(OUT / "corpus", OUT / "tokenizer.model", OUT / "instances", INSTANCES)
print(counts)

instance = InstanceSource(OUT / "instances", "train")[0]
shown = [tokenizer.pieces[i] for i in instance["token_ids"] if i != tokenizer.pad_id]
print("\nthe model sees:", " ".join(shown))
hidden = [tokenizer.pieces[i] for i in instance["masked_ids"][instance["masked_weights"] > 0]]
print("\nit must guess: ", " ".join(hidden))
print("\nthe segments are", ["in order", "swapped"][instance["pair_label"]])

# %% [markdown]
# About a thousand sentences give more than five thousand puzzles, for the corpus is gone through ten times
# and each time cut and hidden in another way. `train` is to learn from. `heldout` is from documents that are
# kept aside (*held out*), to see later what was learned. In the puzzle shown, the second segment is the title
# of the abstract: so the two were swapped.
#
# ## 5. The model: two tricks that make it small
#
# **Why.** A model turns each piece into a row of numbers and changes the rows layer by layer, until they fit
# the context. The numbers inside it that training changes are its *parameters*. BERT has more than a hundred
# million of them. ALBERT saves most of these with two tricks:
#
# - **Factorized embeddings.** A table holds one row of numbers for each piece. BERT's rows have 768 numbers.
#   ALBERT's have 128, and one layer of the model widens them to 768.
# - **Shared layers.** BERT has twelve different layers (transformer *blocks*, see notebook 04). ALBERT has
#   one and uses it twelve times.
#
# The cell below counts parameters of the paper's base model, with 30,000 pieces, and of the same two parts
# in a model without the tricks.

# %%
from dataclasses import replace

from bioalbert_core.albert.encoder import build_encoder
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.config import ALBERT_BASE, PRETRAIN_PRESETS, with_steps

base = build_encoder(ALBERT_BASE)
block = base.get_layer("shared_block").count_params()
wide = ALBERT_BASE.vocab_size * ALBERT_BASE.hidden_size
narrow = ALBERT_BASE.vocab_size * ALBERT_BASE.embedding_size
print(f"token table, narrow (ALBERT)   {narrow:12,}")
print(f"token table, wide (BERT)       {wide:12,}")
print(f"one shared block (ALBERT)      {block:12,}")
print(f"twelve blocks (BERT)           {12 * block:12,}")
print(f"ALBERT base, all parts         {build_pretraining_model(ALBERT_BASE).count_params():12,}")

# %% [markdown]
# BERT's table and blocks have 108 million parameters together, ALBERT's 11 million. The last line also counts
# the small parts: the places in the row, the layer that widens, and the *heads*, which give the answers to the
# two kinds of puzzles. It is the number of parameters in the released file of BioALBERT 1.0, too. The paper
# speaks of 12 million in one place and of 31 million in another; notebook 08 looks into that.

# %% [markdown]
# ## 6. Pre-training: solve the puzzles
#
# **Why.** To guess a hidden word, a model has to pick up grammar and facts. We train a tiny ALBERT with LAMB
# (layer-wise adaptive moments for batch training), the paper's *optimizer*: the rule that changes the
# parameters in each step. And we measure on the documents that were held out.
#
# What the next cell prints:
#
# - `mlm_loss`: how wrong the guesses at the hidden pieces are; training makes it smaller.
# - `mlm_accuracy`: the share of hidden pieces that are guessed right.
# - `sop_accuracy`: the share of pairs that are judged right.
# - `sop_majority`: the share that one reaches by always giving the more common answer.
#
# The end of a line tells the speed and the time left.

# %%
from bioalbert_core.pretrain.run import pretrain

preset = PRETRAIN_PRESETS["tiny"]
config = replace(with_steps(preset, PRETRAIN_STEPS), evaluate_every=50)
heldout = pretrain(OUT / "instances", OUT / "pretrained", config, resume=True)
for when, found in heldout.items():
    print(when, found)

# %%
from bioalbert_core.show.curves import curve, read_log

curve(read_log(OUT / "pretrained" / "log.jsonl"), "mlm_loss", "Pre-training: MLM loss")

# %% [markdown]
# *In words: two lines over the steps, one for training and one for held-out documents. Both fall quickly up to
# step 100, to about 6, and hardly any more after that.*
#
# Before the first step the loss was 7.6 (the line `before`). That is guessing blindly among 2,000 pieces: the
# natural logarithm of 2,000 is 7.6.
#
# Twenty thousand words are about a millionth of what the paper used, so expect little. Somebody who knows
# how common each piece is, and nothing else, already reaches a loss of about 6.0. So that is what our model
# has learned, and hardly more. SOP accuracy on held-out documents is the same as `sop_majority`: the model
# always gives the same answer. Order is learned much later, from much more text.

# %% [markdown]
# ## 7. Fine-tuning: learn to name entities
#
# **Why.** Now labels help. In BIO data (begin, inside, outside) each word has a tag: `B-` begins an entity,
# `I-` continues it, `O` is outside.

# %%
from bioalbert_core.ner.bio import read_bio

sentence = read_bio(data_folder() / "ner" / "train.tsv")[0]
for word, tag in list(zip(sentence.words, sentence.tags))[:14]:
    print(f"{word:15} {tag}")

# %% [markdown]
# The pre-trained model now learns to give these tags. The data has three parts: `train` to learn from, `devel`
# (development) to watch while training, and `test` to be scored once, at the end.

# %%
from bioalbert_core.config import FINETUNE_PRESETS
from bioalbert_core.finetune.run import finetune
from bioalbert_core.ner.scores import score_table

config = with_steps(FINETUNE_PRESETS["quick"], FINETUNE_STEPS)
scores = finetune([data_folder() / "ner"], OUT / "pretrained", OUT / "tagger", config)
print(score_table(scores["ner"]["test"]))

# %% [markdown]
# These are **strict entity scores**, in percent: an entity counts only if its type and both its ends are right.
# **P** (precision) is the share of the found entities that are right, **R** (recall) the share of the right
# entities that are found, and **F1** is a mean of the two. `entities` says how many there are to find. (The
# lines above the table have the same scores as fractions: 0.27 is 27 %.)
#
# More than six in ten of the test entities never occur in training, and the model is tiny, so the numbers are
# low. But they are honest. Counted word by word, the same predictions are about 85 % right. That sounds far
# better, but a tagger that finds nothing, `O` for every word, has 80 %.

# %% [markdown]
# ## 8. Highlight a text of your own
#
# First an abstract from the test part, which the model has never seen.

# %%
from IPython.display import HTML

from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.show.highlight import highlight

recognizer = EntityRecognizer.load(OUT / "tagger")
text = sorted((data_folder() / "test_texts").glob("*.txt"))[0].read_text("utf-8")
HTML(highlight(text, recognizer(text)))

# %% [markdown]
# *In words: the abstract with colored marks on words that the model takes for a Disease, Chemical, Gene
# or Species; the type stands in small letters behind each mark. Rest the pointer on a mark to see how sure the
# model is, from 0 to 1.*
#
# Some marks are right, such as "myocardial infarction"; many are wrong, as the low scores of section 7
# promised. In our run even the page number became a Chemical. Notebook 07 does this with a better model.
#
# Now yours: type into the box and press the button. (This needs a running kernel.)

# %%
from bioalbert_core.show.widgets import highlighter

highlighter(recognizer, "Metformin lowers glucose in mice with type 2 diabetes.")

# %% [markdown]
# ## 9. Summary and questions
#
# You went the whole way: text → sentences → pieces → puzzles → pre-trained model → tagger → marked text.
# Each step is also a command, for example `python -m bioalbert_core.pretrain`; `make demo` runs them all.
#
# <details><summary>Why does the held-out loss matter more than the training loss?</summary>
# The training loss also falls when the model learns its texts by heart. Only documents it has never seen
# tell whether it learned something about the language.
# </details>
#
# <details><summary>What happens to a word that is not in the vocabulary?</summary>
# It falls into smaller pieces, down to single letters. Only a character that is itself no piece becomes
# <code>&lt;unk&gt;</code>.
# </details>
#
# <details><summary>In "rheumatoid arthritis" the tagger marks only "rheumatoid". Its strict score?</summary>
# Zero for this entity, and it counts twice against the model: "rheumatoid" was found but is wrong (a false
# positive), "rheumatoid arthritis" was not found (a false negative).
# </details>
#
# **Read on.** The paper: sections III.A (cleaning, pre-training), III.B (fine-tuning). The grown-up code:
# `bioalbert_core/corpus/`, `tokenizer/`, `instances/`, `albert/`, `pretrain/`, `ner/`, `finetune/`, `show/`.
