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
# # Instances: puzzles made from text
#
# **What you will be able to do.** You will cut documents into pairs of segments, say how sentence-order
# prediction differs from next-sentence prediction and why that matters, mask words as ALBERT (A Lite BERT)
# does, measure whether what came out is what was meant, and keep the documents for testing apart.
#
# **Time.** CPU (processor): about 20 seconds. GPU, TPU: not measured; only section 11 computes with them.
#
# **You need.** Notebooks 01 (clean sentences) and 02 (pieces), or an idea of both.
#
# **Contents**
# 1. A document as numbers
# 2. Two segments
# 3. Three tasks for a pair
# 4. What gives the answer away
# 5. How often is each label drawn?
# 6. Hiding words
# 7. Is it 15, 80, 10 and 10 percent?
# 8. Masks that stay, and masks that change
# 9. Documents for testing
# 10. The whole stage
# 11. You against a model
# 12. Summary and questions

# %% tags=["setup", "text"]
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

    set_up(keras=False)
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")

# %%
from pathlib import Path

from bioalbert_core.download import fetch
from bioalbert_core.mini import data_folder, find_model

# "small": the texts that come with the kit, instances of 64 pieces. "paper": real PubMed text (57 MB to
# fetch), ALBERT's vocabulary, instances of 512 pieces, 5 passes.
SCALE = "small"
OUT = Path("runs/03_mlm_and_sop_instances")

if SCALE == "small":
    INPUTS, SEQ_LEN = data_folder() / "raw", 64
    VOCABULARY = find_model("bioalbert-tiny") / "tokenizer.model"
else:
    INPUTS, SEQ_LEN = fetch("pubmed-sample"), 512
    VOCABULARY = fetch("albert-vocabulary") / "30k-clean.model"

# %% [markdown]
# ## 1. A document as numbers
#
# **Why.** Nobody labels text for pre-training. The text sets its own puzzles: **MLM** (masked language
# modeling), which words were hidden? and **SOP** (sentence-order prediction), are two segments in order or
# swapped? This notebook makes the puzzles. We start where notebook 02 ended: a document is a list of
# sentences, a sentence a list of ids.

# %%
from itertools import islice

from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.tokenizer import Tokenizer

tokenizer = Tokenizer(VOCABULARY)
build_corpus([INPUTS], OUT / "corpus")
texts = islice(read_corpus(OUT / "corpus"), 2_000)
documents = [[tokenizer.encode(sentence) for sentence in document] for document in texts]


def text_of(ids):
    """Ids as text; in lower case, as the model sees it."""
    return "".join(tokenizer.pieces[i] for i in ids).replace("▁", " ").strip()


print(len(documents), "documents; the first one begins:\n")
for sentence in documents[0][:3]:
    print(sentence[:12], "...", text_of(sentence)[:60], "...\n")

# %% [markdown]
# ## 2. Two segments
#
# **Why.** The model reads rows of a fixed length. So sentences are collected until the row is full (a
# *chunk*), and the chunk is cut at a random sentence boundary into two segments, A and B.

# %%
from random import Random

from bioalbert_core.instances.segments import pairs

for pair in islice(pairs(documents, 0, SEQ_LEN, Random(1), "sop"), 3):
    print(f"A ({len(pair.a):2} pieces)  {text_of(pair.a)}")
    print(f"B ({len(pair.b):2} pieces)  {text_of(pair.b)}")
    print(f"label {pair.label}: {['in order', 'swapped'][pair.label]}\n")

# %% [markdown]
# The two together never have more than the row has room for: its length less `[CLS]` and two `[SEP]`. What is
# too much is cut off the longer segment, from its front or its back by the toss of a coin. That is why a
# segment may begin in the middle of a sentence. And in one of ten passes over a document the rows are
# shorter than they need be, so that the model also meets short texts.
#
# Your turn: is A before B, or were they swapped? Answer for each before you run the cell after this one.

# %%
rng = Random(5)
quiz = [next(pairs(documents, index, SEQ_LEN, rng, "sop")) for index in (20, 40, 60, 80)]
for number, pair in enumerate(quiz, 1):
    print(f"{number}. A: {text_of(pair.a)}\n   B: {text_of(pair.b)}\n")

# %%
for number, pair in enumerate(quiz, 1):
    print(number, ["in order", "swapped"][pair.label])

