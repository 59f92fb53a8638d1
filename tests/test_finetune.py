"""Fine-tuning: its files, its scores, and what it refuses."""

import json
import shutil
from dataclasses import asdict, replace

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_runs import FINETUNE, tiny_dataset, tiny_pretrained, tiny_tagger

from bioalbert_core.backend import start_keras

start_keras()

from bioalbert_core import evaluate
from bioalbert_core.albert.weights.kit import read_kit, write_kit
from bioalbert_core.errors import UserError
from bioalbert_core.files import read_json, sha256
from bioalbert_core.finetune.__main__ import main
from bioalbert_core.finetune.data import read_dataset, train_batches
from bioalbert_core.finetune.training import finetune
from bioalbert_core.ner.alignment import IGNORED, Aligner
from bioalbert_core.ner.bio import read_bio, repair
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.ner.tagger import Tagger
from bioalbert_core.tokenizer import Tokenizer

SHORT = replace(FINETUNE, steps=1, warmup_steps=0)
LABELS = ["O", "B-Drug", "I-Drug", "B-Ill", "I-Ill"]


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    return tiny_pretrained(tmp_path_factory)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tiny_dataset(tmp_path_factory)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_tagger(tmp_path_factory)


@pytest.fixture
def own_data(tmp_path, data):
    """A copy of the data that a test may change."""
    return shutil.copytree(data, tmp_path / "data")


def refused(tmp_path, data, model) -> str:
    """The words of the error; no run and no leftover may be there."""
    with pytest.raises(UserError) as error:
        finetune(data, model, tmp_path / "out" / "run", SHORT)
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []
    return str(error.value)


def test_the_run_folder_holds_the_tagger_and_its_results(run, pretrained, data):
    assert sorted(path.name for path in run.iterdir()) == [
        "config.json",
        "log.jsonl",
        "log.tfevents",
        "manifest.json",
        "model.safetensors",
        "scores.json",
        "test_predictions.tsv",
        "tokenizer.model",
    ]
    made = read_kit(run)
    assert made.config == read_kit(pretrained).config
    assert (list(made.labels), made.window) == (LABELS, 32)
    manifest = read_json(run / "manifest.json")
    assert manifest["command"] == "finetune"
    assert manifest["settings"] == {**asdict(FINETUNE), "seed": 0}
    assert manifest["inputs"]["model"] == sha256(pretrained / "model.safetensors")
    names = ("train.tsv", "devel.tsv", "test.tsv")
    assert list(manifest["inputs"]["data"].values()) == [sha256(data / name) for name in names]
    assert manifest["counts"] == {"train": 60, "devel": 12, "test": 12}


def test_the_tagger_learned_something(run):
    """So that the tests on its entities have entities to look at."""
    assert read_json(run / "scores.json")["test"]["overall"]["f1"] > 0.2


def test_the_written_predictions_give_the_written_scores(run, data):
    gold, predicted = read_bio(data / "test.tsv"), read_bio(run / "test_predictions.tsv")
    assert [s.words for s in predicted] == [s.words for s in gold]
    assert all(repair(s.tags) == list(s.tags) for s in predicted)
    scores = strict_scores([s.tags for s in gold], [s.tags for s in predicted])
    assert scores == read_json(run / "scores.json")["test"]


def test_the_evaluate_command_gives_the_same_numbers(run, data, tmp_path, capsys):
    files = ["--gold", f"{data}/test.tsv", "--pred", f"{run}/test_predictions.tsv"]
    evaluate.main([*files, "--json", f"{tmp_path}/scores.json"])
    scores = read_json(run / "scores.json")["test"]
    assert read_json(tmp_path / "scores.json") == scores
    assert f"{scores['overall']['f1'] * 100:.1f}" in capsys.readouterr().out.splitlines()[-1]


def test_the_loaded_tagger_gives_the_same_predictions_and_devel_scores(run, data):
    tagger = Tagger.load(run)
    test, devel = read_bio(data / "test.tsv"), read_bio(data / "devel.tsv")
    written = [list(s.tags) for s in read_bio(run / "test_predictions.tsv")]
    assert tagger.tags([s.words for s in test]) == written
    scores = strict_scores([s.tags for s in devel], tagger.tags([s.words for s in devel]))
    assert scores == read_json(run / "scores.json")["devel"]


def test_the_weights_kept_are_the_best_on_devel(run):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [50, 100, 150]
    best = max(line["devel"]["f1"] for line in lines)
    assert read_json(run / "scores.json")["devel"]["overall"]["f1"] == best


def test_the_same_seed_gives_the_same_bytes(run, pretrained, data, tmp_path):
    finetune(data, pretrained, tmp_path / "again", FINETUNE)
    for path in run.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.fixture(scope="module")
