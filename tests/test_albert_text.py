"""Text in ALBERT's own format, straight to a vocabulary and to instances."""

import gzip

import pytest
from conftest import files_of, invented_documents

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus import build, shards
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.finished import finished_corpus
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.files import location, sha256
from bioalbert_core.folders import read_manifest
from bioalbert_core.instances.__main__ import main
from bioalbert_core.instances.build import build_instances
from bioalbert_core.tasks import Machines
from bioalbert_core.tokenizer.__main__ import main as tokenizer
from bioalbert_core.tokenizer.train import train_tokenizer

DOCUMENTS = [[*sentences, "Short."] for sentences in invented_documents(60)]
TEXT = "\n\n".join("\n".join(sentences) for sentences in DOCUMENTS) + "\n"


@pytest.fixture
def text(tmp_path, monkeypatch):
    """A folder with one text file, which gives several shards."""
    monkeypatch.setattr(shards, "SHARD_CHARACTERS", 10_000)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "all.txt").write_text(TEXT, "utf-8")
    return tmp_path / "text"


def made(folder):
    """The files of an output without its manifest, which names the inputs."""
    return {name: data for name, data in files_of(folder).items() if name != "manifest.json"}


def test_sentences_are_taken_as_they_are(text, tmp_path):
    with finished_corpus(text / "all.txt", tmp_path / "out") as source:
        assert list(read_corpus(source.folder)) == DOCUMENTS
        assert len(source.manifest["outputs"]) > 2
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.parametrize("machines", [Machines(), Machines(workers=3), Machines("beam")])
def test_instances_of_a_text_are_those_of_its_corpus(
    text, tmp_path, tokenizer_file, small_config, machines
):
    build_corpus([text], tmp_path / "corpus", CorpusConfig(documents="sentences"))
    build_instances(tmp_path / "corpus", tokenizer_file, tmp_path / "of_corpus", small_config)
    for source in (text / "all.txt", text):
        build_instances(source, tokenizer_file, tmp_path / "of_text", small_config, machines)
        assert made(tmp_path / "of_text") == made(tmp_path / "of_corpus")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "of_corpus", "of_text", "text"]


def test_many_files_packed_or_not_give_the_same_bytes_for_any_number_of_workers(
    tmp_path, tokenizer_file, small_config, monkeypatch
):
    monkeypatch.setattr(build, "TASK_BYTES", 1)
    folder = tmp_path / "text"
    folder.mkdir()
    for n in range(4):
        part = "\n\n".join("\n".join(sentences) for sentences in DOCUMENTS[n::4]).encode()
        name = f"{n}.txt.gz" if n % 2 else f"{n}.txt"
        (folder / name).write_bytes(gzip.compress(part) if n % 2 else part)
    for workers in (1, 2):
        machines = Machines(workers=workers)
        build_instances(folder, tokenizer_file, tmp_path / f"o{workers}", small_config, machines)
    assert files_of(tmp_path / "o1") == files_of(tmp_path / "o2")
    manifest = read_manifest(tmp_path / "o1", "instances")
    assert manifest["inputs"]["corpus"] == {p.name: sha256(p) for p in sorted(folder.iterdir())}


def test_a_vocabulary_of_a_text_is_that_of_its_corpus(text, tmp_path):
    build_corpus([text], tmp_path / "corpus", CorpusConfig(documents="sentences"))
    for source, name in ((tmp_path / "corpus", "a.model"), (text, "b.model")):
        train_tokenizer(source, 100, tmp_path / name)
    assert (tmp_path / "a.model").read_bytes() == (tmp_path / "b.model").read_bytes()
    assert sha256(text / "all.txt") in (tmp_path / "b.model.json").read_text()
    assert len(list(tmp_path.iterdir())) == 6


def test_how_a_text_was_read_is_reported(text, tmp_path, tokenizer_file, capsys):
    given = ["--corpus", text / "all.txt", "--tokenizer", tokenizer_file, "--out", tmp_path / "out"]
    main([*map(str, given), "--seq-len", "64", "--dupe-factor", "1"])
    total = sum(map(len, DOCUMENTS))
    assert f"60 documents, {total} sentences" in capsys.readouterr().err


def test_addresses_will_do(text, tokenizer_file, small_config, tmp_path):
    bucket = location("memory://plain")
    (bucket / "in" / "all.txt").write_bytes(TEXT.encode())
    model = bucket / "in" / "t.model"
    model.write_bytes(tokenizer_file.read_bytes())
    try:
        build_instances("memory://plain/in", str(model), "memory://plain/out", small_config)
        build_instances(text, tokenizer_file, tmp_path / "out", small_config)
        found = {path.name: path.read_bytes() for path in (bucket / "out").iterdir()}
        assert found == files_of(tmp_path / "out")
        assert sorted(path.name for path in bucket.iterdir()) == ["in", "out"]
    finally:
        bucket.fs.rm("/", recursive=True)


BAD = {
    "latin.txt": (f"{TEXT}\n".encode() + b"\xe9\n", f"line {TEXT.count(chr(10)) + 2}: not UTF-8"),
    "cut.txt.gz": (gzip.compress(TEXT.encode())[:-9], "cut or damaged"),
    "blank.txt": (b" \n\n \n", "no document with text"),
    "empty.txt": (b"", "empty"),
    "some.xml": (b"<article/>", "no text file"),
    "some.jsonl": (b"{}", "no text file"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["instances", "tokenizer"])
def test_a_bad_text_is_named_and_leaves_nothing(tmp_path, tokenizer_file, fails, name, command):
    content, words = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    if command == "instances":
        given = [main, "--tokenizer", tokenizer_file, "--out", tmp_path / "out"]
    else:
        given = [tokenizer, "train", "--vocab-size", "100", "--out", tmp_path / "x.model"]
    message = fails(*given, "--corpus", path)
    assert str(path) in message
    assert words in message
    assert list(tmp_path.iterdir()) == [path]