# %% [markdown]
# Was it easy? In section 11 you play against a model.
#
# ## 3. Three tasks for a pair
#
# **Why.** BERT asked another question: is B the *next* text, or from some other document? That is **NSP**
# (next-sentence prediction). The paper describes its second task with "a random pair of segments from different
# documents", which is NSP; but the ALBERT code it ran makes SOP. The kit makes both, or none. The same
# document, three times:

# %%
for task in ("sop", "nsp", "none"):
    print(f"--- {task}")
    for pair in islice(pairs(documents, 0, SEQ_LEN, Random(5), task), 3):
        print(f"label {pair.label:2}  A: {text_of(pair.a)[:46]:46}  B: {text_of(pair.b)[:46]}")

# %% [markdown]
# Label 0 always means "in order". Label 1 means "swapped" for SOP and "from another document" for NSP. Without
# a second segment there is no label, written -1.
#
# ## 4. What gives the answer away
#
# **Why.** A task teaches only what is needed to solve it. For NSP, it may be enough to notice that A speaks
# of malaria and B of heart valves. We test that with a guesser that knows no order and no grammar: it
# counts the rare pieces that A and B share, and nothing else. Both segments have 20 pieces or more.

# %%
import numpy as np

often = np.bincount(
    [i for document in documents for i in {i for sentence in document for i in sentence}],
    minlength=tokenizer.vocab_size,
)
rare = often < len(documents) / 5


def shared(pair):
    """How many rare pieces stand in A and in B."""
    return sum(rare[i] for i in set(pair.a) & set(pair.b))


for task in ("nsp", "sop"):
    rng = Random(0)
    found = [
        (shared(pair), pair.label)
        for _ in range(5)
        for index in range(min(500, len(documents)))
        for pair in pairs(documents, index, 128, rng, task)
        if min(len(pair.a), len(pair.b)) >= 20
    ]
    number, label = np.array(found).T
    right = max(np.mean((number < limit) == label) for limit in range(8))
    most = max(label.mean(), 1 - label.mean())
    print(
        f"{task}: always the same answer {most:.0%} right, the guesser {right:.0%}, {len(found):,} pairs"
    )

# %% [markdown]
# On NSP the guesser gets far beyond always the same answer, without any understanding. On SOP it gains nothing:
# swapped segments share the same words. To tell their order one has to know that a method comes before its result, and what "this drug" points back to.
# That is why ALBERT chose SOP. It is harder, so scores are lower; a lower score on a better
# task is no step back.
#
# ## 5. How often is each label drawn?
#
# **Why.** A coin decides whether a pair is swapped, so half of the labels should be 1. Should they? Never
# trust, measure. A trick helps: we replace each piece by the number of its document. Then a pair shows where
# its segments come from.

# %%
numbered = [[[n] * len(s) for s in document] for n, document in enumerate(documents[:500])]

for length in (32, 64, 128, 256, 512):
    rng = Random(0)
    order = list(range(len(numbered))) * 5
    found = [pair for n in order for pair in pairs(numbered, n, length, rng, "sop")]
    other = sum(pair.a[0] != pair.b[0] for pair in found) / len(found)
    ones = sum(pair.label for pair in found) / len(found)
    print(
        f"{length:3} pieces: {other:4.0%} from another document, so {other + (1 - other) / 2:4.0%}"
        f" should have label 1; {ones:4.0%} have it ({len(found):,} pairs)"
    )

# %% [markdown]
# A chunk of a single sentence has nothing to swap. Google's code then takes B from another document and says
# label 1; the kit does the same. In short rows this is frequent, and so it is in short documents, where a last
# sentence is left over. Then 1 becomes the more common label. So the score of SOP must be compared with *always the same answer* (`sop_majority` in the logs), not with 50 %. And
# these pairs can be solved by topic, as in NSP: high SOP scores on short rows deserve mistrust.
#
# ## 6. Hiding words
#
# **Why.** To guess a hidden word, one needs grammar and knowledge: "treated with [MASK] for malaria". ALBERT
# hides whole words, in runs of one to three: single pieces of a word would be too easy (`hyper` `ten`
# `[MASK]`). First the words of a row:

# %%
from bioalbert_core.instances.masking import Masker

