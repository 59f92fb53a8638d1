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
# biomedical text, train a vocabulary, make training instances, pre-train an ALBERT (A Lite BERT),
# fine-tune it to find diseases, chemicals, genes and species, score it honestly, and highlight what it
# finds in a text of your own.
#
# **Time.** About 2 minutes of computing on two CPU (processor) cores.
#
# **You need.** Some Python. No GPU, no network, no knowledge of language models.
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
# The first cell makes the kit ready, here or on Colab. The second looks around: each line starts with
# `[OK]`, or with `[FAIL]` and what to do about it.

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
    from bioalbert_core.runtime import set_up

    set_up()
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")

# %%
from bioalbert_core.environment import check_environment

ready = check_environment()
print("\nAll set." if ready else "\nMend the [FAIL] lines first, then run this cell again.")

# %% [markdown]
# Keras can compute with TensorFlow or with JAX. The kit takes TensorFlow when it is there. To choose
# yourself, set the environment variable `KERAS_BACKEND` before the first cell.

# %% [markdown]
# All results of this notebook go into one folder. Change the numbers below to train longer.

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
from bioalbert_core.mini import data_folder

raw_file = sorted((data_folder() / "raw" / "text").glob("*.txt"))[0]
print(raw_file.read_text("utf-8")[:600])

# %%
from bioalbert_core.corpus.build import clean_sentences
from bioalbert_core.corpus.readers import read_documents

for document in read_documents(raw_file):
    for sentence in clean_sentences(document)[:5]:
        print("-", sentence)

# %% [markdown]
# Headings such as "Background" and the page number are gone. Now all files at once: MEDLINE XML, PMC
# (PubMed Central) articles, and plain text.

# %%
from bioalbert_core.corpus.build import build_corpus

for name, number in build_corpus([data_folder() / "raw"], OUT / "corpus").items():
    print(f"{name:20} {number:7,}")

# %% [markdown]
# ## 3. Sentences become pieces
#
# **Why.** No list of words is long enough for chemistry. SentencePiece learns a fixed set of *pieces*;
# common words stay whole, rare ones fall apart. `▁` marks the start of a word.

# %%
from bioalbert_core.mini import VOCAB_SIZE
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.train import train_tokenizer

train_tokenizer(OUT / "corpus", VOCAB_SIZE, OUT / "tokenizer.model")
tokenizer = Tokenizer(OUT / "tokenizer.model")

example = "Mutated BRCA1 raises the risk of breast cancer."
encoding = tokenizer.encode_with_spans(example)
for piece, (start, end) in zip(encoding.pieces, encoding.spans):
    print(f"{piece:10} characters {start:2} to {end:2}: {example[start:end]!r}")

# %% [markdown]
# Each piece remembers which characters of the untouched text it stands for. That is how an entity found
# by the model can be marked in your text later.

# %% [markdown]
# ## 4. Pieces become puzzles
#
# **Why.** Nobody labels text for pre-training. The text sets its own puzzles:
#
# - **MLM** (masked language modeling): some words are hidden behind `[MASK]`; which were they?
# - **SOP** (sentence-order prediction): two neighboring segments; are they in order, or swapped?

# %%
from bioalbert_core.instances.build import build_instances
from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.mini import INSTANCES

counts = build_instances(OUT / "corpus", OUT / "tokenizer.model", OUT / "instances", INSTANCES)
print(counts)

instance = InstanceSource(OUT / "instances", "train")[0]
shown = [tokenizer.pieces[i] for i in instance["token_ids"] if i != tokenizer.pad_id]
print("\nthe model sees:", " ".join(shown))
hidden = [tokenizer.pieces[i] for i in instance["masked_ids"][instance["masked_weights"] > 0]]
print("\nit must guess: ", " ".join(hidden))
print("\nthe segments are", ["in order", "swapped"][instance["pair_label"]])

# %% [markdown]
# ## 5. The model: two tricks that make it small
#
# - **Factorized embeddings.** The big table (vocabulary × E) is narrow; one dense layer widens E to H.
# - **Shared layers.** One transformer block is used again and again instead of L different ones.
#
# The table below counts parameters for the paper's base model and for a model of the same shape without
# the two tricks, which is what BERT has.

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
print(f"ALBERT base, with both heads   {build_pretraining_model(ALBERT_BASE).count_params():12,}")

