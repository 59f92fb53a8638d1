"""Pre-training: it learns, it can be repeated to the byte, and its scores are what they say."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_runs import INSTANCES, PRETRAIN, VOCAB_SIZE, tiny_instances, tiny_pretrained

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.albert.kit import read_kit
from bioalbert_core.albert.loading import fill
from bioalbert_core.corpus.build import build_corpus
from bioalbert_core.instances.build import build_instances
from bioalbert_core.instances.loading import InstanceSource
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_json, sha256
from bioalbert_core.pretrain import run as training
from bioalbert_core.pretrain.__main__ import main
from bioalbert_core.pretrain.metrics import INPUTS, Means, for_keras, parts_of
from bioalbert_core.pretrain.run import pretrain
from bioalbert_core.tokenizer.train import train_tokenizer

SHORT = replace(PRETRAIN, steps=2, warmup_steps=0, evaluate_every=2)
NAMES = ("mlm_loss", "mlm_accuracy", "sop_accuracy", "sop_majority")


@pytest.fixture(scope="module")
def instances(tmp_path_factory):
    return tiny_instances(tmp_path_factory)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_pretrained(tmp_path_factory)


def refused(tmp_path, *arguments, **more) -> str:
    """The words of the error; no run and no leftover may be there."""
    with pytest.raises(UserError) as error:
        pretrain(arguments[0], tmp_path / "out" / "run", *arguments[1:], **more)
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []
    return str(error.value)


def test_the_run_folder_holds_all_a_next_stage_needs(run, instances):
    names = ["config.json", "log.jsonl", "log.tfevents", "manifest.json", "model.safetensors"]
    names += ["checkpoint-0000000024.safetensors", "tokenizer.model"]
    assert {path.name for path in run.iterdir()} == set(names)
    assert read_kit(run).config == replace(PRETRAIN.model, vocab_size=VOCAB_SIZE)
    assert (run / "tokenizer.model").read_bytes() == (instances / "tokenizer.model").read_bytes()


def test_the_manifest_says_how_the_run_was_made(run, instances):
    manifest = read_json(run / "manifest.json")
    assert manifest["command"] == "pretrain"
    assert manifest["settings"] == {**asdict(PRETRAIN), "seed": 0}
    assert manifest["outputs"]["model.safetensors"] == sha256(run / "model.safetensors")
    shards = read_json(instances / "manifest.json")["outputs"]
    assert manifest["inputs"]["instances"] == shards
    assert manifest["inputs"]["init"] is None
    parameters = build_pretraining_model(PRETRAIN.model).count_params()
    assert manifest["counts"]["parameters"] == parameters


def test_the_loss_falls_on_documents_held_out(run):
    heldout = read_json(run / "manifest.json")["heldout"]
    chance = np.log(VOCAB_SIZE)
    assert heldout["before"]["mlm_loss"] == pytest.approx(chance, abs=0.2)
    assert heldout["after"]["mlm_loss"] < chance - 0.5


def test_the_log_has_a_line_for_each_evaluation(run):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [12, 24]
    for line in lines:
        assert line.keys() == {"step", "train", "heldout"}
        assert line["train"].keys() == set(NAMES)
        assert line["heldout"].keys() == {*NAMES, "instances"}
    assert lines[1]["train"]["mlm_loss"] < lines[0]["train"]["mlm_loss"]
    assert lines[-1]["heldout"] == read_json(run / "manifest.json")["heldout"]["after"]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(run, instances, tmp_path):
    same, other = tmp_path / "same", tmp_path / "other"
    pretrain(instances, same, PRETRAIN, seed=0)
    pretrain(instances, other, PRETRAIN, seed=1)
    for name in ("model.safetensors", "manifest.json", "log.jsonl", "log.tfevents"):
        assert (same / name).read_bytes() == (run / name).read_bytes()
        assert (other / name).read_bytes() != (run / name).read_bytes()


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def test_held_out_scores_are_means_over_all_positions_and_instances(run, instances):
    """46 instances in batches of 16: a mean of the batches' means would be another number."""
    source = InstanceSource(instances, "heldout")
    records = [source[index] for index in range(len(source))]
    assert len(records) % PRETRAIN.batch_size
    whole = {name: np.stack([record[name] for record in records]) for name in records[0]}
    model = build_pretraining_model(PRETRAIN.model)
    fill(model, read_kit(run))
    logits = model.predict(for_keras(whole)[0], verbose=0)
    masked = whole["masked_weights"] == 1
    log_p = np.take_along_axis(log_softmax(logits["mlm"]), whole["masked_ids"][..., None], -1)
    found = logits["mlm"].argmax(-1) == whole["masked_ids"]
    swapped = whole["pair_label"].mean()
    wanted = {
        "mlm_loss": -log_p[..., 0][masked].mean(),
        "mlm_accuracy": found[masked].mean(),
        "sop_accuracy": (logits["sop"].argmax(-1) == whole["pair_label"]).mean(),
        "sop_majority": max(swapped, 1 - swapped),
        "instances": len(records),
    }
    told = read_json(run / "manifest.json")["heldout"]["after"]
    assert told == pytest.approx(wanted, abs=2e-4)


