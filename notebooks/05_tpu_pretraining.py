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
# **You need.** Notebooks 03 (instances) and 04 (the model), or a rough idea of both. On Colab this notebook
# runs on every runtime; on a TPU Keras computes with JAX, another library like TensorFlow, which no longer works
# there.
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
    from bioalbert_core.course.runtime import set_up

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
# **Why.** Training reads *instances*: rows of pieces in two segments. Each sets two puzzles: which pieces are
# hidden (**MLM**, masked language modeling), and are the segments in order (**SOP**, sentence-order prediction)?
# Notebook 03 makes them; here one line does, from the 108 documents that come with the kit. A tenth of these is
# *held out*: the model never trains on them, so they tell whether it learned the language or the texts.

# %%
from bioalbert_core.plumbing.folders import read_manifest
from bioalbert_core.pretrain.embedded import prepare_instances

instances = prepare_instances(OUT / "data") if SCALE == "small" else Path("instances")
made = read_manifest(instances, "instances")
print(made["counts"])
print({name: made["settings"][name] for name in ("seq_len", "max_predictions", "pair", "masking")})

# %% [markdown]
# That is 5,182 rows of 64 pieces to train on, and 551 to test with. (`max_predictions`: at most 20 pieces of a row
# are hidden. `static`: they are chosen once, when the instances are made. Each document was gone through ten
# times.)

# %% [markdown]
# ## 2. The devices
#
# **Why.** A few words that all training uses. The **loss** says how wrong the model is, as one number. The
# **gradient** says for each weight how the loss changes when that weight changes a little. A **step** looks at some
# instances, the **batch**, computes the gradient, and moves all weights a little.
#
# The paper trained on a TPU (tensor processing unit) with eight cores. Each core holds all weights and takes an
# eighth of the batch; the gradients are added up. That is *data parallel* training, and the kit does it on whatever
# is here. This line stands at the start of each log:

# %%
from bioalbert_core.config import PRETRAIN_PRESETS
from bioalbert_core.training.devices import choose_devices

preset = PRETRAIN_PRESETS["tiny" if SCALE == "small" else "bioalbert-1.0-pubmed"]
devices = choose_devices(None, preset.batch_size)
print(devices.describe(preset.batch_size))

# %% [markdown]
# ## 3. LAMB, by hand
#
# **Why.** With large batches one takes fewer and larger steps. But layers differ: a step that is right for one is
# far too large for another. LAMB gives each layer a step in proportion to the size of its own weights.
#
# For the weights w of a layer with gradient g:
#
# 1. m follows g, and v follows g², each slowly (the *moments*, taken over from an older method, Adam): each step
#    keeps 90 % of m and adds 10 % of g, and keeps 99.9 % of v and adds 0.1 % of g²;
# 2. the update is u = m / (√v + ε), plus a little of w itself (*weight decay*). The tiny ε keeps us from dividing
#    by 0; remember it for the picture below;
# 3. the new w is w - rate · (|w| / |u|) · u, where |w| is the length of w: the root of the sum of all its squares.
#    The fraction |w| / |u| is the **trust ratio**.
#
# So each layer moves by the same share of its own length: with rate 0.002, by 0.2 %. Here is the first step in
# NumPy, where m and v begin at 0, beside the kit's `Lamb`.

# %%
import keras
import numpy as np

from bioalbert_core.training.lamb import Lamb

weights = np.array([[3.0, 4.0], [0.0, 0.0]], "float32")
gradient = np.array([[1.0, -1.0], [10.0, 0.1]], "float32")

m, v = 0.1 * gradient, 0.001 * gradient**2  # 10 % and 0.1 %, since both were 0
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
# Look at the second row, which began at 0. A gradient of 10 and one of 0.1 moved their weights equally far, by
# 0.005: m / √v takes the size out and leaves the sign. (Google's code, which the paper ran, differs from
# `keras.optimizers.Lamb` in three things. It does not make up for moments that are too small at first, since they
# began at 0; the weight decay is part of the update u; and biases and layer norms get neither decay nor trust
# ratio. The kit follows Google.)
#
# Now the trust ratios of a whole model, after one real batch. First we need its gradients. Plain gradient descent
# with rate 1 takes the gradient away from the weights, so weights before less weights after *is* the gradient. From
# it comes the update of a first step, as above.

# %%
from dataclasses import replace

