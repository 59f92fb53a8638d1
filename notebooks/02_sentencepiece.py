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
# # SentencePiece: from text to pieces, and back
#
# **What you will be able to do.** You will train a vocabulary of word pieces, work out by hand why a word
# falls apart as it does, find for each piece the characters of the untouched text, compare a biomedical
# vocabulary with a general one, and choose a vocabulary size with reasons.
#
# **Time.** CPU (processor): about 5 seconds. GPU, TPU: nothing here uses them.
#
# **You need.** Notebook 01, or an idea of what a corpus of clean sentences is.
#
# **Contents**
# 1. Why pieces?
# 2. Normalize first
# 3. Train a vocabulary
# 4. How a word is cut
# 5. Special pieces, and the rule of digit and comma
# 6. Back to the untouched text
# 7. A biomedical vocabulary against a general one
# 8. How many pieces?
# 9. Summary and questions

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
from pathlib import Path

from bioalbert_core.download import fetch
from bioalbert_core.plumbing.shipped import data_folder, find_model

# "small": the texts that come with the kit, and 2,000 pieces. "paper": real PubMed text (57 MB to fetch),
# 30,000 pieces, and ALBERT's own vocabulary, which BioALBERT kept, to compare with.
SCALE = "small"
OUT = Path("runs/02_sentencepiece")

VOCAB_SIZE = {"small": 2_000, "paper": 30_000}[SCALE]
INPUTS = [data_folder() / "raw"] if SCALE == "small" else [fetch("pubmed-sample")]

# %% [markdown]
# ## 1. Why pieces?
#
# **Why.** A model needs numbers. We could number all words. But biomedicine never stops making words. We
# take the corpus of notebook 01 and look at 24 test abstracts that are not in it:

# %%
import re

from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.shards import read_corpus

build_corpus(INPUTS, OUT / "corpus")
sentences = [sentence for document in read_corpus(OUT / "corpus") for sentence in document]
unseen = [path.read_text("utf-8") for path in sorted((data_folder() / "test_texts").glob("*.txt"))]

letters = re.compile(r"[a-z]+")  # here we count words of letters alone
known = {word for sentence in sentences for word in letters.findall(sentence.lower())}
words = [word for text in unseen for word in letters.findall(text.lower())]
new = [word for word in words if word not in known]
print(
    f"{len(new):,} of {len(words):,} words were never seen ({len(new) / len(words):.0%}), as these:"
)
print(sorted({word for word in new if len(word) > 8})[::20])

# %% [markdown]
# A model that only knows words could do nothing with these, and some are the very words we care about: drugs
# such as belzutifan and lecanemab. (`conclusions` is on the list because cleaning took the headings out of the
# corpus, notebook 01; the 24 texts still have theirs.)
#
# Single letters are always known, but then each word is a long row of symbols that mean nothing alone. Pieces
# are the middle way: common words stay whole, rare ones fall into parts, and any word can be written.
#
# ## 2. Normalize first
#
# **Why.** To a computer `Gene` and `gene` are two different words, and `é` may be stored as one character or as
# two, an `e` and an accent. So texts are made alike (*normalized*) before they are cut. ALBERT (A Lite BERT;
# BERT stands for Bidirectional Encoder Representations from Transformers), the model that BioALBERT grew from,
# does it so: white space becomes one space, accents go, letters become small.

# %%
from bioalbert_core.tokenizer.normalization import normalize

for text in (
    "Naïve  T\tcells",
    "ﬁbrosis, 5 µg of H₂O₂",
    "TNF-Α and TNF-α",
    "``quoted''",
    "Ca²⁺, 10⁶ cells",
):
    print(f"{text!r:32} becomes  {normalize(text)!r}")

