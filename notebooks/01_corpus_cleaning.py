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
# # Corpus and cleaning: from files to sentences
#
# **What you will be able to do.** You will read three kinds of biomedical files into one plain form, apply
# the paper's three cleaning rules and say what each of them costs, split text into sentences without being
# fooled by "Fig. 2" or "E. coli", find repeated documents, and know what happens when a file is broken.
#
# **Time.** CPU (processor): a few seconds. GPU, TPU: nothing here uses them.
#
# **You need.** Some Python. No notebook before this one. `glossary.md`, beside this notebook, explains every
# term.
#
# **Contents**
# 1. Three kinds of files, one kind of document
# 2. What a reader leaves out
# 3. The three rules of the paper
# 4. What the rules cost
# 5. Sentences
# 6. The same text twice
# 7. Broken files
# 8. The whole stage
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

from bioalbert_core.plumbing.shipped import data_folder

# "small": the abstracts that come with the kit. "paper": real PubMed files as in the paper; two of them
# (57 MB, 50,788 records). All of PubMed is the same call with the name "pubmed-baseline" and more files.
SCALE = "small"
OUT = Path("runs/01_corpus_cleaning")
OUT.mkdir(parents=True, exist_ok=True)

RAW = data_folder() / "raw"

# %% [markdown]
# ## 1. Three kinds of files, one kind of document
#
# **Why.** BioALBERT, the model of this course, learned from PubMed abstracts and full articles of PMC (PubMed
# Central). Both come as XML (Extensible Markup Language): text with named brackets, the *tags*, around its
# parts. Abstracts use the tags of MEDLINE, the catalog behind PubMed; articles use JATS (Journal Article Tag
# Suite). A language model wants neither tags nor tables, only running text. So each kind of file has its
# *reader*, and all readers give the same thing: a `Document` of labeled sections.
#
# This is the beginning of a MEDLINE file. The abstracts were invented for this kit; drugs and diseases
# are real, findings are not.

# %%
import gzip

medline = RAW / "medline" / "mini01.xml.gz"
print(gzip.decompress(medline.read_bytes()).decode("utf-8")[:1100], "...")

# %% [markdown]
# And this is what its reader makes of the first article:

# %%
from bioalbert_core.corpus.readers import read_documents

document = next(read_documents(medline))
print(document.id)
for section in document.sections:
    print(f"{section.label:12} {section.text[:70]} ...")

# %% [markdown]
# The same call reads the other two kinds: an article of PMC, and plain text, which has no tags and becomes one
# section, `TEXT`. Which kind of XML a file is, the call sees from its first tag, not from the file's name.

# %%
for path in (RAW / "pmc" / "PMC9900002.nxml", RAW / "text" / "cardio-05.txt"):
    document = next(read_documents(path))
    print(document.id)
    for section in document.sections:
        print(f"{section.label:12} {section.text[:70]!r} ...")

# %% [markdown]
# From here on, nothing needs to know where a text came from. A new kind of file would need a new reader
# and nothing else.
#
# ## 2. What a reader leaves out
#
# **Why.** Much of an article is no prose: tables, formulas, references, citations by number. "Growth [3,4]
# stopped" is not how anybody speaks. We write a short article with a table, a reference and citations, and
# read it back.

# %%
article = """<article><front><article-meta>
<article-id pub-id-type="pmc">1</article-id>
<title-group><article-title>Growth of <italic>E. coli</italic> without oxygen</article-title></title-group>
</article-meta></front><body><sec><title>Results</title>
<p>Growth <xref ref-type="bibr">[3,4]</xref> stopped at 42 °C (see Fig. 2; <xref ref-type="bibr">5</xref>).
H<sub>2</sub>O<sub>2</sub> had no effect (Hites 2004).</p>
<table-wrap><label>Table 1</label><caption><p>Growth rates.</p></caption></table-wrap>
</sec></body><back><ref-list><ref>3. A reference.</ref></ref-list></back></article>"""

(OUT / "article.nxml").write_text(article, encoding="utf-8")
for section in next(read_documents(OUT / "article.nxml")).sections:
    print(f"{section.label:10} {section.text}")

