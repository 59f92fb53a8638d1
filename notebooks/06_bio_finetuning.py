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
# # Fine-tuning: from a language model to a tagger
#
# **What you will be able to do.** You will look a data set over before you trust it, line up words with
# pieces, fine-tune a pre-trained ALBERT (A Lite BERT) for named entity recognition (NER), set it beside
# baselines that cost nothing, and say what its score is worth.
#
# **Time.** CPU: about 3 minutes on two cores. GPU, TPU: not measured.
#
# **You need.** Notebook 00. 04 and 05 explain the model that we start from.
#
# **Contents**
# 1. Look at the data first
# 2. Words and pieces
# 3. What chooses the tags
# 4. Baselines first
# 5. Fine-tune
# 6. The same shape from random weights
# 7. What the score is worth
# 8. What went wrong
# 9. Summary and questions

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
from pathlib import Path

SCALE = (
    "small"  # "paper": NCBI-disease, fetched once, and the steps and rate of the paper's Table III
)
OUT = Path("runs/06_bio_finetuning")

# %% [markdown]
# ## 1. Look at the data first
#
# **Why.** A score is a score *on a data set*. Three questions decide what it can mean: how many mentions
# are there, are sentences of the test in the training data, and how many mentions of the test have been
# seen in training? `python -m bioalbert_core.ner.report` answers them for every data set.
#
# In BIO data each word has a tag: `B-` begins a mention, `I-` continues it, `O` is outside. The embedded
# set marks diseases, chemicals, genes and species in abstracts that were invented for this kit.

# %%
from bioalbert_core.ner.report import describe, report_table
from bioalbert_core.ner.sources import read_source
from bioalbert_core.plumbing.shipped import data_folder, find_model
from bioalbert_core.tokenizer import Tokenizer

model = find_model("bioalbert-tiny")
tokenizer = Tokenizer(model / "tokenizer.model")
data = data_folder() / "ner" if SCALE == "small" else "NCBI-disease"
print(report_table(describe(read_source(data), tokenizer)))

# %% [markdown]
# Nearly two thirds of the test mentions never stand in the training data. Whoever learns by heart must
# stay below 40 % recall here.

# %% [markdown]
# ## 2. Words and pieces
#
# **Why.** Tags belong to words, but the model reads pieces. Each word is cut on its own; its tag stands on
# the **first piece**, and the others are not scored. A sentence that is too long is read in overlapping
# windows, so that no word is ever cut off.

# %%
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.ner.window_reader import WindowReader

dataset = read_dataset(data)
sentence = next(s for s in dataset.train if 8 < len(s.words) < 16 and any(t != "O" for t in s.tags))
(window,) = WindowReader(tokenizer, max_length=128).windows([sentence.words])
for token_id, word in zip(window.token_ids, window.word_of):
    tag = f"{sentence.words[word]:16} {sentence.tags[word]}" if word >= 0 else "-"
    print(f"{tokenizer.pieces[token_id]:12} {tag}")

# %% [markdown]
# ## 3. What chooses the tags
#
# **Why.** A *softmax* chooses the tag of each word alone, as in the paper. Nothing stops it from saying
# `O I-Disease`, where an `I-` continues nothing. A *CRF* (conditional random field) scores whole rows of
# tags: what each word looks like, plus how well each tag follows the one before. Below: which tag may follow
# which. It finds the best row of all by going through the sentence once (Viterbi's algorithm).

# %%
import plotly.graph_objects as go

from bioalbert_core.ner.crf import legal_transitions

labels = ["O", "B-Disease", "I-Disease", "B-Gene", "I-Gene"]
figure = go.Figure(go.Heatmap(z=legal_transitions(labels).astype(int), x=labels, y=labels,
                              showscale=False, colorscale=["#fde0dd", "#e1f3d8"]))
figure.update_layout(title="May it follow? Row: the tag before. Column: this tag", height=340)
figure.update_yaxes(autorange="reversed")
figure

# %% [markdown]
# *In words: a table of five tags by five. All are allowed (green) except an I- tag behind anything but a B- or
# I- of its own type (red).*
#
# For small models that is worth several points: on NCBI-disease `bioalbert-tiny` comes to a devel F1 of 78.4 with a
# softmax and to 81.6 with a CRF (test 77.5 and 82.3; 1,000 steps, rate 0.0005, one seed each). So the preset
# `quick` has one; `paper`, with the settings of Table III, has none.

# %% [markdown]
# ## 4. Baselines first
#
# **Why.** A number alone says nothing. The first baseline has read the training mentions and looks them up; it
# trains in no time. Baselines are made by the same function, and scored alike.

# %%
from bioalbert_core.config import FINETUNE_PRESETS, with_steps
from bioalbert_core.finetune.run import finetune
from bioalbert_core.ner.scores import score_table

config = FINETUNE_PRESETS["paper"]
if SCALE == "small":
    config = with_steps(FINETUNE_PRESETS["quick"], 400)

results = {}
results["dictionary"] = finetune([data], "dictionary", OUT / "dictionary", config)
print(score_table(results["dictionary"][dataset.name]["test"]))

