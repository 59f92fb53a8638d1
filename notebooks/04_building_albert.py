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
# # Building ALBERT: from layers to a model that guesses words
#
# **What you will be able to do.** You will build an ALBERT (A Lite BERT; BERT stands for Bidirectional
# Encoder Representations from Transformers) out of keras-nlp layers, follow one sentence through it with
# the shape of every array, compute attention by hand, check that your model gives the same numbers as the
# library's, say where the parameters went, and see what the attention heads of a trained model look at.
#
# **Time.** CPU: about 10 seconds on two cores. GPU, TPU: not measured.
#
# **You need.** Notebook 02 (pieces) and 03 (masked words, sentence order), or a rough idea of both. Matrix
# products, and what a layer of a neural network is.
#
# **Contents**
# 1. The model to rebuild
# 2. A sentence becomes three rows of numbers
# 3. Embeddings: what, where, and which segment
# 4. Factorization: narrow tables, wide layers
# 5. Attention, by hand
# 6. The block, and the loop that shares it
# 7. Three small parts on top
# 8. The same as the library's?
# 9. From BERT to ALBERT, counted
# 10. Where do the heads look?
# 11. Summary and questions

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

SCALE = "small"  # "paper": ALBERT-base in its full size, with its own weights (downloads 47 MB)
OUT = Path("runs/04_building_albert")

# %% [markdown]
# ## 1. The model to rebuild
#
# **Why.** A plan before the work. The kit ships `bioalbert-tiny`, a small ALBERT trained on real PubMed
# text. We build a model of its shape from nothing, and in section 8 we fill in its weights. If we make a
# mistake on the way, its numbers will not be those of the original.

# %%
from bioalbert_core.convert.formats import read_model
from bioalbert_core.download.fetching import fetch
from bioalbert_core.plumbing.shipped import find_model
from bioalbert_core.tokenizer import Tokenizer

small = SCALE == "small"
folder = find_model("bioalbert-tiny") if small else fetch("albert-base-v2", Path("downloads"))
trained = read_model(folder, OUT)[1]
tokenizer = Tokenizer(trained.tokenizer)

config = trained.config
V, E, H, L = config.vocab_size, config.embedding_size, config.hidden_size, config.num_layers
print("V, pieces in the vocabulary    ", V)
print("E, width of the embeddings     ", E)
print("H, width of the layers         ", H)
print("L, number of layers            ", L)
print("heads of attention             ", config.num_heads)
print("width inside the feed-forward  ", config.intermediate_size)
print("longest sequence, in pieces    ", config.max_length)

# %% [markdown]
# These seven numbers are the whole plan; the sections below explain each of them. Remember four letters:
# **V**, **E**, **H** and **L**. *Width* means how many numbers stand for one piece.

# %% [markdown]
# ## 2. A sentence becomes three rows of numbers
#
# **Why.** A network computes with numbers. For each piece it is told three:
#
# - `token_ids`: which piece it is. `[CLS]` opens, `[SEP]` closes; `[MASK]` hides a word, `<pad>` fills up;
# - `segment_ids`: whether it belongs to the first text (0) or to the second (1);
# - `padding_mask`: 1 for a real piece, 0 for padding that nobody may look at. (The column `mask` below. It has
#   nothing to do with `[MASK]`.)

# %%
import numpy as np

first = [tokenizer.cls_id, *tokenizer.encode("The patients were treated with"), tokenizer.mask_id,
         *tokenizer.encode("for seven days."), tokenizer.sep_id]
second = [*tokenizer.encode("The infection was gone."), tokenizer.sep_id]
padding = 2
ids = first + second + padding * [tokenizer.pad_id]

inputs = {
    "token_ids": np.array([ids], "int32"),
    "segment_ids": np.array([[0] * len(first) + [1] * len(second) + padding * [0]], "int32"),
    "padding_mask": np.array([[1] * (len(ids) - padding) + padding * [0]], "int32"),
}
pieces = [tokenizer.pieces[i] for i in ids]
print(f"{'piece':12} {'token':>6} {'segment':>8} {'mask':>5}")
for piece, *numbers in zip(pieces, *(row[0] for row in inputs.values())):
    print("{:12} {:6} {:8} {:5}".format(piece, *numbers))
