"""Every command from S3 to S3, on a server that has no folders; and what goes wrong there."""

import json
import os
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from stores import contents, upload
from tiny_runs import (
    PRETRAIN,
    VOCAB_SIZE,
    stopped_at,
    tiny_dataset,
    tiny_instances,
    tiny_pretrained,
)

from bioalbert_core.convert import __main__ as convert
from bioalbert_core.corpus import build
from bioalbert_core.corpus.__main__ import main as corpus
from bioalbert_core.evaluate import __main__ as evaluate
from bioalbert_core.finetune.__main__ import main as finetune
from bioalbert_core.instances.__main__ import main as instances
from bioalbert_core.plumbing.files import location, read_json
from bioalbert_core.pretrain.__main__ import main as pretrain
from bioalbert_core.tag.__main__ import main as tag
from bioalbert_core.tokenizer.__main__ import main as tokenizer

CUT = ["--seq-len=32", "--max-predictions=5", "--dupe-factor=2", "--held-out=0.2"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """The texts of the tiny corpus."""
    return tiny_instances(tmp_path_factory).parent / "texts"


def text_stages(root: str, texts: str) -> None:
    """From raw texts to instances, all below a folder or an address."""
    corpus([texts, "--out", f"{root}/corpus"])
    size = ["--vocab-size", str(VOCAB_SIZE)]
    tokenizer(["train", "--corpus", f"{root}/corpus", *size, "--out", f"{root}/t.model"])
    made = ["--corpus", f"{root}/corpus", "--tokenizer", f"{root}/t.model", *CUT]
    instances([*made, "--out", f"{root}/instances"])


def test_the_whole_way_at_addresses_gives_the_bytes_of_local_folders(
    texts, bucket, tmp_path, tmp_path_factory, capsys
):
    upload(texts, f"{bucket}/texts")
    upload(tiny_dataset(tmp_path_factory), f"{bucket}/bio")
    text_stages(bucket, f"{bucket}/texts")
    text_stages(str(tmp_path), str(texts))
    for name in ("corpus", "instances"):
        assert contents(f"{bucket}/{name}") == contents(tmp_path / name)

    run = ["--instances", f"{bucket}/instances", "--steps=2", "--batch-size=8"]
    pretrain([*run, "--out", f"{bucket}/run"])
    pretrain([*run, "--out", f"{bucket}/more", "--init", f"{bucket}/run"])
    train = ["--data", f"{bucket}/bio", "--steps=4", "--out"]
    finetune([*train, f"{bucket}/tagger", "--model", f"{bucket}/more", "--head=softmax"])
    finetune([*train, f"{bucket}/seeds", "--model", "bilstm-crf", "--seeds=2"])
    finetune([*train[:2], "--out", f"{bucket}/words", "--model", "dictionary"])
    for form, model in (("jsonl", "tagger"), ("html", "seeds/seed-1"), ("brat", "words")):
        out = ["--format", form, "--out", f"{bucket}/{form}"]
        tag(["--model", f"{bucket}/{model}", f"{bucket}/texts", *out])
    scored = ["--gold", f"{bucket}/bio/test.tsv", "--pred"]
    outputs = ["--json", f"{bucket}/scores.json", "--html", f"{bucket}/scores.html"]
    evaluate.main([*scored, f"{bucket}/words/test_predictions.tsv", *outputs])
    for source, target in (("tagger", "hf"), ("hf", "keras"), ("keras", "kit")):
        convert.main([f"{bucket}/{source}", f"{bucket}/{target}", "--to", target])

    lines = contents(f"{bucket}/jsonl")["entities.jsonl"].decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [f"{n:02d}" for n in range(20)]
    assert len([name for name in contents(f"{bucket}/brat") if name.endswith(".ann")]) == 20
    assert read_json(location(f"{bucket}/scores.json"))["overall"]["f1"] > 0.5
    assert (
        contents(f"{bucket}/kit")["model.safetensors"]
        == (contents(f"{bucket}/tagger")["model.safetensors"])
    )
    assert not [name for name in contents(bucket) if ".partial" in name]


DIE = """
import os, signal, sys
from bioalbert_core.corpus import build
from bioalbert_core.corpus.__main__ import main
clean, build.TASK_BYTES = build.clean_files, 1
def dying(task, folder, config):
    if task["number"] == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return clean(task, folder, config)
build.clean_files = dying
main(sys.argv[1:])
"""


def test_a_corpus_that_is_killed_at_an_address_resumes(texts, bucket, tmp_path, monkeypatch):
    arguments = [str(texts), "--out", f"{bucket}/out", "--workers=1"]
    killed = subprocess.run([sys.executable, "-c", DIE, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert contents(f"{bucket}/out") == {}
    assert len([n for n in contents(f"{bucket}/.out.partial") if n.startswith("done-")]) == 3

    monkeypatch.setattr(build, "TASK_BYTES", 1)
    cleaned = []
    clean = build.clean_files

    def counting(task, folder, config):
        cleaned.append(task["number"])
        return clean(task, folder, config)

    monkeypatch.setattr(build, "clean_files", counting)
    corpus(arguments)
    assert cleaned == list(range(3, 20))
    corpus([str(texts), "--out", str(tmp_path / "out"), "--workers=1"])
    assert contents(f"{bucket}/out") == contents(tmp_path / "out")
    assert contents(f"{bucket}/.out.partial") == {}


def test_a_run_that_stops_at_an_address_resumes_to_the_same_bytes(bucket, tmp_path_factory):
    from bioalbert_core.pretrain import loop
    from bioalbert_core.pretrain.run import pretrain as train

    whole = tiny_pretrained(tmp_path_factory)
    given = (tiny_instances(tmp_path_factory), f"{bucket}/run", PRETRAIN)
    with stopped_at(loop, "train_step", PRETRAIN.evaluate_every + 2):
        train(*given)
    left = contents(f"{bucket}/.run.partial")
    assert left["log.jsonl"].count(b"\n") == 1
    assert any(name.startswith("checkpoint-") for name in left)
    train(*given, resume=True)
    assert contents(f"{bucket}/run") == contents(whole)


def test_an_earlier_output_is_replaced_and_a_folder_of_others_is_not(texts, bucket, fails):
    client, name = boto3.client("s3"), bucket.removeprefix("s3://")
    client.put_object(Bucket=name, Key="made-in-the-console/", Body=b"")
    for _ in range(2):
        corpus([str(texts), "--out", f"{bucket}/made-in-the-console"])
    assert len(contents(f"{bucket}/made-in-the-console")) == 2
    upload(texts, f"{bucket}/texts")
    assert "did not write" in fails(corpus, texts, "--out", f"{bucket}/texts")
    assert contents(f"{bucket}/texts") == contents(texts)


def test_no_bucket_is_made_by_a_slip_of_the_pen(texts, store, fails):
    for arguments in ([texts, "--out", "s3://bukcet/out"], ["s3://bukcet/in", "--out", "never"]):
        told = fails(corpus, *arguments)
        assert told.startswith("error: s3://bukcet/")
        assert "no bucket bukcet" in told
    assert "bukcet" not in str(boto3.client("s3").list_buckets()["Buckets"])


class Denying(BaseHTTPRequestHandler):
    """Answers all but HEAD requests for a bucket with a denial."""

    def answer(self) -> None:
        body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_PUT = do_HEAD = do_POST = answer  # noqa: N815

    def log_message(self, *_) -> None:
        """Nothing."""


@pytest.fixture
def denying(store, forgotten, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Denying) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()


COMMANDS = [
    (corpus, "ADDRESS", "--out", "never"),
    (corpus, "TEXTS", "--out", "ADDRESS"),
    (tokenizer, "train", "--corpus", "ADDRESS", "--out", "t.model"),
    (instances, "--corpus", "ADDRESS", "--tokenizer", "t.model", "--out", "never"),
    (evaluate.main, "--gold", "ADDRESS", "--pred", "ADDRESS"),
    (pretrain, "--instances", "ADDRESS", "--out", "never"),
    (finetune, "--data", "ADDRESS", "--model", "dictionary", "--out", "never"),
    (tag, "--model", "ADDRESS", "TEXTS", "--out", "never"),
    (convert.main, "ADDRESS", "never", "--to", "hf"),
]


def one_line(command, texts, capsys) -> str:
    main, *arguments = command
    known = {"ADDRESS": "s3://bucket/a", "TEXTS": str(texts)}
    with pytest.raises(SystemExit) as stop:
        main([known.get(argument, argument) for argument in arguments])
    told = capsys.readouterr().err
    assert stop.value.code == 2
    assert told.startswith("error: s3://bucket/a: ")
    assert told.count("\n") == 1
    return told


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_denied_access_is_one_line(command, texts, denying, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = one_line(command, texts, capsys)
    assert "Forbidden" in told or "Access Denied" in told
    assert os.listdir() == []  # noqa: PTH208


@pytest.mark.parametrize("command", COMMANDS[:2], ids=str)
def test_a_server_that_does_not_answer_is_one_line(
    command, texts, store, forgotten, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "127.0.0.1:1" in one_line(command, texts, capsys)