# %% [markdown]
# Most of it is good. `ﬁ` (one character) becomes `fi`. The sign `µ` for "micro" becomes the Greek letter mu,
# which looks the same but is another character. The first `TNF-Α` has a capital alpha, the second a small one;
# both become `tnf-α`. And quotation marks become one kind.
#
# Some of it loses meaning: `10⁶` (a million) becomes `106`. And capitals have a meaning in biology: a gene is
# written `CAT` in humans and `Cat` in mice, and a cat is an animal; here all three become `cat`. ALBERT's choice
# is kept, because BioALBERT starts from ALBERT's *weights*, the numbers that ALBERT learned for these texts.
#
# ## 3. Train a vocabulary
#
# **Why.** Which pieces are worth having depends on the text. The program SentencePiece finds them. Its *unigram*
# method starts with many candidates. It cuts every sentence in the most likely way and estimates from that how
# frequent each piece is. It throws away the pieces that can best be done without. It repeats this until as many
# pieces are left as we asked for.
#
# These are the settings of ALBERT's own vocabulary, read from its file:

# %%
from bioalbert_core.tokenizer.train import ALBERT_FLAGS

for name, value in ALBERT_FLAGS.items():
    print(f"{name:24} {value}")

# %% [markdown]
# You need not know them all. `control_symbols` are special pieces (section 5). `user_defined_symbols` are signs
# that always stand alone. `character_coverage` says that 99.995 % of the text must consist of characters that
# have a piece; the rarest may have none. An id of -1 means "not used".
#
# Now we train a vocabulary with these settings, and look at parts of it:

# %%
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.train import train_tokenizer

train_tokenizer(OUT / "corpus", VOCAB_SIZE, OUT / "bio.model")
bio = Tokenizer(OUT / "bio.model")
for start, end in ((0, 5), (5, 13), (13, 21), (500, 507), (1900, 1907)):
    print(f"from {start:4}:", " ".join(bio.pieces[start:end]))

# %% [markdown]
# The *id* of a piece is its place in this list. First come the five special pieces and the signs that always
# stand alone, then the pieces, the most frequent first; equally rare ones, at the end, are in the order of the
# alphabet. `▁` (not an underscore) marks the start of a word. A model never sees the text, only the ids:

# %%
for text in ("The patients had diabetes.", "Pseudohypoparathyroidism", "imatinib-resistant"):
    print(" ".join(bio.encode_with_spans(text).pieces), "  ids", bio.encode(text))

# %% [markdown]
# ## 4. How a word is cut
#
# **Why.** Nothing magic happens, and you can check it. Each piece has a score: the logarithm of its
# probability, a negative number. The score of a cut is the sum over its pieces, and the cut with the highest
# sum, the one nearest to 0, wins. We compute all ways to cut one word and show the four best and the worst:

# %%
score = dict(bio.scores)


def cuts(word):
    """All ways to cut a word into pieces of the vocabulary."""
    if not word:
        return [[]]
    starts = [word[:end] for end in range(1, len(word) + 1) if word[:end] in score]
    return [[first, *rest] for first in starts for rest in cuts(word[len(first) :])]


word = "▁carcinomatous"
ways = sorted(cuts(word), key=lambda way: -sum(score[piece] for piece in way))
print(f"{len(ways)} ways; the best and the worst:\n")
for way in [*ways[:4], ways[-1]]:
    print(f"{sum(score[piece] for piece in way):8.2f}  {' '.join(way)}")

# %%
print(" ".join(bio.encode_with_spans("carcinomatous").pieces))

# %% [markdown]
# The library gives the best of our list. It does not try all ways, for their number can double with each letter;
# in the exercises you write the quick method yourself.
#
# Few, frequent pieces win: each further piece adds a negative number. So a word that is frequent enough
# to have a piece of its own nearly always stays whole.
#
# ## 5. Special pieces, and the rule of digit and comma
#
# **Why.** Five pieces have jobs. `<pad>` fills a row that is too short, `<unk>` (unknown) stands for a character
# without a piece, `[CLS]` opens a row, `[SEP]` closes each stretch of text in it, and `[MASK]` hides a piece
# (notebook 03). Only the program may put them in, by their ids. If somebody *writes* "[MASK]" in a text, it must
# stay text:

# %%
print("ids of the special pieces:", bio.pad_id, bio.unk_id, bio.cls_id, bio.sep_id, bio.mask_id)
print("the text [MASK]:          ", bio.encode("[MASK]"), bio.encode_with_spans("[MASK]").pieces)