masker = Masker.of(tokenizer, max_predictions=20)
ids = tokenizer.encode("Mutated p53 in erythropoietin-treated mice.")
row = np.array([tokenizer.cls_id, *ids, tokenizer.sep_id])
print(" ".join(tokenizer.pieces[i] for i in row), "\n")
for start, end in masker.words(row):
    print(" ".join(tokenizer.pieces[i] for i in row[start:end]))

# %% [markdown]
# `[CLS]` and `[SEP]` are never hidden. A hyphen begins a new word, and `p53` is two words: in Google's code
# a piece with a digit always begins one. For genes this is a pity; the kit keeps it, to be faithful.
#
# Now the hiding. What is chosen becomes `[MASK]` in 80 % of the cases, a random piece in 10 %, and stays in
# 10 %.

# %%
pair = next(pairs(documents, 3, SEQ_LEN, Random(1), "sop"))
row = np.array([tokenizer.cls_id, *pair.a, tokenizer.sep_id, *pair.b, tokenizer.sep_id])
masked = masker.mask(row, Random(2))
print("before:", text_of(row), "\n")
print("after: ", text_of(masked.token_ids), "\n")
for position, id_ in zip(masked.positions, masked.ids):
    print(
        f"{position:3}  {tokenizer.pieces[masked.token_ids[position]]:12} was {tokenizer.pieces[id_]}"
    )

# %% [markdown]
# Why not always `[MASK]`? A tagger never sees `[MASK]`. With random and unchanged pieces among the targets, the
# model must keep an eye on every piece: any of them may be wrong.
#
# ## 7. Is it 15, 80, 10 and 10 percent?
#
# **Why.** These numbers stand in every paper. We count what comes out.

# %%
from collections import Counter

everything = [i for document in documents for sentence in document for i in sentence]
fates = Counter()
rng = Random(0)
for start in range(0, min(len(everything), 100_000) - 126, 126):
    row = np.array([tokenizer.cls_id, *everything[start : start + 126], tokenizer.sep_id])
    masked = masker.mask(row, rng)
    for shown, was in zip(masked.token_ids[masked.positions], masked.ids):
        fates[
            "[MASK]" if shown == tokenizer.mask_id else "as it was" if shown == was else "another"
        ] += 1
for fate, meant in (("[MASK]", 0.8), ("another", 0.1), ("as it was", 0.1)):
    print(f"{fate:10} meant {meant:.1%}, counted {fates[fate] / fates.total():.1%}")

# %%
for length in (32, 64, 128, 256, 512):
    row = np.array([tokenizer.cls_id, *everything[: length - 2], tokenizer.sep_id])
    number = len(masker.mask(row, rng).positions)
    print(f"{length:3} pieces, at most 20 predictions: {number:2} hidden, {number / length:.1%}")

# %% [markdown]
# The famous 15 % holds for short rows only. The paper's rows have 512 pieces and at most 20 predictions: not even
# 4 % are hidden. Per piece that it reads, such a model gets a quarter of the training signal that "15 %"
# promises.
#
# The lengths of the runs: one, two or three words shall be drawn in the proportion 1 : 1/2 : 1/3.

# %%
runs = Counter()
for start in range(0, min(len(everything), 100_000) - 126, 126):
    row = np.array([tokenizer.cls_id, *everything[start : start + 126], tokenizer.sep_id])
    chosen = set(masker.mask(row, rng).positions)
    hidden = "".join("x" if first in chosen else " " for first, _ in masker.words(row))
    runs.update(min(len(run), 4) for run in hidden.split())
for words, meant in ((1, 6 / 11), (2, 3 / 11), (3, 2 / 11), (4, 0)):
    seen = runs[words] / runs.total()
    print(f"{words}{'+' if words == 4 else ' '} words: drawn {meant:5.1%}, seen {seen:5.1%}")

# %% [markdown]
# Not the same, and both reasons are honest ones: two runs that happen to be neighbors look like a longer one,
# and a run that would go over the budget is shortened. What is *drawn* and what is *seen* differ; a test that
# compares the wrong one fails for no fault.
#
# ## 8. Masks that stay, and masks that change
#
# **Why.** The model sees a text many times. With **static** masks the puzzles are made once and stored; to
# have other masks, all text is stored again (`dupe_factor`; 5 passes for the paper's best model). With
# **dynamic** masks the row is stored once, and masked anew whenever it is loaded.