print("\nshape of each row:", inputs["token_ids"].shape, "= (sequences in the batch, length)")

# %% [markdown]
# ## 3. Embeddings: what, where, and which segment
#
# **Why.** Piece number 4711 is not "more" than piece 12. So each piece gets a row of E numbers of its own,
# which training will fill with meaning. Attention, further down, does not know about order. So each
# *position* gets such a row, too, and each of the two segments. The three rows are added.

# %%
import keras
from keras_nlp.layers import PositionEmbedding, ReversibleEmbedding

keras.utils.set_random_seed(0)  # the same random numbers each time


def start():
    """ALBERT's random start: small numbers around 0, none further off than two deviations."""
    return keras.initializers.TruncatedNormal(stddev=0.02)


token_ids = keras.Input((None,), dtype="int32", name="token_ids")  # (batch, length)
segment_ids = keras.Input((None,), dtype="int32", name="segment_ids")
padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")

token_table = ReversibleEmbedding(V, E, embeddings_initializer=start(), name="tokens")
position_table = PositionEmbedding(config.max_length, initializer=start(), name="positions")
segment_table = keras.layers.Embedding(2, E, embeddings_initializer=start(), name="segments")

x = token_table(token_ids)  # (batch, length, E)
x = x + position_table(x) + segment_table(segment_ids)
norm = keras.layers.LayerNormalization(epsilon=1e-12, name="norm")
x = norm(x)
print("after the embeddings:", x.shape)

# %% [markdown]
# `None` stands for "any number": of sequences, and of pieces. The **layer norm** brings each row to mean 0
# and variance 1, then scales and shifts it by numbers that training finds. Its `epsilon` is a tiny number added
# to the variance, so that nothing is divided by 0. ALBERT takes 1e-12, Keras would take 1e-3. With another value
# trained weights would give other numbers. (`ReversibleEmbedding` is a table that can also be read backwards;
# section 7 needs that.)

# %% [markdown]
# ## 4. Factorization: narrow tables, wide layers
#
# **Why.** A piece alone means little, so few numbers do for it. Meaning in *context* needs more. BERT has
# one width for both. ALBERT keeps the table narrow (E) and widens its rows with one dense layer (H).

# %%
widen = keras.layers.Dense(H, kernel_initializer=start(), name="widen")
x = widen(x)  # (batch, length, H)
print("after widening:", x.shape)
print(f"one wide table, V x H          {V * H:12,} parameters")
print(f"narrow table and dense layer   {V * E + E * H + H:12,} parameters")

# %% [markdown]
# In the paper's base model E = 128 and H = 768, and much more is saved than here. Section 9 counts it.

# %% [markdown]
# ## 5. Attention, by hand
#
# **Why.** What a word such as "it" means, only the words around it tell. **Attention** lets each piece fetch
# from the others what it needs. The row of each piece is multiplied by three learned matrices, which makes three
# shorter rows:
#
# - a **query**: what am I looking for?
# - a **key**: what do I have to offer?
# - a **value**: what do I hand over?
#
# How well query *i* fits key *j* is their dot product. A softmax turns the fits of a query into weights that
# add up to 1; the new row of the piece is the mean of all values under these weights. Write the queries of all
# pieces below each other as a matrix Q, and the keys as K. Then $QK^\top$ holds the dot product of each query with
# each key. With D numbers in a query:
#
# $$\text{weights} = \text{softmax}\left(QK^\top / \sqrt{D}\right), \qquad
# \text{new rows} = \text{weights} \cdot \text{values}$$
#
# Here it is in NumPy, with four pieces of which the last is padding. Queries, keys and values are random numbers
# here; section 10 takes those of a real model.


# %%
def softmax(scores):
    """Each row to positive numbers that add up to 1."""
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention(queries, keys, values, mask):
    """(length, D) three times and (length,) to new rows (length, D) and weights (length, length)."""
    scores = queries @ keys.T / np.sqrt(queries.shape[-1])  # (length, length): row i asks, column j
    scores = np.where(mask == 1, scores, -1e9)  # nobody may look at padding: exp(-1e9) is 0
    weights = softmax(scores)
    return weights @ values, weights


