"""Models in and out of other programs' formats: to the bit, or refused in words."""

import importlib
import json
import pickle
import shutil
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tiny_runs import SHAPE
from tokenizers import Tokenizer as HuggingFaceTokenizer

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.checkpoint import Checkpoint, checked_config, collect
from bioalbert_core.albert.kit import KIT, read_kit, write_kit
from bioalbert_core.albert.variables import PARTS, variables
from bioalbert_core.convert import __main__ as convert
from bioalbert_core.convert.__main__ import main
from bioalbert_core.convert.formats import FORMATS, WeightFormat, read_model, write_model
from bioalbert_core.ner.albert_tagger import AlbertTagger
from bioalbert_core.ner.baselines.dictionary import FILE as DICTIONARY
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, sha256, write_json
from bioalbert_core.tokenizer import Tokenizer

GOLDEN = Path(__file__).parent / "golden"
LABELS = ("O", "B-Drug", "I-Drug")
ENCODER, PRETRAINING = PARTS[:1], PARTS[:4]
TAGGER = ("encoder", "tagger_head")
UNSHARED = replace(SHAPE, share_layers=False)
UNFACTORIZED = replace(SHAPE, embedding_size=SHAPE.hidden_size)
BERT = replace(UNFACTORIZED, share_layers=False)
MODELS = [
    pytest.param(config, parts, id=f"{name}-{parts[-1]}")
    for name, config in [
        ("albert", SHAPE),
        ("unshared", UNSHARED),
        ("unfactorized", UNFACTORIZED),
        ("bert", BERT),
    ]
    for parts in (ENCODER, PRETRAINING, TAGGER)
]


def invented(config, parts, tokenizer=None) -> Checkpoint:
    """A model of random numbers."""
    rng = np.random.default_rng(0)
    labels = LABELS if "tagger_head" in parts else ()
    tensors = {
        row.name: rng.normal(size=row.shape).astype("float32")
        for row in variables(config, parts, len(labels))
    }
    return Checkpoint("invented", config, tensors, tokenizer, labels, 24 if labels else None)


def assert_same(found: Checkpoint, wanted: Checkpoint) -> None:
    assert found.config == wanted.config
    assert (found.labels, found.window) == (wanted.labels, wanted.window)
    assert found.left_over == ()
    assert found.tensors.keys() == wanted.tensors.keys()
    for name, values in wanted.tensors.items():
        assert found.tensors[name].dtype == np.float32
        assert found.tensors[name].tobytes() == values.tobytes(), name


@pytest.mark.parametrize("kind", ["kit", "hf", "keras"])
@pytest.mark.parametrize(("config", "parts"), MODELS)
def test_what_is_written_is_read_again_to_the_bit(config, parts, kind, tmp_path):
    model = invented(config, parts)
    write_model(model, tmp_path, kind)
    found_kind, found = read_model(tmp_path, tmp_path)
    assert found_kind == kind
    assert_same(found, model)


def test_the_exact_gelu_goes_to_hugging_face_but_not_to_keras_hub(tmp_path):
    model = invented(replace(SHAPE, activation="gelu"), ENCODER)
    write_model(model, tmp_path / "hf", "hf")
    assert read_json(tmp_path / "hf" / "config.json")["hidden_act"] == "gelu"
    assert_same(read_model(tmp_path / "hf", tmp_path)[1], model)
    with pytest.raises(UserError, match="exact GELU"):
        write_model(model, tmp_path / "keras", "keras")


@pytest.mark.parametrize("name", ["pretraining", "unshared", "tagger"])
def test_the_files_are_those_that_transformers_writes(name, tmp_path):
    _, model = read_model(GOLDEN / name, tmp_path)
    assert model.left_over == ()
    write_model(model, tmp_path, "hf")
    theirs, ours = (load_file(f / "model.safetensors") for f in (GOLDEN / name, tmp_path))
    assert {n: v.tobytes() for n, v in ours.items()} == {n: v.tobytes() for n, v in theirs.items()}
    theirs, ours = (read_json(f / "config.json") for f in (GOLDEN / name, tmp_path))
    for key in ours.keys() & theirs.keys():
        assert ours[key] == theirs[key], key


