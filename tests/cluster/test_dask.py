"""Beam's Dask runner on a scheduler and two workers: the same bytes as two local processes."""

import pytest
from stores import contents, upload

from bioalbert_core.corpus import build
from bioalbert_core.corpus.__main__ import main as corpus
from bioalbert_core.instances.__main__ import main as instances
from bioalbert_core.plumbing.files import location

LOCAL = ["--workers", "2"]


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """Eight texts, each of them a task."""
    monkeypatch.setattr(build, "TASK_BYTES", 1)
    (tmp_path / "texts").mkdir()
    for number in range(8):
        lines = [f"Text {number} says {line} times that it is here." for line in range(60)]
        (tmp_path / "texts" / f"{number}.txt").write_text("\n".join(lines), "utf-8")
    return tmp_path / "texts"


@pytest.fixture
def dask(cluster):
    return ["--runner", "beam", "--", "--runner=DaskRunner", f"--dask_client_address={cluster}"]


def test_dask_gives_the_same_corpus_and_instances(
    texts, tmp_path, tokenizer_file, bucket, dask, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # a relative input is meant from here, on every machine
    upload(texts, f"{bucket}/texts")
    upload(tokenizer_file.parent, f"{bucket}/tokenizer")
    made = ["--seq-len=128", "--tokenizer"]

    corpus(["texts", "--out=here", *LOCAL])
    corpus(["texts", "--out", str(tmp_path / "dask"), *dask])
    corpus([f"{bucket}/texts", "--out", f"{bucket}/corpus", *dask])
    assert len(contents("here")) == 9
    assert contents("here") == contents("dask") == contents(f"{bucket}/corpus")

    instances(["--corpus=here", *made, str(tokenizer_file), "--out=instances", *LOCAL])
    at_store = ["--corpus", f"{bucket}/corpus", *made, f"{bucket}/tokenizer/tokenizer.model"]
    instances([*at_store, "--out", f"{bucket}/instances", *dask])
    assert len(contents("instances")) == 18
    assert contents("instances") == contents(f"{bucket}/instances")


def test_a_broken_input_is_one_line_on_a_cluster_too(texts, bucket, dask, fails):
    (texts / "3.txt").write_bytes(b"\xff")
    told = fails(corpus, texts, "--out", f"{bucket}/out", *dask)
    assert "3.txt: line 1: not UTF-8" in told
    assert not (location(bucket) / "out").exists()


def test_a_scheduler_that_does_not_answer_is_one_line(texts, tmp_path, fails):
    nowhere = ["--dask_client_address=tcp://127.0.0.1:1", "--dask_connection_timeout=1"]
    dask = ["--runner=beam", "--", "--runner=DaskRunner", *nowhere]
    told = fails(corpus, texts, "--out", tmp_path / "o", *dask)
    assert "tcp://127.0.0.1:1" in told
    assert not (tmp_path / "o").exists()
