"""Make `raw/`, `test_texts/`, `ner/` and `counts.json` from the annotated abstracts.

    python data/mini/build.py [FOLDER]

The abstracts are the source: one sentence a line, mentions marked inline (GUIDELINES.md). All else
in this folder is made from them, and a test makes it again and compares.
"""

import gzip
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from bioalbert_core.ner.bio import Span, tags_of
from bioalbert_core.ner.words import word_spans

HERE = Path(__file__).parent
TYPES = {"D": "Disease", "C": "Chemical", "G": "Gene", "S": "Species"}
MARK = re.compile(r"<(/?)([DCGS])>")
ARTICLES_PER_FILE = 18


@dataclass(frozen=True)
class Sentence:
    """Plain text and its mentions as (start, end, type) in characters."""

    text: str
    mentions: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Abstract:
    """One annotated abstract: labeled sections of sentences, the title first."""

    id: str
    sections: tuple[tuple[str, tuple[Sentence, ...]], ...]

    @property
    def title(self) -> Sentence:
        return self.sections[0][1][0]

    @property
    def sentences(self) -> list[Sentence]:
        return [sentence for _, group in self.sections for sentence in group]


def read_abstracts() -> list[Abstract]:
    """All abstracts, file by file."""
    found = []
    for path in sorted((HERE / "abstracts").glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text("utf-8"), flags=re.M)[1:]:
            id_, *lines = [line.strip() for line in block.splitlines() if line.strip()]
            sections: list[tuple[str, list[Sentence]]] = []
            for line in lines:
                if re.fullmatch(r"\[[A-Z]+\]", line):
                    sections.append((line[1:-1], []))
                else:
                    sections[-1][1].append(parse(line))
            found.append(Abstract(id_, tuple((label, tuple(group)) for label, group in sections)))
    return found


def parse(line: str) -> Sentence:
    """Take the marks out of a line and remember where they stood."""
    text, mentions, start, end = "", [], 0, 0
    for mark in MARK.finditer(line):
        text += line[end : mark.start()]
        end = mark.end()
        if mark[1]:
            mentions.append((start, len(text), TYPES[mark[2]]))
        start = len(text)
    return Sentence(text + line[end:], tuple(mentions))


def split_of(place: int) -> str:
    """Train, devel or test, by an abstract's place in its file: 15, 3 and 4 of 22."""
    return {2: "test", 5: "devel"}.get(place % 6, "train")


def bio_lines(abstract: Abstract) -> list[str]:
    """The abstract as BIO lines, after a line that marks the document."""
    lines = ["-DOCSTART-\tO", ""]
    for sentence in abstract.sentences:
        words = word_spans(sentence.text)
        starts = {start: i for i, (start, _) in enumerate(words)}
        ends = {end: i + 1 for i, (_, end) in enumerate(words)}
        try:
            spans = [Span(starts[a], ends[b], type_) for a, b, type_ in sentence.mentions]
        except KeyError:
            raise SystemExit(f"{abstract.id}: a mention cuts a word: {sentence.text}") from None
        tags = tags_of(spans, len(words))
        lines += [f"{sentence.text[a:b]}\t{tag}" for (a, b), tag in zip(words, tags, strict=True)]
        lines.append("")
    return lines


def medline_article(abstract: Abstract, pmid: int) -> str:
    """A PubmedArticle; species names of the title are in italics, as publishers set them."""
    title, end = "", 0
    for a, b, type_ in abstract.title.mentions:
        if type_ == "Species":
            title += (
                f"{escape(abstract.title.text[end:a])}<i>{escape(abstract.title.text[a:b])}</i>"
            )
            end = b
    title += escape(abstract.title.text[end:])
    parts = []
    for label, group in abstract.sections[1:]:
        attributes = "" if label == "ABSTRACT" else f' Label="{label}" NlmCategory="{label}"'
        text = escape(" ".join(sentence.text for sentence in group))
        parts.append(f"          <AbstractText{attributes}>{text}</AbstractText>\n")
    body = f"        <Abstract>\n{''.join(parts)}        </Abstract>\n" if parts else ""
    return (
        f'  <PubmedArticle>\n    <MedlineCitation Status="MEDLINE" Owner="NLM">\n'
        f'      <PMID Version="1">{pmid}</PMID>\n      <Article PubModel="Print">\n'
        f"        <ArticleTitle>{title}</ArticleTitle>\n{body}"
        f"        <Language>eng</Language>\n      </Article>\n"
        f"    </MedlineCitation>\n  </PubmedArticle>\n"
    )


