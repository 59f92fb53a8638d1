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
# # Pre-training: LAMB, a schedule, and any number of devices
#
# **What you will be able to do.** You will work out one update of LAMB (layer-wise adaptive moments for
# batch training) with pencil and NumPy, train a small ALBERT (A Lite BERT) on this machine, stop it and go
# on as if nothing had happened, spread a batch over eight devices, and say what the run of the paper cost.
#
# **Time.** CPU: about 3 minutes on two cores. GPU, TPU: not measured.
#
# **You need.** Notebooks 03 (instances) and 04 (the model), or a belief in both. On Colab this notebook
# runs on every runtime; on a TPU it runs on JAX, for TensorFlow no longer works there.
#
# **Contents**
# 1. What we train on
# 2. The devices
# 3. LAMB, by hand
# 4. The schedule
# 5. Train, stop, go on
# 6. A large batch on a small device
# 7. Eight devices
# 8. What the run of the paper takes
# 9. A model that was trained for longer
# 10. Summary and questions

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
    from bioalbert_core.runtime import set_up

    set_up()
else:
    print("The kit is not here. On Colab: click the folder on the left, upload an archive of the")
    print("kit named bioalbert.zip, and run this cell again. On your own machine: run make lab.")

# %%
from pathlib import Path

SCALE = "small"  # "paper": base, batches of 1024, 512 pieces. Give it your own instances and a TPU
OUT = Path("runs/05_tpu_pretraining")
STEPS = 300 if SCALE == "small" else 200_000

# %% [markdown]
# ## 1. What we train on
#
# **Why.** Training reads *instances*: numbers of pieces, some of them masked, in two segments whose order
# has to be judged. Notebook 03 makes them; here one line does. 5 % of the documents or more are *held
# out*: the model never trains on them, so they tell whether it learned the language or the texts.

# %%
from bioalbert_core.folders import read_manifest
from bioalbert_core.mini import prepare_instances

instances = prepare_instances(OUT / "data") if SCALE == "small" else Path("instances")
made = read_manifest(instances, "instances")
print(made["counts"])
print({name: made["settings"][name] for name in ("seq_len", "max_predictions", "pair", "masking")})

# %% [markdown]
# ## 2. The devices
#
# **Why.** The paper trained on a TPU (tensor processing unit) with eight cores. Each core holds all
# weights and takes an eighth of the batch; the gradients are added up. That is *data parallel* training,
# and the kit does it on whatever is here: this line stands at the start of each log.

# %%
from bioalbert_core.config import PRETRAIN_PRESETS
from bioalbert_core.pretrain.devices import choose_devices

preset = PRETRAIN_PRESETS["tiny" if SCALE == "small" else "bioalbert-1.0-pubmed"]
devices = choose_devices(None, preset.batch_size)
print(devices.told(preset.batch_size))

# %% [markdown]
# ## 3. LAMB, by hand
#
# **Why.** Large batches need large steps, but layers differ: a step that is right for one is far too
# large for another. LAMB gives each layer a step in proportion to the size of its own weights.
#
# For the weights w of a layer with gradient g:
#
# 1. m follows g, and v follows g², each slowly (the *moments*, as in Adam);
# 2. the update is u = m / (√v + ε), plus a little of w itself (*weight decay*);
# 3. the step is rate · (|w| / |u|) · u. The fraction is the **trust ratio**.
#
# So each layer moves by the same share of its own length: with rate 0.002, by 0.2 %. Here is that in NumPy,
# beside the kit's `Lamb`.

# %%
import keras
import numpy as np

from bioalbert_core.pretrain.optimizers import Lamb

weights = np.array([[3.0, 4.0], [0.0, 0.0]], "float32")
gradient = np.array([[1.0, -1.0], [10.0, 0.1]], "float32")

m, v = 0.1 * gradient, 0.001 * gradient**2  # from zero: 1 - beta_1 and 1 - beta_2 of the gradient
update = m / (np.sqrt(v) + 1e-6) + 0.01 * weights
trust_ratio = np.linalg.norm(weights) / np.linalg.norm(update)
by_hand = weights - 0.002 * trust_ratio * update

kernel = keras.Variable(weights, name="kernel")
optimizer = Lamb(learning_rate=0.002)
optimizer.build([kernel])
optimizer.apply([keras.ops.convert_to_tensor(gradient)])