# %% [markdown]
# So it is: none of the ids 0 to 4 is among them.
#
# The next rule is about numbers. In `1, 2, 3` the comma belongs to the sentence, yet SentencePiece learns
# pieces such as `2,`, for they are frequent. Then `2` at the end of a list and `2,` in its middle would be
# different things. ALBERT cuts such pieces again. We compare SentencePiece alone with the kit's *tokenizer*
# (the part that turns text into pieces), here with the vocabulary of `bioalbert-tiny`, a small trained model
# that comes with the kit:

# %%
import sentencepiece

tiny = Tokenizer(find_model("bioalbert-tiny") / "tokenizer.model")
alone = sentencepiece.SentencePieceProcessor(model_proto=tiny.model_bytes)
print("pieces of digit and comma:", [p for p in tiny.pieces if p[-2:-1].isdigit() and p[-1] == ","])

text = "BRCA1, BRCA2, IL-6, and IL-6"
print("alone:   ", " ".join(alone.encode(normalize(text), out_type=str)))
print("the kit: ", " ".join(tiny.encode_with_spans(text).pieces))

# %% [markdown]
# There is a trap, too: SentencePiece alone does not make letters small, for ALBERT did that before (section 2).
# Forget it, and capitals become `<unk>`:

# %%
text = "Mutated BRCA1 in Naïve mice"
shown = [alone.id_to_piece(id_) for id_ in alone.encode(text)]
print("alone:   ", " ".join(shown))
print("the kit: ", " ".join(tiny.encode_with_spans(text).pieces))

# %% [markdown]
# ## 6. Back to the untouched text
#
# **Why.** In the end we want to mark entities in *your* text, with its capitals, accents and double spaces.
# The pieces come from another text, the normalized one. So the tokenizer notes for each piece the
# characters it came from: its *span*.

# %%
text = "Naïve  T cells made TNF-α; ﬁbrosis followed."
encoding = bio.encode_with_spans(text)
for piece, (start, end) in zip(encoding.pieces, encoding.spans):
    print(f"{piece:10} {start:2}:{end:2}  {text[start:end]!r}")

# %% [markdown]
# A span is read as in Python: `27:31` are the characters 27 to 30, and 31 is no longer part of it. These four
# are `ﬁbro`, five letters in the piece, because `ﬁ` is one character. Spans can be empty: a lone `▁` stands for
# no character. Whatever the text is, two things hold: no visible character is lost, and spans never go
# backward. We check this on all unseen texts:

# %%
for text in unseen:
    spans = tiny.encode_with_spans(text).spans
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(place in covered for place, char in enumerate(text) if not char.isspace())
    assert spans == sorted(spans)
print("holds for", len(unseen), "texts")

# %% [markdown]
# What happens without spans? Somebody finds "fibrosis" in the normalized text and marks the same place in the
# raw one (first line below). But spaces were taken away, so the place is wrong. The second line is right: for
# each new character, the normalizer tells which old ones it came from.

# %%
from bioalbert_core.tokenizer.normalization import normalize_with_spans

text = "  Naïve  patients with  ﬁbrosis of the lung"
normal, origin = normalize_with_spans(text)
start = normal.find("fibrosis")
end = start + len("fibrosis")
print("the same place:", repr(text[start:end]))
print("by spans:      ", repr(text[origin[start][0] : origin[end - 1][1]]))

# %% [markdown]
# Type a text of your own and see its words as boxes, with their pieces inside, and below each piece the
# characters it stands for. (This needs a running kernel.) Later each word gets a label, such as Gene, which
# stands at the word's first piece; that piece is yellow here. The last column of the table is for notebook 03.

# %%
from bioalbert_core.show.widgets import tokenizer_explorer

tokenizer_explorer(tiny)

# %% [markdown]
# ## 7. A biomedical vocabulary against a general one
#
# **Why.** A vocabulary is good for the text it was made from. To see that without a download, we need
# English that is not about medicine. Python brings some: the pages of its own `help()`. We make a vocabulary
# of 2,000 pieces from them, too.

# %%
from pydoc_data.topics import topics

