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
# # Exercises to "Corpus and cleaning"
#
# Write the bodies of the functions. The cell below each one checks your work and says what is probably
# wrong. The solutions are in `exercises/solutions/`; try first.

# %%
from bioalbert_core.course.checks.corpus_cleaning import (
    check_clean,
    check_first_copies,
    check_paragraph,
    check_spans,
)

# %% [markdown]
# ## 1. One paragraph (easy)
#
# Rule (i): blank lines go, and a document becomes one line. Between two words stands one space, whatever white
# space was there before; none stands at the ends.


# %%
def paragraph(text):
    """The text on one line."""
    # BEGIN SOLUTION
    return " ".join(text.split())
    # END SOLUTION


# %%
check_paragraph(paragraph)

# %% [markdown]
# ## 2. Two rules, one order (medium)
#
# Now with rule (ii): lines with fewer than `minimum` characters go. Spaces around a line do not count. You may
# use your `paragraph`. Think first which rule must come before the other.


# %%
def clean(text, minimum):
    """The text after rules (ii) and (i), on one line."""
    # BEGIN SOLUTION
    long = [line for line in text.splitlines() if len(line.strip()) >= minimum]
    return paragraph("\n".join(long))
    # END SOLUTION


# %%
check_clean(clean)

# %% [markdown]
# ## 3. Each text once (medium)
#
# `documents` is a list of documents, a document is a list of sentences. Return the documents without those whose
# text stood before, word for word; the others stay in their order. Imagine a million documents: comparing
# each with each would take days. (A list cannot be put into a set; a tuple can.)


# %%
def first_copies(documents):
    """The documents, each text once."""
    # BEGIN SOLUTION
    seen, kept = set(), []
    for document in documents:
        if tuple(document) not in seen:
            seen.add(tuple(document))
            kept.append(document)
    return kept
    # END SOLUTION


# %%
check_first_copies(first_copies)

# %% [markdown]
# ## 4. Find the bug (harder)
#
# The function shall tell where each sentence of a text starts and ends, so that `text[start:end]` is the
# sentence. It has two mistakes; one shows with any text, the other only when a text repeats itself. Mend both.


# %%
def spans(text, sentences):
    """Where each sentence stands in the text, as (start, end)."""
    found, position = [], 0
    for sentence in sentences:
        start = text.index(sentence, position)
        # BEGIN SOLUTION
        position = start + len(sentence)
        found.append((start, position))
        # INSTEAD
        # found.append((start, start + len(sentence) - 1))
        # END SOLUTION
    return found


# %%
check_spans(spans)

# %% [markdown]
# ## 5. An open question
#
# Copy the text of an article of your own field from a web page into a file, and read it with
# `read_documents` of `bioalbert_core.corpus.readers`. Which lines would rule (ii) take that you would keep, and
# which litter does it leave? Write a rule of your own, and count on ten articles what it gains and what it
# costs. There is no check for this one.