from bioalbert_core.instances.loading import train_batches
from bioalbert_core.pretrain.metrics import for_keras
from bioalbert_core.pretrain.model import new_model

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
for name in names:
    print(f"{ratios[name]:.4f}  {name}")
figure

# %% [markdown]
# *In words: a bar for each matrix of the model (Keras calls a matrix `kernel` or, for a table, `embeddings`).
# Eleven bars are short, from 0.0057 to 0.0070. Two are about seven times as long, 0.0445 and 0.0471: those of the
# keys and the queries of attention.*
#
# Why near 0.006? New weights are random numbers of about 0.0176. Each number of the update is about 3.2 in the
# first step, whatever its gradient: 0.1 g / √(0.001 g²) = 3.16. And 0.0176 / 3.16 = 0.0056.
#
# Why the two long bars? At first each piece looks at all others alike, and a small change of the queries or keys
# hardly changes that. So their gradients are about a hundred times smaller than those of the values: √v is smaller
# than ε = 0.000001, so it is ε that the update is divided by, and it comes out small. The trust ratio makes up for
# it: without it, these two matrices would move about seven times less than the others in this step.

# %% [markdown]
# ## 4. The schedule
#
# **Why.** The *learning rate* says how large a step is. The first gradients mean little, so the rate begins at 0
# and *warms up*. Then it falls in a straight line: large steps first, small ones for the finish. Table I of the
# paper says for version 1.0 of BioALBERT: rate 0.00176, 3,125 steps of warm-up, 200,000 steps on PubMed.

# %%
from bioalbert_core.training.schedule import WarmupLinearDecay

paper = PRETRAIN_PRESETS["bioalbert-1.0-pubmed"]
schedule = WarmupLinearDecay(paper.peak_learning_rate, paper.warmup_steps, paper.steps)
steps = sorted({*range(0, paper.steps + 1, 1000), paper.warmup_steps - 1, paper.warmup_steps})
figure = go.Figure(go.Scatter(x=steps, y=[float(schedule(step)) for step in steps]))
figure.update_layout(title="Learning rate of BioALBERT 1.0 on PubMed", template="plotly_white",
                     height=320, xaxis_title="step", yaxis_title="rate")
figure

# %% [markdown]
# *In words: a steep line up to 0.00176 within the first 3,125 steps, then a long straight line down to 0 at
# step 200,000. At the tip there is a small drop.* The line down does not begin at the tip but at step 0, where the
# warm-up hides it; so at step 3,125 it has already lost 1.6 %. Google's code has it so. (Notebook 08 looks closer.)

# %% [markdown]
# ## 5. Train, stop, go on
#
# **Why.** Colab may end a session at any time, and a run of days meets a power cut sooner or later. So
# each look at the held-out documents leaves a *checkpoint*: weights, moments, the state of the random numbers, and
# where in the data the run stood. Below we stop ("pull the plug") in the middle of a run of 300 steps, each on 32
# instances. The picture is live.
#
# How to read a line of the log: `train` is the mean over the steps since the last look (the line says how many),
# `heldout` is measured now, on a sample of `instances` spread over all documents held out. So while the loss falls
# fast, `heldout` may be the better one. `mlm_accuracy` is the share of hidden pieces that
# are guessed right. `sop_majority` is what always giving the same answer would reach in sentence order. Then the
# speed, also as a share of the *peak*: what this machine reached in a short test with nothing but matrix products.

# %%
from bioalbert_core.config import with_steps
from bioalbert_core.pretrain.run import pretrain
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
# *In words: two plots over the steps that end in the middle. The loss falls, in training from 7.1 to 5.9. The
# accuracy in training rises from 5.8 to 7.2 %; held-out it stands still at 7.8 %.*
#
# The same call again, with `resume=True`. It goes on from the newest checkpoint, that of step 100: we stopped the
# run before it could write that of step 150. So the steps from 100 to 150 are done a second time.

# %%
draw = live_curves(("mlm_loss", "mlm_accuracy"), "The same run, resumed")
scores = pretrain(instances, OUT / "stopped", config, resume=True, on_line=draw)
for when, found in scores.items():
    print(when, found)

