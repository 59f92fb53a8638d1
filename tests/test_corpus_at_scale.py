"""The corpus command with several workers, with Beam, at an address, and with broken inputs."""

import gzip
import shutil
import tarfile
from io import BytesIO

import numpy as np
import pytest
from conftest import files_of
from hypothesis import given
from hypothesis import strategies as st

from bioalbert_core.config import CorpusConfig
from bioalbert_core.corpus import build
from bioalbert_core.corpus.__main__ import main
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.corpus.duplicates import BUCKETS, repeated
from bioalbert_core.corpus.shards import read_corpus
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location
from bioalbert_core.plumbing.folders import read_manifest
from bioalbert_core.plumbing.tasks import Machines

SKIP = CorpusConfig(skip_broken=True)
UNIQUE = CorpusConfig(drop_duplicates=True)


def abstract(number: int, copy_of: int | None = None) -> str:
    """A MEDLINE record; its text is that of another when it is a copy."""
    n = number if copy_of is None else copy_of
    return (
        f"<PubmedArticle><MedlineCitation><PMID>{number}</PMID><Article><Abstract><AbstractText>"
        f"In study {n} the fever fell. It did not return for {n} years.</AbstractText></Abstract>"
        "</Article></MedlineCitation></PubmedArticle>\n"
    )


def medline(*records: str) -> bytes:
    return f"<PubmedArticleSet>\n{''.join(records)}</PubmedArticleSet>\n".encode()


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    """Seven MEDLINE files of five abstracts, a task each; the last repeats some of the others."""
    monkeypatch.setattr(build, "TASK_BYTES", 1)
    folder = tmp_path / "inputs"
    folder.mkdir()
    for n in range(6):
        records = [abstract(5 * n + m) for m in range(5)]
        (folder / f"{n}.xml.gz").write_bytes(gzip.compress(medline(*records)))
    copies = [abstract(30), abstract(31, copy_of=3), abstract(32, copy_of=30), abstract(33, 29)]
    (folder / "6.xml").write_bytes(medline(*copies))
    return folder


@pytest.mark.parametrize("config", [CorpusConfig(), UNIQUE], ids=["all", "unique"])
@pytest.mark.parametrize("machines", [Machines(workers=2), Machines(workers=3), Machines("beam")])
def test_the_bytes_are_the_same_whoever_makes_them(tmp_path, inputs, machines, config):
    build_corpus([inputs], tmp_path / "one", config)
    build_corpus([inputs], tmp_path / "more", config, machines)
    assert len(files_of(tmp_path / "one")) == 8
    assert files_of(tmp_path / "one") == files_of(tmp_path / "more")


def test_the_command_takes_workers_and_beams_own_options(tmp_path, inputs, capsys, fails):
    given = [str(inputs), "--out", str(tmp_path / "out")]
    main([*given, "--workers", "2"])
    here = capsys.readouterr().out
    main([*given, "--runner", "beam", "--direct_num_workers", "1", "--", "--streaming"])
    assert capsys.readouterr().out == here
    assert "--direct_num" in fails(main, *given, "--direct_num_workers", "1")
    assert "--nonsense" in fails(main, *given, "--runner", "beam", "--nonsense=1")
    assert "--workers" in fails(main, *given, "--workers", "0")


def test_a_text_that_stood_before_is_dropped_on_request(tmp_path, inputs):
    everything = build_corpus([inputs], tmp_path / "all")
    counts = build_corpus([inputs], tmp_path / "unique", UNIQUE)
    assert everything["documents_kept"] == 34
    assert counts["documents_kept"] == 31
    assert counts["dropped_duplicate"] == 3
    found = list(read_corpus(tmp_path / "unique"))
    assert found == list(read_corpus(tmp_path / "all"))[:31]
    assert counts["sentences"] == sum(map(len, found))
    assert counts["words"] == sum(len(s.split()) for d in found for s in d)