def a_batch(masked: list[list[int]], pair_label: list[int]) -> dict[str, np.ndarray]:
    weights, labels = np.array(masked, "float32"), np.array(pair_label)
    inputs = {name: np.zeros((len(labels), 4), "int32") for name in INPUTS}
    return {
        **inputs,
        "masked_ids": weights.astype("int32"),
        "masked_weights": weights,
        "pair_label": labels,
    }


def test_means_weigh_each_batch_by_what_it_holds():
    means = Means()
    small, large = a_batch([[1, 1, 0]], [1]), a_batch([[1, 1]] * 3, [1, 0, 0])
    means.add({"mlm_loss": 4.0, "mlm_accuracy": 1.0, "sop_accuracy": 1.0}, for_keras(small))
    means.add({"mlm_loss": 2.0, "mlm_accuracy": 0.5, "sop_accuracy": 0.0}, for_keras(large))
    assert means.take() == dict(zip(NAMES, (2.5, 0.625, 0.25, 0.5), strict=True))
    means.add({"mlm_loss": 1.0, "mlm_accuracy": 0.0, "sop_accuracy": 1.0}, for_keras(small))
    assert means.take() == dict(zip(NAMES, (1.0, 0.0, 1.0, 1.0), strict=True))


def test_parts_that_do_not_make_a_batch_are_refused(instances, tmp_path, fails):
    out = str(tmp_path / "run")
    arguments = ("--instances", str(instances), "--out", out, "--batch-size", "16")
    told = fails(main, *arguments, "--micro-batch", "5")
    assert "--micro-batch 5: must divide the batch of 16" in told


def test_a_batch_larger_than_the_memory_is_refused_before_the_system_ends_the_process(
    instances, tmp_path, fails, monkeypatch
):
    monkeypatch.setattr(training, "machine_memory", lambda: 1e6)
    where = ("--instances", instances, "--out", tmp_path / "run", "--batch-size", "1000")
    told = fails(main, *where)
    advice = "Lower --batch-size, or set --micro-batch."
    assert told == f"error: not enough memory for a batch of 1,000. {advice}\n"
    told = fails(main, *where, "--micro-batch", "500")
    assert told == "error: not enough memory for 500 instances. Lower --micro-batch.\n"
    assert list(tmp_path.iterdir()) == []


def test_start_does_nothing_with_init_and_is_refused(instances, run, tmp_path, fails):
    where = ("--instances", instances, "--out", tmp_path / "run", "--init", run)
    assert "--start: does nothing with --init" in fails(main, *where, "--start", "data-driven")


def test_evaluations_use_a_sample_and_the_last_uses_all(instances, tmp_path):
    config = replace(PRETRAIN, steps=2, evaluate_every=1, batch_size=4, evaluate_batches=2)
    scores = pretrain(instances, tmp_path / "run", config)
    held_out = len(InstanceSource(instances, "heldout"))
    assert (scores["before"]["instances"], scores["after"]["instances"]) == (8, held_out)
    lines = [json.loads(ln) for ln in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [line["heldout"]["instances"] for line in lines] == [8, 8]


def test_the_weights_of_parts_are_those_of_the_whole_batch():
    whole = a_batch([[1, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0]], [1, 0, -1, -1])
    parts = parts_of(whole, 2)
    assert [len(part["pair_label"]) for part in parts] == [2, 2]
    mlm, sop = (np.concatenate([for_keras(p, whole)[2][t] for p in parts]) for t in ("mlm", "sop"))
    np.testing.assert_allclose(mlm / 2, whole["masked_weights"] / 8)
    np.testing.assert_allclose(sop / 2, [0.5, 0.5, 0, 0])


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["lamb", "adamw"])
def test_batches_in_parts_train_to_the_same_weights(instances, tmp_path, optimizer):
    config = replace(
        PRETRAIN, steps=6, warmup_steps=0, peak_learning_rate=0.01, optimizer=optimizer
    )
    for micro in (None, 4):
        pretrain(instances, tmp_path / str(micro), replace(config, micro_batch=micro))
    one, parts = (load_file(tmp_path / str(m) / "model.safetensors") for m in (None, 4))
    for name, values in one.items():
        np.testing.assert_allclose(parts[name], values, atol=2e-5, err_msg=name)
    one, parts = (read_json(tmp_path / str(m) / "manifest.json")["heldout"] for m in (None, 4))
    assert one["after"] == pytest.approx(parts["after"], abs=2e-3)
    log = [(tmp_path / str(m) / "log.jsonl").read_text("utf-8") for m in (None, 4)]
    one, parts = (json.loads(text)["train"] for text in log)
    assert one == pytest.approx(parts, abs=2e-3)


