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
# # Exercises to "Start here"
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
from bioalbert_core.course.checks.start_here import (
    check_entities,
    check_short_lines,
    check_strict_f1,
)

# %% [markdown]
# ## 1. A cleaning rule (easy)
#
# The paper drops every line shorter than 20 characters. Return the lines that stay, unchanged and in
# order. Spaces around a line do not count.


# %%
def drop_short(lines):
    """The lines of at least 20 characters."""
    # BEGIN SOLUTION
    return [line for line in lines if len(line.strip()) >= 20]
    # END SOLUTION


# %%
check_short_lines(drop_short)

# %% [markdown]
# ## 2. From tags to entities (medium)
#
# Tags are given for the words of a sentence, for example `["O", "B-Gene", "I-Gene"]`. Return a list of
# `(start, end, type)`, where `end` is the position behind the last word: here `[(1, 3, "Gene")]`. You may
# trust the tags: an `I-` always continues an entity of its type.


# %%
def entities(tags):
    """The entities of a sentence as (start, end, type)."""
    # BEGIN SOLUTION
    found = []
    for position, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append((position, position + 1, tag[2:]))
        elif tag.startswith("I-"):
            start, _, type_ = found.pop()
            found.append((start, position + 1, type_))
    return found
    # END SOLUTION


# %%
check_entities(entities)

# %% [markdown]
# ## 3. Find the bug (harder)
#
# The function below shall compute the strict F1 of two sets of `(start, end, type)`. It is too kind, and
# it stops with an error in one case. Mend it.


# %%
def strict_f1(gold, found):
    """Strict F1: an entity counts only when both ends and the type are right."""
    # BEGIN SOLUTION
    right = len(gold & found)
    # INSTEAD
    # starts = {start for start, _, _ in gold}
    # right = len([entity for entity in found if entity[0] in starts])
    # END SOLUTION
    # BEGIN SOLUTION
    if right == 0:
        return 0.0
    # END SOLUTION
    precision = right / len(found)
    recall = right / len(gold)
    return 2 * precision * recall / (precision + recall)


# %%
check_strict_f1(strict_f1)

# %% [markdown]
# ## 4. An open question
#
# Take an abstract of your own field. Which words would you mark as Disease, Chemical, Gene or Species, and
# where do two sensible people disagree? Compare with `data/mini/GUIDELINES.md`. There is no check for this
# one.
