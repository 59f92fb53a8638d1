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
# # Exercises to "Entity highlighting"
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
from html import escape

from bioalbert_core.course.checks.highlighting import (
    check_marked,
    check_places,
    check_threshold,
    check_without_overlaps,
)

# %% [markdown]
# ## 1. Where the words stand (easy)
#
# `words` are the words of `text` in order, without the white space. Return `(start, end)` for each, in characters.


# %%
def places(text, words):
    """(start, end) of each word; end excluded."""
    # BEGIN SOLUTION
    found, position = [], 0
    for word in words:
        start = text.index(word, position)
        position = start + len(word)
        found.append((start, position))
    return found
    # END SOLUTION


# %%
check_places(places)

# %% [markdown]
# ## 2. Find the bug (medium)
#
# The function shall mark `text[start:end]` in HTML. It shows people's text as it is, and that text may hold `<`, `>`
# and `&`. Mend it with `html.escape`.


# %%
def marked(text, start, end):
    """HTML with a mark around one entity."""
    # BEGIN SOLUTION
    before, inside, behind = escape(text[:start]), escape(text[start:end]), escape(text[end:])
    return f"{before}<mark>{inside}</mark>{behind}"
    # INSTEAD
    # return f"{text[:start]}<mark>{text[start:end]}</mark>{text[end:]}"
    # END SOLUTION


# %%
check_marked(marked)

# %% [markdown]
# ## 3. No overlaps (harder)
#
# `spans` is a list of `(start, end)`. Of spans that share a character the longest stays, of equally long ones the first
# in the list. Return those that stay, from left to right.


# %%
def without_overlaps(spans):
    """The spans that stay."""
    # BEGIN SOLUTION
    kept = []
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        if all(end <= a or b <= start for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
    # END SOLUTION


# %%
check_without_overlaps(without_overlaps)

# %% [markdown]
# ## 4. A threshold (harder)
#
# `scores[i]` is the score of an entity, `right[i]` whether it is right. Return the lowest score `t` such that of all
# entities with a score of at least `t` a share of `wanted` or more is right; `None` where there is none.


# %%
def threshold(scores, right, wanted):
    """The lowest score to keep."""
    # BEGIN SOLUTION
    for least in sorted(scores):
        kept = [good for score, good in zip(scores, right) if score >= least]
        if sum(kept) / len(kept) >= wanted:
            return least
    return None
    # END SOLUTION


# %%
check_threshold(threshold)

# %% [markdown]
# ## 5. An open question
#
# Tag ten abstracts of your own field, and mark on paper what is wrong. Which kind of error would hurt you most in your
# work, and which would you not even notice? There is no check for this one.