(OUT / "help").mkdir(exist_ok=True)
for number, page in enumerate(topics.values()):
    (OUT / "help" / f"{number}.txt").write_text(page, encoding="utf-8")
counts = build_corpus([OUT / "help"], OUT / "help_corpus")
train_tokenizer(OUT / "help_corpus", 2_000, OUT / "general.model")
general = Tokenizer(OUT / "general.model")
own = sum(len(sentence.split()) for sentence in sentences)
print(f"Python's help: {counts['words']:,} words; our corpus: {own:,} words")

# %%
words = "lymphoma metformin carcinoma hypertension thrombocytopenia phosphorylation methotrexate class exception"
print(f"{'':18} {'Python help, 2,000':32} {f'our corpus, {VOCAB_SIZE:,}':32} bioalbert-tiny, 8,000")
for word in words.split():
    row = [" ".join(t.encode_with_spans(word).pieces) for t in (general, bio, tiny)]
    print(f"{word:18} {row[0]:32} {row[1]:32} {row[2]}")

# %% [markdown]
# The last column is the vocabulary of `bioalbert-tiny`; its 8,000 pieces come from 16.7 million words of PubMed
# and PMC. With the help pages, medicine falls apart into short pieces without a sense. Our abstracts, though
# far fewer words, give whole words or, for some, parts with a sense, such as `thrombo` and `cyto`. `class` and
# `exception` are foreign to them instead.
#
# And BioALBERT? It **kept ALBERT's vocabulary**, 30,000 pieces of Wikipedia and books, because the weights it
# started from were learned for these pieces. This is what that vocabulary does:
#
# | word | pieces in ALBERT's vocabulary |
# | --- | --- |
# | lymphoma | `▁lymph` `oma` |
# | metformin | `▁met` `form` `in` |
# | methotrexate | `▁met` `hot` `re` `x` `ate` |
# | levofloxacin | `▁lev` `of` `lox` `ac` `in` |
# | immunohistochemistry | `▁im` `mun` `oh` `isto` `chemistry` |
# | basketball | `▁basketball` |
#
# `met` + `hot` + `re` says nothing about methotrexate; the model has to learn the row of pieces by heart. To see
# it yourself: `python -m bioalbert_core.download albert-vocabulary`, then
# `python -m bioalbert_core.tokenizer show methotrexate --tokenizer downloads/albert-vocabulary/30k-clean.model`;
# or set `SCALE = "paper"`. (With `"small"` the next cell prints nothing.)

# %%
albert = Tokenizer(fetch("albert-vocabulary") / "30k-clean.model") if SCALE == "paper" else None
if albert:
    names = "lymphoma metformin methotrexate levofloxacin immunohistochemistry basketball"
    for word in names.split():
        print(f"{word:22}", " ".join(albert.encode_with_spans(word).pieces))

# %% [markdown]
# One number tells how well a vocabulary fits a text: **pieces per word**. At 1, every word would be one piece.
# Here for the 24 unseen texts:

# %%
vocabularies = {"Python help": general, "our corpus": bio, "bioalbert-tiny": tiny}
vocabularies |= {"ALBERT": albert} if albert else {}


def pieces_per_word(tokenizer, texts):
    """How many pieces a word of these texts takes, on average."""
    return sum(len(tokenizer.encode(t)) for t in texts) / sum(len(t.split()) for t in texts)


for name, tokenizer in vocabularies.items():
    print(
        f"{name:16} {tokenizer.vocab_size:6,} pieces: {pieces_per_word(tokenizer, unseen):.2f} a word"
    )

# %% [markdown]
# With the same 2,000 pieces, medicine takes fewer pieces from our corpus than from Python's help. (The third is
# not a fair match: it has more pieces, from far more text.) Words here are what stands between spaces, so a
# comma counts as one more piece of its word.
#
# Longer rows of pieces cost twice: a model reads rows of limited length, so fewer words fit in, and computing
# takes longer. And from parts that say little, it is harder to know a name.
#
# ## 8. How many pieces?
#
# **Why.** With more pieces a text takes fewer of them. But for each piece the model has to learn a row of
# numbers, and rare pieces are hardly ever practiced. We train four sizes. For each we measure pieces per word,
# on sentences it was trained on and on the unseen abstracts. And we count the *rare* pieces, which the
# sentences that it was trained on use fewer than five times.

