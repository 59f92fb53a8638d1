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
# # Exercises to "Reading the results"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.

# %%
from bioalbert_core.course.checks.reading_the_results import (
    check_f1,
    check_gain,
    check_recall_of_tags,
    check_token_accuracy,
)

# %% [markdown]
# ## 1. F1 from a table (easy)
#
# Precision and recall stand in percent. Return F1 in percent, rounded to two digits behind the point, as tables
# have it. Where both are 0, F1 is 0.


# %%
def f1(precision, recall):
    """Percent and percent to percent."""
    # BEGIN SOLUTION
    if precision + recall == 0:
        return 0.0
    return round(2 * precision * recall / (precision + recall), 2)
    # END SOLUTION


# %%
check_f1(f1)

# %% [markdown]
# ## 2. A gain, over the right baseline (medium)
#
# `scores` has the F1 of each system by its name. Systems whose name begins with "BioALBERT" are the paper's own.
# Return how far the best of them is above the best of **all** others, rounded to two digits. (It may be below; then
# the gain is negative.)


# %%
def gain(scores):
    """A dictionary of names and F1 to a difference in points."""
    # BEGIN SOLUTION
    own = [f1 for name, f1 in scores.items() if name.startswith("BioALBERT")]
    others = [f1 for name, f1 in scores.items() if not name.startswith("BioALBERT")]
    return round(max(own) - max(others), 2)
    # END SOLUTION


# %%
check_gain(gain)

# %% [markdown]
# ## 3. The score that flatters (medium)
#
# `gold` and `predicted` are lists of sentences, and a sentence is a list of tags, one for each word. Return the
# share of all words whose predicted tag is right. Then think of a tagger that only says O.


# %%
def token_accuracy(gold, predicted):
    """Two lists of lists of tags to a number between 0 and 1."""
    # BEGIN SOLUTION
    pairs = [
        pair for right, guess in zip(gold, predicted, strict=True) for pair in zip(right, guess)
    ]
    return sum(right == guess for right, guess in pairs) / len(pairs)
    # END SOLUTION


# %%
check_token_accuracy(token_accuracy)

# %% [markdown]
# ## 4. Find the bug (harder)
#
# The function below shall say which share of the gold tags other than O was predicted. It counts too much, and it
# forgets something: a model that reads 512 pieces at most gives *fewer tags than words* for a long sentence. What it did
# not read it did not find. Mend both.


# %%
def recall_of_tags(gold, predicted):
    """The share of gold B and I tags that were predicted; tags that are not there are missed."""
    found = wanted = 0
    for right, guess in zip(gold, predicted):
        # BEGIN SOLUTION
        guess = list(guess) + ["O"] * (len(right) - len(guess))
        # END SOLUTION
        for one, other in zip(right, guess):
            # BEGIN SOLUTION
            if one != "O":
                wanted += 1
                found += one == other
            # INSTEAD
            # wanted += 1
            # found += one == other
            # END SOLUTION
    return found / wanted if wanted else 0.0


# %%
check_recall_of_tags(recall_of_tags)

# %% [markdown]
# ## 5. An open question
#
# Take a paper of your own field that reports scores of NER. Which of its numbers can you compute again from others?
# Does it say whether scores are by words or by mentions, on which split, over how many seeds, and over which
# baseline? Write the three questions that you would send to its authors. There is no check for this one.
