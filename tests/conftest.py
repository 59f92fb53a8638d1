"""What several test files share: a small invented corpus, its tokenizer and its instances."""

import gzip
from pathlib import Path
from random import Random

import pytest

from bioalbert_core.config import InstanceConfig
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.readers import read_documents
from bioalbert_core.instances.build import build_instances
from bioalbert_core.tokenizer import Tokenizer
from bioalbert_core.tokenizer.train import train_tokenizer

SYLLABLES = [a + b for a in "bcdfghjklmnprstvwzqx" for b in "aeiouy"]
SMALL = InstanceConfig(seq_len=64, max_predictions=8, dupe_factor=3, held_out=0.2, seed=7)


def invented_documents(number: int, seed: int = 1) -> list[list[str]]:
    """Documents of 2 to 12 invented sentences, and each tenth of a single one."""
    rng = Random(seed)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(400)]
    documents = []
    for index in range(number):
        document = []
        for _ in range(1 if index % 10 == 9 else rng.randint(2, 12)):
            sentence = rng.choices(words, k=rng.randint(5, 15))
            sentence.insert(2, f"({rng.randint(0, 99)}, p-{rng.randint(1, 9)})")
            document.append(" ".join(sentence).capitalize() + ".")
        documents.append(document)
    return documents


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder: what two outputs are compared by."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory):
    """A finished corpus of 60 invented documents."""
    raw, out = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("made") / "corpus"
    for index, sentences in enumerate(invented_documents(60)):
        (raw / f"{index:03}.txt").write_text("\n".join(sentences), "utf-8")
    build_corpus([raw], out)
    return out


@pytest.fixture(scope="session")
def tokenizer_file(corpus_folder, tmp_path_factory):
    """A tokenizer of 200 pieces, trained on the invented corpus."""
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.model"
    train_tokenizer(corpus_folder, 200, path)
    return path


@pytest.fixture(scope="session")
def tokenizer(tokenizer_file):
    """The tokenizer itself."""
    return Tokenizer(tokenizer_file)


@pytest.fixture(scope="session")
def small_config():
    """The settings of ``instances_folder``."""
    return SMALL


@pytest.fixture(scope="session")
def instances_folder(corpus_folder, tokenizer_file, tmp_path_factory):
    """Instances of 64 pieces from the invented corpus."""
    out = tmp_path_factory.mktemp("instances") / "instances"
    build_instances(corpus_folder, tokenizer_file, out, SMALL)
    return out


@pytest.fixture
def fails(capsys):
    """Run a command that must fail as promised; give back its one line on standard error."""

    def run(main, *arguments, code=2):
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        assert stop.value.code == code
        told = capsys.readouterr().err
        assert told.startswith("error: ")
        assert told.endswith("\n")
        assert told.count("\n") == 1
        return told

    return run


@pytest.fixture
def read(tmp_path):
    """Write a text to a file of some name and read its documents."""

    def write_and_read(text, name="file.xml"):
        path = tmp_path / name
        data = text if isinstance(text, bytes) else text.encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return list(read_documents(path))

    return write_and_read


@pytest.fixture
def parts():
    """The (label, text) pairs of a document."""
    return lambda document: [(section.label, section.text) for section in document.sections]


@pytest.fixture
def refused(capsys):
    """Asserts that a check of an exercise refuses an answer, in one line with these words in it."""

    def refused(check, wrong, hint: str) -> None:
        check(wrong)
        told = capsys.readouterr().out
        assert told.startswith("Not yet:")
        assert told.count("\n") == 1
        assert hint in told

    return refused