# %%
row = np.array([tokenizer.cls_id, *documents[0][1], tokenizer.sep_id])
for look in range(3):
    print(f"look {look + 1}: {text_of(masker.mask(row, Random(look)).token_ids)}\n")

# %% [markdown]
# After how many looks has each piece been hidden at least once? If every look hid 15 % by chance, it would be
# 1 - 0.85ⁿ after n looks.

# %%
rows = [
    [tokenizer.cls_id, *everything[n * 126 : n * 126 + 126], tokenizer.sep_id] for n in range(40)
]
rng = Random(0)
hidden = set()
for look in range(1, 41):
    for n, row in enumerate(rows):
        hidden |= {(n, position) for position in masker.mask(np.array(row), rng).positions}
    if look in (1, 5, 10, 20, 40):
        share = len(hidden) / (126 * len(rows))
        print(f"{look:2} looks: {share:.1%} hidden at least once, by chance {1 - 0.85**look:.1%}")

# %% [markdown]
# With 5 static passes almost half of the pieces never become a question. Google's script had 40 passes by default.
# What that costs on disk, for rows of 512:

# %%
from bioalbert_core.instances.shards import record_type

static = record_type(512, 20, 30_000).itemsize
dynamic = record_type(512, 20, 30_000, dynamic=True).itemsize
print(f"static, 40 passes: {40 * static:6,} bytes for each row of text")
print(f"static,  5 passes: {5 * static:6,}")
print(f"dynamic:           {dynamic:6,}")

# %% [markdown]
# ## 9. Documents for testing
#
# **Why.** To know whether the model learns language or its texts by heart, some text is kept out of training
# (*held out*). But what is "some text"? Tempting: make all rows, then put aside every tenth. We do both and
# look how much of the test text stands in the training text, as rows of eight pieces.

# %%
LEARN = documents[:500]


def segments(some):
    """Both segments of all pairs of some documents, five passes."""
    return [
        segment
        for turn in range(5)
        for index in range(len(some))
        for pair in pairs(some, index, SEQ_LEN, Random(f"{turn}/{index}"), "sop")
        for segment in (pair.a, pair.b)
    ]


def known(test, train):
    """The share of the runs of eight pieces in ``test`` that stand in ``train``, too."""
    runs, learned = (
        {tuple(row[i : i + 8]) for row in rows for i in range(len(row) - 7)}
        for rows in (test, train)
    )
    return len(runs & learned) / len(runs)


rows = segments(LEARN)
by_row = known(rows[::10], [row for place, row in enumerate(rows) if place % 10])
train = [document for place, document in enumerate(LEARN) if place % 10]
by_document = known(segments(LEARN[::10]), segments(train))
print(f"every tenth row put aside:      {by_row:6.1%} of the test text stands in the training text")
print(f"every tenth document put aside: {by_document:6.1%}")

# %% [markdown]
# Each pass cuts the same text in another way, so with rows put aside the model has read nearly all of its test.
# Whole documents have to be put aside, before anything is cut. Then only names and phrases remain that
# many write, such as "amyotrophic lateral sclerosis (ALS)". A test row may need a segment of another document (section 5); it
# borrows from test documents only.
#
# ## 10. The whole stage
#
# Everything together. On a command line: `python -m bioalbert_core.instances`.

# %%
from bioalbert_core.config import InstanceConfig
from bioalbert_core.instances.build import build_instances
from bioalbert_core.instances.loading import InstanceSource

config = InstanceConfig(seq_len=SEQ_LEN, max_predictions=20, dupe_factor=5, held_out=0.1)
print(build_instances(OUT / "corpus", VOCABULARY, OUT / "instances", config))

source = InstanceSource(OUT / "instances", "train")
for name, values in source[0].items():
    print(f"{name:17} {values.shape!s:6} {values.dtype!s:8} {values.tolist()}"[:110])

# %% [markdown]
# An instance is seven arrays of fixed length, which is what an accelerator wants. `segment_ids` tells A (0) from
# B (1); `padding_mask` and `masked_weights` say with 0 what is only filling.
#
# The last check: the labels of the files against what section 5 lets us expect for this length. One seed is one
# draw, so we make the instances with five seeds.

# %%
from dataclasses import replace

shares = []
for seed in range(5):
    build_instances(OUT / "corpus", VOCABULARY, OUT / f"seed{seed}", replace(config, seed=seed))
    source = InstanceSource(OUT / f"seed{seed}", "train")
    labels = [int(source[i]["pair_label"]) for i in range(min(len(source), 10_000))]
    shares.append(np.mean(labels))
    print(f"seed {seed}: {len(source):,} training instances, label 1: {shares[-1]:.1%}")