def test_keras_hub_loads_the_preset_and_computes_the_same(tmp_path):
    from bioalbert_core.plumbing.backend import start_keras

    start_keras()
    import keras_hub

    from bioalbert_core.albert.encoder import build_encoder
    from bioalbert_core.albert.loading import fill

    model = invented(UNSHARED, PRETRAINING)
    write_model(model, tmp_path, "keras")
    theirs = keras_hub.models.AlbertBackbone.from_preset(str(tmp_path))
    ours = build_encoder(UNSHARED)
    fill(ours, model)
    ids = np.random.default_rng(1).integers(5, 80, (2, 12))
    inputs = {"token_ids": ids, "segment_ids": ids % 2, "padding_mask": np.ones_like(ids)}
    found, wanted = ours.predict_on_batch(inputs), theirs.predict_on_batch(inputs)
    np.testing.assert_allclose(found["sequence"], wanted["sequence_output"], atol=1e-5)
    np.testing.assert_allclose(found["pooled"], wanted["pooled_output"], atol=1e-5)


# What comes from Hugging Face


@pytest.fixture
def folder(tmp_path):
    """A Hugging Face folder with all pre-training heads."""
    write_model(invented(SHAPE, PRETRAINING), tmp_path / "hf", "hf")
    return tmp_path / "hf"


def change(folder, **new) -> None:
    path = folder / "model.safetensors"
    tensors = {n: v for n, v in {**load_file(path), **new}.items() if v is not None}
    save_file(tensors, path)


def refused(folder) -> str:
    with pytest.raises(UserError) as error:
        read_model(folder, folder)
    assert "\n" not in str(error.value)
    return str(error.value)


FFN = "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight"


def test_a_missing_variable_is_named_with_its_shape(folder):
    change(folder, **{FFN: None})
    assert refused(folder).startswith(
        f"{folder / 'model.safetensors'}: variable {FFN} (32, 16) is missing"
    )


def test_a_part_that_is_not_whole_is_refused(folder):
    change(folder, **{"sop_classifier.classifier.bias": None})
    assert "sop_classifier.classifier.bias (2,) is missing" in refused(folder)


def test_a_variable_of_another_shape_is_named_with_both(folder):
    change(folder, **{FFN: np.zeros((16, 32), "float32")})
    assert f"variable {FFN} has shape (16, 32), the config makes it (32, 16)" in refused(folder)


def test_values_that_are_no_numbers_are_refused(folder):
    change(folder, **{FFN: np.full((32, 16), np.nan, "float32")})
    assert f"{FFN} holds NaN or infinity" in refused(folder)


def test_heads_may_be_missing_and_other_variables_are_left_over_by_name(folder):
    tensors = {n: None for n in load_file(folder / "model.safetensors") if "predictions" in n}
    change(folder, **tensors, odd=np.zeros(3), **{"classifier.weight": np.zeros((2, 16))})
    _, model = read_model(folder, folder)
    assert model.parts == ("encoder", "pooler", "sop_head")
    assert model.left_over == ("classifier.weight", "odd")


def test_a_model_without_heads_has_shorter_names(folder):
    found = load_file(folder / "model.safetensors")
    bare = {n.removeprefix("albert."): v for n, v in found.items() if n.startswith("albert.")}
    save_file(bare, folder / "model.safetensors")
    _, model = read_model(folder, folder)
    assert model.parts == ("encoder", "pooler") and model.left_over == ()


def test_second_names_and_buffers_are_known(folder):
    found = load_file(folder / "model.safetensors")
    second = {
        "predictions.decoder.weight": found["albert.embeddings.word_embeddings.weight"],
        "predictions.decoder.bias": found["predictions.bias"],
        "albert.embeddings.position_ids": np.arange(32)[None],
    }
    change(folder, **second)
    assert_same(read_model(folder, folder)[1], invented(SHAPE, PRETRAINING))
    change(folder, **{"predictions.bias": None})  # then the second name stands for it
    assert_same(read_model(folder, folder)[1], invented(SHAPE, PRETRAINING))
    change(folder, **{"predictions.decoder.weight": np.zeros((80, 8), "float32")})
    assert "predictions.decoder.weight is not" in refused(folder)