# %% [markdown]
# ## 5. Fine-tune
#
# **Why.** Now labels meet what the model knows of the language: a new head on the pre-trained encoder, and all
# weights may move, by small steps. Every 200 steps the devel split is scored and the best weights are kept; the
# test split is looked at once, at the end. (The devel split chooses, so its score is too kind.)

# %%
results["bioalbert-tiny"] = finetune([data], model, OUT / "tagger", config, resume=True)
print(score_table(results["bioalbert-tiny"][dataset.name]["test"]))

# %% [markdown]
# ## 6. The same shape from random weights
#
# **Why.** What did pre-training bring? There is only one honest way to know: the same shape, data, steps and
# seed, but random weights.

# %%
from dataclasses import replace

random_start = replace(config, start="random")
results["random weights"] = finetune([data], model, OUT / "random", random_start, resume=True)
for name, scores in results.items():
    print(f"{name:16} strict test F1 {scores[dataset.name]['test']['overall']['f1']:.1%}")

# %% [markdown]
# ## 7. What the score is worth
#
# **Why.** The test split is a sample. Had other sentences been drawn, the score would be another. The
# *bootstrap* draws sentences again, with replacement, a thousand times; 95 % of the scores lie in the interval
# below. Two systems whose intervals overlap may still differ: `--versus` tests them on the same sentences.

# %%
from bioalbert_core.evaluate.comparison import evaluate

gold = dataset.files[-1]
runs = {"dictionary": "dictionary", "random weights": "random", "bioalbert-tiny": "tagger"}
scored = {
    name: evaluate(gold, OUT / run / "test_predictions.tsv", train=[dataset.files[0]])
    for name, run in runs.items()
}
for name, scores in scored.items():
    low, high = scores["intervals"]["overall"]["f1"]
    print(f"{name:16} F1 {scores['overall']['f1']:.1%}, 95 % interval {low:.1%} to {high:.1%}")

# %% [markdown]
# Now the same predictions, counted word by word with all the easy `O`s. This is how scores come to look like
# 95 %: a tagger that finds *nothing* has nearly as much.

# %%
for name, scores in scored.items():
    tokens = scores["tokens"]["predicted"]
    print(
        f"{name:16} token accuracy {tokens['token_accuracy']:.1%}, strict F1 {scores['overall']['f1']:.1%}"
    )
nothing = scored["dictionary"]["tokens"]["all_o"]
print(f"{'says only O':16} token accuracy {nothing['token_accuracy']:.1%}, strict F1 0.0%")

# %% [markdown]
# Learned, or learned by heart? Recall of mentions that stand in the training data, and of new ones:

# %%
for name, scores in scored.items():
    novelty = scores["novelty"]
    told = [f"{kind} {novelty[kind]['found']} of {novelty[kind]['mentions']}" for kind in novelty]
    print(f"{name:16} found: {', '.join(told)}")

# %% [markdown]
# The dictionary finds nothing new, by its nature. That is what a model is for.

# %% [markdown]
# ## 8. What went wrong
#
# **Why.** An F1 does not tell what to mend. Each gold and each predicted mention gets one kind: correct, wrong
# ends (*boundary*), wrong type, missed, or spurious.

# %%
from bioalbert_core.show.scores import score_figure

score_figure(scored["bioalbert-tiny"], "bioalbert-tiny on the test split")

# %% [markdown]
# *In words: on top F1 by type with its interval, below the kinds of errors by type. The intervals are wide, for
# there are few mentions.*
#
# Look at the mentions themselves; choose a kind.

# %%
from bioalbert_core.ner.bio import read_bio
from bioalbert_core.show.widgets import error_browser

error_browser(read_bio(gold), read_bio(OUT / "tagger" / "test_predictions.tsv"))

# %% [markdown]
# ## 9. Summary and questions
#
# Look at the data before the score; put the tag on the first piece; start from baselines; keep the best weights by
# devel and look at test once; give an interval, and never take token accuracy for an entity score.
#
# <details><summary>Why is the best step chosen on devel and not on test?</summary>
# Whoever chooses on test reports the luckiest of many looks. The score would be too high, and nobody could tell
# by how much.
# </details>
#
# <details><summary>A word is cut into five pieces. How often does it count in the loss?</summary>
# Once: on its first piece. Otherwise long chemical names would weigh more than short words.
# </details>
#
# <details><summary>Two data sets are learned together; one marks only diseases. What does its O say about genes?</summary>
# Nothing. There "O" and all gene tags are allowed, and the loss asks only that the sum of their probabilities be
# high (`ner/losses.py`). To take it as "no gene" would teach the tagger to miss genes.
# </details>
#
# <details><summary>The intervals of two systems overlap. Are they equally good?</summary>
# Not necessarily. They were scored on the same sentences, so compare sentence by sentence: a paired test
# (`evaluate --versus`) can see a difference that two intervals hide.
# </details>
#
# **Read on.** The paper: section III.B, Table III. The grown-up code: `bioalbert_core/ner/`, `finetune/`,
# `evaluate.py`. Headless: `python -m bioalbert_core.finetune --help`.
