"""Files to a corpus: each task reads a few files and writes their clean sentences to shards."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus.cleaning import drop_short_lines, one_paragraph
from bioalbert_core.corpus.document import LINES, Document, letters
from bioalbert_core.corpus.duplicates import digest, repeated
from bioalbert_core.corpus.readers import find_files, read_documents, stop
from bioalbert_core.corpus.sentences import split_sentences
from bioalbert_core.corpus.shards import read_shard, write_shard, write_shards
from bioalbert_core.plumbing.errors import DocumentError, UserError
from bioalbert_core.plumbing.files import location, output_file, sha256
from bioalbert_core.plumbing.folders import output_folder, rename_all, write_manifest
from bioalbert_core.plumbing.tasks import Facts, Machines, keep_only, run_tasks

TASK_BYTES = 8_000_000  # a task gets files until together they are this large
BROKEN_NAMED = 100  # errors reported for each task; all are counted


def clean_sentences(document: Document, counts: Counter[str] | None = None) -> list[str]:
    """A document's sentences after rules (ii) and (i); empty if nothing is left.

    Each section is split on its own: a title without a period never runs into the first sentence.
    ``characters_left_out_short_lines`` is added to the counts.

    >>> from bioalbert_core.corpus.document import Section
    >>> text = "Results\\nIt worked well. We were glad."
    >>> clean_sentences(Document("1", (Section("TEXT", text),)))
    ['It worked well.', 'We were glad.']
    """
    if document.are_sentences:
        return [one_paragraph(part.text) for part in document.sections]
    sentences = []
    for part in document.sections:
        # Rule (ii) is about the lines of text files; XML marks headings itself.
        text = drop_short_lines(part.text) if part.label == LINES else part.text
        if counts is not None and len(text) < len(part.text):
            counts["characters_left_out_short_lines"] += letters(part.text) - letters(text)
        sentences += split_sentences(one_paragraph(text))
    return sentences


def build_corpus(
    inputs: Iterable[str | Path],
    out: str | Path,
    config: CorpusConfig = CorpusConfig(),
    machines: Machines = Machines(),
) -> dict[str, int]:
    """Read, clean and split all inputs; write ``corpus-00000-of-0000N.txt`` shards to ``out``.

    Returns the counts: files, documents read, kept and dropped (by reason), sentences, words.

    Raises:
        UserError: an input cannot be read, or nothing is left after cleaning.
    """
    own = location(out).resolve()  # an earlier output below an input folder is not an input
    files = [path for path in find_files(inputs) if own not in path.resolve().parents]
    if not files:
        raise UserError(f"{out}: all inputs are inside --out; choose another --out")
    with output_folder(out, "corpus", resume=True) as folder:
        plan = {"command": "corpus", "settings": asdict(config)}
        work = partial(clean_files, config=config)
        facts = run_tasks(work, _tasks(files), folder, plan, machines)
        if config.drop_duplicates:
            _drop_duplicates(folder, facts)
        counts = sum((Counter(fact["counts"]) for fact in facts), Counter())
        if not counts["documents_kept"]:
            keep_only(folder, {})
            raise UserError(f"{files[0]}: no document with text after cleaning; check the inputs")
        outputs = _number(folder, facts)
        write_manifest(
            folder,
            "corpus",
            outputs,
            settings=asdict(config),
            inputs=_by_name([pair for fact in facts for pair in fact["inputs"]]),
            counts=dict(counts),
            broken=[error for fact in facts for error in fact["broken"]],
        )
        keep_only(folder, outputs)
    return dict(counts)


def _tasks(files: Iterable[Path]) -> list[dict]:
    """Neighboring files, grouped until they fill a task; size and time show whether one changed."""
    tasks: list[dict] = []
    room = 0
    for path in files:
        if room <= 0:
            tasks.append({"number": len(tasks), "files": []})
            room = TASK_BYTES
        facts = path.stat()
        changed = getattr(facts, "st_mtime_ns", facts.st_mtime)
        tasks[-1]["files"].append([str(path), facts.st_size, changed])
        room -= facts.st_size
    return tasks


def clean_files(task: dict, folder: Path, config: CorpusConfig) -> Facts:
    """Write the clean documents of a task's files to shards; return counts, names and hashes."""
    files = [location(name) for name, _, _ in task["files"]]
    counts: Counter[str] = Counter(files=len(files))
    digests: list[int] = []
    broken: list[str] = []
    stem = f"part-{task['number']:05d}"
    documents = _read(files, config, counts, broken)
    shards = write_shards(folder, stem, _cleaned(documents, counts, digests))
    outputs = {name: sha256(folder / name) for name in shards}
    if config.drop_duplicates:
        with output_file(folder / f"{stem}.digests") as path:
            path.write_bytes(np.array(digests, "<u8").tobytes())
        outputs[f"{stem}.digests"] = sha256(folder / f"{stem}.digests")
    inputs = [[str(path), sha256(path)] for path in files]
    return {"outputs": outputs, "inputs": inputs, "counts": dict(counts), "broken": broken}


