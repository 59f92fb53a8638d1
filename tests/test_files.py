"""The edge of the house: inputs that are broken, outputs that are whole or not there at all."""

import gzip
import hashlib
import json
import os

import pytest

from bioalbert_core.plumbing import addresses, files, folders
from bioalbert_core.plumbing.errors import UserError

TEXT = "Fever and a cough. " * 200


def names(folder):
    """All that lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def write_folder(path, command="corpus", text="new"):
    with folders.output_folder(path, command) as folder:
        (folder / "part.txt").write_text(text)
        folders.write_manifest(folder, command)


def test_open_input_reads_plain_and_packed_files(tmp_path):
    plain, packed = tmp_path / "a.txt", tmp_path / "a.txt.gz"
    plain.write_bytes(TEXT.encode())
    packed.write_bytes(gzip.compress(TEXT.encode()))
    for path in (plain, str(packed)):
        with files.open_input(path) as stream:
            assert stream.read() == TEXT.encode()


def cut(data):
    return data[: len(data) // 2]


def damaged(data):
    return data[:30] + bytes(255 - byte for byte in data[30:40]) + data[40:]


def wrong_sum(data):
    return data[:-8] + bytes(4) + data[-4:]


def replaced(data):
    return b"no gzip at all"


@pytest.mark.parametrize("harm", [cut, damaged, wrong_sum, replaced])
def test_a_broken_gz_is_told_in_words(tmp_path, harm):
    path = tmp_path / "a.gz"
    path.write_bytes(harm(gzip.compress("".join(map(chr, range(32, 9000))).encode())))
    with pytest.raises(UserError, match=r"a\.gz: the \.gz file is cut or damaged"):  # noqa: SIM117
        with files.open_input(path) as stream:
            stream.read()


def test_missing_empty_and_folder_inputs_are_told_apart(tmp_path):
    (tmp_path / "empty.txt").touch()
    for name, words in (
        ("none.txt", "no such file"),
        ("empty.txt", "is empty"),
        ("", "got a folder"),
    ):
        with pytest.raises(UserError, match=words) as told, files.open_input(tmp_path / name):
            pass
        assert str(told.value).startswith(f"{tmp_path / name}: ")


def test_an_error_of_the_reader_is_not_taken_for_a_broken_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    with pytest.raises(KeyError), files.open_input(path):
        raise KeyError("mine")


def test_read_text_names_the_line_that_is_not_utf8(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("first\nsecond\nnaïve\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.txt: line 3: not UTF-8"):
        files.read_text(path)


def test_read_text_drops_a_byte_order_mark_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff one\r\ntwo \n".encode())
    assert files.read_text(path) == " one\r\ntwo \n"


def test_output_folder_appears_whole(tmp_path):
    out = tmp_path / "deep" / "out"
    with folders.output_folder(out, "corpus") as folder:
        (folder / "part.txt").write_text("x")
        assert not out.exists()
    assert names(out) == ["part.txt"]
    assert names(out.parent) == ["out"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_a_failure_leaves_no_folder_and_no_rest(tmp_path, error):
    with pytest.raises(error), folders.output_folder(tmp_path / "out", "corpus") as folder:
        (folder / "part.txt").write_text("x")
        raise error
    assert names(tmp_path) == []


def test_a_failure_leaves_the_earlier_output_as_it_was(tmp_path):
    out = tmp_path / "out"
    write_folder(out, text="old")
    with pytest.raises(RuntimeError), folders.output_folder(out, "corpus") as folder:
        (folder / "part.txt").write_text("half")
        raise RuntimeError
    assert (out / "part.txt").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_own_output_is_replaced_and_nothing_of_it_stays(tmp_path):
    out = tmp_path / "out"
    with folders.output_folder(out, "corpus") as folder:
        (folder / "more.txt").write_text("of the first run")
        folders.write_manifest(folder, "corpus")
    write_folder(out, text="new")
    assert names(out) == ["manifest.json", "part.txt"]
    assert (out / "part.txt").read_text() == "new"
    assert names(tmp_path) == ["out"]


def test_rests_of_a_killed_run_do_not_leak_into_the_next(tmp_path):
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "rest.txt").write_text("half")
    write_folder(tmp_path / "out")
    assert names(tmp_path / "out") == ["manifest.json", "part.txt"]
    assert names(tmp_path) == ["out"]


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "out").mkdir()
    write_folder(tmp_path / "out")
    assert "part.txt" in names(tmp_path / "out")


def test_a_foreign_folder_is_left_alone(tmp_path):
    mine, other = tmp_path / "thesis", tmp_path / "other"
    mine.mkdir()
    (mine / "chapter.txt").write_text("precious")
    write_folder(other, "instances")
    for out in (mine, other):
        before = names(out)
        with pytest.raises(UserError, match=f"{out}: the folder holds files that 'corpus' did not"):
            write_folder(out, "corpus")
        assert names(out) == before
    assert names(tmp_path) == ["other", "thesis"]


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("precious")
    with pytest.raises(UserError, match="in the way"):
        write_folder(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "precious"


def test_out_may_be_the_current_folder_when_it_is_empty_or_is_refused_in_words(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    try:
        write_folder(".")
    except UserError:
        assert names(tmp_path) == []
    else:
        assert "part.txt" in names(tmp_path)


def test_out_may_be_a_link_to_a_folder(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    for text in ("first", "second"):
        write_folder(tmp_path / "out", text=text)
        assert (tmp_path / "out" / "part.txt").read_text() == text
        assert names(tmp_path) == ["disk", "out"]


def test_output_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with files.output_file(path) as partial:
        partial.write_text("one")
        assert not path.exists()
    with pytest.raises(RuntimeError), files.output_file(path) as partial:
        partial.write_text("two, cut")
        raise RuntimeError
    assert path.read_text() == "one"
    assert names(path.parent) == ["a.txt"]


def test_the_manifest_says_how_the_folder_was_made(tmp_path):
    with folders.output_folder(tmp_path / "out", "corpus") as folder:
        (folder / "part.txt").write_text("text")
        folders.write_manifest(folder, "corpus", counts={"words": 1})
    manifest = folders.read_manifest(tmp_path / "out", "corpus")
    assert manifest["command"] == "corpus"
    assert manifest["counts"] == {"words": 1}
    assert manifest["outputs"] == {"part.txt": hashlib.sha256(b"text").hexdigest()}
    assert {"bioalbert_core", "python", "numpy"} <= manifest["versions"].keys()


def test_read_manifest_refuses_what_the_command_did_not_finish(tmp_path):
    write_folder(tmp_path / "out", "instances")
    with pytest.raises(UserError, match="expected an output of 'corpus', got one of 'instances'"):
        folders.read_manifest(tmp_path / "out", "corpus")
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match="no finished output of"):
            folders.read_manifest(place, "corpus")


def test_read_json_names_the_line_and_wants_an_object(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1,\n"b": }')
    with pytest.raises(UserError, match=r"a\.json: line 2: not valid JSON"):
        files.read_json(path)
    path.write_text("[1]")
    with pytest.raises(UserError, match="expected a JSON object, got a list"):
        files.read_json(path)
    value = {"α": [1.5, None]}
    files.write_json(path, value)
    assert files.read_json(path) == json.loads(path.read_text("utf-8")) == value


def test_what_is_neither_file_nor_folder_is_never_replaced(tmp_path):
    """``--out /dev/null`` must not put a folder or a file in place of the device."""
    device = tmp_path / "device"
    os.mkfifo(device)
    with (
        pytest.raises(UserError, match="in the way"),
        folders.output_folder(device, "corpus") as folder,
    ):
        (folder / "x").write_text("x")
    with pytest.raises(UserError, match="in the way"), files.output_file(device) as partial:
        partial.write_text("x")
    assert device.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["device"]


def test_a_file_of_the_users_own_is_never_lost(tmp_path):
    """Replacing an earlier output must not take along what somebody else put there."""
    out = tmp_path / "corpus"
    for _ in range(2):
        with folders.output_folder(out, "corpus") as folder:
            (folder / "corpus-00000-of-00001.txt").write_text("x")
            folders.write_manifest(folder, "corpus")
    (out / "notes.txt").write_text("mine")
    with (
        pytest.raises(UserError, match=r"notes\.txt is not an output"),
        folders.output_folder(out, "corpus"),
    ):
        pass
    assert (out / "notes.txt").read_text() == "mine"


def test_an_address_of_an_unknown_kind_is_told(tmp_path):
    with pytest.raises(UserError, match="nowhere://b/x: "):
        files.location("nowhere://b/x")
    assert files.location(str(tmp_path)) == tmp_path


@pytest.fixture
def address():
    """A folder in fsspec's file system in memory: what a bucket is to a machine in the cloud."""
    path = files.location("memory://bucket/out")
    yield path
    path.fs.rm("/", recursive=True)