rng = np.random.default_rng(0)
queries, keys, values = rng.normal(size=(3, 4, 8))  # length 4, D = 8
new_rows, weights = attention(queries, keys, values, np.array([1, 1, 1, 0]))
print("weights, a row for each piece that asks:\n", weights.round(2))
print("sums of the rows:", weights.sum(-1))
print("shape of the new rows:", new_rows.shape)

# %% [markdown]
# The last column is 0: nobody looks at padding. (The last row is what the padding itself looks at; nobody uses
# it.) Why the root? The dot products of random rows of D numbers have a spread (standard deviation) of $\sqrt{D}$.

# %%
for d in (4, 64, 1024):
    fits = rng.normal(size=(2000, d)) * rng.normal(size=(2000, d))
    print(f"D = {d:4}: spread of dot products {fits.sum(-1).std():5.1f}, square root {d**0.5:4.1f}")

# %% [markdown]
# The two numbers agree. Without the root, with D = 1,024, the fits would lie about 30 apart. A softmax takes e to
# the power of each, so one weight would be nearly 1 and all others nearly 0: all or nothing, and hard to train.
#
# A layer has several **heads**: each does this with its own queries, keys and values of H / heads numbers.
# So one head can look at the neighbor while another looks for the verb. Their new rows are put side by side
# to H numbers again, and a last dense layer mixes them.

# %% [markdown]
# ## 6. The block, and the loop that shares it
#
# **Why.** A transformer **block** is attention (pieces exchange) and a feed-forward network (each piece
# thinks alone). Around both stand a *residual* (what came in is added to what came out, so that nothing is
# lost) and a layer norm. The feed-forward network is two dense layers with an *activation* between them, a
# function that bends each number; without it two layers could do no more than one. ALBERT's is **GELU** (Gaussian
# error linear unit). keras-nlp has the block as `TransformerEncoder`. Three of its defaults are not ALBERT's: the
# activation, the epsilon, and the random start.

# %%
from keras_nlp.layers import TransformerEncoder


def gelu(x):
    """Positive numbers nearly stay, negative ones nearly become 0, without a corner between."""
    return keras.activations.gelu(x, approximate=True)  # with a tanh, as in Google's code


block = TransformerEncoder(
    intermediate_dim=config.intermediate_size,
    num_heads=config.num_heads,
    activation=gelu,
    layer_norm_epsilon=1e-12,
    kernel_initializer=start(),
    name="block",
)

# %% [markdown]
# Now ALBERT's second idea, in two lines. BERT would make L blocks. ALBERT makes one and calls it L times:
# **cross-layer parameter sharing**.

# %%
for _ in range(L):
    x = block(x, padding_mask=padding_mask)  # (batch, length, H) in, the same shape out

print("after", L, "layers:", x.shape)
print(f"parameters of the block, used {L} times: {block.count_params():,}")

# %% [markdown]
# Where do the 789,760 come from? Attention has four dense layers of H · H + H parameters (queries, keys, values,
# and the one that mixes). The feed-forward network widens H to 1,024 and narrows it again. The two layer norms
# have 2 · H each. Check it: 263,168 + 525,568 + 1,024.

# %% [markdown]
# ## 7. Three small parts on top
#
# **Why.** So far, out of each piece came H numbers in context. Pre-training asks two questions about them: are
# the two segments in order, and which piece is hidden? A small network on top that answers one question is also
# called a **head**. (It has nothing to do with the heads of attention.)
#
# The **pooler** takes the row of `[CLS]`, which has looked at everything, as a summary of the whole. The
# head of **SOP** (sentence-order prediction) makes two *logits* of it, one for "in order" and one for "swapped".
# A logit is any number; the higher one wins, and a softmax turns logits into probabilities.

# %%
pooler = keras.layers.Dense(H, activation="tanh", kernel_initializer=start(), name="pooler")
order = keras.layers.Dense(2, kernel_initializer=start(), name="order")

pooled = pooler(x[:, 0])  # (batch, H): position 0 is [CLS]
order_logits = order(pooled)  # (batch, 2)
print("pooled:", pooled.shape, "  order:", order_logits.shape)

