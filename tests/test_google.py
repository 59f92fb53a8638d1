"""Google's checkpoints, written here as TensorFlow 1 wrote them: they come in whole, or not."""

import io
import json
import math
import stat
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_runs import SHAPE

from bioalbert_core.albert.variables import PARTS, variables
from bioalbert_core.config import ALBERT_BASE, ALBERT_TINY, AlbertConfig
from bioalbert_core.convert import google
from bioalbert_core.convert.google import is_google, read_google
from bioalbert_core.plumbing.backend import quiet
from bioalbert_core.plumbing.errors import UserError

with quiet():
    tf = pytest.importorskip("tensorflow")

PRETRAINING = PARTS[:4]
UNSHARED = replace(SHAPE, share_layers=False, embedding_size=SHAPE.hidden_size)
WORDS = "bert/embeddings/word_embeddings"
QUERY = "bert/encoder/transformer/group_0/inner_group_0/attention_1/self/query/kernel"
DATA = ".data-00000-of-00001"


def arrays(config: AlbertConfig, parts=PRETRAINING) -> dict[str, np.ndarray]:
    """Random weights under Google's names; a classifier's matrix lies there as [classes, H]."""
    rng = np.random.default_rng(0)
    made = {v.google: rng.random(v.flat_shape, "float32") for v in variables(config, parts)}
    return {n: a.T.copy() if n.endswith("output_weights") else a for n, a in made.items()}


def save(prefix: Path, found: dict[str, np.ndarray]) -> Path:
    """What `tf.train.Saver` of TensorFlow 1 writes, by name, but for the graph in ``.meta``."""
    found = dict(sorted(found.items()))
    prefix.parent.mkdir(parents=True, exist_ok=True)
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(found),
        shape_and_slices=[""] * len(found),
        tensors=[tf.constant(array) for array in found.values()],
    )
    return prefix