def test_an_output_at_an_address_is_whole_or_not_there(address):
    write_folder(address, text="old")
    assert names(address) == ["manifest.json", "part.txt"]
    with pytest.raises(RuntimeError), folders.output_folder(address, "corpus") as folder:
        (folder / "part.txt").write_text("half")
        raise RuntimeError
    assert (address / "part.txt").read_text() == "old"
    write_folder(address, text="new")
    assert (address / "part.txt").read_text() == "new"
    folders.verify_outputs(address, folders.read_manifest(address, "corpus"))
    assert names(address.parent) == ["out"]


def test_a_file_at_an_address_is_written_and_read(address):
    with files.output_file(address / "a.txt.gz") as partial:
        partial.write_bytes(gzip.compress(TEXT.encode()))
    assert files.read_text(str(address / "a.txt.gz")) == TEXT


def test_a_run_stopped_while_it_is_published_is_not_finished_and_can_be_run_again(address):
    """The manifest comes last; what is there without it is the run's own, and goes."""
    write_folder(address, text="old")

    class StoppedError(Exception):
        pass

    def stopped_copy(old, new):
        if any(name.endswith("manifest.json") for name in new):
            raise StoppedError
        copy(old, new)

    copy = address.fs.copy
    with pytest.MonkeyPatch.context() as patch, pytest.raises(StoppedError):
        patch.setattr(address.fs, "copy", stopped_copy)
        with folders.output_folder(address, "corpus", resume=True) as folder:
            (folder / "other.txt").write_text("new")
            folders.write_manifest(folder, "corpus")
    assert names(address) == ["other.txt"]
    with pytest.raises(UserError, match="no finished output"):
        folders.read_manifest(address, "corpus")
    write_folder(address, text="newer")
    assert names(address) == ["manifest.json", "part.txt"]
    assert names(address.parent) == ["out"]


