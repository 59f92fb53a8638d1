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
# # Exercises to "Building ALBERT"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.

# %%
import numpy as np

from bioalbert_core.course.checks.building_albert import (
    check_attention_weights,
    check_block_of_each_layer,
    check_embedding_parameters,
    check_masked_attention,
)

# %% [markdown]
# ## 1. What factorization costs (easy)
#
# A `vocabulary` of so many pieces gets rows of `embedding` numbers (V rows of E). One dense layer **with bias**
# widens them to `hidden` numbers (H). How many parameters are that? Where E equals H there is no dense layer.


# %%
def embedding_parameters(vocabulary, embedding, hidden):
    """Parameters of the token table and of what widens it."""
    # BEGIN SOLUTION
    table = vocabulary * embedding
    wider = (embedding + 1) * hidden if embedding != hidden else 0
    return table + wider
    # END SOLUTION


# %%
check_embedding_parameters(embedding_parameters)

# %% [markdown]
# ## 2. Attention weights (medium)
#
# `queries` and `keys` are lists of rows of D numbers. Return the attention weights, a row for each query:
# dot products over the root of D, then a softmax over the keys. NumPy may help; a NumPy array may be
# returned. Scores can be large, and `exp(1000)` is too much for a computer: take the largest score of a row
# away from the row first.


# %%
def attention_weights(queries, keys):
    """(length, D) twice to weights (length, length)."""
    # BEGIN SOLUTION
    queries, keys = np.array(queries, float), np.array(keys, float)
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
    # END SOLUTION


# %%
check_attention_weights(attention_weights)

# %% [markdown]
# ## 3. Between BERT and ALBERT (medium)
#
# BERT has a block for each layer, ALBERT one for all. There is something in between: `groups` blocks for
# `layers` layers, each used by as many layers **in a row**. Return for each layer the number of its block,
# from 0: for 4 layers and 2 groups `[0, 0, 1, 1]`. The layers can always be divided evenly.


# %%
def block_of_each_layer(layers, groups):
    """The number of the block that each layer uses."""
    # BEGIN SOLUTION
    return [layer * groups // layers for layer in range(layers)]
    # END SOLUTION


# %%
check_block_of_each_layer(block_of_each_layer)

# %% [markdown]
# ## 4. Find the bug (harder)
#
# One query has a score for each piece; `mask` is 1 for a real piece and 0 for padding. The function below
# shall make attention weights of them. It runs, the weights add up to 1, and yet a sentence has another
# result when padding stands behind it. Mend it.


# %%
def masked_attention(scores, mask):
    """Scores (length,) and mask (length,) to weights (length,); padding gets none."""
    scores, mask = np.array(scores, float), np.array(mask)
    # BEGIN SOLUTION
    masked = np.where(mask == 1, scores, -1e9)
    # INSTEAD
    # masked = scores * mask
    # END SOLUTION
    e = np.exp(masked - masked.max())
    return e / e.sum()


# %%
check_masked_attention(masked_attention)

# %% [markdown]
# ## 5. An open question
#
# You may spend 12 million parameters, as the paper did, and not one more. Would you take a larger vocabulary, wider
# layers, two blocks instead of one, or wider embeddings? Count with `bioalbert_core.albert.counting.cost`: it tells
# parameters, work and memory for any `AlbertConfig`. What gets slower, and what would you have to measure before
# you believe that your choice is better? There is no check for this one.