def test_a_run_continues_from_the_weights_of_another(run, instances, tmp_path):
    still = replace(SHORT, steps=1, peak_learning_rate=0.0)
    scores = pretrain(instances, tmp_path / "more", still, init=run, seed=5)
    assert scores["before"] == read_json(run / "manifest.json")["heldout"]["after"]
    kept, start = (load_file(p / "model.safetensors") for p in (tmp_path / "more", run))
    assert kept.keys() == start.keys()
    assert all(kept[name].tobytes() == start[name].tobytes() for name in start)
    manifest = read_json(tmp_path / "more" / "manifest.json")
    assert manifest["inputs"]["init"] == sha256(run / "model.safetensors")


def test_weights_of_another_shape_are_refused_and_the_difference_named(run, instances, tmp_path):
    other = replace(SHORT, model=replace(PRETRAIN.model, hidden_size=24, num_layers=3))
    told = refused(tmp_path, instances, other, init=run)
    assert str(run) in told
    assert "hidden_size 16 (here 24)" in told and "num_layers 2 (here 3)" in told
    assert "vocab_size" not in told


def test_weights_trained_with_another_tokenizer_are_refused(run, instances, tmp_path):
    """As many pieces, but other ones: each id would get the embedding of another piece."""
    corpus = instances.with_name("corpus")
    (shard,) = corpus.glob("corpus-*.txt")
    (tmp_path / "other.txt").write_text(shard.read_text("utf-8")[::-1], "utf-8")
    build_corpus([tmp_path / "other.txt"], tmp_path / "corpus")
    train_tokenizer(tmp_path / "corpus", VOCAB_SIZE, tmp_path / "tokenizer.model")
    build_instances(corpus, tmp_path / "tokenizer.model", tmp_path / "instances", INSTANCES)
    assert "tokenizer" in refused(tmp_path, tmp_path / "instances", SHORT, init=run)


def test_instances_longer_than_the_model_are_refused(instances, tmp_path):
    short = replace(SHORT, model=replace(PRETRAIN.model, max_length=16))
    told = refused(tmp_path, instances, short)
    assert str(instances) in told and "--seq-len 32" in told and "--seq-len 16" in told


def test_a_folder_that_holds_no_instances_is_refused(tmp_path):
    assert str(tmp_path) in refused(tmp_path, tmp_path, SHORT)


def test_nothing_held_out_means_no_scores(instances, tmp_path):
    build_instances(
        instances.with_name("corpus"),
        instances / "tokenizer.model",
        tmp_path / "instances",
        replace(INSTANCES, held_out=0.0),
    )
    assert pretrain(tmp_path / "instances", tmp_path / "run", SHORT) == {}
    (line,) = (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["heldout"] == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--steps", "0"], "--steps 0"),
        (["--batch-size", "0"], "--batch-size 0"),
        (["--steps", "many"], "many"),
        (["--preset", "huge"], "huge"),
        (["--instances", "no/such/folder"], "no/such/folder"),
    ],
)
def test_bad_arguments_are_reported_in_one_line(arguments, told, tmp_path, fails, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert told in fails(main, *arguments, "--out", "run")
    assert list(tmp_path.iterdir()) == []


def test_instances_without_pairs_and_with_dynamic_masks_train_too(instances, tmp_path):
    config = replace(INSTANCES, pair="none", masking="dynamic", dupe_factor=None)
    corpus, tokenizer = instances.with_name("corpus"), instances / "tokenizer.model"
    build_instances(corpus, tokenizer, tmp_path / "instances", config)
    scores = pretrain(tmp_path / "instances", tmp_path / "run", PRETRAIN)
    assert scores["after"].keys() == {"mlm_loss", "mlm_accuracy", "instances"}
    assert scores["after"]["mlm_loss"] < scores["before"]["mlm_loss"] - 0.3
    sop = [load_file(tmp_path / "run" / "model.safetensors")[name] for name in ("sop_head/kernel",)]
    assert all(np.isfinite(weights).all() for weights in sop)


def test_instances_for_other_programs_are_refused(instances, tmp_path):
    corpus, tokenizer = instances.with_name("corpus"), instances / "tokenizer.model"
    build_instances(corpus, tokenizer, tmp_path / "records", replace(INSTANCES, format="tfrecord"))
    assert "--format npy" in refused(tmp_path, tmp_path / "records", SHORT)
