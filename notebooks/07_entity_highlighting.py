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
# # Entity highlighting: what the tagger sees in your text
#
# **What you will be able to do.** You will turn raw text into entities with exact places, mark them in a
# page that is safe and that everybody can read, set predictions beside the truth, choose a score to trust,
# and hand the result to other programs.
#
# **Time.** CPU: about 10 seconds on two cores. GPU, TPU: not measured.
#
# **You need.** Notebook 06, or no wish to know where the tagger comes from.
#
# **Contents**
# 1. A tagger
# 2. Places in the untouched text
# 3. Marks that are safe and can be read by all
# 4. Your own text
# 5. Beside the truth
# 6. Which score to trust
# 7. Entities inside entities
# 8. For other programs
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

SCALE = "small"  # "paper": a tagger of your own, fine-tuned on the paper's data in notebook 06

# %% [markdown]
# ## 1. A tagger
#
# The kit ships one: `bioalbert-tiny-ner`, the small model of notebook 05, fine-tuned as in notebook 06 on seven
# real data sets at once. Each of them marks one type and says nothing of the others; together they taught it
# Disease, Chemical, Gene and Species. Its card, `data/models/bioalbert-tiny-ner/README.md`, has its scores.

# %%
from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.plumbing.shipped import data_folder

recognizer = EntityRecognizer.load("bioalbert-tiny-ner" if SCALE == "small" else "runs/06_bio_finetuning/tagger")
print(", ".join(recognizer.tagger.labels))

# %% [markdown]
# ## 2. Places in the untouched text
#
# **Why.** The model lower-cases, takes accents off and cuts words to pieces. A reader wants the mark on *her*
# text. So each entity carries the characters it stands at, counted in the text as it came, and this holds
# whatever was in it: `text[start:end] == entity.text`.

# %%
text = sorted((data_folder() / "test_texts").glob("*.txt"))[0].read_text("utf-8")
entities = recognizer(text)
for entity in entities[:6]:
    print(entity)

# %% [markdown]
# Text from the world is odd: Windows line ends, emoji, letters made of two characters, words written from
# right to left.

# %%
odd = "Fever 🤒 and re\u0301nal failure\r\nafter \u05d0\u05e1\u05e4\u05d9\u05e8\u05d9\u05df and TNF-α\u200b in mice.  \r\n\r\n"
for entity in recognizer(odd):
    assert odd[entity.start : entity.end] == entity.text
    print(entity.start, entity.end, repr(entity.text), entity.type)

# %% [markdown]
# ## 3. Marks that are safe and can be read by all
#
# **Why.** A page that shows other people's text must not run it. And a mark that is only a color says nothing to
# somebody who cannot see it, or sees no red. So everything is escaped, the type is written out behind each
# mark, the keyboard reaches every mark (Tab), and a screen reader says word, type and score.

# %%
from IPython.display import HTML

from bioalbert_core.show.highlight import highlight

HTML(highlight(text, entities))

# %% [markdown]
# *In words: the abstract with colored marks on what the tagger takes for a Disease, Chemical, Gene or Species; the
# type stands in small letters behind each mark.*

# %%
hostile = "<script>alert('aspirin')</script> against fever"
print(highlight(hostile, recognizer(hostile))[-260:])

# %% [markdown]
# The tag that would have run is text now: `&lt;script&gt;`.

# %% [markdown]
# ## 4. Your own text
#
# Type, press the button, choose types and the lowest score. (This needs a running kernel; a saved notebook shows
# the first text only.)

# %%
from bioalbert_core.show.widgets import highlighter

highlighter(recognizer, "Metformin lowers glucose in mice with type 2 diabetes and BRCA1 mutations.")

# %% [markdown]
# ## 5. Beside the truth
#
# **Why.** Marks look convincing, right or wrong. Here is a sentence of the test split with what people marked
# above and what the tagger found below.

# %%
from bioalbert_core.ner.bio import read_bio
from bioalbert_core.ner.recognizer import entities_of
from bioalbert_core.ner.sequence_tagger import Prediction

test = read_bio(data_folder() / "ner" / "test.tsv")


def with_gold(sentence):
    """The text of a sentence, its words joined by spaces, and its gold entities."""
    places, start = [], 0
    for word in sentence.words:
        places.append((start, start + len(word)))
        start += len(word) + 1
    text = " ".join(sentence.words)
    certain = Prediction(sentence.tags, (1.0,) * len(sentence.tags))
    return text, entities_of(text, places, certain)