# %% [markdown]
# The table, the reference list and the citations by number are gone, and so is the semicolon that only led to
# one of them. `(Hites 2004)` stays: it has words that a reader reads. `H2O2`, which tags had cut in pieces,
# is one word again.
#
# ## 3. The three rules of the paper
#
# **Why.** Plain text has its own litter: headings, blank lines, page numbers. The paper (section III.A)
# says how it cleaned:
#
# > (i) all blank lines are removed within a document and converted it into on single paragraph; (ii) Any
# > line less than 20-character length is removed and (iii) there will be a blank line between each document
#
# (The English is the paper's.) In this kit each rule is one short function. First a text as it stands:

# %%
text = (RAW / "text" / "neuro-01.txt").read_text("utf-8")
for line in text.splitlines():
    print(f"{len(line):5} | {line[:80]}")

# %% [markdown]
# In words: each row is a line of the file, of which we print the first 80 characters; its full length stands on
# the left. Headings and the page number are shorter than 20 characters. The title and the paragraphs are much
# longer. Now rules (i) and (ii), **in the order of the paper**:

# %%
from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph, separate_documents

as_written = drop_short_lines(one_paragraph(text))
print(len(text.split()), "words before,", len(as_written.split()), "after")
print("...", as_written[-60:])

# %% [markdown]
# Not one word went, and the page number is still there. After rule (i) the document is a single line, so
# rule (ii) never finds a short one. The authors cannot have meant that. So the kit applies (ii) first, to the
# lines as the source had them:

# %%
cleaned = one_paragraph(drop_short_lines(text))
print(len(text.split()), "words before,", len(cleaned.split()), "after")
print("...", cleaned[-60:])

# %% [markdown]
# The seven that went are the four headings and the page number, `- 1 -`, which counts as three words here.
#
# Rule (iii) comes last, when sentences are written to a file: one sentence a line, a blank line after
# each document. Without that line the next stages could not tell where a document ends.

# %%
for line in separate_documents([["It rained.", "It stopped."], ["Another document."]]):
    print(repr(line))

# %% [markdown]
# Try the rules yourself: change the text or the number 20. What a rule takes is crossed out on the left, with
# the reason; what remains stands on the right. Can you find a line that should have stayed? (To change
# something, you need a running kernel.)

# %%
from bioalbert_core.show.widgets import cleaning_explorer

cleaning_explorer()

# %% [markdown]
# ## 4. What the rules cost
#
# **Why.** Every cleaning rule also takes something away that was fine. Look before you trust it. These
# are all lines that rule (ii) takes from the plain text files of the kit:

# %%
from collections import Counter

texts = [path.read_text("utf-8") for path in sorted((RAW / "text").glob("*.txt"))]
lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
for line, times in Counter(line for line in lines if len(line) < 20).most_common():
    print(f"{times:3} times  {line}")

# %% [markdown]
# All of it is litter: here the rule is perfect. But 20 is a choice. How many lines go with other limits, and
# which is the longest of them?

# %%
for minimum in (1, 10, 20, 40, 80, 120):
    gone = sorted((line for line in lines if len(line) < minimum), key=len)
    longest = gone[-1][:60] if gone else "(none)"
    print(f"fewer than {minimum:3}: {len(gone):3} of {len(lines)} lines; the longest: {longest}")

# %% [markdown]
# With 10, two headings stay: "Background" and "Conclusions". With 20 and with 40 the same lines go. From 80 on
# the rule eats titles and sentences (a long line is cut here after 60 characters).
#
# And a rule that looks at lines depends on how lines were made. Many files break their lines at a fixed
# width. What if ours did, after 72 characters?

# %%
import textwrap

lost = 0
for text in texts:
    wrapped = "\n".join(textwrap.fill(line, 72) for line in text.splitlines())
    flat = one_paragraph(drop_short_lines(text))
    flat_wrapped = one_paragraph(drop_short_lines(wrapped))
    if len(flat_wrapped) < len(flat):
        lost += 1
        before, after = " ".join(flat.split()[-9:]), " ".join(flat_wrapped.split()[-7:])
print(f"{lost} of {len(texts)} documents lose words. One of them ended:")
print(f"   ... {before}\nand ends now:\n   ... {after}")

# %% [markdown]
# The last line of a broken-up paragraph is often short, and the rule takes it: the end of the sentence is lost.
# In such files, join the lines of each paragraph first. The XML readers do not have this problem: they give
# whole paragraphs.
#
# ## 5. Sentences
#
# **Why.** The next stages work on sentences: sentence order is one of the two things the model learns.
# "A period and a space end a sentence" is almost right:

# %%
import re

from bioalbert_core.corpus.sentences import split_sentences

