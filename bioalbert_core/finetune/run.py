"""Fine-tuning: the best weights by strict F1 on the devel split, then one look at the test."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean

import keras

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.finetune.batches import TrainingBatches, examples_of, label_weights
from bioalbert_core.finetune.start import DICTIONARY, new_labeler
from bioalbert_core.ner.baselines.dictionary import Dictionary, learn
from bioalbert_core.ner.bio import TaggedSentence, labels_of, of_types, write_bio
from bioalbert_core.ner.datasets import Dataset, read_dataset
from bioalbert_core.ner.neural_tagger import NeuralLabeler
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.ner.sequence_tagger import BILSTM_CRF, Labeler, Prediction
from bioalbert_core.ner.sources import SPLITS
from bioalbert_core.plumbing.errors import UserError
from bioalbert_core.plumbing.files import location, read_json, require_file, sha256, write_json
from bioalbert_core.plumbing.folders import output_folder, write_manifest
from bioalbert_core.training.checkpoints import restore, save_checkpoint
from bioalbert_core.training.progress import Progress
from bioalbert_core.training.resuming import Start, find_start, is_finished

Scores = dict[str, dict]
"""By the name of the data set."""


@dataclass
class Position:
    """Where a run stands: what a checkpoint holds beside weights and moments."""

    step: int = 0
    best: float = -1.0
    """Highest mean strict F1 on the devel splits so far."""
    scores: Scores = field(default_factory=dict)
    """Devel scores of the weights kept."""


def finetune(
    data: Sequence[str | Path],
    model: str | Path,
    out: str | Path,
    config: FinetuneConfig,
    seed: int = 0,
    resume: bool = False,
) -> dict[str, Scores]:
    """Train a tagger and write its run: weights, log, test predictions, scores.

    Of several data sets each sentence teaches the types that its own data set marks.

    Args:
        data: folders or names of data sets, as `read_dataset` takes them.
        model: a pre-trained run; its encoder, tokenizer and shape are taken. Or ``bilstm-crf`` or
            ``dictionary``.
        out: the run folder to write.
        config: training settings.
        seed: seed of new weights and of the order of the sentences.
        resume: continue a run from its newest checkpoint, where there is one; see
            `training.resuming`.

    Returns:
        ``{name of the data set: {"devel": scores, "test": scores}}``, as `strict_scores` gives
        them; of a data set's own types alone.

    Raises:
        UserError: data or model cannot be read, or do not fit.
    """
    model, datasets = str(model), [read_dataset(place) for place in data]
    _check_names(datasets)
    _check_weights(model, config)
    for dataset in datasets:
        for note in dataset.notes:
            print(f"{dataset.name}: {note}", file=sys.stderr)
    identity = _identity(datasets, model, config, seed)
    if resume and is_finished(out, "finetune", identity):
        return read_json(location(out) / "scores.json")
    known = _dictionary(datasets, config) if config.dictionary or model == DICTIONARY else None
    labeler = known if model == DICTIONARY else _labeler(model, datasets, config, known, seed)
    with output_folder(out, "finetune", resume=True) as folder:
        start = find_start(folder, out, identity, resume)
        if isinstance(labeler, NeuralLabeler):
            devel = _train(labeler, datasets, folder, config, start)
        else:
            devel = {d.name: _score(d.devel, _predict(labeler, d, d.devel)) for d in datasets}
        scores = {}
        for dataset in datasets:
            found = _predict(labeler, dataset, dataset.test)
            name = f"-{dataset.name}" if len(datasets) > 1 else ""
            tagged = map(TaggedSentence, (s.words for s in dataset.test), (p.tags for p in found))
            path = folder / f"test_predictions{name}.tsv"
            write_bio(path, tagged, [prediction.scores for prediction in found])
            test = _score(dataset.test, found)
            scores[dataset.name] = {"devel": devel[dataset.name], "test": test}
        write_json(folder / "scores.json", scores)
        labeler.save(folder)
        write_manifest(
            folder,
            "finetune",
            backend=keras.backend.backend(),
            counts={
                dataset.name: {split: len(getattr(dataset, split)) for split in SPLITS}
                for dataset in datasets
            },
            notes={dataset.name: dataset.notes for dataset in datasets},
            **start.identity,
        )
    return scores


def _check_names(datasets: Sequence[Dataset]) -> None:
    names = [dataset.name for dataset in datasets]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{twice[0]}: two data sets of this name; rename a folder")


def _check_weights(model: str, config: FinetuneConfig) -> None:
    if config.class_weights and (config.head == "crf" or model in (BILSTM_CRF, DICTIONARY)):
        raise UserError(
            "--class-weights: only a softmax weighs labels; give --head softmax, or leave it out"
        )


def _identity(
    datasets: Sequence[Dataset], model: str, config: FinetuneConfig, seed: int
) -> dict[str, dict]:
    """What a run must share to go on with another: settings and inputs."""
    return {
        "settings": {**asdict(config), "seed": seed},
        "inputs": {
            "data": {dataset.name: _hashes(dataset) for dataset in datasets},
            "types": {dataset.name: dataset.types for dataset in datasets},
            "model": model if model in (BILSTM_CRF, DICTIONARY) else _model_hashes(model),
        },
    }


def _hashes(dataset: Dataset) -> dict[str, str]:
    """By file and its folder, not by the whole path: data may be moved."""
    return {"/".join(path.parts[-2:]): sha256(path) for path in dataset.files}


def _model_hashes(run: str) -> dict[str, str]:
    folder = location(run)
    if not (folder / "model.safetensors").is_file():
        raise UserError(f"{run}: no pre-trained run; give one, or {BILSTM_CRF}, or {DICTIONARY}")
    names = ("config.json", "model.safetensors", "tokenizer.model")
    return {name: sha256(require_file(folder / name)) for name in names}


def training_split(dataset: Dataset, config: FinetuneConfig) -> list[TaggedSentence]:
    """The sentences of a data set that are learned from."""
    return dataset.train + dataset.devel if config.with_devel else dataset.train


def _dictionary(datasets: Sequence[Dataset], config: FinetuneConfig) -> Dictionary:
    return learn(*(training_split(dataset, config) for dataset in datasets))


def _labeler(
    model: str,
    datasets: Sequence[Dataset],
    config: FinetuneConfig,
    dictionary: Dictionary | None,
    seed: int,
) -> NeuralLabeler:
    labels = labels_of({type_ for dataset in datasets for type_ in dataset.types})
    words = [s.words for dataset in datasets for s in training_split(dataset, config)]
    return new_labeler(model, labels, words, config, dictionary, seed)


def _train(
    labeler: NeuralLabeler,
    datasets: Sequence[Dataset],
    folder: Path,
    config: FinetuneConfig,
    start: Start,
) -> Scores:
    """Run the steps; leave the labeler with the weights to keep and return their devel scores."""
    model, position = labeler.model, Position(**start.position)
    best = restore(model, start.tensors) if start.tensors else []
    batches = _batches(labeler, datasets, config, start.identity["settings"]["seed"])
    losses: list[float] = []
    log = folder / "log.jsonl"
    with Progress(log, config.steps, "finetune", position.step) as progress:
        if start.event:
            progress.event(position.step, start.event)
        while position.step < config.steps:
            model.reset_metrics()  # Keras 3.13 does not do so itself
            losses.append(float(model.train_on_batch(*batches[position.step])))
            position.step += 1
            progress.step(position.step, {"loss": fmean(losses)})
            if position.step % config.evaluate_every == 0 or position.step == config.steps:
                scores = {d.name: _score(d.devel, _predict(labeler, d, d.devel)) for d in datasets}
                told = _mean(scores)
                if told["f1"] > position.best or config.with_devel:
                    position.best, position.scores = told["f1"], scores
                    best = model.get_weights()
                progress.note(position.step, train={"loss": fmean(losses)}, devel=told)
                losses.clear()
                facts = {"identity": start.identity, "position": asdict(position)}
                save_checkpoint(folder, position.step, model, facts, keep=1, more=best)
    model.set_weights(best)
    return position.scores


def _batches(
    labeler: NeuralLabeler, datasets: Sequence[Dataset], config: FinetuneConfig, seed: int
) -> TrainingBatches:
    splits = [training_split(dataset, config) for dataset in datasets]
    examples = examples_of(splits, labeler.labels)
    weights = label_weights(examples, labeler.labels) if config.class_weights else None
    return TrainingBatches(
        examples, labeler.labels, labeler.reader, config.batch_size, seed, weights, splits
    )


def _predict(
    labeler: Labeler, dataset: Dataset, sentences: Sequence[TaggedSentence]
) -> list[Prediction]:
    """What is found in sentences of a data set, of the types that the data set marks."""
    types = set(dataset.types)
    return [
        replace(found, tags=of_types(found.tags, types))
        for found in labeler.predict([sentence.words for sentence in sentences])
    ]


def _score(gold: Sequence[TaggedSentence], found: Sequence[Prediction]) -> dict:
    return strict_scores([sentence.tags for sentence in gold], [p.tags for p in found])


def _mean(scores: Scores) -> dict[str, float]:
    """The overall scores, their mean over the data sets."""
    rows = [of_one["overall"] for of_one in scores.values()]
    return {name: fmean(row[name] for row in rows) for name in ("precision", "recall", "f1")}