# %% [markdown]
# The head of **MLM** (masked language modeling) says which piece stands behind each `[MASK]`. It gathers the
# rows of the masked positions only, makes them narrow again (H to E), and takes the dot product of each with
# every row of the token table from section 3: V logits, one for each piece. So the table is used twice, from
# piece to row at the start and from row to piece at the end: its weights are **tied**.


# %%
class MaskedWords(keras.layers.Layer):
    """The MLM head: (batch, length, H) and (batch, masked) to logits (batch, masked, V)."""

    def __init__(self, token_table, **kwargs):
        super().__init__(**kwargs)
        self.token_table = token_table
        self.narrow = keras.layers.Dense(E, activation=gelu, kernel_initializer=start())
        self.norm = keras.layers.LayerNormalization(epsilon=1e-12)

    def build(self, rows_shape, positions_shape):
        """Make the weights, a bias for each piece among them."""
        self.narrow.build(rows_shape)
        self.norm.build((*rows_shape[:-1], E))
        self.bias = self.add_weight(shape=(V,), initializer="zeros", name="bias")

    def call(self, rows, positions):
        """Gather, narrow, compare."""
        x = keras.ops.take_along_axis(rows, positions[..., None], axis=1)  # (batch, masked, H)
        x = self.norm(self.narrow(x))  # (batch, masked, E)
        return self.token_table(x, reverse=True) + self.bias  # (batch, masked, V)


masked_positions = keras.Input((None,), dtype="int32", name="masked_positions")
words = MaskedWords(token_table, name="words")
word_logits = words(x, masked_positions)
print("words:", word_logits.shape)

# %% [markdown]
# All parts together are a model.

# %%
model = keras.Model(
    {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": padding_mask,
     "masked_positions": masked_positions},
    {"mlm": word_logits, "sop": order_logits},
)
print(f"{'layer':22} {'output':22} {'parameters':>12}")
for layer in model.layers:
    if layer.count_params():
        print(f"{layer.name:22} {layer.output.shape!s:22} {layer.count_params():12,}")
print(f"{'the whole model':45} {model.count_params():12,}")

# %% [markdown]
# The last row counts each number once. The lines above it add up to more, since `words` counts the tied
# token table a second time. `block` has one line, though it is called L times.

# %% [markdown]
# ## 8. The same as the library's?
#
# **Why.** "It runs" is not "it is right". The library builds the same model in `albert/encoder.py` and
# `albert/heads.py`, and its tests compare it with keras-hub (the successor of keras-nlp) and with the weights that
# Google released. So we let both do the same: first the trained weights go into the library's model, then from
# there into ours, layer by layer. We compare the logits before and after.

# %%
from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.loading import fill
from bioalbert_core.albert.variables import part_of

library = build_pretraining_model(config)
fill(library, trained, parts={part_of(name) for name in trained.tensors})

SAME = {  # ours: the library's
    "tokens": "token_embedding",
    "positions": "position_embedding",
    "segments": "segment_embedding",
    "norm": "embeddings_norm",
    "widen": "embedding_projection",
    "block": "shared_block",
    "pooler": "pooler",
    "order": "sop_head",
}


def answers(of):
    """The two outputs of a model for our sentence, as NumPy arrays."""
    return {name: keras.ops.convert_to_numpy(rows) for name, rows in of(inputs).items()}


inputs["masked_positions"] = np.array([[pieces.index("[MASK]")]], "int32")
before = answers(model)  # with random weights

# %%
for ours, theirs in SAME.items():
    model.get_layer(ours).set_weights(library.get_layer(theirs).get_weights())

their_head = library.get_layer("mlm_head")
words.narrow.set_weights(their_head.dense.get_weights())
words.norm.set_weights(their_head.norm.get_weights())
words.bias.assign(their_head.output_bias)

after, right = answers(model), answers(library)
print("largest difference between our logits and the library's:")
print(f"{'':4} {'our random weights':>20} {'the same weights':>18}")
for name in ("mlm", "sop"):
    off = [np.abs(it[name] - right[name]).max() for it in (before, after)]
    print(f"{name:4} {off[0]:20.3f} {off[1]:18.1e}")
print(f"parameters: ours {model.count_params():,}, the library's {library.count_params():,}")

# %% [markdown]
# Equal. (At most the last digits of 32-bit numbers may differ, about 1e-6: the library multiplies in another
# order, which is quicker on a CPU.) And does our model guess the hidden word?