def still(data, pretrained, tmp_path_factory):
    """A run with rate 0, on data with dev.tsv and with a type that stands in test alone."""
    folder = tmp_path_factory.mktemp("still")
    own = shutil.copytree(data, folder / "data")
    (own / "devel.tsv").rename(own / "dev.tsv")
    with (own / "test.tsv").open("a", encoding="utf-8") as stream:
        stream.write("BRCA1\tB-Gene\n\n")
    finetune(own, pretrained, folder / "run", replace(SHORT, peak_rate=0.0))
    return folder / "run"


def test_dev_tsv_is_as_good_as_devel_tsv(still):
    files = read_json(still / "manifest.json")["inputs"]["data"]
    assert str(still.with_name("data") / "dev.tsv") in files


def test_training_starts_from_the_encoder_of_the_run(still, pretrained):
    kept, start = (load_file(p / "model.safetensors") for p in (still, pretrained))
    assert {n for n in kept if n not in start} == {"tagger_head/kernel", "tagger_head/bias"}
    assert all(np.array_equal(kept[n], start[n]) for n in kept.keys() & start.keys())


def test_a_type_that_stands_in_test_alone_counts_as_missed(still):
    gene = read_json(still / "scores.json")["test"]["types"]["Gene"]
    assert gene == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert list(read_kit(still).labels) == LABELS


@pytest.mark.parametrize("split", ["train", "devel", "test"])
def test_a_missing_split_is_named(split, own_data, pretrained, tmp_path):
    (own_data / f"{split}.tsv").unlink()
    told = refused(tmp_path, own_data, pretrained)
    assert told.startswith(f"{own_data / split}.tsv: ")


def test_training_data_without_an_entity_is_refused(own_data, pretrained, tmp_path):
    (own_data / "train.tsv").write_text("No\tO\nentity\tO\n", "utf-8")
    assert refused(tmp_path, own_data, pretrained).startswith(f"{own_data / 'train.tsv'}: only O")


@pytest.mark.parametrize("split", ["devel", "test"])
def test_a_gold_i_that_continues_nothing_is_refused_or_made_a_b(
    split, own_data, pretrained, tmp_path
):
    """Strict scores know no such tag: silently it would count as no entity at all."""
    (own_data / f"{split}.tsv").write_text("old\tO\naspirin\tI-Drug\n", "utf-8")
    try:
        scores = finetune(own_data, pretrained, tmp_path / "run", SHORT)
    except UserError as error:
        assert str(error).startswith(str(own_data / f"{split}.tsv"))
    else:
        assert scores[split]["overall"]["support"] == 1


def test_a_model_that_is_none_is_refused(data, tmp_path):
    assert str(tmp_path) in refused(tmp_path, data, tmp_path)


def test_a_run_with_a_tokenizer_of_another_size_is_refused(run, data, tmp_path):
    broken = shutil.copytree(run, tmp_path / "broken")
    model = read_kit(run)
    table = {"token_embedding/embeddings": np.ones((81, 8), "float32")}
    config = replace(model.config, vocab_size=81)
    write_kit(replace(model, config=config, tensors=model.tensors | table, tokenizer=None), broken)
    told = refused(tmp_path, data, broken)
    assert told.startswith(f"{broken}: tokenizer.model has 80 pieces, the model 81")
    with pytest.raises(UserError, match="has 80 pieces, the model 81"):
        Tagger.load(broken)


def test_a_run_without_labels_is_no_tagger(pretrained):
    with pytest.raises(UserError, match="without labels"):
        Tagger.load(pretrained)


def test_batches_score_each_words_first_piece_once(pretrained, data):
    dataset = read_dataset(data)
    assert dataset.labels == LABELS
    aligner = Aligner(Tokenizer(pretrained / "tokenizer.model"), 64)
    batches = train_batches(dataset.train, LABELS, aligner, 8, seed=0)
    one_pass = [next(batches) for _ in range(8)]  # 60 sentences, each one window
    assert sum(len(target) for _, target, _ in one_pass) == 60
    assert sum(w.sum() for *_, w in one_pass) == sum(len(s.words) for s in dataset.train)
    found = sorted(LABELS[t] for _, ts, ws in one_pass for t in ts[ws == 1])
    assert found == sorted(tag for s in dataset.train for tag in s.tags)
    assert all(target.min() >= 0 > IGNORED for _, target, _ in one_pass)


def test_steps_below_one_are_refused_in_one_line(data, pretrained, tmp_path, fails):
    where = ["--data", data, "--model", pretrained, "--out", tmp_path / "run"]
    assert "--steps 0" in fails(main, *where, "--steps", 0)
    assert list(tmp_path.iterdir()) == []