def trained(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """With LAMB's moments and the step, as a run leaves them."""
    moments = {f"{n}/{m}": a * 0.5 for n, a in found.items() for m in ("adam_m", "adam_v")}
    return {**found, **moments, "global_step": np.int64(200_000)}


def record(config: AlbertConfig, **changes) -> dict:
    """The config file of Google's that says this shape."""
    return {
        "attention_probs_dropout_prob": 0,
        "hidden_act": "gelu",
        "hidden_dropout_prob": config.dropout,
        "embedding_size": config.embedding_size,
        "hidden_size": config.hidden_size,
        "initializer_range": 0.02,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_length,
        "num_attention_heads": config.num_heads,
        "num_hidden_layers": config.num_layers,
        "num_hidden_groups": 1 if config.share_layers else config.num_layers,
        "inner_group_num": 1,
        "type_vocab_size": 2,
        "vocab_size": config.vocab_size,
        **changes,
    }


def configure(folder: Path, config: AlbertConfig, name="albert_config.json", **changes) -> None:
    (folder / name).write_text(json.dumps(record(config, **changes)), "utf-8")


@pytest.fixture
def scratch(tmp_path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with a config file, to put a checkpoint in."""
    folder = tmp_path / "Bio ALBERT (1)"
    folder.mkdir()
    configure(folder, SHAPE)
    return folder


@pytest.fixture
def prefix(folder) -> Path:
    """A whole checkpoint of a tiny ALBERT, as training leaves it."""
    return save(folder / "model.ckpt-200000", trained(arrays(SHAPE)))


def refused(source: Path, scratch: Path) -> str:
    """The words of the error: one line."""
    with pytest.raises(UserError) as error:
        read_google(source, scratch)
    assert "\n" not in str(error.value)
    return str(error.value)


def equal(tensors: dict[str, np.ndarray], config: AlbertConfig, parts=PRETRAINING) -> bool:
    """Whether these are the tensors of `arrays`, to the bit."""
    wanted = arrays(config, parts)
    rows = variables(config, parts)
    assert list(tensors) == [row.name for row in rows]
    for row in rows:
        array = wanted[row.google]
        array = array.T if row.google.endswith("output_weights") else array
        found = tensors[row.name]
        assert found.dtype == "float32" and found.shape == row.shape
        if found.tobytes() != np.ascontiguousarray(array).tobytes():
            return False
    return True


# ---- whole checkpoints


@pytest.mark.parametrize("spelling", ["", ".index", DATA, ".meta", "folder"])
def test_a_checkpoint_comes_in_bit_for_bit_however_it_is_named(prefix, scratch, spelling):
    source = prefix.parent if spelling == "folder" else Path(f"{prefix}{spelling}")
    assert is_google(source)
    Path(f"{prefix}.index.bak").write_bytes(b"not read")
    checkpoint = read_google(source, scratch)
    names = ["albert_config.json", f"{prefix.name}{DATA}", f"{prefix.name}.index"]
    assert sorted(path.name for path in checkpoint.files) == names
    assert checkpoint.config == SHAPE and checkpoint.parts == PRETRAINING
    assert equal(checkpoint.tensors, SHAPE)
    assert (checkpoint.left_over, checkpoint.tokenizer, checkpoint.labels) == ((), None, ())
    assert checkpoint.place == str(source)
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("parts", [("encoder",), ("encoder", "pooler"), ("encoder", "mlm_head")])
def test_heads_may_be_absent(folder, scratch, parts):
    checkpoint = read_google(save(folder / "model.ckpt", arrays(SHAPE, parts)), scratch)
    assert checkpoint.parts == parts
    assert equal(checkpoint.tensors, SHAPE, parts)


def test_one_block_for_each_layer_and_embeddings_as_wide_as_it(tmp_path, scratch):
    save(tmp_path / "model.ckpt", arrays(UNSHARED))
    configure(tmp_path, UNSHARED)
    checkpoint = read_google(tmp_path, scratch)
    assert checkpoint.config == UNSHARED
    assert equal(checkpoint.tensors, UNSHARED)


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float64"])
def test_other_floats_become_float32(folder, scratch, kind):
    kind = tf.as_dtype(kind).as_numpy_dtype
    stored = {name: array.astype(kind) for name, array in arrays(SHAPE).items()}
    tensors = read_google(save(folder / "model.ckpt", stored), scratch).tensors
    assert {array.dtype.name for array in tensors.values()} == {"float32"}
    found = tensors["token_embedding/embeddings"]
    np.testing.assert_array_equal(found, stored[WORDS].astype("float32"))


def test_what_has_no_place_is_told(folder, scratch):
    """A tagger of Google's code: its head says nothing of its labels."""
    more = {
        "output_weights": np.ones((3, 16), "float32"),
        "output_bias": np.ones(3, "float32"),
        "iterator": np.array(b"state"),
    }
    encoder = arrays(SHAPE, ("encoder",))
    checkpoint = read_google(save(folder / "model.ckpt", trained({**encoder}) | more), scratch)
    assert checkpoint.left_over == ("output_bias", "output_weights", "iterator")
    assert checkpoint.parts == ("encoder",)


def test_the_newest_of_several_is_read(folder, scratch):
    for step, scale in ((5000, 2), (200_000, 1), (195_000, 3)):
        found = {name: array * scale for name, array in arrays(SHAPE).items()}
        save(folder / f"model.ckpt-{step}", found)
    save(folder / "model.ckpt-best", found)
    assert equal(read_google(folder, scratch).tensors, SHAPE)
    save(folder / "other.ckpt-200000", found)
    told = refused(folder, scratch)
    assert "model.ckpt-200000.index and other.ckpt-200000.index have the same step" in told


def test_the_tokenizer_beside_it_is_found_when_it_is_the_only_one(prefix, scratch):
    tokenizer = prefix.with_name("30k-clean.model")
    tokenizer.write_bytes(b"pieces")
    prefix.with_name("._30k-clean.model").write_bytes(b"what a Mac leaves")
    assert read_google(prefix, scratch).tokenizer == tokenizer
    prefix.with_name("other.model").write_bytes(b"pieces")
    assert read_google(prefix, scratch).tokenizer is None


# ---- its shape


@pytest.mark.parametrize("name", ["albert_config.json", "bert_config.json", "config.json"])
def test_config_files_of_all_three_names(prefix, scratch, name):
    (prefix.parent / "albert_config.json").unlink()
    configure(prefix.parent, replace(SHAPE, num_heads=4, dropout=0.1), name)
    config = read_google(prefix, scratch).config
    assert config == replace(SHAPE, num_heads=4, dropout=0.1, activation="gelu_tanh")


def test_hugging_faces_word_for_the_same_gelu(prefix, scratch):
    configure(prefix.parent, SHAPE, hidden_act="gelu_new", model_type="albert")
    assert read_google(prefix, scratch).config.activation == "gelu_tanh"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden_act": "relu"}, "hidden_act is 'relu'"),
        ({"num_hidden_layers": 6, "num_hidden_groups": 3}, "3 groups of layers"),
        ({"inner_group_num": 2}, "inner_group_num is 2"),
        ({"type_vocab_size": 3}, "type_vocab_size is 3"),
        ({"num_attention_heads": 3}, "not a multiple of"),
        ({"num_attention_heads": None}, "num_heads missing"),
        ({"hidden_size": "wide"}, "hidden_size cannot be 'wide'"),
        ({"hidden_dropout_prob": 2}, "dropout cannot be 2"),
    ],
)
def test_a_config_of_what_the_kit_has_not_is_refused(prefix, scratch, changes, words):
    configure(prefix.parent, SHAPE, **changes)
    told = refused(prefix, scratch)
    assert told.startswith(f"{prefix.parent / 'albert_config.json'}: ") and words in told


