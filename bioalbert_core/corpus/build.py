"""Documents to corpus shards: one sentence a line, a blank line between documents."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tqdm import tqdm

from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph, separate_documents
from bioalbert_core.corpus.document import Document
from bioalbert_core.corpus.readers import find_files, read_documents
from bioalbert_core.corpus.sentences import split_sentences
from bioalbert_core.errors import UserError
from bioalbert_core.files import output_folder, read_manifest, sha256, write_manifest

SHARD_CHARACTERS = 64_000_000  # about 10 million words, 64 MB of text


def clean_sentences(document: Document) -> list[str]:
    """A document's sentences after the rules (ii) and (i); empty when nothing is left.

    Sections are split one by one: a title without a period never runs into the first sentence.

    >>> from bioalbert_core.corpus.document import Section
    >>> text = "Results\\nIt worked well. We were glad."
    >>> clean_sentences(Document("1", (Section("TEXT", text),)))
    ['It worked well.', 'We were glad.']
    """
    paragraphs = (one_paragraph(drop_short_lines(part.text)) for part in document.sections)
    return [sentence for paragraph in paragraphs for sentence in split_sentences(paragraph)]


def build_corpus(inputs: Iterable[str | Path], out: str | Path) -> dict[str, int]:
    """Read, clean and split all inputs; write ``corpus-00000-of-0000N.txt`` shards to ``out``.

    Returns the counts: files, documents read, kept and dropped (by reason), sentences, words.

    Raises:
        UserError: an input cannot be read, or nothing is left after cleaning.
    """
    own = Path(out).resolve()  # an earlier output below an input folder is no input
    files = [path for path in find_files(inputs) if own not in path.resolve().parents]
    if not files:
        raise UserError(f"{out}: all inputs lie inside --out; choose another --out")
    counts: Counter[str] = Counter(files=len(files))
    with output_folder(out, "corpus") as folder:
        documents = _cleaned(tqdm(files, desc="corpus", unit="file", disable=None), counts)
        _write_shards(folder, documents)
        if not counts["documents_kept"]:
            raise UserError(f"{files[0]}: no document with text after cleaning; nothing written")
        names = Counter(path.name for path in files)
        hashes = {p.name if names[p.name] == 1 else str(p): sha256(p) for p in files}
        write_manifest(folder, "corpus", settings={}, inputs=hashes, counts=dict(counts))
    return dict(counts)


def _cleaned(files: Iterable[Path], counts: Counter[str]) -> Iterator[list[str]]:
    for path in files:
        for document in read_documents(path):
            counts["documents_read"] += 1
            if document.sections and all(section.label == "TITLE" for section in document.sections):
                counts["dropped_title_only"] += 1
            elif sentences := clean_sentences(document):
                counts["documents_kept"] += 1
                counts["sentences"] += len(sentences)
                counts["words"] += sum(len(sentence.split()) for sentence in sentences)
                yield sentences
            else:
                counts["dropped_no_text"] += 1


def _write_shards(folder: Path, documents: Iterable[list[str]]) -> None:
    """Fill a shard, then the next; how many there are is known, and named, at the end."""
    paths: list[Path] = []
    stream, room = None, 0
    try:
        for sentences in documents:
            if room <= 0:
                if stream:
                    stream.close()
                paths.append(folder / f"shard-{len(paths)}")
                stream, room = paths[-1].open("w", encoding="utf-8", newline="\n"), SHARD_CHARACTERS
            for line in separate_documents([sentences]):
                room -= stream.write(line + "\n")
    finally:
        if stream:
            stream.close()
    for index, path in enumerate(paths):
        path.rename(folder / f"corpus-{index:05d}-of-{len(paths):05d}.txt")


def read_corpus(folder: str | Path) -> Iterator[list[str]]:
    """The documents of a finished corpus, each a list of its sentences, shard after shard.

    Raises:
        UserError: ``folder`` is not a finished output of the corpus command, or was damaged.
    """
    read_manifest(folder, "corpus")
    for path in sorted(Path(folder).glob("corpus-*.txt")):
        try:
            yield from _read_shard(path)
        except UnicodeDecodeError:
            raise UserError(f"{path}: damaged, not UTF-8 text; make the corpus again") from None


def _read_shard(path: Path) -> Iterator[list[str]]:
    sentences: list[str] = []
    with path.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if line := line.rstrip("\n"):
                sentences.append(line)
            elif sentences:
                yield sentences
                sentences = []
    if sentences:
        yield sentences