def test_a_shard_of_copies_alone_goes(tmp_path, inputs):
    shutil.copy(inputs / "0.xml.gz", inputs / "9.xml.gz")
    assert build_corpus([inputs], tmp_path / "out", UNIQUE)["documents_kept"] == 31
    assert len(list((tmp_path / "out").glob("corpus-*-of-00007.txt"))) == 7
    assert len(list(read_corpus(tmp_path / "out"))) == 31


@given(st.lists(st.lists(st.integers(0, 3 * BUCKETS)), min_size=1))
def test_repeated_finds_all_but_the_first(parts):
    seen, expected = set(), []
    for part in parts:
        expected.append([])
        for value in part:
            expected[-1].append(value in seen)
            seen.add(value)
    found = repeated([np.array(part, "u8") for part in parts])
    assert [flags.tolist() for flags in found] == expected


def article(text: str) -> bytes:
    return f"<article><body><p>{text} The fever fell at once.</p></body></article>".encode()


def test_broken_inputs_are_left_out_on_request_and_told(tmp_path, inputs, capsys):
    whole = (inputs / "2.xml.gz").read_bytes()
    (inputs / "2.xml.gz").write_bytes(whole[:-30])
    members = {"a.nxml": article("One."), "b.nxml": b"<article><body>", "c.nxml": article("Two.")}
    with tarfile.open(inputs / "7.tar.gz", "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    with pytest.raises(UserError, match=r"2\.xml\.gz: "):
        build_corpus([inputs], tmp_path / "out")
    counts = build_corpus([inputs], tmp_path / "out", SKIP)
    assert counts["broken"] == 2
    told = capsys.readouterr().err
    assert told.count("skipped the rest of the file: ") == 2
    errors = read_manifest(tmp_path / "out", "corpus")["broken"]
    assert [name in error for name, error in zip(("2.xml.gz", "b.nxml"), errors, strict=True)]
    sentences = [s for document in read_corpus(tmp_path / "out") for s in document]
    assert {"One.", "Two."} <= set(sentences)


def test_inputs_and_output_may_be_addresses(tmp_path, inputs):
    bucket = location("memory://bucket")
    for path in inputs.iterdir():
        (bucket / "in" / path.name).write_bytes(path.read_bytes())
    try:
        (bucket / "in" / ".out.partial" / "0.txt").write_bytes(b"This is left of a run.")
        build_corpus(["memory://bucket/in"], "memory://bucket/out")
        build_corpus(["memory://bucket/in/0.xml.gz"], tmp_path / "local")
        build_corpus([inputs], tmp_path / "all")
        found = {path.name: path.read_bytes() for path in (bucket / "out").iterdir()}
        assert found == files_of(tmp_path / "all")
        assert list(read_corpus("memory://bucket/out"))[:5] == list(read_corpus(tmp_path / "local"))
    finally:
        bucket.fs.rm("/", recursive=True)


def test_an_unfinished_output_below_the_input_is_no_input(tmp_path, inputs):
    counts = build_corpus([inputs], tmp_path / "out")
    left = inputs / ".out.partial"
    left.mkdir()
    (left / "part-00000-00000.txt").write_text("This is the rest of a run that was killed.")
    assert build_corpus([inputs], inputs / "out") == counts


def test_a_folder_that_may_not_be_read_is_told(tmp_path, inputs, fails, monkeypatch):
    def walk(top, onerror):
        onerror(PermissionError(13, "Permission denied", f"{top}/locked"))
        return iter(())

    monkeypatch.setattr("bioalbert_core.corpus.readers.os.walk", walk)
    assert "locked: Permission denied" in fails(main, inputs, "--out", tmp_path / "out")


def test_a_misspelled_option_is_no_option_of_beam(tmp_path, inputs, fails):
    beam = shutil.copy(inputs / "6.xml", tmp_path / "beam")
    assert "--skip-brokn" in fails(main, beam, "--out", tmp_path / "out", "--skip-brokn")
    assert "--skip-brokn" in fails(
        main, inputs, "--out", tmp_path / "out", "--runner=beam", "--skip-brokn"
    )
    assert "empty path" in fails(main, "", "--out", tmp_path / "out")
