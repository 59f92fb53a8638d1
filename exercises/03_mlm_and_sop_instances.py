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
# # Exercises to "Instances"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.
#
# In all of them the special pieces have the ids 0 (`<pad>`), 2 (`[CLS]`), 3 (`[SEP]`) and 4 (`[MASK]`).

# %%
from bioalbert_core.course.checks.instances import (
    check_hide,
    check_make_pair,
    check_pack,
    check_training_part,
    check_words,
)

# %% [markdown]
# ## 1. A row (easy)
#
# Put two segments of ids into one row: `[CLS] a [SEP] b [SEP]`, filled up with `<pad>` to `length`. You may
# trust that there is room.


# %%
def pack(a, b, length):
    """A row of exactly ``length`` ids."""
    # BEGIN SOLUTION
    row = [2, *a, 3, *b, 3]
    return row + [0] * (length - len(row))
    # END SOLUTION


# %%
check_pack(pack)

# %% [markdown]
# ## 2. A pair (easy)
#
# Make a pair for SOP from the sentences of a document, each a list of ids. `cut` is the number of sentences
# that go into the first segment; the others go into the second. If `swap` is true, the segments change
# places. Return `[A, B, label]`; the label is 0 in order, 1 swapped.


# %%
def make_pair(sentences, cut, swap):
    """Two segments of ids and their label."""
    # BEGIN SOLUTION
    first = [id_ for sentence in sentences[:cut] for id_ in sentence]
    second = [id_ for sentence in sentences[cut:] for id_ in sentence]
    return [second, first, 1] if swap else [first, second, 0]
    # END SOLUTION


# %%
check_make_pair(make_pair)

# %% [markdown]
# ## 3. Eighty, ten, ten (medium)
#
# `positions` were chosen to be predicted. For each of them there is a number in `draws` (from 0 to 1, drawn by
# chance) and a random piece in `others`. Below 0.8 the position becomes `[MASK]`, below 0.9 the other piece,
# else it stays. Return the new ids, and leave the given list alone: the true ids are still needed.


# %%
def hide(ids, positions, draws, others):
    """The ids as the model shall see them."""
    # BEGIN SOLUTION
    shown = list(ids)
    for position, draw, other in zip(positions, draws, others):
        if draw < 0.8:
            shown[position] = 4
        elif draw < 0.9:
            shown[position] = other
    return shown
    # END SOLUTION


# %%
check_hide(hide)

# %% [markdown]
# ## 4. Whole words (harder)
#
# List `(start, end)` of each whole word in a row of pieces, where `end` is the position behind its last
# piece. A piece that begins with `▁` starts a word, others go on with it. `[CLS]` and `[SEP]` belong to no
# word. (ALBERT has further rules, for digits and signs; leave them out.)


# %%
def words(pieces):
    """Where each whole word stands."""
    # BEGIN SOLUTION
    found = []
    for place, piece in enumerate(pieces):
        if piece.startswith("▁"):
            found.append((place, place + 1))
        elif piece not in ("[CLS]", "[SEP]"):
            found[-1] = (found[-1][0], place + 1)
    return found
    # END SOLUTION


# %%
check_words(words)

# %% [markdown]
# ## 5. Find the bug (harder)
#
# `rows` is a list of `(document, text)`: each document was cut into several rows. Documents whose number
# can be divided by `every` are held out for testing; the function shall return the rows to train on. The
# test scores it leads to are wonderful. Why? Mend it.


# %%
def training_part(rows, every):
    """The rows of the documents that are not held out."""
    # BEGIN SOLUTION
    return [(document, text) for document, text in rows if document % every]
    # INSTEAD
    # return [row for place, row in enumerate(rows) if place % every]
    # END SOLUTION


# %%
check_training_part(training_part)

# %% [markdown]
# ## 6. An open question
#
# ALBERT hides any words, "of" as often as "methotrexate". Which words would you hide if the model shall later
# find drugs and genes, and where would you get a list of them? What might the model then learn worse? Plan the
# smallest experiment that could show a difference: what is trained, what is measured, with how many seeds?
# There is no check for this one.