print("trust ratio", trust_ratio.round(3))
print("by hand\n", by_hand)
print("the kit's\n", keras.ops.convert_to_numpy(kernel))
print("moved by", np.linalg.norm(by_hand - weights) / np.linalg.norm(weights), "of its length")

# %% [markdown]
# A gradient of 10 and one of 0.1 move their weights equally far: the moments take the size out. (Google's
# code, which the paper ran, has no *bias correction* of the moments; `keras.optimizers.Lamb` has. That is
# one of three differences that the tests of the kit pin down.)
#
# Now the trust ratios of a whole model, after one real batch. A step of plain gradient descent with rate 1
# moves the weights by their gradients, so the difference *is* the gradient, on any backend.

# %%
from dataclasses import replace

from bioalbert_core.instances.loading import train_batches
from bioalbert_core.pretrain.measuring import for_keras
from bioalbert_core.pretrain.training import new_model

shape = replace(preset.model, vocab_size=made["vocab_size"])
batch = for_keras(train_batches(instances, preset.batch_size, seed=0)[0])

model = new_model(shape, preset, seed=0)
before = [keras.ops.convert_to_numpy(it) for it in model.trainable_variables]
model.compile(optimizer=keras.optimizers.SGD(1.0), loss=model.loss)
model.train_on_batch(*batch)
after = [keras.ops.convert_to_numpy(it) for it in model.trainable_variables]
gradients = [old - new for old, new in zip(before, after)]

ratios = {}
for variable, weights, gradient in zip(model.trainable_variables, before, gradients):
    if not variable.name.endswith(("bias", "gamma", "beta")):  # those have no trust ratio
        update = 0.1 * gradient / (np.sqrt(0.001) * np.abs(gradient) + 1e-6) + 0.01 * weights
        ratios[variable.path] = np.linalg.norm(weights) / np.linalg.norm(update)

# %%
import plotly.graph_objects as go

names = sorted(ratios, key=ratios.get)
figure = go.Figure(go.Bar(x=[ratios[name] for name in names], y=names, orientation="h"))
figure.update_layout(title="Trust ratio of each layer in the first step", template="plotly_white",
                     height=420, xaxis_title="length of the weights / length of the update")
figure

# %% [markdown]
# *In words: a bar for each matrix of the model. All are short, far below 1: new weights are small, and in a
# first step each moves by 3.2 times the rate, whatever its gradient. Two bars are several times as long as the
# others, those of the queries and the keys of attention.* Their gradients are tiny at first, for attention
# that looks everywhere alike gives them no direction; so their updates are small, and LAMB makes up for it.
# With one rate for all, as in plain Adam, those two layers would hardly begin to learn.

# %% [markdown]
# ## 4. The schedule
#
# **Why.** The first gradients mean little, so the rate begins at 0 and *warms up*. Then it falls in a
# straight line, so that the last steps settle what the first ones stirred. Table I of the paper: rate
# 0.00176, 3,125 steps of warm-up, 200,000 steps, for version 1.0.

# %%
from bioalbert_core.pretrain.schedule import WarmupLinearDecay

paper = PRETRAIN_PRESETS["bioalbert-1.0-pubmed"]
schedule = WarmupLinearDecay(paper.peak_rate, paper.warmup_steps, paper.steps)
steps = sorted({*range(0, paper.steps + 1, 1000), paper.warmup_steps - 1, paper.warmup_steps})
figure = go.Figure(go.Scatter(x=steps, y=[float(schedule(step)) for step in steps]))
figure.update_layout(title="Learning rate of BioALBERT 1.0 on PubMed", template="plotly_white",
                     height=320, xaxis_title="step", yaxis_title="rate")
figure

# %% [markdown]
# *In words: a steep line up to 0.0017 within the first 3,125 steps, then a long straight line down to 0 at
# step 200,000. At the tip there is a small drop: Google's code counts the decay from step 0.*

# %% [markdown]
# ## 5. Train, stop, go on
#
# **Why.** Colab ends a session when it pleases, and a run of days meets a power cut sooner or later. So
# each look at the held-out documents leaves a *checkpoint*: weights, moments, random states, and where in
# the data the run stood. Below we pull the plug in the middle of the run. The picture is live.

# %%
from bioalbert_core.config import with_steps
from bioalbert_core.pretrain.training import pretrain
from bioalbert_core.show.curves import live_curves