def _read(
    files: Iterable[Path], config: CorpusConfig, counts: Counter[str], broken: list[str]
) -> Iterator[Document]:
    """The documents of all files. An error stops, or is added to ``broken`` and reported."""

    def skip(error: UserError) -> None:
        counts["broken"] += 1
        if len(broken) < BROKEN_NAMED:
            broken.append(str(error))
            rest = "" if isinstance(error, DocumentError) else " the rest of the file"
            print(f"skipped{rest}: {error}", file=sys.stderr)

    for path in files:
        on_error = skip if config.skip_broken else stop
        yield from read_documents(path, counts, on_error, config.documents)


def _cleaned(
    documents: Iterable[Document], counts: Counter[str], digests: list[int]
) -> Iterator[list[str]]:
    for document in documents:
        counts["documents_read"] += 1
        if document.sections and all(section.label == "TITLE" for section in document.sections):
            counts["dropped_title_only"] += 1
            titles = sum(letters(section.text) for section in document.sections)
            counts["characters_left_out_title_only"] += titles
        elif sentences := clean_sentences(document, counts):
            counts.update(_counts_of(sentences))
            digests.append(digest(sentences))
            yield sentences
        else:
            counts["dropped_no_text"] += 1


def _counts_of(sentences: list[str]) -> dict[str, int]:
    words = sum(len(sentence.split()) for sentence in sentences)
    return {"documents_kept": 1, "sentences": len(sentences), "words": words}


def _drop_duplicates(folder: Path, facts: list[Facts]) -> None:
    """Rewrite the shards that have a repeated document, without it."""
    again = repeated([_digests(folder, fact) for fact in facts])
    for fact, flags in zip(facts, again, strict=True):
        remaining, dropped, characters = iter(flags), Counter(), 0
        for name in _shards(fact) if flags.any() else []:
            kept = []
            for sentences in read_shard(folder / name):
                if next(remaining):
                    dropped.update(_counts_of(sentences))
                    characters += sum(map(letters, sentences))
                else:
                    kept.append(sentences)
            del fact["outputs"][name]
            if kept:
                write_shard(folder / name, kept)
                fact["outputs"][name] = sha256(folder / name)
        counts = Counter(fact["counts"], dropped_duplicate=dropped["documents_kept"])
        counts["characters_left_out_duplicate"] = characters
        counts.subtract(dropped)
        fact["counts"] = counts


def _digests(folder: Path, fact: Facts) -> np.ndarray:
    name = next(name for name in fact["outputs"] if name.endswith(".digests"))
    return np.frombuffer((folder / name).read_bytes(), "<u8")


def _shards(fact: Facts) -> list[str]:
    return sorted(name for name in fact["outputs"] if name.endswith(".txt"))


def _number(folder: Path, facts: list[Facts]) -> dict[str, str]:
    """Give the shards their final names, now that their number is known."""
    parts = [(name, fact["outputs"][name]) for fact in facts for name in _shards(fact)]
    names = [f"corpus-{i:05d}-of-{len(parts):05d}.txt" for i in range(len(parts))]
    rename_all(folder, {part: name for (part, _), name in zip(parts, names, strict=True)})
    return {name: sum_ for name, (_, sum_) in zip(names, parts, strict=True)}


def _by_name(inputs: list[list[str]]) -> dict[str, str]:
    """Hashes by file name, or by the whole path where two files have the same name."""
    often = Counter(location(path).name for path, _ in inputs)
    return {
        name if often[name := location(path).name] == 1 else path: sum_ for path, sum_ in inputs
    }