tricky = "Growth (Fig. 2) of E. coli took 24 h. Approx. 5 mg/L (p < .05) sufficed, i.e. less than before."
simple_rule = re.compile(r"(?<=[.?!]) ").split
for name, split in (("simple rule", simple_rule), ("the library", split_sentences)):
    for part in split(tricky):
        print(f"{name}   {part}")

# %% [markdown]
# How often does it matter? The kit's 132 abstracts were written with one sentence a line, so we know where each
# sentence ends. Right answers that are known are called *gold*. We join the sentences of each section
# and let both split them again.

# %%
gold = []
for path in sorted((data_folder() / "abstracts").glob("*.txt")):
    plain = re.sub(r"</?[DCGS]>", "", path.read_text("utf-8"))  # the marks of entities
    sections = re.split(r"(?:=== .*\n)?\[[A-Z]+\]\n", plain)
    gold += [section.split("\n") for section in map(str.strip, sections) if section]

for name, split in (("simple rule", simple_rule), ("the library", split_sentences)):
    found = [split(" ".join(sentences)) for sentences in gold]
    same = sum(len(set(a) & set(b)) for a, b in zip(gold, found))
    print(f"{name}: {same} of {sum(map(len, gold))} sentences right, {sum(map(len, found))} found")

# %% [markdown]
# The simple rule finds too many sentences, because it cuts some in two. (There are more sentences here than in
# the corpus of section 8, for 24 of the abstracts are kept out of it, for tests.)
#
# The library is `sentencex`, with a few rules of this field on top. These rules were written with our abstracts
# in view, so its perfect result here says too much. On 199 hard places of real PubMed text, judged by hand,
# 90.5 % are right; the table stands in `bioalbert_core/corpus/sentences.py`.
#
# ## 6. The same text twice
#
# **Why.** Articles are published again, and one article may lie in two files. A model that sees a text twice
# learns it by heart, and if one copy is among the documents held out for testing, the test is spoiled.
# `build_corpus` does the whole *stage*, the way from files to clean sentences. We give it a folder with a text,
# a copy that has more blank lines, and a copy that differs in one word.

# %%
from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus.build import build_corpus

twice = OUT / "twice"
twice.mkdir(exist_ok=True)
text = (RAW / "text" / "onco-02.txt").read_text("utf-8")
(twice / "a.txt").write_text(text, encoding="utf-8")
(twice / "b.txt").write_text("\n\n" + text.replace("\n", "\n\n"), encoding="utf-8")
(twice / "c.txt").write_text(text.replace(" the ", " our ", 1), encoding="utf-8")

counts = build_corpus([twice], OUT / "unique", CorpusConfig(drop_duplicates=True))
for name, number in counts.items():
    print(f"{name:20} {number:5,}")

# %% [markdown]
# The copy with more blank lines was found, because the cleaned texts are compared. The copy with one other
# word was not: to find *nearly* the same texts takes other tools.
#
# The comparison does not keep the texts. It computes from each one a *hash*: a number that is the same for the
# same text, and almost surely another for any other text. A hash of 64 bits for each document fits into memory
# even for all of PubMed.
#
# ## 7. Broken files
#
# **Why.** Among a thousand downloads one is cut short. A program that stops with forty lines of error report
# costs you a day, and one that goes on in silence costs more. Here every problem is one line: where, what, and
# what to do.

# %%
from bioalbert_core.plumbing.errors import UserError

whole = gzip.decompress(medline.read_bytes())
bomb = b'<!DOCTYPE article [<!ENTITY a "ha">]><article><p>&a;</p></article>'
broken = {
    "cut.xml": whole[:20_000],
    "cut.xml.gz": medline.read_bytes()[:3_000],
    "mixed_up.xml": whole.replace(b"</ArticleTitle>", b"</Title>", 1),
    "bomb.nxml": bomb,
    "page.xml": b"<html><body>404 Not Found</body></html>",
    "empty.txt": b"",
    "latin.txt": "Señal en ratón".encode("latin-1"),
}
(OUT / "broken").mkdir(exist_ok=True)
for name, data in broken.items():
    path = OUT / "broken" / name
    path.write_bytes(data)
    try:
        list(read_documents(path))
    except UserError as told:
        print(f"{told}\n")