@pytest.mark.parametrize("config", [ALBERT_TINY, ALBERT_BASE], ids=["tiny", "base"])
def test_without_a_config_the_known_shapes_are_known(tmp_path, scratch, config):
    prefix = save(tmp_path / "model.ckpt", arrays(config, ("encoder",)))
    checkpoint = read_google(prefix, scratch)
    assert checkpoint.config == config
    assert equal(checkpoint.tensors, config, ("encoder",))


def test_without_a_config_other_shapes_are_asked_for(prefix, scratch):
    (prefix.parent / "albert_config.json").unlink()
    assert "put its albert_config.json into the same folder" in refused(prefix, scratch)


def test_without_a_config_another_vocabulary_is_not_guessed_at(tmp_path, scratch):
    other = replace(ALBERT_TINY, vocab_size=100)
    told = refused(save(tmp_path / "model.ckpt", arrays(other, ("encoder",))), scratch)
    assert f"{WORDS} has shape (100, " in told and "the config makes it (2000, " in told


def test_many_blocks_are_not_read_as_one(tmp_path, scratch):
    save(tmp_path / "model.ckpt", arrays(replace(SHAPE, share_layers=False)))
    configure(tmp_path, SHAPE)
    assert "has several blocks, its config one" in refused(tmp_path, scratch)


def test_the_published_albert_are_known_and_may_be_unpacked():
    """Parameters of base, large, xlarge, xxlarge: 12, 18, 60 and 235 million in ALBERT's paper."""
    shapes = ((768, 3072), (1024, 4096), (2048, 8192), (4096, 16384))
    sizes = [sum(math.prod(v.shape) for v in variables(google.KNOWN[s])) for s in shapes]
    assert [round(size / 1e6) for size in sizes] == [12, 18, 59, 223]
    assert 2.5 < google.LARGEST / (sizes[-1] * 4 * 3) < 3.5


# ---- damage


def test_a_missing_variable_is_named(folder, scratch):
    found = arrays(SHAPE)
    del found[QUERY]
    prefix = save(folder / "model.ckpt", found)
    assert refused(prefix, scratch).startswith(f"{prefix}: variable {QUERY} (16, 16) is missing")


