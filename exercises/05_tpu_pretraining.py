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
# # Exercises to "Pre-training"
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
import numpy as np

from bioalbert_core.course.checks.pretraining import (
    check_accumulated,
    check_days,
    check_rate,
    check_trust_ratio,
)

# %% [markdown]
# ## 1. The schedule (easy)
#
# During the first `warmup` steps the rate rises in a line from 0 towards `peak`. From then on it is
# `peak * (1 - step / steps)`.


# %%
def rate(step, peak, warmup, steps):
    """The learning rate at a step."""
    # BEGIN SOLUTION
    if step < warmup:
        return peak * step / warmup
    return peak * (1 - step / steps)
    # END SOLUTION


# %%
check_rate(rate)

# %% [markdown]
# ## 2. The trust ratio (medium)
#
# LAMB multiplies the update of a layer by the length of its weights over the length of the update. Both are
# NumPy arrays of any shape. Where either length is 0, the ratio is 1.


# %%
def trust_ratio(weights, update):
    """|weights| / |update|, a float."""
    # BEGIN SOLUTION
    of_weights, of_update = np.linalg.norm(weights), np.linalg.norm(update)
    if of_weights == 0 or of_update == 0:
        return 1.0
    return float(of_weights / of_update)
    # END SOLUTION


# %%
check_trust_ratio(trust_ratio)

# %% [markdown]
# ## 3. Find the bug (harder)
#
# A batch comes in parts. `gradients[i]` is the gradient of the *mean* loss over the masked positions of part
# `i`, and `counts[i]` says how many those are. The function shall give the gradient of the mean loss over the whole
# batch. It is right only when all parts are alike. Mend it.


# %%
def accumulated(gradients, counts):
    """The gradient of the whole batch."""
    # BEGIN SOLUTION
    total = sum(counts)
    return sum(gradient * count / total for gradient, count in zip(gradients, counts))
    # INSTEAD
    # return sum(gradients) / len(gradients)
    # END SOLUTION


# %%
check_accumulated(accumulated)

# %% [markdown]
# ## 4. How long will it take? (harder)
#
# `flops` is what one sequence takes, forward and backward; `peak` is what the device can do in a second;
# `utilization` is the share of it that is reached. Return days.


# %%
def days(steps, batch_size, flops, peak, utilization):
    """Days of training."""
    # BEGIN SOLUTION
    seconds = steps * batch_size * flops / (peak * utilization)
    return seconds / 86_400
    # END SOLUTION


# %%
check_days(days)

# %% [markdown]
# ## 5. An open question
#
# Take one of the shipped settings (`PRETRAIN_PRESETS["tiny"]`), change one thing (the rate, the batch, the start),
# and train 300 steps twice, with seeds 0 and 1. Is the difference between your setting and the old one larger than
# that between the seeds? There is no check for this one.
