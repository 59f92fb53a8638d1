"""MEDLINE XML to clean sentences, beside pubmed_parser reading the same file to dictionaries.

    pip install pubmed-parser
    python tests/bench/medline_speed.py [--rounds 5] [--megabytes 70] [FILE.xml.gz ...]

The first megabytes of each file are taken: of real ones where ``shared/data`` lies beside the
checkout, else of invented records. The kit reads, cleans and splits into sentences; pubmed_parser
only reads. Both run in this process on one core, in turns; a row shows the medians of their CPU
seconds and the median of the rounds' ratios.
"""

import argparse
import gzip
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from bioalbert_core.corpus.build import clean_sentences
from bioalbert_core.corpus.readers import read_documents

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "pubmed"
END = b"</PubmedArticle>"


def kit(path: Path) -> int:
    """Read, clean and split; the number of articles."""
    return sum(1 for document in read_documents(path) if clean_sentences(document) is not None)


def peer(path: Path) -> int:
    """Read with pubmed_parser as its manual says; the number of articles."""
    import pubmed_parser

    return sum(1 for _ in pubmed_parser.parse_medline_xml(str(path)))


def cpu_seconds(work: Callable[[Path], int], path: Path) -> float:
    """What the work costs this process."""
    start = time.process_time()
    if not work(path):
        raise SystemExit(f"{path}: no article was read")
    return time.process_time() - start


def invented_articles() -> Iterator[bytes]:
    """Records without end, with as much around the abstract as real ones have."""
    rng = Random(0)
    words = ["".join(rng.choices("aeioubcdlmnprst", k=rng.randint(2, 12))) for _ in range(5000)]
    yield b"<PubmedArticleSet>\n"
    for pmid in range(10**9):
        text = [" ".join(rng.choices(words, k=20)).capitalize() + "." for _ in range(10)]
        authors = "".join(
            f'          <Author ValidYN="Y">\n            <LastName>{a}</LastName>\n'
            f"            <AffiliationInfo>\n              <Affiliation>{b}</Affiliation>\n"
            "            </AffiliationInfo>\n          </Author>\n"
            for a, b in zip(rng.choices(words, k=8), rng.choices(words, k=8), strict=True)
        )
        references = "".join(
            f"        <Reference>\n          <Citation>{' '.join(rng.choices(words, k=15))}"
            "</Citation>\n        </Reference>\n"
            for _ in range(20)
        )
        headings = "".join(
            f'        <MeshHeading>\n          <DescriptorName UI="D{n}">{rng.choice(words)}'
            "</DescriptorName>\n        </MeshHeading>\n"
            for n in range(12)
        )
        yield (
            f'  <PubmedArticle>\n    <MedlineCitation>\n      <PMID Version="1">{pmid}</PMID>\n'
            "      <Article>\n        <Journal>\n          <JournalIssue>\n"
            "            <PubDate>\n              <Year>2020</Year>\n            </PubDate>\n"
            f"          </JournalIssue>\n        </Journal>\n        <ArticleTitle>{text[0]}"
            f"</ArticleTitle>\n        <Abstract>\n          <AbstractText>{' '.join(text[1:])}"
            f"</AbstractText>\n        </Abstract>\n        <AuthorList>\n{authors}"
            "        </AuthorList>\n      </Article>\n      <MeshHeadingList>\n"
            f"{headings}      </MeshHeadingList>\n    </MedlineCitation>\n"
            f"    <PubmedData>\n      <ReferenceList>\n{references}      </ReferenceList>\n"
            "    </PubmedData>\n  "
        ).encode() + END + b"\n"  # fmt: skip


def beginning(path: Path | None, size: int) -> bytes:
    """Whole articles of about ``size`` bytes as one file."""
    if path is None:
        data, articles = b"", invented_articles()
        while len(data) < size:
            data += b"".join(next(articles) for _ in range(1000))
    else:
        with gzip.open(path) as stream:
            data = stream.read(size)
    return data[: data.rindex(END) + len(END)] + b"\n</PubmedArticleSet>\n"


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=70)
    options = parser.parse_args()
    found = options.files or sorted(DATA.glob("*.xml.gz")) or [None]
    print("| file | articles | pubmed_parser, s | kit, s | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for source in found:
        data = beginning(source, options.megabytes * 10**6)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (source.name if source else "invented.xml.gz")
            path.write_bytes(gzip.compress(data))
            pairs = [
                (cpu_seconds(peer, path), cpu_seconds(kit, path)) for _ in range(options.rounds)
            ]
            theirs, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(a / b for a, b in pairs)
            line = f"{path.name} | {kit(path):,} | {theirs:.2f} | {ours:.2f} | {ratio:.2f}"
            print(f"| {line} |", flush=True)


if __name__ == "__main__":
    main()