# %% [markdown]
# *In words: the same two plots, now to the last step, without a jump where the run was stopped.*
#
# `before` and `after` are the held-out scores before the first and after the last step. Before, the loss is 7.6:
# who gives each of the 2,000 pieces the same probability has ln 2,000 = 7.6. After, it is 6.0. Is that much? The
# accuracy stood at 7.8 % for a long time, which is exactly the share of the most common piece, a lone `▁`, among
# the hidden ones: the model always said `▁`. Only near the end it began to say other things (8.9 %). And SOP is at
# 65.9 %, no more than `sop_majority`: the model always gives the same answer and knows nothing about order. 300
# steps on 108 documents are enough to see the machine run, not to learn the language. Section 9 shows a model that
# learned more.
#
# "As if nothing had happened" can be tested: a run that is never stopped must end with the same bytes.

# %%
from bioalbert_core.plumbing.files import sha256

pretrain(instances, OUT / "whole", config)
for run in ("stopped", "whole"):
    print(f"{run:8} {sha256(OUT / run / 'model.safetensors')[:32]}")

# %% [markdown]
# (The long numbers are *hashes*: equal for equal files, and almost surely different for others.) On a CPU they are
# equal, wherever the run is stopped. On a GPU sums are made in an order that changes from run to run, so there the
# weights are only close.

# %% [markdown]
# ## 6. A large batch on a small device
#
# **Why.** The paper's batch is 1,024 sequences of 512 pieces. That needs about 59 GB for each of the eight
# cores by our count, and a core has 16. *Gradient accumulation* takes the batch in parts and adds their
# gradients up before it moves the weights. The result must be the same. There is a trap: the loss is a mean over
# all hidden pieces of the batch, and one part may have more of them than another, so the mean of the means of the
# parts would be another number. We take two steps both ways: 32 instances at once, and four parts of 8.

# %%
from safetensors.numpy import load_file

two_steps = replace(config, steps=2, warmup_steps=0, evaluate_every=2)
pretrain(instances, OUT / "at_once", two_steps)
pretrain(instances, OUT / "in_parts", replace(two_steps, micro_batch=8))

at_once, in_parts = (load_file(OUT / n / "model.safetensors") for n in ("at_once", "in_parts"))
print("largest difference of any weight:",
      max(np.abs(at_once[name] - in_parts[name]).max() for name in at_once))

# %% [markdown]
# They differ by less than 0.000001: numbers of 32 bits have about seven digits, and sums in another order differ in
# the last ones.

# %% [markdown]
# ## 7. Eight devices
#
# **Why.** More devices make a step shorter, if each takes its share. They must not change what is learned.
# You need no TPU to see that: JAX can pretend that this CPU is eight devices. It must be told before it starts, so
# the run gets a process of its own. (This shows that the sums are right, not that it is fast: the eight share the
# same cores.)

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
# Again only the last digits differ.

# %% [markdown]
# ## 8. What the run of the paper takes
#
# **Why.** Before you ask for a TPU, count. `albert.counting` counts the FLOPs (floating-point operations) of a
# sequence, forward and backward. Times all sequences of all steps, that is the work; divided by the speed of a
# device, it is the time. The paper describes four runs (their names below: version of BioALBERT and text; those
# with `pmc` go on from the ones without). Its text names no hours. We assume 40 % of the *peak*, the most
# operations a second that the maker names; good code reaches that. An EFLOP is a billion billion operations. TPU
# v3-8 is the paper's machine; v5e is a later TPU, as one chip or eight; H200 is a large GPU (graphics processing
# unit).

# %%
from bioalbert_core.pretrain.planning.corpora import paper_data
from bioalbert_core.pretrain.planning.plan import ACCELERATORS, UTILIZATION, Plan, duration, si

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
from bioalbert_core.pretrain.planning.speed import measure_speed

plan = Plan(paper, paper_data("bioalbert-1.0-pubmed"))
speed, how = measure_speed(plan)
print(f"{si(speed)}FLOP/s: {how}")
print("the first recipe would take", duration(plan.seconds(speed)))

# %% [markdown]
# (The line says how it was measured. On a slow or busy machine there is time for one step only, and that holds the
# time to compile, too.) Days on a TPU become years here: in one run of this notebook, on one busy core, it came to
# 32,924 days, 90 years. That is why people begin with weights that others trained, as the paper did with
# ALBERT's, and as the next notebook does.
#
# `python -m bioalbert_core.pretrain --preset bioalbert-1.0-pubmed --plan` prints all this with memory, disk and
# every assumption.