# %% [markdown]
# Look at `bomb.nxml`. XML may define abbreviations of its own. When a few lines of them stand for each other,
# they can unfold to gigabytes of text, and some read files of your disk. The kit refuses such a file before
# anything unfolds.
#
# `build_corpus` stops at the first broken file. With thousands of files you may prefer to go on. With
# `skip_broken=True` it tells what it leaves out, counts it, and notes it in the file `manifest.json` (section
# 8).

# %%
counts = build_corpus(
    [RAW / "medline", OUT / "broken" / "cut.xml"], OUT / "rest", CorpusConfig(skip_broken=True)
)
print(f"broken files: {counts['broken']}, documents kept: {counts['documents_kept']}")

# %% [markdown]
# The line "skipped the rest of the file" (red in some programs) is that note. Of the 18 documents of the broken file,
# the 11 before the cut were kept.
#
# ## 8. The whole stage
#
# All files, read, cleaned, split, and written. On a command line the same is
# `python -m bioalbert_core.corpus FOLDER --out corpus`.

# %%
from bioalbert_core.download import fetch

inputs = [RAW] if SCALE == "small" else [fetch("pubmed-sample")]
counts = build_corpus(inputs, OUT / "corpus", CorpusConfig(drop_duplicates=True))
for name, number in counts.items():
    print(f"{name:35} {number:10,}")

# %%
shards = sorted((OUT / "corpus").glob("*.txt"))
print(f"{len(shards)} file(s); the first begins:\n")
for line in shards[0].read_text("utf-8").splitlines()[:12]:
    print(f"{line[:95]!r}")

# %% [markdown]
# In the embedded data one document has only a title, and it was dropped: there is no sentence order to learn
# from one sentence. What the readers left out is counted in characters, with the reason: tables, references,
# headings. Nothing goes in silence. A large corpus is written as several files (*shards*); ours fits into one.
#
# Beside the text lies `manifest.json`. It says what was made from what, with a hash of each file (a longer one,
# written with the digits 0 to 9 and a to f). The next stage compares the hashes and refuses a corpus that was
# changed since.

# %%
import json

manifest = json.loads((OUT / "corpus" / "manifest.json").read_text("utf-8"))
print(manifest["command"], manifest["settings"])
print(list(manifest["outputs"].items())[:1])
print(list(manifest["inputs"].items())[:1], "and", len(manifest["inputs"]) - 1, "more")

# %% [markdown]
# Make it again, and the files are the same, byte for byte. So next year you can be sure to work on the same
# text as today.

# %%
build_corpus(inputs, OUT / "again", CorpusConfig(drop_duplicates=True))
again = json.loads((OUT / "again" / "manifest.json").read_text("utf-8"))
print("the same bytes:", again["outputs"] == manifest["outputs"])

# %% [markdown]
# How far is this from the paper? Its text counts about 4.5 billion words of PubMed and 13.5 billion of PMC.
# (Its Table II has 4.3 for PubMed and 18.8 for both together; notebook 08 looks into that.)

# %%
print(f"the paper's 18 billion words are {18e9 / counts['words']:,.0f} times this corpus")

# %% [markdown]
# ## 9. Summary and questions
#
# Readers turn files into documents; rules (ii), (i) and (iii), in this order, turn documents into
# clean text; a splitter turns text into sentences; repeated documents can go; and what is broken is told.
#
# <details><summary>Why does the kit apply rule (ii) before rule (i)?</summary>
# After rule (i) a document is one long line. No line is shorter than 20 characters any more, so rule (ii)
# would do nothing.
# </details>
#
# <details><summary>The sentence "She died on day 9." stands on a line of its own. What happens to it?</summary>
# It has 18 characters, so it goes. Length is a cheap sign of litter, not a proof.
# </details>
#
# <details><summary>Why are sections split into sentences one by one, and not the whole document?</summary>
# In real articles a title often has no period at its end. In one paragraph with the text it would run into
# the first sentence.
# </details>
#
# <details><summary>A reprint has one comma less. Does <code>drop_duplicates</code> find it?</summary>
# No. The hash of a text changes with any character. Only texts that are the same after cleaning are found.
# </details>
#
# **Read on.** The paper: section III.A. The grown-up code: `bioalbert_core/corpus/`, above all `cleaning.py`
# (the three rules), `sentences.py` (the choice of a splitter, measured), `jats.py` and `medline.py` (the
# readers), `xml.py` (safe XML). Exercises: `exercises/01_corpus_cleaning.ipynb`. Next:
# `02_sentencepiece.ipynb`.