def write_bfloat16(tensors, path) -> None:
    """By hand, as NumPy has no such numbers: a header of JSON, then the upper halves of float32."""
    header, data = {}, b""
    for name, values in tensors.items():
        half = (values.view("<u4") >> 16).astype("<u2").tobytes()
        offsets = [len(data), len(data) + len(half)]
        header[name] = {"dtype": "BF16", "shape": values.shape, "data_offsets": offsets}
        data += half
    told = json.dumps(header).encode()
    path.write_bytes(len(told).to_bytes(8, "little") + told + data)


def test_half_precision_becomes_single(folder):
    found = load_file(folder / "model.safetensors")
    save_file({n: v.astype("float16") for n, v in found.items()}, folder / "model.safetensors")
    half = read_model(folder, folder)[1].tensors["sop_head/bias"]
    name = "sop_classifier.classifier.bias"
    assert half.dtype == np.float32 and np.array_equal(half, found[name].astype("float16"))
    write_bfloat16(found, folder / "model.safetensors")
    cut = read_model(folder, folder)[1].tensors["sop_head/bias"]
    assert np.array_equal(cut, (found[name].view("<u4") >> 16 << 16).view("<f4"))


@pytest.mark.parametrize("kept", [4, 100, -1])
def test_a_cut_file_is_told(folder, kept):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:kept])
    assert refused(folder).startswith(f"{path}: cut or damaged")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"model_type": "bert"}, "model_type is 'bert', this kit's ALBERT has 'albert'"),
        ({"inner_group_num": 2}, "inner_group_num is 2"),
        ({"num_hidden_groups": 3}, "3 groups of layers"),
        ({"hidden_act": "relu"}, "hidden_act is 'relu'"),
        ({"layer_norm_eps": 1e-5}, "layer_norm_eps"),
        ({"hidden_size": "16"}, "hidden_size cannot be '16'"),
        ({"hidden_size": None}, "hidden_size missing"),
        ({"num_attention_heads": 3}, "hidden_size 16 is not a multiple of num_heads 3"),
        ({"hidden_act": []}, "hidden_act is []"),
        ({"num_hidden_layers": 10**12}, "num_layers cannot be 1000000000000"),
        ({"num_hidden_layers": 10**6, "num_hidden_groups": 10**6}, "num_layers cannot be"),
        ({"vocab_size": 10**9}, "vocab_size cannot be"),
        ({"vocab_size": True}, "vocab_size cannot be True"),
    ],
)
def test_a_config_that_this_kit_cannot_build_is_refused(folder, wrong, told):
    path = folder / "config.json"
    write_json(path, {**read_json(path), **wrong})
    assert refused(folder).startswith(f"{path}: ") and told in refused(folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": "x"},
        {"window": -5},
        {"window": 1.5},
        {"id2label": {"0": "O", "5": "B", "2": "I"}},
        {"id2label": {"0": "O", "1": ["B"], "2": "I"}},
        {"id2label": {"0": "O", "1": "B", "2": "B"}},
        {"id2label": {"0": "O", "1": "two words", "2": "B"}},
        {"id2label": 5},
    ],
)
def test_labels_and_windows_that_cannot_be_are_refused(tmp_path, wrong):
    write_model(invented(SHAPE, TAGGER), tmp_path, "hf")
    path = tmp_path / "config.json"
    write_json(path, {**read_json(path), **wrong})
    assert refused(tmp_path).startswith(f"{path}: ")


@pytest.mark.parametrize("dtype", ["int64", "bool", "complex64", "uint8"])
def test_variables_that_are_no_floats_are_refused(folder, dtype):
    change(folder, **{FFN: np.ones((32, 16), dtype)})
    assert f"{FFN} has type {dtype}, expected floats" in refused(folder)


def test_numbers_too_large_for_float32_are_refused(folder):
    change(folder, **{FFN: np.full((32, 16), 1e300)})
    assert f"{FFN} holds NaN or infinity" in refused(folder)