def test_half_a_head_is_refused(folder, scratch):
    found = arrays(SHAPE)
    del found["cls/seq_relationship/output_weights"]
    told = refused(save(folder / "model.ckpt", found), scratch)
    assert "variable cls/seq_relationship/output_weights (2, 16) is missing" in told


def test_a_variable_of_another_shape_is_named_with_both(folder, scratch):
    found = {**arrays(SHAPE), "cls/seq_relationship/output_weights": np.ones((16, 2), "float32")}
    told = refused(save(folder / "model.ckpt", found), scratch)
    assert "cls/seq_relationship/output_weights has shape (16, 2)" in told and "(2, 16)" in told


def test_a_bert_is_no_albert(folder, scratch):
    found = {WORDS: np.ones((80, 16), "float32")}
    found["bert/encoder/layer_0/attention/self/query/kernel"] = np.ones((16, 16), "float32")
    assert "a BERT, not an ALBERT" in refused(save(folder / "bert.ckpt", found), scratch)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_cut_index_is_told(prefix, scratch, share):
    index = Path(f"{prefix}.index")
    index.write_bytes(index.read_bytes()[: int(index.stat().st_size * share)])
    assert refused(prefix, scratch).startswith(f"{index}: cut or damaged, or not a TensorFlow")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_cut_data_is_told(prefix, scratch, share):
    data = Path(f"{prefix}{DATA}")
    data.write_bytes(data.read_bytes()[: int(data.stat().st_size * share)])
    told = refused(prefix, scratch)
    assert told.startswith(f"{prefix}: its .data file is missing, cut or damaged")


def test_missing_data_is_told(prefix, scratch):
    Path(f"{prefix}{DATA}").unlink()
    told = refused(prefix, scratch)
    assert told.startswith(f"{prefix}: its .data file is missing") and DATA in told


def test_a_missing_index_is_told(prefix, scratch):
    Path(f"{prefix}.index").unlink()
    for source in (prefix, prefix.parent, Path(f"{prefix}{DATA}")):
        assert not is_google(source)
        assert refused(source, scratch).startswith(f"{source}: no TensorFlow checkpoint")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    position=st.floats(0, 1, exclude_max=True),
    bit=st.integers(0, 7),
    suffix=st.sampled_from([DATA, ".index"]),
)
def test_a_flipped_bit_is_found_wherever_it_matters(prefix, scratch, position, bit, suffix):
    path = Path(f"{prefix}{suffix}")
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[int(position * len(whole))] ^= 1 << bit
    try:
        path.write_bytes(changed)
        assert equal(read_google(prefix, scratch).tensors, SHAPE)
    except UserError as error:
        assert "cut or damaged" in str(error) and "\n" not in str(error)
    finally:
        path.write_bytes(whole)


def test_a_flipped_bit_in_a_weight_is_refused(prefix, scratch):
    path = Path(f"{prefix}{DATA}")
    data = bytearray(path.read_bytes())
    data[data.index(arrays(SHAPE)[QUERY].tobytes()) + 100] ^= 1
    path.write_bytes(data)
    assert "Checksum does not match" in refused(prefix, scratch)


