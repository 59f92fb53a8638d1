"""Data sets: folders, names, types, and what is told of those that are not fit for training."""

import functools
import http.server
import json
import threading
import tomllib
import zipfile
from pathlib import Path

import pytest

from bioalbert_core.download import registry
from bioalbert_core.download.__main__ import main as download
from bioalbert_core.ner.bio import labels_of, read_bio
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.ner.sources import read_source
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.folders import write_manifest

REGISTRY = Path(__file__).parents[1] / "data" / "registry.toml"
LINES = "p53\tB-GENE\nis\tO\n\nfound\tO\n"
BARE = "aspirin\tB\nhelps\tO\n"


def folder_of(tmp_path, name="set", **files):
    """A folder with the files given; ``train="..."`` makes train.tsv."""
    folder = tmp_path / name
    folder.mkdir()
    for file, text in ({"train": LINES, "devel": LINES, "test": LINES} | files).items():
        if text is not None:
            (folder / f"{file}.tsv").write_text(text, "utf-8")
    return folder


def brat_of(folder, text, annotations):
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(text, "utf-8")
    (folder / "a.ann").write_text(annotations, "utf-8")


def test_a_folder_of_tsv_files_is_read(tmp_path):
    found = read_dataset(folder_of(tmp_path))
    assert (found.name, found.types, found.notes) == ("set", ["GENE"], ())
    assert found.labels == ["O", "B-GENE", "I-GENE"]
    assert found.train == found.devel == found.test
    assert [path.name for path in found.files] == ["train.tsv", "devel.tsv", "test.tsv"]


def test_dev_is_another_name_for_devel_but_not_beside_it(tmp_path):
    folder = folder_of(tmp_path, devel=None, dev=LINES)
    assert read_dataset(folder).files[1].name == "dev.tsv"
    (folder / "devel.tsv").write_text(LINES)
    with pytest.raises(UserError, match=r"devel\.tsv: dev\.tsv is there too"):
        read_dataset(folder)


def test_a_folder_of_brat_folders_is_read(tmp_path):
    for split in ("train", "dev", "test"):
        brat_of(tmp_path / "b" / split, "Fever fell.", "T1\tSign 0 3\tFev\n")
    found = read_dataset(tmp_path / "b")
    assert found.train[0].tags == ("B-Sign", "O", "O")
    assert len(found.files) == 6
    assert found.notes[0] == "train: BRAT mentions changed to fit words and BIO tags: 1 widened"


def test_brat_files_without_splits_can_be_looked_at_but_not_trained_on(tmp_path):
    brat_of(tmp_path / "b", "Fever fell.", "T1\tSign 0 5\tFever\n")
    assert list(read_source(tmp_path / "b").splits) == ["all"]
    with pytest.raises(UserError, match="no train split"):
        read_dataset(tmp_path / "b")


def test_the_only_type_of_a_set_can_be_named(tmp_path):
    found = read_dataset(f"{folder_of(tmp_path)}=Gene")
    assert found.labels == labels_of(["Gene"])
    assert found.test[0].tags == ("B-Gene", "O")
    assert found.notes == ("type GENE is read as Gene",)
    both = folder_of(tmp_path, "both", test="fever\tB-Disease\n")
    with pytest.raises(UserError, match="has types Disease, GENE; leave out =Gene"):
        read_dataset(f"{both}=Gene")


def test_a_folder_with_an_equals_sign_in_its_name_is_a_folder(tmp_path):
    assert read_dataset(folder_of(tmp_path, "k=5")).types == ["GENE"]


@pytest.mark.parametrize("request_", ["=Gene", "x=", "x=a b", "x=-a"])
def test_a_malformed_request_is_told(request_):
    with pytest.raises(UserError, match="expected FOLDER=TYPE or NAME=TYPE"):
        read_dataset(request_)


@pytest.mark.parametrize("name", ["nowhere", "albert-vocabulary"])
def test_what_is_neither_folder_nor_data_set_is_told(name):
    with pytest.raises(UserError, match="no data set of that name; give a folder, or one of NCBI"):
        read_dataset(name)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"devel": None}, "no devel split"),
        ({"train": "a\tO\n"}, r"train\.tsv: only O tags"),
        ({"test": ""}, r"test\.tsv: the file is empty"),
        ({"test": "\n\n"}, r"test\.tsv: no tagged sentence"),
        ({"devel": "a\tO\nb\tI-X\n"}, r"devel\.tsv: line 2: I-X continues nothing"),
        ({"test": "a\tO\nb B\n"}, r"test\.tsv: line 2: 'b B' is not word<TAB>tag"),
        ({"train": "a\tS-X\nb\tB-X\nc\tO\n"}, r"train\.tsv: line 2: B-X is not closed by an E"),
        ({"train": "a\tB-X\nb\tB\n"}, r"train\.tsv: line 2: B has no type"),
        ({"test": "\x00\x01\n"}, r"test\.tsv: line 1: '\\x00\\x01' is not"),
    ],
)
def test_what_is_not_fit_for_training_is_told_with_file_and_line(tmp_path, files, told):
    with pytest.raises(UserError, match=told):
        read_dataset(folder_of(tmp_path, **files))