print(f"mean {np.mean(shares):.1%}, from {min(shares):.1%} to {max(shares):.1%}")

# %% [markdown]
# The seeds differ by a few points, the mean is close to section 5. If you ever want to report that one setting
# is better than another by two points, remember this spread.
#
# The same seed gives the same bytes, on any machine; another seed gives other puzzles.

# %%
first = {
    name: InstanceSource(OUT / name, "train")[0]["token_ids"].tolist()
    for name in ("instances", "seed0", "seed1")
}
print("seed 0 again: the same first row:", first["seed0"] == first["instances"])
print("seed 1:       the same first row:", first["seed1"] == first["instances"])

# %% [markdown]
# ## 11. You against a model
#
# **Why.** You know the puzzles now, so solve some. Your opponent is the kit's shipped model, `bioalbert-tiny`,
# which learned from real PubMed text and has never seen these abstracts. Only this section needs Keras.

# %%
from bioalbert_core.runtime import set_up

set_up()

# %%
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.weights.kit import read_kit
from bioalbert_core.albert.weights.loading import fill
from bioalbert_core.show.order_game import rounds_of
from bioalbert_core.show.widgets import sop_game

folder = find_model("bioalbert-tiny")
trained, tiny = read_kit(folder), Tokenizer(folder / "tokenizer.model")
model = build_pretraining_model(trained.config)
fill(model, trained)

played = [
    [tiny.encode(s) for s in document] for document in islice(read_corpus(OUT / "corpus"), 60)
]
rng = Random(0)
puzzles = [pair for n in range(len(played)) for pair in islice(pairs(played, n, 64, rng, "sop"), 1)]
rounds = rounds_of(model, tiny, puzzles)
right = sum(it.model_says == it.label for it in rounds)
ones = sum(it.label for it in rounds)
print(
    f"{len(rounds)} puzzles: the model has {right} right, always the same answer {max(ones, len(rounds) - ones)}"
)

# %% [markdown]
# Far better than always the same answer. But these puzzles are easy ones: each is the beginning of an abstract,
# where a title gives the order away, and some segments were lent by another document (section 5). You get the first ten. (This needs a running kernel.)

# %%
sop_game(model, tiny, puzzles[:10])

# %% [markdown]
# *In words: two segments, two buttons, "In order" and "Swapped", and the score: yours, the model's, and that of
# always saying "in order".*
#
# ## 12. Summary and questions
#
# Documents are cut into chunks, chunks into A and B, half of them swapped (SOP); whole words are hidden in
# short runs (MLM); whole documents are held out. And what comes out is counted, because "15 %" and "half"
# are intentions: rows of 512 hide 4 %, and short rows have more than half of label 1.
#
# <details><summary>A model has 62 % SOP accuracy. Good?</summary>
# It depends on how often the more common label occurs. In the kit's shipped model's held-out rows that is
# 62.5 %: then 62 % is nothing at all.
# </details>
#
# <details><summary>Why is NSP easier than SOP?</summary>
# A text from another document has another topic, so shared words give the answer away. Swapped segments
# share their topic.
# </details>
#
# <details><summary>Why are some of the chosen pieces left as they are?</summary>
# So that the model cannot rely on questions being marked: it has to have an opinion on every piece, as it
# must when it tags.
# </details>
#
# <details><summary>When are static masks the better choice?</summary>
# When other programs shall read the puzzles (the TFRecord format of Google's code), or when loading must cost
# as little as possible.
# </details>
#
# <details><summary>The held-out loss is far better than in the paper you follow. What do you check first?</summary>
# Whether held-out text stands in the training text: split by document? Repeated documents (notebook 01)?
# </details>
#
# **Read on.** The paper: section III.A and Table I. Lan et al. 2020 (ALBERT), for SOP; Joshi et al. 2020
# (SpanBERT), for runs of words. The grown-up code: `bioalbert_core/instances/`: `segments.py`, `masking.py`,
# `loading.py` (dynamic masks), `build.py`. Exercises: `exercises/03_mlm_and_sop_instances.ipynb`. Next:
# `04_building_albert.ipynb`, the model that solves the puzzles.