def test_without_tensorflow_it_says_where_to_convert(prefix, scratch, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert is_google(prefix)
    assert "pip install tensorflow" in refused(prefix, scratch)


# ---- archives


def zipped(path: Path, members: dict[str, bytes], links=()) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = ((stat.S_IFLNK if name in links else stat.S_IFREG) | 0o644) << 16
            archive.writestr(info, data)
    return path


def tarred(path: Path, members: dict[str, bytes], links=()) -> Path:
    with tarfile.open(path, "w:" if path.suffix == ".tar" else "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            if name in links:
                info.type, info.linkname = tarfile.SYMTYPE, data.decode()
            else:
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


PACKED = [(zipped, "m.zip"), (tarred, "m.tar.gz"), (tarred, "m.tgz"), (tarred, "m.tar")]
packed = pytest.mark.parametrize(("pack", "name"), PACKED, ids=[name for _, name in PACKED])


@pytest.fixture
def members(prefix) -> dict[str, bytes]:
    """The files of a release, in a sub-folder of the archive."""
    files = {f"bio/albert/{path.name}": path.read_bytes() for path in prefix.parent.iterdir()}
    pieces = {"bio/albert/30k-clean.model": b"pieces", "bio/albert/30k-clean.vocab": b"words"}
    return {**files, **pieces, "__MACOSX/bio/._30k-clean.model": b"what a Mac leaves"}


@packed
def test_an_archive_is_read_and_writes_only_to_scratch(members, tmp_path, scratch, pack, name):
    outside = tmp_path / "outside.index"
    evil = {"../evil.json": b"", "../evil-1.index": b"", f"{outside}": b"", "x\\evil.model": b""}
    source = pack(tmp_path / name, {**members, **evil, "run.sh": b"", "saved_model.pb": b""})
    assert is_google(source)
    checkpoint = read_google(source, scratch)
    assert checkpoint.config == SHAPE and equal(checkpoint.tensors, SHAPE)
    assert checkpoint.place == str(source) and checkpoint.files == (source,)
    assert checkpoint.tokenizer == scratch / "30k-clean.model"
    assert checkpoint.tokenizer.read_bytes() == b"pieces"
    assert sorted(path.name for path in scratch.iterdir()) == [
        "30k-clean.model",
        "albert_config.json",
        "evil-1.index",
        f"model.ckpt-200000{DATA}",
        "model.ckpt-200000.index",
        "outside.index",
    ]
    assert not outside.exists() and not list(tmp_path.glob("*evil*"))


@packed
def test_links_in_an_archive_are_not_followed(members, tmp_path, scratch, pack, name):
    secret = tmp_path / "secret.model"
    secret.write_bytes(b"not yours")
    members["bio/albert/30k-clean.model"] = str(secret).encode()
    source = pack(tmp_path / name, members, links=["bio/albert/30k-clean.model"])
    assert read_google(source, scratch).tokenizer is None
    assert not list(scratch.glob("*.model"))


def clashing(members: dict[str, bytes]) -> dict[str, bytes]:
    return members | {name.replace("bio/", "more/"): data for name, data in members.items()}


@packed
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda members: {"a.txt": b"x"}, "no TensorFlow checkpoint (NAME.index) found"),
        (clashing, "contains several models"),
        (lambda m: {n: d[:40] for n, d in m.items()}, ".index: cut or damaged"),
        (lambda m: {n: d for n, d in m.items() if DATA not in n}, "its .data file is missing"),
        (lambda m: {n: d for n, d in m.items() if ".json" not in n}, "put its albert_config.json"),
    ],
    ids=["no checkpoint", "two models", "cut index", "no data", "no config"],
)
def test_an_archive_without_a_model_is_one_line(
    members, tmp_path, scratch, pack, name, change, words
):
    source = pack(tmp_path / name, change(members))
    told = refused(source, scratch)
    assert told.startswith(str(source)) and words in told


@packed
@pytest.mark.parametrize("kind", ["cut", "web page", "empty", "missing"])
def test_a_damaged_archive_is_one_line(members, tmp_path, scratch, pack, name, kind):
    source = pack(tmp_path / name, members)
    whole = source.read_bytes()
    source.write_bytes(
        {"cut": whole[: len(whole) // 2], "web page": b"<html>" * 200}.get(kind, b"")
    )
    if kind == "missing":
        source.unlink()
    assert refused(source, scratch).startswith(f"{source}: ")


def test_an_archive_too_large_is_refused(members, tmp_path, scratch, monkeypatch):
    source = zipped(tmp_path / "m.zip", members)
    monkeypatch.setattr(google, "LARGEST", 1000)
    assert "would unpack to" in refused(source, scratch)
    assert not list(scratch.iterdir())


def test_a_path_that_tensorflow_takes_for_a_pattern_is_told(prefix, scratch):
    folder = prefix.parent.rename(prefix.parent.with_name("model[1]"))
    assert "rename it" in refused(folder, scratch)