def test_files_at_an_address_are_lent_to_libraries_that_open_local_ones(address):
    for name in ("a/b.txt", "model.ckpt.index", "model.ckpt.data"):
        (address / name).write_bytes(name.encode())
    assert addresses.files_below(address) == ["a/b.txt", "model.ckpt.data", "model.ckpt.index"]
    with addresses.fetched(address / "a" / "b.txt") as copy:
        assert copy.read_text() == "a/b.txt"
    with addresses.fetched(address) as copy:
        assert addresses.files_below(copy) == addresses.files_below(address)
    with addresses.fetched(address / "model.ckpt") as copy:
        assert names(copy.parent) == ["model.ckpt.data", "model.ckpt.index"]
    assert not copy.parent.exists()
    with (
        pytest.raises(UserError, match=f"^{address}/a: wrong$"),
        addresses.fetched(address) as copy,
    ):
        raise UserError(f"{copy / 'a'}: wrong")


def test_a_name_that_leads_out_of_its_folder_is_not_copied(address, tmp_path, monkeypatch):
    (address / "a.txt").write_bytes(b"x")
    monkeypatch.setattr(addresses, "files_below", lambda folder: ["../../a.txt"])
    with pytest.raises(UserError, match="leads out of its folder"), addresses.fetched(address):
        pass


def test_what_a_server_answers_names_the_address(address, monkeypatch):
    def denied(*_, **__):
        raise PermissionError("Access Denied")

    monkeypatch.setattr(type(address.fs), "put_file", denied)
    with pytest.raises(UserError, match=r"^memory://bucket/out/a: Access Denied; check"):  # noqa: SIM117
        with files.output_file(address / "a") as partial:
            partial.write_text("x")
    with pytest.raises(OSError, match="No space left"), addresses.server_errors(address):
        raise OSError(28, "No space left on device")


def test_two_runs_do_not_fill_one_folder(tmp_path):
    out = tmp_path / "out"
    with folders.output_folder(out, "corpus") as folder:
        (folder / "part.txt").write_text("of the first")
        with (
            pytest.raises(UserError, match="another run is writing here"),
            folders.output_folder(out, "corpus"),
        ):
            pass
        assert (folder / "part.txt").read_text() == "of the first"
    assert names(out) == ["part.txt"]


def test_a_file_address_is_a_local_path(tmp_path):
    assert files.location(f"file://{tmp_path}/a.txt") == tmp_path / "a.txt"
    write_folder(f"file://{tmp_path}/out")
    assert names(tmp_path / "out") == ["manifest.json", "part.txt"]


@pytest.mark.parametrize("address", ["ftp://127.0.0.1:1/a", "zip://a::nothing.zip", "s3x://a"])
def test_an_address_that_cannot_be_opened_is_told(address):
    with pytest.raises(UserError, match="use a local path"):
        files.location(address)