def test_a_line_of_50_mb_is_told_with_its_number(tmp_path):
    folder = folder_of(tmp_path, test="a\tO\n" + "x" * 50_000_000 + "\tO\n")
    with pytest.raises(UserError, match=r"test\.tsv: line 2: 50,000,002 characters"):
        read_dataset(folder)


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(UserError, match=r"no train\.tsv, devel\.tsv, test\.tsv, and no BRAT"):
        read_source(tmp_path)


def test_tags_at_fault_are_kept_as_they_stand_and_listed(tmp_path):
    path = folder_of(tmp_path, test="a\tI-X\n\nb\tE-X\n")
    split = read_source(path).splits["test"]
    assert [sentence.tags for sentence in split.sentences] == [("I-X",), ("I-X",)]
    assert [fault.split(": ", 1)[1] for fault in split.faults] == [
        "line 1: I-X continues nothing; make it an S",
        "line 1: I-X is not closed by an E, other entities are; use one scheme",
        "line 3: E-X continues nothing; make it an S",
    ]
    assert read_bio(path / "test.tsv") == split.sentences


def test_right_iobes_has_no_faults(tmp_path):
    iobes = "a\tB-X\nb\tI-X\nc\tE-X\nd\tS-Y\ne\tB-Y\nf\tE-Y\n"
    found = read_dataset(folder_of(tmp_path, train=iobes))
    assert (found.types, found.notes) == (["X", "Y"], ("train: IOBES tags read as BIO: 3",))


def test_a_folder_that_download_wrote_has_the_types_of_the_registry(tmp_path):
    folder = folder_of(tmp_path)
    write_manifest(folder, "download", name="BC2GM", license="x")
    found = read_dataset(folder)
    assert (found.name, found.types) == ("BC2GM", ["Gene"])
    assert found.notes == ("type GENE is read as Gene",)


def test_every_data_set_of_the_paper_knows_its_mentions_and_a_type():
    known = [e for e in registry.read_registry().values() if e.paper_mentions is not None]
    assert sum(entry.paper_mentions for entry in known) == 178_776  # Table IV
    assert {new for entry in known for new in entry.types.values()} <= {
        *("Disease", "Chemical", "Gene", "Species"),
    }
    assert len(known) == 8


@pytest.fixture
def served(tmp_path):
    """A folder and its address on loopback."""
    folder = tmp_path / "served"
    folder.mkdir()
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = functools.partial(quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_bc4chemd_is_read_by_name(served, tmp_path, monkeypatch):
    folder, address = served
    with zipfile.ZipFile(folder / "data.zip", "w") as archive:
        for split in ("train", "devel", "test"):
            archive.writestr(f"BC4CHEMD/{split}.tsv", BARE)
    text = REGISTRY.read_text("utf-8")
    entry = tomllib.loads(text)["BC4CHEMD"]["files"][0]
    size = (folder / "data.zip").stat().st_size
    text = text.replace(json.dumps(entry["urls"][0]), f'"{address}/data.zip"')
    (tmp_path / "registry.toml").write_text(text.replace(str(entry["size"]), str(size)), "utf-8")
    monkeypatch.setattr(registry, "data_folder", lambda: tmp_path / "mini")
    monkeypatch.setenv("NO_PROXY", "*")

    to = tmp_path / "to"
    with pytest.raises(UserError, match=r"download BC4CHEMD --to .* --unverified"):
        read_dataset("BC4CHEMD", to)
    download(["BC4CHEMD", "--to", str(to), "--unverified"])
    (folder / "data.zip").unlink()  # from now on, what was fetched is read
    found = read_dataset("BC4CHEMD", to)
    assert (found.name, found.labels) == ("BC4CHEMD", ["O", "B-Chemical", "I-Chemical"])
    assert found.notes == ("type Entity is read as Chemical",)