# %%
def guesses(logits, top=5):
    """The likeliest pieces with their probabilities."""
    shares = softmax(logits.astype("float64"))
    return [(tokenizer.pieces[i], f"{shares[i]:.2%}") for i in np.argsort(-shares)[:top]]


print("The patients were treated with [MASK] for seven days.")
print("random weights:", guesses(before["mlm"][0, 0]))
print("trained:       ", guesses(after["mlm"][0, 0]))

# %% [markdown]
# With random weights all 8,000 pieces are about equally likely (1 of 8,000 is 0.0125 %), and the winner is luck.
# With trained ones the first guess has 28 %, and it fits what stands around the gap. Try your own: click on words
# to hide them. (This needs a running kernel.)

# %%
from bioalbert_core.show.widgets import click_to_mask

click_to_mask(library, tokenizer)

# %% [markdown]
# *In words: the sentence. When you click on words, each becomes a gap, and a table below gives the five likeliest
# pieces for each gap, with their probabilities.*

# %% [markdown]
# ## 9. From BERT to ALBERT, counted
#
# **Why.** Both ideas save parameters. Do they save time and memory as well? Training computes the layers forward,
# and then goes *backward* through them to find how each weight should change (notebook 05). For that, the values
# between the layers have to be kept in memory. `albert.counting` counts all three: parameters, operations, and
# values kept. The sizes are the paper's: 12 layers, H = 768, 30,000 pieces, 512 of them in a sequence. (The last
# line, ALBERT-large, has 24 layers and H = 1,024.)

# %%
from bioalbert_core.albert.counting import comparison

print(f"{'':16} {'parameters':>12} {'GFLOP to train':>15} {'values kept for':>17}")
print(f"{'':16} {'':>12} {'one sequence':>15} {'backward':>17}")
for name, it in comparison().items():
    print(f"{name:16} {it.parameters:12,} {it.training_flops / 1e9:15.1f} {it.activations:17,}")

# %% [markdown]
# (A FLOP is a floating-point operation, one multiplication or addition; GFLOP: a billion of them.) **Factorized**
# alone saves 20 million parameters, **shared** alone 78 million, both together nine tenths of all. But look at the
# other columns, from BERT-base to ALBERT-base: hardly anything changes. The shared block is still *computed*
# twelve times, and each time its values have to be kept for the backward pass. ALBERT is small to store and to
# send around; it is not fast.
#
# Now turn the knobs yourself.

# %%
from bioalbert_core.show.widgets import parameter_explorer

parameter_explorer()

# %% [markdown]
# *In words: three bars, in colors for the parts of a model. The first (BERT, 110 million) is mostly blocks, with a
# fifth of embeddings; in the second (factorized, 90 million) the embeddings nearly vanish; in the third (factorized
# and shared, 12 million) the blocks have shrunk as well.*

# %% [markdown]
# ## 10. Where do the heads look?
#
# **Why.** If one block does the work of all layers, does it do the same L times? `look_inside` runs the
# model layer by layer and keeps the attention weights. We give it a sentence without a mask.

# %%
from bioalbert_core.albert.inside import look_inside
from bioalbert_core.show.games import one_sequence

sentence = "The patients were treated with aspirin because it lowers the risk of stroke."
read = one_sequence(tokenizer, tokenizer.encode(sentence))
seen = look_inside(library, config, read)
print(seen["attention"].shape, "= (batch, layers, heads, who looks, who is looked at)")

# %% [markdown]
# First a check: the weights of the first head in the first layer, by our own `attention` from section 5.
# The queries are what comes into the layer, times a matrix of the block; the keys likewise.

# %%
projections = {v.path.split("self_attention_layer/")[-1]: keras.ops.convert_to_numpy(v.value)
               for v in library.get_layer("shared_block").weights}
rows = seen["hidden_states"][0, 0]  # (length, H): what the first layer reads
queries, keys, values = (
    rows @ projections[f"{it}/kernel"][:, 0] + projections[f"{it}/bias"][0]  # 0: the first head
    for it in ("query", "key", "value")
)
by_hand = attention(queries, keys, values, read["padding_mask"][0])[1]
print("shape of the queries:", queries.shape, "= (length, H / heads)")
off = np.abs(by_hand - seen["attention"][0, 0, 0]).max()
print(f"largest difference from the model's weights: {off:.1e}")