def test_weights_in_several_files_are_told(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model.safetensors.index.json").write_text("{}")
    assert "weights in several files" in refused(folder)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a": ' + "9" * 5000 + "}", "5"])
def test_json_that_python_cannot_take_is_told(folder, text):
    (folder / "config.json").write_text(text)
    assert refused(folder).startswith(f"{folder / 'config.json'}: ")


def test_a_projection_between_equal_widths_is_refused_unless_it_does_nothing(tmp_path):
    write_model(invented(UNFACTORIZED, ENCODER), tmp_path, "hf")
    assert read_model(tmp_path, tmp_path)[1].left_over == ()
    change(tmp_path, **{"albert.encoder.embedding_hidden_mapping_in.bias": np.ones(16, "float32")})
    assert "which this kit cannot do" in refused(tmp_path)


class Trap:
    """A pickle that would write a file when it is read."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_pickle_is_refused_without_torch_and_never_run(folder, monkeypatch):
    ran = folder / "ran"
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(ran)))
    monkeypatch.setitem(sys.modules, "torch", None)
    told = refused(folder)
    assert "install torch" in told and "model.safetensors" in told
    assert not ran.exists()


def test_a_pickle_is_read_through_torch_when_it_holds_only_tensors(folder):
    torch = pytest.importorskip("torch")
    path = folder / "pytorch_model.bin"
    found = load_file(folder / "model.safetensors")
    torch.save({name: torch.from_numpy(values) for name, values in found.items()}, path)
    (folder / "model.safetensors").unlink()
    assert_same(read_model(folder, folder)[1], invented(SHAPE, PRETRAINING))
    path.write_bytes(path.read_bytes()[:500])
    assert "damaged" in refused(folder)
    torch.save({"a": Trap(folder / "ran")}, path)
    assert "could run code" in refused(folder)
    assert not (folder / "ran").exists()
    for odd in ({"a": 5}, [1, 2], {"a": torch.ones(2).to_sparse()}):
        torch.save(odd, path)
        assert refused(folder).startswith(f"{path}: ")


# What comes from keras-hub


def test_a_preset_of_another_model_or_damaged_is_refused(tmp_path):
    write_model(invented(SHAPE, PRETRAINING), tmp_path, "keras")
    config = read_json(tmp_path / "config.json")
    weights = tmp_path / "model.weights.h5"
    write_json(tmp_path / "config.json", {**config, "class_name": "BertBackbone"})
    assert "BertBackbone; expected an AlbertBackbone" in refused(tmp_path)
    wider = {**config["config"], "hidden_dim": 32}
    write_json(tmp_path / "config.json", {**config, "config": wider})
    told = refused(tmp_path)
    assert told.startswith(str(weights)) and "(8, 16)" in told and "(8, 32)" in told
    write_json(tmp_path / "config.json", config)
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    assert refused(tmp_path).startswith(f"{weights}: damaged")
    weights.write_bytes(whole)
    with h5py.File(weights, "r+") as file:
        del file["layers"]["dense"]
    assert "embedding_projection" in refused(tmp_path)


@pytest.mark.parametrize(
    ("told", "tensors"),
    [
        ("not json", {}),
        ('["a"]', {}),
        ('{"labels": "OBI"}', {}),
        ('{"labels": [0, 1, 2]}', {}),
        ('{"labels": ["O"], "window": "x"}', {}),
        ("{}", {"token_embedding/embeddings": np.zeros((80, 8), "float32")}),
    ],
)
def test_heads_that_are_not_as_written_are_refused(tmp_path, told, tensors):
    write_model(invented(SHAPE, TAGGER), tmp_path, "keras")
    save_file(tensors, tmp_path / "heads.safetensors", metadata={"bioalbert": told})
    assert refused(tmp_path).startswith(f"{tmp_path / 'heads.safetensors'}: ")


def test_a_config_of_more_than_the_file_holds_is_refused_before_it_is_built(tmp_path):
    write_model(invented(SHAPE, PRETRAINING), tmp_path, "keras")
    config = read_json(tmp_path / "config.json")
    config["config"]["vocabulary_size"] = 2**24
    write_json(tmp_path / "config.json", config)
    assert "holds far fewer numbers than the model" in refused(tmp_path)


def test_arrays_beyond_an_albert_are_told_and_flipped_bits_refused(tmp_path):
    model = invented(SHAPE, PRETRAINING)
    write_model(model, tmp_path, "keras")
    weights = tmp_path / "model.weights.h5"
    with h5py.File(weights, "r+") as file:
        file["more"] = np.zeros(3, "float32")
    assert read_model(tmp_path, tmp_path)[1].left_over == ("1 more arrays of model.weights.h5",)


def test_a_pooler_of_zeros_comes_back(tmp_path):
    model = invented(SHAPE, PRETRAINING)
    zeros = {n: 0 * v for n, v in model.tensors.items() if n.startswith("pooler")}
    model = replace(model, tensors=model.tensors | zeros)
    write_model(model, tmp_path, "keras")
    assert_same(read_model(tmp_path, tmp_path)[1], model)


# The command


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own with 16 kB of room; only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no right to mount a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def run(tmp_path, tokenizer_file):
    write_kit(invented(replace(SHAPE, vocab_size=200), TAGGER, tokenizer_file), tmp_path / "run")
    return tmp_path / "run"


def test_the_command_tells_what_it_read_and_leaves_a_manifest(run, tmp_path, capsys):
    main([str(run), str(tmp_path / "hf"), "--to", "hf"])
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "read: model of this kit"
    assert told[1].startswith("parts: encoder, tagger_head (")
    assert told[-1] == f"Hugging Face folder: {tmp_path / 'hf'}"
    made = {p.name: sha256(p) for p in (tmp_path / "hf").iterdir() if p.name != "manifest.json"}
    assert read_json(tmp_path / "hf" / "manifest.json")["outputs"] == made
    assert (tmp_path / "hf" / "spiece.model").read_bytes() == (run / "tokenizer.model").read_bytes()


TEXTS = [
    "The p53-gene (TP53) was  mutated in 1,234 of 9, 10 or 12, patients.",
    "''Quoted'' ``twice'': naïve Ångström α-synuclein, 5\u2009mg/kg, x², ﬁbrosis",
    "ﬃ … 10–20 £5 €6 \u00a0 tab\there [MASK",
    *(
        "abc ",
        "abc\n",
        " abc\r\n\t",
        " ",
        "\n",
        "",
        "\u200b",
        "a\u200b ",
        "a\x1cb\x85c",
        "ΤΗΣ ΟΔΟΣ",
    ),
]
ANY_TEXT = st.text(
    st.sampled_from("abc019,. '`\"()-–\t\nﬁÄΣς½℃한▁\u0301\u200b\ufe0f\u0130")
    | st.characters(categories="LNPSZM", max_codepoint=0x9FFF),
    max_size=20,
)


def test_hugging_faces_tokenizer_gives_our_ids(run, tmp_path, capsys, corpus_folder):
    main([str(run), str(tmp_path / "hf"), "--to", "hf"])
    theirs = HuggingFaceTokenizer.from_file(str(tmp_path / "hf" / "tokenizer.json"))
    ours = Tokenizer(run / "tokenizer.model")
    lines = [
        s for path in corpus_folder.glob("*.txt") for s in path.read_text("utf-8").splitlines()
    ]
    for text in [*TEXTS, *lines]:
        assert theirs.encode(text, add_special_tokens=False).ids == ours.encode(text), text

    @settings(max_examples=300, deadline=None)
    @given(ANY_TEXT)
    def check(text):  # where two cuts have equal scores, as of "888", either may be chosen
        assert sorted(theirs.encode(text, add_special_tokens=False).ids) == sorted(
            ours.encode(text)
        )

    check()
    pair = theirs.encode("one", "two")
    one, two = ours.encode("one"), ours.encode("two")
    assert pair.ids == [ours.cls_id, *one, ours.sep_id, *two, ours.sep_id]
    assert pair.type_ids == [0] * (len(one) + 2) + [1] * (len(two) + 1)


def test_keras_hub_reads_text_as_the_kit_does(run, tmp_path, capsys, corpus_folder):
    import keras_hub

    main([str(run), str(tmp_path / "keras"), "--to", "keras"])
    ours = Tokenizer(run / "tokenizer.model")
    theirs = keras_hub.models.AlbertTokenizer.from_preset(str(tmp_path / "keras"))
    lines = [s for p in corpus_folder.glob("*.txt") for s in p.read_text("utf-8").splitlines()]
    texts = [text for text in [*TEXTS, *lines] if "Σ" not in text]
    for text, ids in zip(texts, theirs(texts), strict=True):
        assert list(ids) == ours.encode(text), text
    preset = str(tmp_path / "keras")
    classifier = keras_hub.models.AlbertTextClassifier.from_preset(preset, num_classes=2)
    assert classifier.predict(["Aspirin " * 100], verbose=0).shape == (1, 2)
    assert f"sequence_length={SHAPE.max_length}" in capsys.readouterr().out


@pytest.mark.parametrize("scheme", ["IOBES", "BILOU"])
def test_labels_of_other_schemes_tag_as_bio_does(run, tmp_path, scheme, capsys):
    """The head of a BIO tagger, its ``B`` and ``I`` twice as likely by two labels each."""
    model = read_kit(run)
    tensors = {n: v[..., [0, 1, 2, 1, 2]] if "head" in n else v for n, v in model.tensors.items()}
    single, last = {"IOBES": "SE", "BILOU": "UL"}[scheme]
    labels = (*LABELS, f"{single}-Drug", f"{last}-Drug")
    write_model(replace(model, tensors=tensors, labels=labels), tmp_path / "hf", "hf")
    main([str(tmp_path / "hf"), str(tmp_path / "kit"), "--to", "kit"])
    assert f"labels: {single}-Drug as B-Drug, {last}-Drug as I-Drug" in capsys.readouterr().out
    tagger = AlbertTagger.load(tmp_path / "kit")
    assert tagger.labels == list(LABELS)
    words = [["Aspirin", "was", "given", "for", "lung", "cancer"] * 3]
    (found,), (alone,) = tagger.probabilities(words), AlbertTagger.load(run).probabilities(words)
    twice = alone * [1, 2, 2]
    np.testing.assert_allclose(found, twice / twice.sum(-1, keepdims=True), atol=1e-5)
    tagger.save(tmp_path / "again")
    assert read_kit(tmp_path / "again").labels == labels


def test_bare_labels_are_entities_and_unknown_ones_are_named(run, tmp_path, fails, capsys):
    model = read_kit(run)
    for labels in [("O", "B", "I"), ("O", "DrugB", "DrugI"), ("LABEL_0", "LABEL_1", "LABEL_2")]:
        folder = tmp_path / labels[1]
        write_model(replace(model, labels=labels), folder, "hf")
        if labels[1] == "B":
            main([str(folder), str(tmp_path / "kit"), "--to", "kit"])
            assert AlbertTagger.load(tmp_path / "kit").labels == ["O", "B-Entity", "I-Entity"]
        else:
            told = fails(main, folder, tmp_path / "refused", "--to", "kit")
            label = labels[labels[0] == "O"]
            assert f"{folder}: label '{label}' is not a BIO, IOBES or BILOU tag" in told
            assert not (tmp_path / "refused").exists()


@pytest.mark.parametrize("kind", ["hf", "keras"])
def test_a_tagger_goes_round_and_tags_as_before(run, tmp_path, kind, capsys):
    for _ in range(2):  # the second time its own output is replaced
        main([str(run), str(tmp_path / kind), "--to", kind])
    main([str(tmp_path / kind), str(tmp_path / "back"), "--to", "kit"])
    for name in ("config.json", "model.safetensors", "tokenizer.model"):
        assert (tmp_path / "back" / name).read_bytes() == (run / name).read_bytes()


def test_left_over_variables_and_a_missing_tokenizer_are_told(folder, tmp_path, capsys):
    change(folder, odd=np.zeros(3))
    main([str(folder), str(tmp_path / "kit"), "--to", "kit"])
    told = capsys.readouterr().out
    assert "left out, not part of an ALBERT: 'odd'\n" in told
    assert "tokenizer: no SentencePiece model" in told


def test_source_and_target_may_be_addresses(run, tmp_path):
    bucket = location("memory://models")
    try:
        main([str(run), "memory://models/hf", "--to", "hf"])
        main(["memory://models/hf", str(tmp_path / "kit"), "--to", "kit"])
        assert (tmp_path / "kit" / "model.safetensors").read_bytes() == (
            (run / "model.safetensors").read_bytes()
        )
    finally:
        bucket.fs.rm("/", recursive=True)


def test_the_model_itself_is_no_target(run, fails):
    assert "choose another folder" in fails(main, str(run), str(run / "."), "--to", "hf")
    assert sorted(p.name for p in run.iterdir()) == [
        "config.json",
        "model.safetensors",
        "tokenizer.model",
    ]


@pytest.mark.parametrize("kind", ["kit", "hf", "keras"])
def test_a_full_disk_is_told_and_leaves_nothing(run, tmp_path, fails, kind, small_disk):
    assert "No space left" in fails(main, str(run), str(small_disk / "out"), "--to", kind)
    assert list(small_disk.iterdir()) == []


def test_the_manifest_names_exactly_the_files_that_were_read(run, tmp_path, capsys):
    def files(source, kind) -> dict[str, str]:
        main([str(source), str(tmp_path / "out"), "--to", kind])
        return read_json(tmp_path / "out" / "manifest.json")["inputs"]["files"]

    (run / "notes.txt").write_text("mine")
    odd = run.rename(tmp_path / "model[1].bak")
    own = {p.name: sha256(p) for p in odd.iterdir() if p.name != "notes.txt"}
    assert files(odd, "hf") == own
    (tmp_path / "out").rename(tmp_path / "hf")
    theirs = [tmp_path / "hf" / n for n in ("config.json", "model.safetensors", "spiece.model")]
    assert files(tmp_path / "hf", "keras") == {p.name: sha256(p) for p in theirs}
    (tmp_path / "out").rename(tmp_path / "keras")
    names = ("config.json", "model.weights.h5", "heads.safetensors", "tokenizer.model")
    theirs = [tmp_path / "keras" / name for name in names]
    assert files(tmp_path / "keras", "kit") == {p.name: sha256(p) for p in theirs}


def test_a_shipped_model_goes_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["bioalbert-tiny", "out", "--to", "hf", "--half"])
    assert "read: model of this kit" in capsys.readouterr().out
    assert (tmp_path / "out" / "tokenizer.json").is_file()


@pytest.mark.parametrize(
    ("source", "told"),
    [("nowhere", "no such file or folder"), (".", "no model found")],
)
def test_a_source_that_is_no_model_is_told(tmp_path, fails, source, told):
    (tmp_path / "empty").mkdir()
    source = tmp_path / "empty" / source
    assert told in fails(main, str(source), str(tmp_path / "out"), "--to", "kit")
    assert not (tmp_path / "out").exists()


def test_the_tokenizer_of_another_model_is_refused(run, tmp_path, fails):
    model = invented(SHAPE, TAGGER)
    shutil.copyfile(run / "tokenizer.model", tmp_path / "other.model")
    write_kit(replace(model, tokenizer=tmp_path / "other.model"), tmp_path / "odd")
    told = fails(main, str(tmp_path / "odd"), str(tmp_path / "out"), "--to", "hf")
    assert "has a vocabulary of 200, the model one of 80" in told


def test_a_failed_conversion_leaves_an_earlier_one_as_it_was(run, tmp_path, fails, capsys):
    out = tmp_path / "hf"
    main([str(run), str(out), "--to", "hf"])
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()
    data = (run / "model.safetensors").read_bytes()
    (run / "model.safetensors").write_bytes(data[:-10])
    assert "cut or damaged" in fails(main, str(run), str(out), "--to", "hf")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    (out / "mine.txt").write_text("do not delete")
    (run / "model.safetensors").write_bytes(data)
    assert "mine.txt" in fails(main, str(run), str(out), "--to", "hf")


def test_half_the_space_keeps_the_weights_to_16_bits(tmp_path):
    model = invented(SHAPE, PRETRAINING)
    write_kit(model, tmp_path / "model")
    main([str(tmp_path / "model"), str(tmp_path / "half"), "--to", "kit", "--half"])
    whole, half = (tmp_path / name / "model.safetensors" for name in ("model", "half"))
    assert half.stat().st_size < whole.stat().st_size - 2 * 3800  # two bytes less a number
    for name, tensor in read_kit(tmp_path / "half").tensors.items():
        assert tensor.dtype == "float32"
        np.testing.assert_allclose(tensor, model.tensors[name], rtol=1e-3, atol=1e-7)


def test_numbers_too_large_for_16_bits_are_refused(tmp_path, fails):
    model = invented(SHAPE, PRETRAINING)
    model.tensors["sop_head/bias"][:] = 1e6
    write_kit(model, tmp_path / "model")
    where = (tmp_path / "model", tmp_path / "half", "--half", "--to")
    assert "sop_head/bias is above 65,504" in fails(main, *where, "kit")
    assert "32-bit floats" in fails(main, *where, "keras")
    assert not (tmp_path / "half").exists()


def test_a_tagger_with_a_head_of_our_own_is_refused(tmp_path, fails):
    own = {"crf/transitions": np.ones((3, 3), "float32")}
    write_kit(replace(invented(SHAPE, PRETRAINING), own=own), tmp_path / "model")
    for kind in ("hf", "keras"):
        told = fails(main, tmp_path / "model", tmp_path / kind, "--to", kind)
        assert "a CRF or a gazetteer feature" in told
        assert not (tmp_path / kind).exists()


def test_a_tagger_of_this_kit_stays_whole_in_half_the_space(tmp_path):
    own = {"crf/transitions": np.ones((3, 3), "float32")}
    write_kit(replace(invented(SHAPE, PRETRAINING), own=own), tmp_path / "model")
    (tmp_path / "model" / "dictionary.json").write_text("{}")
    main([str(tmp_path / "model"), str(tmp_path / "half"), "--to", "kit", "--half"])
    np.testing.assert_array_equal(read_kit(tmp_path / "half").own["crf/transitions"], 1)
    assert (tmp_path / "half" / "dictionary.json").read_text() == "{}"
    files = read_json(tmp_path / "half" / "manifest.json")["inputs"]["files"]
    assert {"head.safetensors", DICTIONARY} <= files.keys() and DICTIONARY == "dictionary.json"


def test_a_new_format_is_a_file_and_a_row(run, tmp_path, monkeypatch, capsys):
    """NumPy's own archives, with a config beside them."""

    def write(checkpoint, folder):
        write_json(folder / "shape.json", asdict(checkpoint.config))
        np.savez(folder / "weights.npz", **checkpoint.tensors)

    def read(folder, _):
        path = folder / "weights.npz"
        config = checked_config(read_json(folder / "shape.json"), folder / "shape.json")
        tensors, left_over = collect(dict(np.load(path)), KIT, config, path, 3)
        return Checkpoint(str(folder), config, tensors, labels=LABELS, left_over=left_over)

    row = WeightFormat("NumPy archive", lambda f: (f / "weights.npz").is_file(), read, write)
    monkeypatch.setitem(FORMATS, "npz", row)
    command = importlib.reload(convert)  # the choices of --to come from the table
    try:
        command.main([str(run), str(tmp_path / "npz"), "--to", "npz"])
        command.main([str(tmp_path / "npz"), str(tmp_path / "back"), "--to", "kit"])
    finally:
        monkeypatch.undo()
        importlib.reload(convert)
    assert f"NumPy archive: {tmp_path / 'npz'}" in capsys.readouterr().out
    weights = [(f / "model.safetensors").read_bytes() for f in (tmp_path / "back", run)]
    assert weights[0] == weights[1]


def test_formats_that_are_only_read_are_no_choice(run, tmp_path, fails):
    assert "--to" in fails(main, run, tmp_path / "out", "--to", "google")
