"""Downloads, against a server on loopback that fails in each way. No other host is ever asked."""

import contextlib
import hashlib
import io
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bioalbert_core.download import fetch, registry
from bioalbert_core.download.__main__ import main
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location
from bioalbert_core.plumbing.folders import verify_outputs

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SPLITS = ("train.tsv", "devel.tsv", "test.tsv")
DATA = b"Fever\tB-Disease\nagain\tO\n\n" * 6_000
WRONG = DATA[:-1] + b"X"


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch):
    """Any connection but to 127.0.0.1 fails the test."""
    connect = socket.socket.connect

    def guarded(self, address):
        assert address[0] == "127.0.0.1", f"a test tried to reach {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("NO_PROXY", "*")


class Server:
    """Answers each path as told: bytes, or a status, or in a broken way."""

    def __init__(self):
        self.answers, self.asked = {}, []
        self.half_sent, self.end = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                kind, body = outer.answers.get(self.path, (404, b""))
                if isinstance(kind, int):
                    return self.send_error(kind)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if kind == "right" else body[: len(body) // 2])
                self.wfile.flush()
                if kind == "stalled":
                    outer.half_sent.set()
                    outer.end.wait(30)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, path, body=DATA, kind="right"):
        """Set what a path gives; returns its full address."""
        self.answers[path] = (kind, body)
        return self.address + path


@pytest.fixture
def server():
    """The server, stopped at the end."""
    server = Server()
    yield server
    server.end.set()
    server.http.shutdown()
    server.http.server_close()


def use_registry(folder, text):
    """Write a registry where `registry` will look when told to look in ``folder / mini``."""
    (folder / "registry.toml").write_text(text, "utf-8")
    return folder / "mini"


@pytest.fixture
def register(tmp_path, monkeypatch):
    """Make a registry of one entry ``demo`` with the files given."""

    def make(*files, **more):
        facts = {"title": "A", "purpose": "b", "license": "c", "citation": "d", **more}
        lines = ["[demo]", *(f"{key} = {json.dumps(value)}" for key, value in facts.items())]
        for file in files:
            lines.append("[[demo.files]]")
            for key, value in {"name": "train.tsv", **file}.items():
                if isinstance(value, dict):
                    value = (
                        "{"
                        + ", ".join(f"{json.dumps(a)} = {json.dumps(b)}" for a, b in value.items())
                        + "}"
                    )
                else:
                    value = json.dumps(value)
                lines.append(f"{key} = {value}")
        mini = use_registry(tmp_path, "\n".join(lines) + "\n")
        monkeypatch.setattr(registry, "data_folder", lambda: mini)
        return tmp_path / "to" / "demo"

    return make


def hashed(data=DATA):
    """What a registry says of known bytes."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def names(folder):
    """All that lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_files_may_be_fetched_to_an_address_and_are_kept_there(server, register, capsys):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deep/train.tsv", DATA)
    zipped = {"name": "a.zip", "members": {"train.tsv": "deep/train.tsv"}}
    data = packed.getvalue()
    register({"urls": [server.answer("/a.zip", data)], **zipped, **hashed(data)})
    to = location("memory://downloads")
    try:
        main(["demo", "--to", "memory://downloads"])
        assert (to / "demo" / "train.tsv").read_bytes() == DATA
        main(["demo", "--to", "memory://downloads"])
        assert "already here, checked" in capsys.readouterr().err
    finally:
        to.fs.rm("/", recursive=True)


def test_a_dataset_lies_ready_for_finetune(server, register, tmp_path, capsys):
    files = [{"name": n, "urls": [server.answer(f"/{n}")], **hashed()} for n in SPLITS]
    folder = register(*files)
    main(["demo", "--to", str(tmp_path / "to")])
    told = capsys.readouterr()
    assert told.out == f"{folder}\n"
    assert told.err.count("0.1 MB from 127.0.0.1, checked\n") == 3
    assert names(folder) == sorted([*SPLITS, "manifest.json"])
    assert read_dataset(folder).labels == ["O", "B-Disease", "I-Disease"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["command"], manifest["license"]) == ("download", "c")
    verify_outputs(folder, manifest)