# %% [markdown]
# Now, how much of its attention does a head spend on some places, on average over the pieces?


# %%
def share(weights, step):
    """Mean weight on the piece that stands so many steps to the right; (length, length) to a number."""
    return np.diagonal(weights, step).mean()


PLACES = {
    "two before": lambda weights: share(weights, -2),
    "the one before": lambda weights: share(weights, -1),
    "itself": lambda weights: share(weights, 0),
    "the one after": lambda weights: share(weights, 1),
    "[CLS]": lambda weights: weights[1:, 0].mean(),
}
print(f"{'layer':>5} {'head':>5} " + " ".join(f"{name:>14}" for name in PLACES))
for layer, heads in enumerate(seen["attention"][0], 1):
    for head, weights in enumerate(heads, 1):
        cells = " ".join(f"{place(weights):14.0%}" for place in PLACES.values())
        print(f"{layer:5} {head:5} {cells}")

# %% [markdown]
# Read it head by head. (A line need not add up to 100 %: a head may look elsewhere, too, and a place may count
# twice. For the second piece, "the one before" *is* `[CLS]`: that is the 6 % of head 1, one piece of 16.) In the
# first layer, head 1 of `bioalbert-tiny` looks at the piece before, head 2 at the piece after, head 3 two back. (It
# was started that way, see section 9 of notebook 05, and training kept it.) In the last layer the *same* head 1
# spends 61 % on `[CLS]` and only 22 % on the piece before. The weights are shared; what comes in is not. So one
# block can do different work in each layer.

# %%
from bioalbert_core.show.widgets import attention_explorer

attention_explorer(library, config, tokenizer, sentence)

# %% [markdown]
# *In words: a square of cells, a row for each piece that looks and a column for each piece it looks at,
# darker for more. At first it shows the mean of all heads of layer 1. Choose a head: in layer 1, head 1 is a dark
# line just below the diagonal, head 2 one just above it. In layer 4, head 1 is darkest in the column at the left
# edge, which is [CLS], with traces of the line.*
#
# A warning: attention weights tell where values were *taken from*. They do not tell *why* the model
# decided as it did. Read them as a hint.

# %% [markdown]
# ## 11. Summary and questions
#
# Pieces become rows of E numbers, are widened to H, go L times through one block, and two heads ask about words
# and order. Factorization and sharing leave about a tenth of BERT's parameters, and all of its work.
#
# <details><summary>Why does a sequence need position embeddings at all?</summary>
# Attention sees its pieces as a set: shuffle them, and the new rows are the same, shuffled. Only the
# position embeddings tell "drug before disease" from "disease before drug".
# </details>
#
# <details><summary>A colleague halves E from 128 to 64 to make training faster. Does it help?</summary>
# Hardly. The table shrinks, but nearly all work is in the blocks, whose width is H. The model gets smaller
# on disk, not faster.
# </details>
#
# <details><summary>Why is the score of padding set to -1e9 before the softmax, and not its weight to 0 after it?</summary>
# Set to 0 after the softmax, the weights of the others would no longer add up to 1, and the result would depend on
# how much padding there is. With -1e9 before the softmax, padding gets the weight 0 and the others add up to 1.
# </details>
#
# <details><summary>Why is the output table tied to the input table?</summary>
# A second table would cost V x E parameters again. And both need the same thing: pieces of like meaning should have
# rows that are alike.
# </details>
#
# <details><summary>BERT has 110 million parameters, ALBERT 12. Does fine-tuning ALBERT need a tenth of the memory?</summary>
# No. The weights shrink to a tenth, and so does what the optimizer keeps for each of them (notebook 05). But with
# long sequences most memory is taken by the values kept for the backward pass, and of these there are as many as in
# BERT (section 9).
# </details>
#
# **Read on.** The paper: sections I, II.A and IV.D. ALBERT: Lan et al., 2020. Attention: Vaswani et al., 2017. The
# grown-up code: `bioalbert_core/albert/encoder.py`, `heads.py`, `counting.py`, `inside.py`. All terms:
# `notebooks/glossary.md`.