# %%
from collections import Counter

sizes = [500, 1_000, 2_000, 4_000]
sample = sentences[:2_000]
found = {"trained on": [], "unseen": []}
for size in sizes:
    train_tokenizer(OUT / "corpus", size, OUT / f"bio_{size}.model")
    tokenizer = Tokenizer(OUT / f"bio_{size}.model")
    found["trained on"].append(pieces_per_word(tokenizer, sample))
    found["unseen"].append(pieces_per_word(tokenizer, unseen))
    used = Counter(id_ for sentence in sample for id_ in tokenizer.encode(sentence))
    rare = sum(used[id_] < 5 for id_ in range(size))
    print(
        f"{size:5,} pieces: {found['trained on'][-1]:.2f} a word trained on, "
        f"{found['unseen'][-1]:.2f} unseen; {rare / size:.0%} of the pieces are rare"
    )

# %%
import plotly.graph_objects as go

from bioalbert_core.show.pictures import show_figure

figure = go.Figure()
for name, values in found.items():
    figure.add_scatter(x=sizes, y=values, name=name, mode="lines+markers")
figure.update_layout(
    title="A larger vocabulary: shorter rows, but less so on unseen text",
    xaxis_title="pieces in the vocabulary",
    yaxis_title="pieces per word",
    template="plotly_white",
    height=350,
)
show_figure(figure)

# %% [markdown]
# *In words: two falling lines over the size of the vocabulary. Both drop steeply from 500 to 1,000 pieces and
# more slowly then; the line for unseen text always lies above the other.*
#
# Each doubling saves less, and the share of rare pieces grows, to 70 % with 4,000 pieces. A model cannot learn
# much about a piece that it meets once or twice. More text, not more pieces, mends that.
#
# Pieces also cost memory, for each is a row of numbers in the model. ALBERT's rows have 128 numbers, so 30,000
# pieces take 3.8 million; BERT's have 768, which makes 23 million.
#
# And when you ask for more than the text can give?

# %%
from bioalbert_core.plumbing.errors import UserError

try:
    train_tokenizer(OUT / "corpus", 1_000_000, OUT / "too_large.model")
except UserError as told:
    print(told)

# %% [markdown]
# SentencePiece found no more than 4,014 pieces in our small corpus.
#
# ## 9. Summary and questions
#
# Text is normalized, cut into the most likely row of pieces, and each piece knows its place in the untouched
# text. A vocabulary fits the text it was made from; a large one makes short rows but has rare pieces. BioALBERT
# kept ALBERT's general vocabulary to start from ALBERT's weights: cheap, but methotrexate takes five pieces.
#
# <details><summary>You change the vocabulary of a trained model. What breaks?</summary>
# Everything. Id 17 now means another piece, but the model still uses the numbers it learned for the old one. In
# the kit, the file `manifest.json` of a model keeps a hash of its vocabulary (notebook 01), so the mistake is
# noticed.
# </details>
#
# <details><summary>Why does a frequent word stay whole?</summary>
# Each piece adds a negative score. One piece with a fair score beats several, each with its own.
# </details>
#
# <details><summary>When does <code>&lt;unk&gt;</code> appear?</summary>
# Only for a character that is itself no piece, such as a rare sign that the corpus never had.
# </details>
#
# <details><summary>"IL-6" and "il-6" have the same ids. Where does the capital come back?</summary>
# In the span: it points into the untouched text, which nobody changed.
# </details>
#
# **Read on.** The paper: section III.A ("kept the original vocabulary of ALBERT"). Kudo 2018, *Subword
# Regularization*, for the unigram method. The grown-up code: `bioalbert_core/tokenizer/`: `normalization.py`,
# `tokenizer.py` (spans, digit and comma), `train.py` (drawing the sample). Exercises:
# `exercises/02_sentencepiece.ipynb`. Next: `03_mlm_and_sop_instances.ipynb`.