# %% [markdown]
# The last number is also the number of parameters in the released BioALBERT 1.0 checkpoint. The paper
# speaks of 12 million in one place and of 31 million in another; a later notebook looks into that.

# %% [markdown]
# ## 6. Pre-training: solve the puzzles
#
# **Why.** To guess a hidden word, a model has to pick up grammar and facts. We train the `tiny` preset with
# LAMB, the optimizer of the paper, and measure on documents that are never trained on.

# %%
from bioalbert_core.pretrain.training import pretrain

preset = PRETRAIN_PRESETS["tiny"]
config = replace(with_steps(preset, PRETRAIN_STEPS), evaluate_every=50)
heldout = pretrain(OUT / "instances", OUT / "pretrained", config, resume=True)
for when, found in heldout.items():
    print(when, found)

# %%
from bioalbert_core.show.curves import curve, read_log

curve(read_log(OUT / "pretrained" / "log.jsonl"), "mlm_loss", "Pre-training: MLM loss")

# %% [markdown]
# *In words: both lines, for training and for held-out documents, fall from about 7.6 (pure chance among
# 2,000 pieces) quickly at first, then more slowly.*
#
# Twenty thousand words are less than a hundred-thousandth of what the paper used, so expect little: the model
# learns which pieces are common and some of their company. SOP accuracy stays at what always giving the
# same answer would reach (`sop_majority`): order is learned much later, from much more text.

# %% [markdown]
# ## 7. Fine-tuning: learn to name entities
#
# **Why.** Now labels help. In BIO data each word has a tag: `B-` begins an entity, `I-` continues it, `O` is
# outside.

# %%
from bioalbert_core.ner.bio import read_bio

sentence = read_bio(data_folder() / "ner" / "train.tsv")[0]
for word, tag in list(zip(sentence.words, sentence.tags))[:14]:
    print(f"{word:15} {tag}")

# %%
from bioalbert_core.config import FINETUNE_PRESETS
from bioalbert_core.finetune.training import finetune
from bioalbert_core.ner.scores import score_table

config = with_steps(FINETUNE_PRESETS["quick"], FINETUNE_STEPS)
scores = finetune([data_folder() / "ner"], OUT / "pretrained", OUT / "tagger", config)
print(score_table(scores["ner"]["test"]))

# %% [markdown]
# These are **strict entity scores**: an entity counts only if its type and both its ends are right. Nearly
# two thirds of the test mentions never occur in training, and the model is tiny, so the numbers are low. They
# are honest: counted word by word, with all the easy `O`s, the same predictions would look far better.

# %% [markdown]
# ## 8. Highlight a text of your own
#
# First an abstract from the test split, which the model has never seen.

# %%
from IPython.display import HTML

from bioalbert_core.ner.tagger import Tagger
from bioalbert_core.show.highlight import highlight

tagger = Tagger.load(OUT / "tagger")
text = sorted((data_folder() / "test_texts").glob("*.txt"))[0].read_text("utf-8")
HTML(highlight(text, tagger(text)))

# %% [markdown]
# *In words: the abstract with colored marks on words that the model takes for a Disease, Chemical, Gene
# or Species; the type stands in small letters behind each mark.*
#
# Now yours: type into the box and press the button. (This needs a running kernel.)

# %%
from bioalbert_core.show.widgets import highlighter

highlighter(tagger, "Metformin lowers glucose in mice with type 2 diabetes.")

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
# <details><summary>The tagger finds "rheumatoid" but not "arthritis". What is its strict score?</summary>
# Zero for this entity: one false positive and one false negative.
# </details>
#
# **Read on.** The paper: sections III.A (cleaning, pre-training), III.B (fine-tuning). The grown-up code:
# `bioalbert_core/corpus/`, `tokenizer/`, `instances/`, `albert/`, `pretrain/`, `ner/`, `finetune/`, `show/`.
