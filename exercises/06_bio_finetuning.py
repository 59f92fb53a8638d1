# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises to "Fine-tuning"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.

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
    from bioalbert_core.course.runtime import set_up

    set_up(keras=False)
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")

# %%
from itertools import product

from bioalbert_core.course.checks.finetuning import (
    check_best_path,
    check_first_pieces,
    check_recall_of_new,
    check_repaired,
)

# %% [markdown]
# ## 1. Where the tags go (easy)
#
# Each word is a list of pieces, for example `[["▁the"], ["▁", "pf", "ke"]]`. The model reads `[CLS]`, then all pieces
# in a row. Return the position of the first piece of each word: here `[1, 2]`.


# %%
def first_pieces(words):
    """The position of each word's first piece, [CLS] counted."""
    # BEGIN SOLUTION
    places, position = [], 1
    for pieces in words:
        places.append(position)
        position += len(pieces)
    return places
    # END SOLUTION


# %%
check_first_pieces(first_pieces)

# %% [markdown]
# ## 2. Repair (medium)
#
# A softmax can say `["O", "I-Gene"]`. Return legal tags: an `I-` that continues no mention of its type becomes a `B-`;
# all else stays.


# %%
def repaired(tags):
    """Legal BIO tags."""
    # BEGIN SOLUTION
    legal, before = [], "O"
    for tag in tags:
        if tag.startswith("I-") and before[2:] != tag[2:]:
            tag = "B-" + tag[2:]
        legal.append(tag)
        before = tag
    return legal
    # END SOLUTION


# %%
check_repaired(repaired)

# %% [markdown]
# ## 3. Find the bug (harder)
#
# `scores[i][k]` is how well tag `k` suits word `i`; `legal[a][b]` says whether tag `b` may follow tag `a`. Before the
# first word stands an `O`, which is tag 0. The function shall return the legal row of tags with the highest sum.
# It goes from left to right and takes what looks best at each word. Mend it: sentences here are short, so you may
# simply try all rows (`itertools.product`).


# %%
def best_path(scores, legal):
    """The best legal row of tags, a list of numbers."""
    # BEGIN SOLUTION
    best, best_sum = [], float("-inf")
    for row in product(range(len(legal)), repeat=len(scores)):
        steps = zip((0, *row), row)
        total = sum(scores[i][tag] for i, tag in enumerate(row))
        if all(legal[a][b] for a, b in steps) and total > best_sum:
            best, best_sum = list(row), total
    return best
    # INSTEAD
    # row = []
    # for word in scores:
    #     row.append(max(range(len(word)), key=lambda tag: word[tag]))
    # return row
    # END SOLUTION


# %%
check_best_path(best_path)

# %% [markdown]
# ## 4. Read or remembered? (harder)
#
# `train`, `gold` and `found` are lists of mentions, each a string. Return the share of the *new* gold mentions that were
# found. A mention is new when it does not stand in `train`, whatever its case. Where there is no new mention, 0.0.


# %%
def recall_of_new(train, gold, found):
    """Recall of mentions that training never showed."""
    # BEGIN SOLUTION
    known = {mention.lower() for mention in train}
    new = [mention for mention in gold if mention.lower() not in known]
    if not new:
        return 0.0
    return len([mention for mention in new if mention in found]) / len(new)
    # END SOLUTION


# %%
check_recall_of_new(recall_of_new)

# %% [markdown]
# ## 5. An open question
#
# Fine-tune with three seeds (`--seeds 3`). How far do the scores lie apart? Now read a paper that claims a gain of 0.3
# points from one seed each. What would you ask its authors? There is no check for this one.