# %% [markdown]
# ## 9. A model that was trained for longer
#
# **Why.** To see what learning looks like when there is enough text. The kit ships `bioalbert-tiny`: two million
# parameters, trained on 17 million words of real text from PubMed and PMC (PubMed Central), first on instances of
# 64 pieces, then on instances of 128. The logs of both parts come with it. Scores on 64 and on 128 pieces cannot
# be compared: a longer text tells more about what is hidden in it.

# %%
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.show.curves import curves, read_log

shipped = find_model("bioalbert-tiny")
first, second = (read_log(shipped / name) for name in ("log-64.jsonl", "log-128.jsonl"))
print("first held-out instances, 64 pieces, at the end: ", first[-1]["heldout"])
print("first held-out instances, 128 pieces, at the end:", second[-1]["heldout"])
curves(first, ("mlm_loss", "mlm_accuracy", "sop_accuracy"), "bioalbert-tiny, first part: 64 pieces")

# %% [markdown]
# *In words: three plots over 16,000 steps. The loss falls quickly at first and then more and more slowly; the
# accuracies of MLM and SOP rise. At the end the loss is 4.0 in training and 4.3 held-out.* Both lines still fall:
# the model does not merely learn its texts by heart. SOP is at 77 %, and always giving the same answer reaches
# 62.5 %: here something about order *was* learned.

# %%
curves(second, ("mlm_loss", "mlm_accuracy", "sop_accuracy"), "bioalbert-tiny, second part: 128 pieces")

# %% [markdown]
# *In words: the same three plots for 14,000 more steps, from the weights of the first part. The held-out loss falls
# from 4.5 to 4.0 and is lowest at the very end: the model would still learn.*
#
# Look at SOP: how can 80 % on texts that the model has never seen be better than 74 % on those it learns from? It is
# not. When these logs were written, the kit looked at the *first* 800 of 10,203 held-out instances, and those
# are abstracts of one old file: their order is easier to tell, their words are harder to guess. Measured on all
# held-out instances, the same model has a loss of 3.83, 36.0 % of the hidden pieces and 72.1 % of the orders right:
# a little worse than in training (3.78, 36.2 % and 73.6 %), as it should be. So ask of each score which instances it
# was measured on. Today the kit takes a sample spread over all of them, and all of them at the end.
#
# Small models stay on a *plateau* for a long time, where they know which pieces are common and nothing
# more, like ours in section 5. `bioalbert-tiny` skipped it with `--start data-driven`: its embeddings began with numbers
# from counts of which pieces stand near which, and three of its four heads began by looking at one place: the piece
# before, the one after, or two before. `bioalbert_core/pretrain/data_driven_start.py` tells how, and the card of the
# model (`data/models/bioalbert-tiny/README.md`) what it was worth.

# %% [markdown]
# ## 10. Summary and questions
#
# LAMB moves each layer by the same share of its length; the rate warms up and falls in a line; a checkpoint
# holds all that a run needs to go on; parts of a batch and devices change nothing but time (and last digits); and
# FLOPs tell the cost before it is paid.
#
# <details><summary>Why do biases and layer norms get no trust ratio?</summary>
# Biases begin at 0, and a share of a length of 0 is no step at all: they could never leave it. Google's code leaves
# both biases and layer norms out, of the weight decay too.
# </details>
#
# <details><summary>A colleague resumes a run but gives another batch size. What should happen?</summary>
# It must be refused: data position and schedule would no longer fit. The kit compares all settings and
# inputs with those of the checkpoint, and names what differs.
# </details>
#
# <details><summary>The loss on held-out documents rises while the training loss still falls. What is it?</summary>
# Overfitting: the model learns its texts by heart. More text or fewer passes help. The less text, the sooner it
# comes; the kit's own 108 documents have only 19 thousand words.
# </details>
#
# <details><summary>Twice the devices, the same batch: is a step twice as fast?</summary>
# Less than that. The gradients of all weights have to travel between the devices in each step, and a small
# share of the batch keeps a device less busy.
# </details>
#
# **Read on.** The paper: section III.A and Tables I and II. LAMB: You et al., 2020. The grown-up code:
# `bioalbert_core/training/lamb.py`, `schedule.py`, `loop.py`, `checkpoints.py`, `devices.py`,
# `plan.py`. Headless: `python -m bioalbert_core.pretrain --help`.