config = replace(with_steps(preset, STEPS), evaluate_every=STEPS // 6)
draw = live_curves(("mlm_loss", "mlm_accuracy"), "A run that is stopped")


def pull_the_plug(line):
    """Draw each line of the log; at half time, stop everything."""
    draw(line)
    if line["step"] == STEPS // 2:
        raise KeyboardInterrupt


try:
    pretrain(instances, OUT / "stopped", config, on_line=pull_the_plug)
except KeyboardInterrupt:
    print("stopped at step", STEPS // 2)

# %% [markdown]
# *In words: two plots over the steps, the loss falling and the accuracy rising, that end in the middle.*
#
# The same call again, with `resume=True`. It goes on from the newest checkpoint.

# %%
draw = live_curves(("mlm_loss", "mlm_accuracy"), "The same run, gone on with")
scores = pretrain(instances, OUT / "stopped", config, resume=True, on_line=draw)
for when, found in scores.items():
    print(when, found)

# %% [markdown]
# *In words: the same two plots, now to the last step, without a jump where the run was stopped.*
#
# "As if nothing had happened" can be tested: a run that is never stopped must end with the same bytes.

# %%
from bioalbert_core.files import sha256

pretrain(instances, OUT / "whole", config)
for run in ("stopped", "whole"):
    print(f"{run:8} {sha256(OUT / run / 'model.safetensors')[:32]}")

# %% [markdown]
# On a CPU they are equal, byte for byte, wherever the plug is pulled. (On a GPU sums are made in an order
# that changes from run to run, so there they are only close.)
#
# Read the scores with care: `mlm_accuracy` is the share of masked pieces guessed right, and
# `sop_majority` is what always giving the same answer would reach in sentence order. A model has learned
# something about order only when it is above that.

# %% [markdown]
# ## 6. A large batch on a small device
#
# **Why.** The paper's batch is 1,024 sequences of 512 pieces. That needs about 59 GB for each of the eight
# cores by our count, and a core has 16. *Gradient accumulation* takes the batch in parts and adds their
# gradients up before it moves the weights. Nothing else may change, also where one part has more masked
# positions than another. We take two steps both ways.

# %%
from safetensors.numpy import load_file

two_steps = replace(config, steps=2, warmup_steps=0, evaluate_every=2)
pretrain(instances, OUT / "at_once", two_steps)
pretrain(instances, OUT / "in_parts", replace(two_steps, micro_batch=8))

at_once, in_parts = (load_file(OUT / n / "model.safetensors") for n in ("at_once", "in_parts"))
print("largest difference of any weight:",
      max(np.abs(at_once[name] - in_parts[name]).max() for name in at_once))

# %% [markdown]
# ## 7. Eight devices
#
# **Why.** More devices make a step shorter, if each takes its share. They must not change what is learned.
# You need no TPU to see that: JAX can cut this CPU into eight pretended devices. They must be there before
# JAX starts, so the run gets a process of its own. (This shows that the sums are right, not that it is fast:
# the eight share the same cores.)

# %%
import os
import subprocess
import sys


def run_on(count, out):
    """Four steps of pre-training on so many virtual devices of JAX."""
    flags = f"--xla_force_host_platform_device_count={count}"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags}
    command = [sys.executable, "-m", "bioalbert_core.pretrain", "--instances", str(instances),
               "--steps", "4", "--out", str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    print(*[line for line in done.stdout.splitlines() if line.startswith("devices")], done.stderr[-500:]
          if done.returncode else "")


run_on(1, OUT / "one_device")
run_on(8, OUT / "eight_devices")
one, eight = (load_file(OUT / n / "model.safetensors") for n in ("one_device", "eight_devices"))
print("largest difference of any weight:", max(np.abs(one[n] - eight[n]).max() for n in one))

# %% [markdown]
# ## 8. What the run of the paper takes
#
# **Why.** Before you ask for a TPU, count. `albert.counting` counts the FLOPs (floating-point operations)
# of a sequence, forward and backward; the rest is division. The paper names four recipes; it is silent
# about hours. We assume that 40 % of the peak is reached, which good code does.

# %%
from bioalbert_core.pretrain.data import paper_data
from bioalbert_core.pretrain.plan import ACCELERATORS, UTILIZATION, Plan, duration, si

for name in [name for name in PRETRAIN_PRESETS if name.startswith("bioalbert")]:
    plan = Plan(PRETRAIN_PRESETS[name], paper_data(name))
    work = plan.seconds(1)
    print(f"{name:25} {si(work)}FLOP", end="")
    for device in ACCELERATORS:
        print(f"   {device.name}: {duration(plan.seconds(UTILIZATION * device.peak))}", end="")
    print()

# %% [markdown]
# And on this machine? A few steps of ALBERT-base at 512 pieces, timed:

# %%
from bioalbert_core.pretrain.trial import measure_speed

plan = Plan(paper, paper_data("bioalbert-1.0-pubmed"))
speed, how = measure_speed(plan)
print(f"{si(speed)}FLOP/s: {how}")
print("the first recipe would take", duration(plan.seconds(speed)))

# %% [markdown]
# `python -m bioalbert_core.pretrain --preset bioalbert-1.0-pubmed --plan` prints this with memory, disk and
# every assumption. It is why people begin with weights that others trained, as the paper did with
# ALBERT's, and as the next notebook does.

# %% [markdown]
# ## 9. A model that was trained for longer
#
# The kit ships `bioalbert-tiny`: two million parameters, trained on 17 million words of real PubMed and
# PMC text, first on instances of 64 pieces, then on instances of 128. Its logs came with it. Scores on 64
# and on 128 pieces cannot be compared: a longer text tells more about what is hidden in it.

# %%
from bioalbert_core.mini import find_model
from bioalbert_core.show.curves import curves, read_log

shipped = find_model("bioalbert-tiny")
first, second = (read_log(shipped / name) for name in ("log-64.jsonl", "log-128.jsonl"))
print("held out, 64 pieces, at the end: ", first[-1]["heldout"])
print("held out, 128 pieces, at the end:", second[-1]["heldout"])
curves(first, ("mlm_loss", "mlm_accuracy", "sop_accuracy"), "bioalbert-tiny, first part: 64 pieces")

# %% [markdown]
# *In words: the loss falls quickly at first and then more and more slowly; MLM (masked language modeling) and
# SOP (sentence-order prediction) accuracy rise; training and held-out lines stay close, so the model did not
# learn its texts by heart.*

# %%
curves(second, ("mlm_loss", "mlm_accuracy", "sop_accuracy"), "bioalbert-tiny, second part: 128 pieces")

# %% [markdown]
# *In words: the same, from where the first part ended. Nothing is flat at the end: the model would still learn.*
#
# Small models stay on a *plateau* for a long time, where they know which pieces are common and nothing
# more. `--start warm` skips it: embeddings from counts of which pieces stand near which, and heads of
# attention that begin by looking at one neighbor. `pretrain/warm_start.py` tells how, and the card of the
# model what it was worth.

# %% [markdown]
# ## 10. Summary and questions
#
# LAMB moves each layer by the same share of its length; the rate warms up and falls in a line; a checkpoint
# holds all that a run needs to go on; parts of a batch and devices change nothing but time; and FLOPs tell
# the cost before it is paid.
#
# <details><summary>Why do biases and layer norms get no trust ratio?</summary>
# They begin at 0 or 1 and stay small vectors. A bias of length 0 would have the ratio 0 and could never
# move. Google's code leaves them out, of the weight decay too.
# </details>
#
# <details><summary>A colleague resumes a run but gives another batch size. What should happen?</summary>
# It must be refused: data position and schedule would no longer fit. The kit compares all settings and
# inputs with those of the checkpoint, and names what differs.
# </details>
#
# <details><summary>The loss on held-out documents rises while the training loss still falls. What is it?</summary>
# Overfitting: the model learns its texts by heart. More text or fewer passes help; here it happens soon,
# for there are only twenty thousand words.
# </details>
#
# <details><summary>Twice the devices, the same batch: is a step twice as fast?</summary>
# Less than that. The gradients of all weights have to travel between the devices in each step, and a small
# share of the batch keeps a device less busy.
# </details>
#
# **Read on.** The paper: section III.A and Tables I and II. LAMB: You et al., 2020. The grown-up code:
# `bioalbert_core/pretrain/optimizers.py`, `schedule.py`, `loop.py`, `checkpoints.py`, `devices.py`,
# `plan.py`. Headless: `python -m bioalbert_core.pretrain --help`.