def test_what_is_there_and_right_is_not_fetched_again(server, register, tmp_path, capsys):
    folder = register({"urls": [server.answer("/a")], **hashed()})
    fetch("demo", tmp_path / "to")
    first = (folder / "manifest.json").read_bytes()
    server.answer("/a", kind=404)
    assert fetch("demo", tmp_path / "to") == folder
    assert server.asked == ["/a"]
    assert "already here, checked" in capsys.readouterr().err
    assert (folder / "manifest.json").read_bytes() == first


def test_a_small_file_of_our_own_comes_from_the_registry(server, register, tmp_path):
    ours = {"name": "config.json", "text": "{}\n"}
    folder = register({"urls": [server.answer("/a")], **hashed()}, ours)
    fetch("demo", tmp_path / "to")
    assert (folder / "config.json").read_text() == "{}\n"
    assert names(folder) == ["config.json", "manifest.json", "train.tsv"]


def test_a_file_put_there_by_hand_is_checked_and_taken(register, tmp_path):
    folder = register({"urls": ["http://127.0.0.1:1/a"], **hashed()})
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_bytes(DATA)
    fetch("demo", tmp_path / "to")
    assert names(folder) == ["manifest.json", "train.tsv"]


def test_a_wrong_file_is_told_and_replaced(server, register, tmp_path, capsys):
    folder = register({"urls": [server.answer("/a")], **hashed()})
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_bytes(WRONG)
    fetch("demo", tmp_path / "to")
    assert "(before: existing file: wrong bytes" in capsys.readouterr().err
    assert (folder / "train.tsv").read_bytes() == DATA


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (DATA, 404, "HTTP error 404"),
        (DATA, 503, "HTTP error 503"),
        (DATA, "cut", "the transfer was cut"),
        (WRONG, "right", "wrong bytes, their sha256 is not"),
        (DATA[:-9], "right", "wrong bytes, 149,991 instead of 150,000"),
        (b"", "right", "wrong bytes, 0 instead of 150,000"),
        (DATA, "stalled", "no data for 0.2 s"),
    ],
)
def test_no_failing_source_leaves_anything(server, register, tmp_path, body, kind, reason):
    assert len(DATA) == 150_000
    folder = register({"urls": [server.answer("/a", body, kind)], **hashed()})
    with pytest.raises(UserError) as error:
        fetch("demo", tmp_path / "to", timeout=0.2)
    path = folder / "train.tsv"
    assert f"{path}: not fetched (127.0.0.1: {reason}" in str(error.value)
    assert f"open {server.address}/a in a browser, save it as {path} and rerun" in str(error.value)
    assert names(folder) == []


@pytest.mark.parametrize(("body", "kind"), [(DATA, 404), (DATA, "cut"), (WRONG, "right")])
def test_the_second_source_helps_and_that_is_told(server, register, tmp_path, capsys, body, kind):
    urls = [server.answer("/first", body, kind), server.answer("/second")]
    folder = register({"urls": urls, **hashed()})
    fetch("demo", tmp_path / "to")
    assert (folder / "train.tsv").read_bytes() == DATA
    assert "(before: 127.0.0.1: " in capsys.readouterr().err
    assert server.asked == ["/first", "/second"]


def test_offline_is_one_line_and_keeps_a_wrong_file_that_was_there(register, tmp_path, fails):
    folder = register({"urls": [unused_address()] * 2, **hashed()})
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_bytes(WRONG)
    told = fails(main, "demo", "--to", tmp_path / "to")
    assert told.count("no connection (ConnectionError)") == 2
    assert "existing file: wrong bytes" in told
    assert (folder / "train.tsv").read_bytes() == WRONG