def medline_file(articles: list[str]) -> bytes:
    """A PubMed file of articles, gzipped without a time stamp."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<PubmedArticleSet>\n'
        + "".join(articles)
        + "</PubmedArticleSet>\n"
    )
    return gzip.compress(xml.encode(), mtime=0)


def jats_file(abstract: Abstract, pmcid: int) -> str:
    """A JATS article: the first section is its abstract, the others its body."""
    paragraphs = [
        (label.capitalize(), escape(" ".join(s.text for s in group)))
        for label, group in abstract.sections[1:]
    ]
    body = "".join(
        f"<sec><title>{label}</title><p>{text}</p></sec>\n" for label, text in paragraphs[1:]
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<article article-type="research-article"><front><article-meta>
<article-id pub-id-type="pmc">{pmcid}</article-id>
<title-group><article-title>{escape(abstract.title.text)}</article-title></title-group>
<abstract><p>{paragraphs[0][1]}</p></abstract>
</article-meta></front>
<body>
{body}<table-wrap><label>Table 1</label>
<caption><p>A table that is not running text.</p></caption></table-wrap>
</body>
<back><ref-list><ref id="r1">
<mixed-citation>An invented reference.</mixed-citation></ref></ref-list></back>
</article>
"""


def plain_file(abstract: Abstract) -> str:
    """Plain text as it comes out of a PDF: headings, blank lines, a page number."""
    lines = [abstract.title.text, ""]
    for label, group in abstract.sections[1:]:
        lines += [label.capitalize(), "", " ".join(s.text for s in group), ""]
    return "\n".join([*lines, "- 1 -", ""])


def build(folder: Path) -> dict:
    """Write all files below ``folder`` and return the counts."""
    groups: dict[str, list[Abstract]] = {"train": [], "devel": [], "test": []}
    place: Counter[str] = Counter()
    for abstract in read_abstracts():
        file = abstract.id.split("-")[0]
        groups[split_of(place[file])].append(abstract)
        place[file] += 1

    for name in ("raw/medline", "raw/pmc", "raw/text", "test_texts", "ner"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for split, abstracts in groups.items():
        lines = [line for abstract in abstracts for line in bio_lines(abstract)]
        write(folder / "ner" / f"{split}.tsv", "\n".join(lines) + "\n")
    for abstract in groups["test"]:
        write(folder / "test_texts" / f"{abstract.id}.txt", plain_file(abstract))

    medline = []
    for number, abstract in enumerate(groups["train"] + groups["devel"], start=1):
        if number % 2:
            medline.append(medline_article(abstract, 90_000_000 + number))
        elif number % 4:
            write(
                folder / "raw/pmc" / f"PMC{9_900_000 + number}.nxml",
                jats_file(abstract, 9_900_000 + number),
            )
        else:
            write(folder / "raw/text" / f"{abstract.id}.txt", plain_file(abstract))
    title_only = Abstract(
        "editorial", (("TITLE", (parse("What we owe to reviewers of rare diseases."),)),)
    )
    medline.append(medline_article(title_only, 90_009_999))
    for start in range(0, len(medline), ARTICLES_PER_FILE):
        path = folder / "raw/medline" / f"mini{start // ARTICLES_PER_FILE + 1:02d}.xml.gz"
        path.write_bytes(medline_file(medline[start : start + ARTICLES_PER_FILE]))

    counts = count(groups)
    write(folder / "counts.json", json.dumps(counts, indent=2) + "\n")
    return counts


def count(groups: dict[str, list[Abstract]]) -> dict:
    """Abstracts, sentences, words, mentions by type, and unseen test mentions."""
    counts: dict = {}
    names: dict[str, set] = {}
    for split, abstracts in groups.items():
        sentences = [sentence for abstract in abstracts for sentence in abstract.sentences]
        mentions = [(s.text[a:b].lower(), t) for s in sentences for a, b, t in s.mentions]
        types = Counter(type_ for _, type_ in mentions)
        names[split] = set(mentions)
        counts[split] = {
            "abstracts": len(abstracts),
            "sentences": len(sentences),
            "words": sum(len(word_spans(s.text)) for s in sentences),
            "mentions": len(mentions),
            **{type_: types[type_] for type_ in TYPES.values()},
        }
        if split == "test":
            unseen = [mention not in names["train"] for mention in mentions]
            counts[split]["mentions_not_in_train"] = sum(unseen)
    return counts


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    print(json.dumps(build(target), indent=2))
