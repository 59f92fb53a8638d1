"""Fine-tuning: its files, its scores, and what it refuses."""

import json
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tiny_runs import FINETUNE, stopped_at, tiny_dataset, tiny_pretrained, tiny_tagger

from bioalbert_core.plumbing.backend import start_keras

start_keras()

from bioalbert_core.albert.kit import read_kit, write_kit
from bioalbert_core.evaluate import __main__ as evaluate
from bioalbert_core.evaluate.columns import read_scores
from bioalbert_core.finetune.__main__ import main
from bioalbert_core.finetune.batches import (
    TrainingBatches,
    allowed_labels,
    cross_fitted,
    label_weights,
)
from bioalbert_core.finetune.run import finetune
from bioalbert_core.ner.baselines.dictionary import learn
from bioalbert_core.ner.bio import TaggedSentence, read_bio, repair
from bioalbert_core.ner.datasets import read_dataset
from bioalbert_core.ner.recognizer import EntityRecognizer
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.ner.window_reader import WindowReader
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import read_json, sha256, write_json
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
        finetune([data], model, tmp_path / "out" / "run", SHORT)
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []
    return str(error.value)


def test_the_run_folder_holds_the_tagger_and_its_results(run, pretrained, data):
    assert sorted(path.name for path in run.iterdir()) == [
        "checkpoint-0000000150.safetensors",
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
    names = ("config.json", "model.safetensors", "tokenizer.model")
    assert manifest["inputs"]["model"] == {name: sha256(pretrained / name) for name in names}
    names = ("train.tsv", "devel.tsv", "test.tsv")
    hashes = {f"bio/{name}": sha256(data / name) for name in names}
    assert manifest["inputs"]["data"] == {"bio": hashes}
    assert manifest["inputs"]["types"] == {"bio": ["Drug", "Ill"]}
    assert manifest["counts"] == {"bio": {"train": 60, "devel": 12, "test": 12}}


def test_the_tagger_learned_something(run):
    """So that the tests on its entities have entities to look at."""
    assert read_json(run / "scores.json")["bio"]["test"]["overall"]["f1"] > 0.2


def test_the_written_predictions_give_the_written_scores(run, data):
    gold, predicted = read_bio(data / "test.tsv"), read_bio(run / "test_predictions.tsv")
    assert [s.words for s in predicted] == [s.words for s in gold]
    assert all(repair(s.tags) == list(s.tags) for s in predicted)
    scores = strict_scores([s.tags for s in gold], [s.tags for s in predicted])
    assert scores == read_json(run / "scores.json")["bio"]["test"]


def test_the_evaluate_command_gives_the_same_numbers(run, data, tmp_path, capsys):
    files = ["--gold", f"{data}/test.tsv", "--pred", f"{run}/test_predictions.tsv"]
    evaluate.main([*files, "--json", f"{tmp_path}/scores.json"])
    scores = read_json(run / "scores.json")["bio"]["test"]
    assert {key: read_json(tmp_path / "scores.json")[key] for key in scores} == scores
    row = next(ln for ln in capsys.readouterr().out.splitlines() if ln.startswith("all types"))
    assert f"{scores['overall']['f1'] * 100:.1f}" in row


def test_the_loaded_tagger_gives_the_same_predictions_and_devel_scores(run, data):
    recognizer = EntityRecognizer.load(run)
    test, devel = read_bio(data / "test.tsv"), read_bio(data / "devel.tsv")
    written = [list(s.tags) for s in read_bio(run / "test_predictions.tsv")]
    assert recognizer.tags([s.words for s in test]) == written
    scores = strict_scores([s.tags for s in devel], recognizer.tags([s.words for s in devel]))
    assert scores == read_json(run / "scores.json")["bio"]["devel"]


def test_the_weights_kept_are_the_best_on_devel(run):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [50, 100, 150]
    best = max(line["devel"]["f1"] for line in lines)
    assert read_json(run / "scores.json")["bio"]["devel"]["overall"]["f1"] == best


def test_the_same_seed_gives_the_same_bytes(run, pretrained, data, tmp_path):
    finetune([data], pretrained, tmp_path / "again", FINETUNE)
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
    finetune([own], pretrained, folder / "run", replace(SHORT, peak_learning_rate=0.0))
    return folder / "run"


def test_dev_tsv_is_as_good_as_devel_tsv(still):
    files = read_json(still / "manifest.json")["inputs"]["data"]["data"]
    assert "data/dev.tsv" in files


def test_training_starts_from_the_encoder_of_the_run(still, pretrained):
    kept, start = (load_file(p / "model.safetensors") for p in (still, pretrained))
    assert {n for n in kept if n not in start} == {"tagger_head/kernel", "tagger_head/bias"}
    assert all(np.array_equal(kept[n], start[n]) for n in kept.keys() & start.keys())


def test_a_type_that_stands_in_test_alone_counts_as_missed(still):
    gene = read_json(still / "scores.json")["data"]["test"]["types"]["Gene"]
    assert gene == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert list(read_kit(still).labels) == LABELS


@pytest.mark.parametrize("split", ["train", "devel", "test"])
def test_a_missing_split_is_named(split, own_data, pretrained, tmp_path):
    (own_data / f"{split}.tsv").unlink()
    told = refused(tmp_path, own_data, pretrained)
    assert told.startswith(f"{own_data}: no {split} split; put {split}.tsv there")


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
        scores = finetune([own_data], pretrained, tmp_path / "run", SHORT)
    except UserError as error:
        assert str(error).startswith(str(own_data / f"{split}.tsv"))
    else:
        assert scores["data"][split]["overall"]["support"] == 1


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
        EntityRecognizer.load(broken)


def test_a_run_without_labels_is_no_tagger(pretrained):
    with pytest.raises(UserError, match="without labels"):
        EntityRecognizer.load(pretrained)


def test_batches_score_each_words_first_piece_once(pretrained, data):
    dataset = read_dataset(data)
    assert dataset.labels == LABELS
    reader = WindowReader(Tokenizer(pretrained / "tokenizer.model"), 64)
    batches = TrainingBatches([dataset.train], LABELS, reader, 8, seed=0)
    one_pass = [batches[number] for number in range(8)]  # 60 sentences, each one window
    assert sum(len(allowed) for _, allowed, _ in one_pass) == 60
    assert sum(w.sum() for *_, w in one_pass) == sum(len(s.words) for s in dataset.train)
    found = sorted(LABELS[t] for _, a, w in one_pass for t in a[w == 1].argmax(-1))
    assert found == sorted(tag for s in dataset.train for tag in s.tags)
    assert all((a.sum(-1) == w).all() for _, a, w in one_pass)  # one label is allowed


def test_each_pass_has_another_order_and_any_batch_can_be_asked_for(pretrained, data):
    datasets = [read_dataset(data).train]
    reader = WindowReader(Tokenizer(pretrained / "tokenizer.model"), 64)
    batches = TrainingBatches(datasets, LABELS, reader, 8, seed=0)
    first, second = (sorted(r.tobytes() for n in turn for r in batches[n][1]) for turn in
                     (range(8), range(8, 16)))  # fmt: skip
    assert len(first) == len(second) == 60
    again = TrainingBatches(datasets, LABELS, reader, 8, seed=0)[11]
    assert all((again[0][name] == array).all() for name, array in batches[11][0].items())
    assert any((batches[n][1].shape != batches[n + 8][1].shape)
               or (batches[n][1] != batches[n + 8][1]).any() for n in range(8))  # fmt: skip


GENES = [TaggedSentence(("p53", "binds", "zinc"), ("B-Gene", "O", "O"))]
DRUGS = [TaggedSentence(("zinc", "helps"), ("B-Drug", "O"))]
BOTH = ["O", "B-Drug", "I-Drug", "B-Gene", "I-Gene"]


def test_an_o_allows_what_its_data_set_does_not_mark():
    genes, drugs = allowed_labels([GENES, DRUGS], BOTH)
    assert genes.tolist() == [[0, 0, 0, 1, 0], [1, 1, 1, 0, 0], [1, 1, 1, 0, 0]]
    assert drugs.tolist() == [[0, 1, 0, 0, 0], [1, 0, 0, 1, 1]]


def test_a_window_that_begins_inside_a_mention_may_open_with_its_b(pretrained):
    sentences = [TaggedSentence(("a",) * 40, ("B-Ill",) + ("I-Ill",) * 39)]
    labels, reader = (
        ["O", "B-Ill", "I-Ill"],
        WindowReader(Tokenizer(pretrained / "tokenizer.model"), 16),
    )
    batches = TrainingBatches([sentences], labels, reader, 8, seed=0)
    _, allowed, _ = batches[0]
    firsts = allowed[:, 1].tolist()  # behind [CLS]
    assert len(firsts) > 2
    assert firsts.count([0, 1, 0]) == 1
    assert firsts.count([0, 1, 1]) == len(firsts) - 1
    assert {tuple(row) for row in allowed[:, 2].tolist()} == {(0, 0, 1)}


def test_weights_of_labels_are_refused_where_they_would_do_nothing(
    data, pretrained, fails, tmp_path
):
    where = ["--data", data, "--out", tmp_path / "run", "--class-weights"]
    for more in (["--model", pretrained, "--head", "crf"], ["--model", "bilstm-crf"]):
        assert "--class-weights: " in fails(main, *where, *more)


def test_rare_labels_weigh_more_by_the_root_of_how_rare_they_are():
    weights = label_weights([GENES * 50, DRUGS * 2], ["O", "B-Drug", "B-Gene"])
    expected = {"O": 1, "B-Drug": (103 / 3) ** 0.5, "B-Gene": (103 / 51) ** 0.5}
    assert weights == pytest.approx(expected)


def test_a_gazetteer_is_never_made_from_the_sentence_it_labels(pretrained):
    """Each name is in one sentence only: no other fold knows it."""
    sentences = [TaggedSentence((f"drug{n}", "helps"), ("B-Drug", "O")) for n in range(20)]
    reader = WindowReader(Tokenizer(pretrained / "tokenizer.model"), 64, learn(sentences))
    words = [s.words for s in sentences]
    windows = reader.windows(words)
    assert all(max(window.matches) == 1 for window in windows)
    fitted = cross_fitted(windows, [sentences], ("Drug",))
    assert [window.sentence for window in fitted] == list(range(20))
    assert all(max(window.matches) == 0 for window in fitted)
    labels = ["O", "B-Drug", "I-Drug"]
    inputs, *_ = TrainingBatches([sentences], labels, reader, 20, seed=0)[0]
    assert inputs["match_ids"].max() == 0
    turned = sentences[1:] + sentences[:1]  # each sentence again, in another fold
    windows = reader.windows(words + words[1:] + words[:1])
    fitted = cross_fitted(windows, [sentences, turned], ("Drug",))
    assert all(max(window.matches) == 1 for window in fitted)


def test_steps_below_one_are_refused_in_one_line(data, pretrained, tmp_path, fails):
    where = ["--data", data, "--model", pretrained, "--out", tmp_path / "run"]
    assert "--steps 0" in fails(main, *where, "--steps", 0)
    assert list(tmp_path.iterdir()) == []


def told_of(found: dict) -> float:
    return found["bio"]["test"]["overall"]["f1"]


@pytest.mark.parametrize(
    "changes",
    [{"head": "crf"}, {"gazetteer": True}, {"class_weights": True}, {"with_devel": True}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_tagger_with_more_than_a_softmax_loads_as_it_was(changes, pretrained, data, tmp_path):
    config = replace(FINETUNE, **changes)
    scores = finetune([data], pretrained, tmp_path / "run", config)
    assert told_of(scores) > 0.2
    test = read_bio(data / "test.tsv")
    found = EntityRecognizer.load(tmp_path / "run").tagger.predict([s.words for s in test])
    written = read_bio(tmp_path / "run" / "test_predictions.tsv")
    assert [p.tags for p in found] == [s.tags for s in written]
    scores = np.concatenate(read_scores(tmp_path / "run" / "test_predictions.tsv"))
    assert np.concatenate([p.scores for p in found]) == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("start", ["random", "bert"])
def test_controls_have_random_weights_in_the_shape_they_say(start, pretrained, data, tmp_path):
    config = replace(SHORT, start=start, peak_learning_rate=0.0)
    finetune([data], pretrained, tmp_path / "run", config)
    kept, begun = read_kit(tmp_path / "run"), read_kit(pretrained)
    name = "position_embedding/embeddings"
    assert not np.array_equal(kept.tensors[name], begun.tensors[name])
    assert kept.config.share_layers == (start == "random")
    assert (kept.config.embedding_size == kept.config.hidden_size) == (start == "bert")


@pytest.mark.slow
@pytest.mark.parametrize("model", ["dictionary", "bilstm-crf"])
def test_a_baseline_is_made_by_the_same_command_and_read_by_tag(model, data, tmp_path, capsys):
    where = ["--data", str(data), "--model", model, "--out", str(tmp_path / "run")]
    main([*where, *(("--steps", "60", "--learning-rate", "0.01") if model != "dictionary" else ())])
    assert "bio: test split\nstrict entity scores" in capsys.readouterr().out
    assert told_of(read_json(tmp_path / "run" / "scores.json")) > 0.2
    found = EntityRecognizer.load(tmp_path / "run").tags(
        [s.words for s in read_bio(data / "test.tsv")]
    )
    assert found == [list(s.tags) for s in read_bio(tmp_path / "run" / "test_predictions.tsv")]


@pytest.mark.slow
def test_several_data_sets_make_one_tagger_scored_on_each(pretrained, data, tmp_path):
    for name, type_ in (("drugs", "Drug"), ("ills", "Ill")):
        for path in data.iterdir():
            lines = path.read_text("utf-8").splitlines(keepends=True)
            kept = [ln if f"-{type_}" in ln or "\t" not in ln else ln.split("\t")[0] + "\tO\n"
                    for ln in lines]  # fmt: skip
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path.name).write_text("".join(kept), "utf-8")
    places = [tmp_path / "drugs", tmp_path / "ills"]
    scores = finetune(places, pretrained, tmp_path / "run", replace(FINETUNE, steps=250))
    assert list(scores) == ["drugs", "ills"]
    assert {name: list(s["test"]["types"]) for name, s in scores.items()} == {
        "drugs": ["Drug"],
        "ills": ["Ill"],
    }
    assert all(s["test"]["overall"]["f1"] > 0.2 for s in scores.values())
    # On the same sentences it finds both, though none of them was ever marked with both.
    found = EntityRecognizer.load(tmp_path / "run").tags(
        [s.words for s in read_bio(data / "test.tsv")]
    )
    assert {tag[2:] for tags in found for tag in tags if tag != "O"} == {"Drug", "Ill"}
    assert (tmp_path / "run" / "test_predictions-ills.tsv").is_file()


def test_two_data_sets_of_one_name_are_refused(data, pretrained, tmp_path):
    with pytest.raises(UserError, match="bio: two data sets have this name"):
        finetune([data, data], pretrained, tmp_path / "run", SHORT)


@pytest.mark.slow
def test_a_stopped_run_goes_on_to_the_same_bytes(run, pretrained, data, tmp_path):
    from bioalbert_core.finetune import run as training

    with stopped_at(training, "strict_scores", 2):
        finetune([data], pretrained, tmp_path / "again", FINETUNE)
    with pytest.raises(UserError, match="add --resume"):
        finetune([data], pretrained, tmp_path / "again", FINETUNE)
    with pytest.raises(UserError, match="other settings"):
        finetune([data], pretrained, tmp_path / "again", replace(FINETUNE, head="crf"), resume=True)
    finetune([data], pretrained, tmp_path / "again", FINETUNE, resume=True)
    for path in run.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_several_seeds_have_a_run_each_and_finished_ones_stay(
    data, pretrained, tmp_path, capsys, fails
):
    where = ["--data", str(data), "--model", str(pretrained), "--out", str(tmp_path / "runs")]
    main([*where, "--steps", "3", "--seeds", "2"])
    assert "strict test F1, 2 seeds" in capsys.readouterr().out
    before = (tmp_path / "runs" / "seed-1" / "manifest.json").stat()
    main([*where, "--steps", "3", "--seeds", "2", "--resume"])
    assert (tmp_path / "runs" / "seed-1" / "manifest.json").stat() == before
    other = shutil.copytree(data, tmp_path / "other")
    capsys.readouterr()
    for what in (["--learning-rate", "0.5"], ["--steps", "2"], ["--data", str(other)]):
        told = fails(main, *where, "--steps", "3", "--seeds", "2", "--resume", *what)
        assert "seed-0: the run here has other " in told
    assert (tmp_path / "runs" / "seed-1" / "manifest.json").stat() == before


def test_an_unfinished_run_is_not_lost_to_a_baseline(data, pretrained, tmp_path):
    from bioalbert_core.finetune import run as training

    with stopped_at(training, "strict_scores", 2):
        finetune([data], pretrained, tmp_path / "run", FINETUNE)
    for resume, words in ((False, "add --resume"), (True, r"other inputs \(model\)")):
        with pytest.raises(UserError, match=words):
            finetune([data], "dictionary", tmp_path / "run", FINETUNE, resume=resume)
    assert list((tmp_path / ".run.partial").glob("checkpoint-*"))


def test_a_finished_run_learns_on_where_only_the_steps_grew(data, pretrained, tmp_path, capsys):
    run, more = tmp_path / "run", replace(SHORT, steps=5)
    finetune([data], pretrained, run, SHORT)
    scores = finetune([data], pretrained, run, more, resume=True)
    assert read_json(run / "manifest.json")["continued"] == [SHORT.steps]
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["step"] for line in lines] == [SHORT.steps, SHORT.steps, 5]
    assert f"continues a run of {SHORT.steps} steps" in lines[1]["event"]
    hashes = read_json(run / "manifest.json")["outputs"]
    moved = shutil.copytree(data, tmp_path / "moved" / "bio")  # the same data in another place
    assert finetune([moved], pretrained, run, more, resume=True) == scores
    assert "this run is finished (5 of 5 steps)" in capsys.readouterr().err
    assert read_json(run / "manifest.json")["outputs"] == hashes


@pytest.mark.parametrize("changed", ["text", "name", "type", "model"])
def test_a_finished_run_of_other_inputs_is_refused(changed, data, pretrained, tmp_path):
    own = shutil.copytree(data, tmp_path / "data")
    for path in own.iterdir():  # one type, so that it can be given another name
        path.write_text(re.sub(r"[BI]-Ill", "O", path.read_text("utf-8")), "utf-8")
    model = shutil.copytree(pretrained, tmp_path / "model")
    finetune([own], model, tmp_path / "run", SHORT)
    request: Path | str = own
    if changed == "text":
        with (own / "devel.tsv").open("a", encoding="utf-8") as file:
            file.write("zinc\tB-Drug\n")
    elif changed == "name":
        request = own.rename(tmp_path / "renamed")
    elif changed == "type":
        request = f"{own}=Chemical"
    else:
        config = read_json(model / "config.json")
        write_json(model / "config.json", {**config, "activation": "gelu"})
    before = (tmp_path / "run" / "manifest.json").read_bytes()
    for steps in (SHORT.steps, SHORT.steps + 1):
        with pytest.raises(UserError, match="the run here has other inputs"):
            more = replace(SHORT, steps=steps)
            finetune([request], model, tmp_path / "run", more, resume=True)
    assert (tmp_path / "run" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("model", "option"),
    [
        ("bilstm-crf", ["--head", "softmax"]),
        ("bilstm-crf", ["--start", "pretrained"]),
        ("dictionary", ["--steps", "9"]),
        ("dictionary", ["--learning-rate", "0.1"]),
        ("dictionary", ["--preset", "paper"]),
        ("dictionary", ["--seeds", "2"]),
        ("dictionary", ["--gazetteer"]),
    ],
)
def test_an_option_that_does_nothing_is_refused(model, option, data, tmp_path, fails):
    told = fails(main, "--data", data, "--model", model, "--out", tmp_path / "run", *option)
    assert told == f"error: {option[0]}: does nothing with {model}; leave it out\n"
