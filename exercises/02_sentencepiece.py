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
# # Exercises to "SentencePiece"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.

# %%
import unicodedata

from bioalbert_core.course.checks.pieces import (
    check_best_cut,
    check_joined,
    check_normal_words,
    check_pieces_per_word,
)
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.tokenizer import Tokenizer

# %% [markdown]
# ## 1. Normal words (easy)
#
# Return the words of a text as ALBERT sees them: in small letters, without accents, and with `ﬁ` as `fi`.
# `unicodedata.normalize(form, text)` takes characters apart, where `form` is one of four: `"NFC"`, `"NFD"`,
# `"NFKC"`, `"NFKD"`. `unicodedata.combining(character)` tells whether a character is an accent.


# %%
def normal_words(text):
    """The normalized words of a text."""
    # BEGIN SOLUTION
    apart = unicodedata.normalize("NFKD", text)
    base = "".join(c for c in apart if not unicodedata.combining(c))
    return base.lower().split()
    # END SOLUTION


# %%
check_normal_words(normal_words)

# %% [markdown]
# ## 2. Pieces per word (easy)
#
# How many pieces does a word take on average? You get the pieces of a text; a piece that begins with `▁`
# starts a word. For a text without words return 0.


# %%
def pieces_per_word(pieces):
    """The number of pieces over the number of words."""
    # BEGIN SOLUTION
    words = sum(piece.startswith("▁") for piece in pieces)
    return len(pieces) / words if words else 0.0
    # END SOLUTION


# %%
check_pieces_per_word(pieces_per_word)

# %% [markdown]
# ## 3. The best cut (harder)
#
# `scores` gives the score of each piece. Return the pieces of `word`, joined again the same word, whose scores
# have the highest sum. You may trust that there is a way. To try all ways is fine here. If you want
# the quick method: go through the places of the word from left to right, and keep for each place the best way
# to get there.


# %%
def best_cut(word, scores):
    """The pieces with the highest sum of scores."""
    # BEGIN SOLUTION
    best = {0: (0.0, [])}
    for end in range(1, len(word) + 1):
        ways = []
        for start in range(end):
            piece = word[start:end]
            if start in best and piece in scores:
                total, pieces = best[start]
                ways.append((total + scores[piece], [*pieces, piece]))
        if ways:
            best[end] = max(ways)
    return best[len(word)][1]
    # END SOLUTION


# %%
check_best_cut(best_cut)

# %% [markdown]
# ## 4. Find the bug (medium)
#
# The function shall give the ids of `[CLS] a [SEP] b [SEP]`, the row that the model reads. It runs without an
# error, and a model trained with it would even learn something. What is wrong? Print the ids and mend it.

# %%
tokenizer = Tokenizer(find_model("bioalbert-tiny") / "tokenizer.model")


def joined(a, b):
    """The ids of two texts in one row."""
    # BEGIN SOLUTION
    first, second = tokenizer.encode(a), tokenizer.encode(b)
    return [tokenizer.cls_id, *first, tokenizer.sep_id, *second, tokenizer.sep_id]
    # INSTEAD
    # return tokenizer.encode(f"[CLS] {a} [SEP] {b} [SEP]")
    # END SOLUTION


# %%
check_joined(joined)

# %% [markdown]
# ## 5. An open question
#
# Take twenty names of your own field and cut them with `tokenizer`. Which pieces mean something to you, and
# which are splinters? Would you rather train with a vocabulary of your own, and lose the weights that ALBERT
# learned, or keep ALBERT's vocabulary and its splinters? What would you measure to decide? There is no check
# for this one.