sentence = max(test, key=lambda it: sum(tag[0] == "B" for tag in it.tags))
highlighter(recognizer, *with_gold(sentence))

# %% [markdown]
# *In words: the sentence twice, gold marks above, predicted ones below.*

# %% [markdown]
# ## 6. Which score to trust
#
# **Why.** Each entity has a score: the mean probability of its tags. Is 0.9 right nine times in ten? And if only
# entities above some score are kept, what is won and what is lost?

# %%
import numpy as np
import plotly.graph_objects as go

from bioalbert_core.evaluate.calibration import mention_scores
from bioalbert_core.ner.scores import strict_mentions

found = recognizer.tagger.predict([s.words for s in test])
gold = strict_mentions([s.tags for s in test])
guess = strict_mentions([p.tags for p in found])
scores, right = mention_scores(guess, gold, [p.scores for p in found])

thresholds = np.linspace(0.3, 0.99, 24)
kept = [(scores >= t) for t in thresholds]
precision = [right[k].mean() if k.any() else None for k in kept]
recall = [right[k].sum() / sum(map(len, gold)) for k in kept]
figure = go.Figure([go.Scatter(x=thresholds, y=precision, name="precision"),
                    go.Scatter(x=thresholds, y=recall, name="recall")])
figure.update_layout(title="Keep only entities above a score", template="plotly_white",
                     xaxis_title="lowest score that is kept", yaxis_range=[0, 1])
figure

# %% [markdown]
# *In words: two lines over the lowest score that is kept. Precision rises, recall falls.* There is no free choice:
# a curator who checks every entity wants recall; a counter of a million abstracts wants precision.

# %%
from bioalbert_core.evaluate.calibration import calibration

print(
    "mean distance between score and share right:",
    calibration(scores, right)["expected_calibration_error"],
)
print(f"mean score {scores.mean():.2f}, share right {right.mean():.2f}")

# %% [markdown]
# Where the mean score lies above the share that is right, the tagger is too sure of itself, as most networks are.

# %% [markdown]
# ## 7. Entities inside entities
#
# **Why.** BIO tags cannot say that "breast cancer" is a disease inside the name of a gene. Other sources can, and so
# can two taggers together. Marks inside marks show it.

# %%
from bioalbert_core.ner.recognizer import Entity

nested = "The breast cancer 1 gene repairs DNA."
inside = [
    Entity(4, 24, "Gene", nested[4:24], 1.0),
    Entity(4, 17, "Disease", nested[4:17], 1.0),
]
HTML(highlight(nested, inside))

# %% [markdown]
# *In words: "breast cancer 1 gene" is marked as a Gene, and within it "breast cancer" as a Disease.*

# %% [markdown]
# ## 8. For other programs
#
# **Why.** A mark in a page is for people. Programs want files: JSON Lines, CoNLL, PubTator, BioC, BRAT. All come from
# `python -m bioalbert_core.tag --model RUN texts/ --format pubtator`, which reads and writes as a stream, so that a
# million abstracts take no more memory than ten. Here is one text in three of the formats.

# %%
from bioalbert_core.tag.formats import FORMATS
from bioalbert_core.tag.sources import Document

short = text.split("\n\n")[0][:300]
for name in ("jsonl", "pubtator", "conll"):
    print(f"--- {name}")
    print("".join(FORMATS[name].write([(Document("demo", short), recognizer(short))]))[:420])

# %% [markdown]
# ## 9. Summary and questions
#
# An entity is a place in the untouched text; marks are escaped, written out and reachable; gold beside predicted
# shows what a color hides; a score is a trade of precision for recall; files carry the places to other programs.
#
# <details><summary>Why count characters of the original text and not of the cleaned one?</summary>
# Because the reader, the next program and the annotator all have the original. Places in a text that only the model
# has seen cannot be checked by anybody.
# </details>
#
# <details><summary>Why is a color alone not enough?</summary>
# One man in twelve sees some colors alike, a screen reader sees none, and a printed page may be gray. The
# written type works for all.
# </details>
#
# <details><summary>You keep only entities above 0.95. What happens to rare diseases?</summary>
# New and rare mentions get lower scores than those seen in training, so they go first. The result looks cleaner and
# knows less that is new.
# </details>
#
# **Read on.** The grown-up code: `bioalbert_core/ner/recognizer.py`, `show/highlight.py`, `tag/`.
# Headless: `python -m bioalbert_core.tag --help`.