def unused_address():
    """An address at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}/a"


def test_a_download_that_was_killed_leaves_nothing_and_the_next_one_works(
    server, register, tmp_path
):
    folder = register({"urls": [server.answer("/a", kind="stalled")], **hashed()})
    code = (
        "import sys; from pathlib import Path; from bioalbert_core.download import fetch, registry;"
        f"registry.data_folder = lambda: Path({str(tmp_path / 'mini')!r});"
        f"fetch('demo', {str(tmp_path / 'to')!r})"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    assert server.half_sent.wait(30)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    assert names(folder) == [".train.tsv.partial"]
    server.end.set()
    server.answer("/a")
    fetch("demo", tmp_path / "to")
    assert names(folder) == ["manifest.json", "train.tsv"]


def test_a_disk_that_takes_no_more_is_one_line(server, register, tmp_path, fails):
    folder = register({"urls": [server.answer("/a"), server.answer("/b")], **hashed()})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        told = fails(main, "demo", "--to", tmp_path / "to")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large; fix this or choose another --to" in told
    assert server.asked == ["/a"]  # another source would not help
    assert names(folder) == []


def test_a_bar_on_a_terminal_and_none_elsewhere(server, register, tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    register({"urls": [server.answer("/a")], **hashed()})
    for stream, bars in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        fetch("demo", tmp_path / str(bars))
        assert ("/150k" in stream.getvalue()) is bars


# ---- files of which the registry knows no hash


def test_an_unknown_file_is_refused_before_it_is_fetched(server, register, tmp_path, fails):
    register({"urls": [server.answer("/a")]})
    told = fails(main, "demo", "--to", tmp_path / "to")
    assert "no hash is known" in told
    assert "rerun with --unverified" in told
    assert server.asked == []


def test_an_unverified_file_is_told_and_from_then_on_checked(server, register, tmp_path, capsys):
    folder = register({"urls": [server.answer("/a")]})
    main(["demo", "--to", str(tmp_path / "to"), "--unverified"])
    assert f"NOT VERIFIED, its sha256 is {hashed()['sha256']}" in capsys.readouterr().err
    fetch("demo", tmp_path / "to")  # no flag: the manifest knows it now
    (folder / "train.tsv").write_bytes(WRONG)
    server.answer("/a", WRONG)
    with pytest.raises(UserError, match=r"existing file: wrong bytes.*127\.0\.0\.1: wrong bytes"):
        fetch("demo", tmp_path / "to", unverified=True)


@pytest.mark.parametrize("form", ["MD5({})= {}\n", '{{"xml_url": "s3://b/p.1/{}?md5={}"}}'])
def test_a_part_of_a_series_is_checked_by_the_published_md5(server, register, tmp_path, form):
    for part in ("x0009", "x0010"):
        server.answer(f"/{part}")
        server.answer(f"/{part}.md5", form.format(part, hashlib.md5(DATA).hexdigest()).encode())
    address = server.address + "/{part}"
    more = {"part": "x[0-9]{4}", "example": "x0001"}
    register({"name": "{part}", "urls": [address], "md5_url": address + ".md5"}, **more)
    folder = fetch("demo/x0009-0010", tmp_path / "to")
    assert folder == tmp_path / "to" / "demo"
    assert [names(folder / part) for part in names(folder)] == [
        ["manifest.json", "x0009"],
        ["manifest.json", "x0010"],
    ]
    asked = len(server.asked)
    fetch("demo/x0010", tmp_path / "to")
    assert len(server.asked) == asked  # the manifest's hash is enough


@pytest.mark.parametrize(
    ("md5", "reason"),
    [
        (b"MD5(x0001)= " + b"0" * 32, r"127\.0\.0\.1: wrong bytes, their md5 is not 000"),
        (b"<html>Not here</html>", "has no MD5 of x0001"),
        (None, "its MD5: http.*HTTP error 404"),
    ],
)
def test_without_the_right_md5_nothing_is_kept(server, register, tmp_path, md5, reason):
    if md5:
        server.answer("/x0001.md5", md5)
    address = server.address + "/{part}"
    file = {"name": "{part}", "urls": [address], "md5_url": address + ".md5"}
    server.answer("/x0001")
    register(file, part="x[0-9]{4}", example="x0001")
    with pytest.raises(UserError, match=reason):
        fetch("demo/x0001", tmp_path / "to")
    assert not list(tmp_path.glob("to/demo/*/*"))


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ("NCBI-diseas", "did you mean NCBI-disease? --list shows"),
        ("NCBI-disease/1", "no such part; ask for NCBI-disease\n"),
        ("NCBI-disease/", "no such part; ask for NCBI-disease\n"),
        ("pubmed-baseline", "no such part; ask for pubmed-baseline/pubmed26n0001"),
        ("pubmed-baseline/../../etc0001", "no such part"),
        ("pubmed-baseline/pubmed26n0002-0001", "no such part"),
        ("pubmed-baseline/pubmed26n0001-99999999999", "no such part"),
        ("pubmed-baseline/pubmed26n0001\n", "no such part"),
        ("pmc-oa/PMC1.x", "no such part"),
        ("\x00/", "not in the registry"),
    ],
)
def test_a_wrong_name_is_one_line(fails, request_, told):
    assert told in fails(main, "albert-vocabulary", request_)


def test_other_wrong_arguments_are_one_line(fails, register, tmp_path):
    assert "--list shows what there is" in fails(main)
    assert "--timeout 0: must be" in fails(main, "albert-vocabulary", "--timeout", 0)
    register({"urls": ["http://127.0.0.1:1/a"]})
    (tmp_path / "to" / "demo").mkdir(parents=True)
    (tmp_path / "to" / "demo" / "manifest.json").write_text('{"command": "corpus"}')
    assert "got one of 'corpus'" in fails(main, "demo", "--to", tmp_path / "to")


# ---- archives


def zipped(members, links=()):
    """A zip archive as bytes; members in ``links`` are symbolic links to their content."""
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                info = zipfile.ZipInfo(name)
                mode = stat.S_IFLNK if name in links else stat.S_IFREG
                info.external_attr = (mode | 0o644) << 16
                archive.writestr(info, data)
        return stream.getvalue()


def tarred(members, links=()):
    """The same as a .tar.gz archive."""
    with io.BytesIO() as stream:
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                if name in links:
                    info.type, info.linkname = tarfile.SYMTYPE, data.decode()
                else:
                    info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return stream.getvalue()


PACKED = [(zipped, "a.zip"), (tarred, "a.tar.gz")]


@pytest.mark.parametrize(("pack", "name"), PACKED)
def test_only_the_named_members_leave_an_archive(server, register, tmp_path, pack, name):
    evil = {"../evil.tsv": b"x", "/tmp/evil.tsv": b"x", "d/other.tsv": b"x"}
    data = pack({**evil, "d/train.tsv": DATA})
    members = {"train.tsv": "d/train.tsv"}
    folder = register(
        {"name": name, "urls": [server.answer("/a", data)], "members": members, **hashed(data)}
    )
    fetch("demo", tmp_path / "to")
    assert names(folder) == sorted([name, "manifest.json", "train.tsv"])
    assert (folder / "train.tsv").read_bytes() == DATA
    assert not list(tmp_path.rglob("evil.tsv"))
    (folder / "train.tsv").write_bytes(WRONG)  # mended without asking the server
    fetch("demo", tmp_path / "to")
    assert (folder / "train.tsv").read_bytes() == DATA
    assert server.asked == ["/a"]


@pytest.mark.parametrize(("pack", "name"), PACKED)
@pytest.mark.parametrize("kind", ["link", "missing", "cut", "web page"])
def test_an_archive_that_is_not_as_promised_is_one_line(
    server, register, tmp_path, fails, pack, name, kind
):
    data = {
        "link": pack({"d/train.tsv": b"a.tsv", "d/a.tsv": DATA}, links=["d/train.tsv"]),
        "missing": pack({"d/dev.tsv": DATA}),
        "cut": pack({"d/train.tsv": os.urandom(9000)})[:5000],
        "web page": b"<html>Sign in first</html>",
    }[kind]
    members = {"train.tsv": "d/train.tsv"}
    folder = register({"name": name, "urls": [server.answer("/a", data)], "members": members})
    with contextlib.redirect_stderr(io.StringIO()) as told, pytest.raises(SystemExit) as stop:
        main(["demo", "--to", str(tmp_path / "to"), "--unverified"])
    assert stop.value.code == 2
    error = told.getvalue().splitlines()[-1]
    assert error.startswith("error: ")
    assert name in error
    assert set(names(folder)) <= {name}


def test_a_web_page_in_the_place_of_a_zip_is_refused(server, register, tmp_path):
    page = b"<html>Sign in first</html>"
    folder = register({"name": "weights.zip", "urls": [server.answer("/a", page)]})
    with pytest.raises(UserError, match="not a zip archive, perhaps a web page"):
        fetch("demo", tmp_path / "to", unverified=True)
    assert names(folder) == []


# ---- the registry that is shipped


@pytest.fixture(scope="module")
def shipped():
    """The registry as plain tables."""
    return tomllib.loads((ROOT / "data" / "registry.toml").read_text("utf-8"))


def test_every_entry_says_what_must_be_said(shipped):
    for name, entry in shipped.items():
        assert all(entry[key] for key in ("title", "purpose", "license", "citation")), name
        assert entry["files"], name
        for file in entry["files"]:
            assert bool(file.get("urls")) != bool(file.get("text")), name
            targets = [file["name"], *file.get("members", ())]
            assert all(Path(target).name == target for target in targets), name
            assert len(file.get("sha256", "")) in (0, 64), name
            for url in (*file.get("urls", ()), *filter(None, [file.get("md5_url")])):
                parts = urlsplit(url)
                assert parts.scheme == "https", url
                assert parts.hostname, url
                assert not {"main", "master", "HEAD"} & set(parts.path.split("/")), url


def test_the_paper_s_datasets_are_there_and_lie_as_finetune_reads_them():
    known = registry.read_registry()
    for name in (
        *("NCBI-disease", "BC5CDR-disease", "BC5CDR-chem", "BC4CHEMD", "BC2GM"),
        *("JNLPBA", "LINNAEUS", "Species-800"),
    ):
        found = {n for file in known[name].files for n in (file.name, *file.members)}
        assert set(SPLITS) <= found, name


def test_the_list_shows_every_entry(capsys):
    main(["--list"])
    told = capsys.readouterr().out
    assert all(name in told for name in registry.read_registry())
    assert "no hash known" in told
    main(["--json"])
    assert json.loads(capsys.readouterr().out).keys() == registry.read_registry().keys()


def test_bc4chemd_unpacks_from_an_archive_of_its_form(server, tmp_path, monkeypatch):
    data = zipped({f"BC4CHEMD/{name}": DATA for name in SPLITS} | {"BC2GM/train.tsv": WRONG})
    text = (ROOT / "data" / "registry.toml").read_text("utf-8")
    entry = text[text.index("[BC4CHEMD]") :]
    url = tomllib.loads(entry)["BC4CHEMD"]["files"][0]["urls"][0]
    entry = entry.replace(url, server.answer("/a", data)).replace("18204624", str(len(data)))
    mini = use_registry(tmp_path, entry)
    monkeypatch.setattr(registry, "data_folder", lambda: mini)
    folder = fetch("BC4CHEMD", tmp_path / "to", unverified=True)
    assert read_dataset(folder).labels == ["O", "B-Disease", "I-Disease"]


def test_albert_weights_come_with_the_configuration_of_their_size(shipped):
    from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE

    for name, config in (("albert-base-v2", ALBERT_BASE), ("albert-large-v2", ALBERT_LARGE)):
        text = next(f["text"] for f in shipped[name]["files"] if f["name"] == "config.json")
        told = json.loads(text)
        assert told["hidden_size"] == config.hidden_size
        assert told["num_hidden_layers"] == config.num_layers
        assert told["num_attention_heads"] == config.num_heads
        assert told["intermediate_size"] == config.intermediate_size
        assert told["vocab_size"] == config.vocab_size


def test_the_registry_goes_into_the_wheel():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["data/registry.toml"] == "bioalbert_core/data/registry.toml"


@pytest.mark.skipif(not SHARED.is_dir(), reason="no real data beside the repository")
@pytest.mark.parametrize(
    "name",
    ["NCBI-disease", "BC5CDR-disease", "BC5CDR-chem", "BC2GM", "JNLPBA", "LINNAEUS"],
)
def test_the_real_files_pass_without_a_network(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    for split in SPLITS:
        (folder / split).write_bytes((SHARED / "ner" / name / split).read_bytes())
    assert fetch(name, tmp_path) == folder
