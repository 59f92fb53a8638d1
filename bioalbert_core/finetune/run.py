"""Fine-tuning: train on train, keep the weights with the best devel F1, score test once."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean

import keras

from bioalbert_core.config import FinetuneConfig
from bioalbert_core.finetune.batches import TrainingBatches
from bioalbert_core.finetune.identity import check, identity_of
from bioalbert_core.ner.baselines.dictionary import learn
from bioalbert_core.ner.bio import TaggedSentence, labels_of, of_types, write_bio
from bioalbert_core.ner.datasets import Dataset, read_dataset
from bioalbert_core.ner.kinds import TaggerSpec, kind_of
from bioalbert_core.ner.neural_tagger import NeuralTagger
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.ner.sequence_tagger import Prediction, SequenceTagger
from bioalbert_core.ner.sources import SPLITS
from bioalbert_core.plumbing.backend import jit_compile
from bioalbert_core.plumbing.files import location, read_json, write_json
from bioalbert_core.plumbing.folders import output_folder, write_manifest
from bioalbert_core.training.checkpoints import restore, save_checkpoint
from bioalbert_core.training.optimizers import adamw
from bioalbert_core.training.progress import Progress
from bioalbert_core.training.resuming import Start, find_start, is_finished
from bioalbert_core.training.schedule import WarmupLinearDecay

Scores = dict[str, dict]
"""By the name of the data set."""


def finetune(
    data: Sequence[str | Path],
    model: str | Path,
    out: str | Path,
    config: FinetuneConfig,
    seed: int = 0,
    resume: bool = False,
) -> dict[str, Scores]:
    """Train a tagger and write its run: weights, log, test predictions, scores.

    With several data sets, each sentence teaches only the types that its own data set marks.

    Args:
        data: folders or names of data sets (see `ner.sources`).
        model: a pre-trained run, whose encoder and tokenizer are used; or the name of a baseline.
        out: the run folder to write.
        config: the hyperparameters.
        seed: of new weights and of the order of the sentences.
        resume: continue a run from its newest checkpoint, if it has one (see `training.resuming`).

    Returns:
        ``{data set: {"devel": scores, "test": scores}}``, as `strict_scores` returns them. Only
        types that a data set marks are scored on it.

    Raises:
        UserError: the data or the model cannot be read, or do not fit each other.
    """
    # 1. Read the data; a run is identified by its settings and the hashes of its inputs.
    datasets, model = [read_dataset(request) for request in data], str(model)
    check(datasets, model, config)
    for dataset in datasets:
        for note in dataset.notes:
            print(f"{dataset.name}: {note}", file=sys.stderr)
    identity = identity_of(datasets, model, config, seed)
    if resume and is_finished(out, "finetune", identity):
        return read_json(location(out) / "scores.json")

    # 2. Make the tagger: a new head on the encoder of a run, or a baseline.
    keras.utils.set_random_seed(seed)
    tagger = kind_of(model).tagger.make(_spec(datasets, model, config))

    with output_folder(out, "finetune", resume=True) as folder:
        # 3. Train a network; a dictionary is complete as it is.
        start = find_start(folder, out, identity, resume)
        if isinstance(tagger, NeuralTagger):
            devel = _train(tagger, datasets, folder, config, start)
        else:
            devel = _devel_scores(tagger, datasets)

        # 4. Score the test split, once.
        scores = {}
        for dataset in datasets:
            suffix = f"-{dataset.name}" if len(datasets) > 1 else ""
            test = _test(tagger, dataset, folder / f"test_predictions{suffix}.tsv")
            scores[dataset.name] = {"devel": devel[dataset.name], "test": test}

        # 5. Write the run.
        write_json(folder / "scores.json", scores)
        tagger.save(folder)
        write_manifest(
            folder,
            "finetune",
            backend=keras.backend.backend(),
            counts={d.name: {split: len(getattr(d, split)) for split in SPLITS} for d in datasets},
            notes={d.name: d.notes for d in datasets},
            **start.identity,
        )
    return scores


@dataclass
class Position:
    """What a checkpoint holds in addition to weights and moments."""

    step: int = 0
    best: float = -1.0
    """The highest mean strict F1 on the devel splits so far."""
    scores: Scores = field(default_factory=dict)
    """The devel scores of the weights to keep."""


def _train(
    tagger: NeuralTagger,
    datasets: Sequence[Dataset],
    folder: Path,
    config: FinetuneConfig,
    start: Start,
) -> Scores:
    """Train; leave the best weights in the tagger and return their devel scores."""
    _compile(tagger, config)
    model, position = tagger.model, Position(**start.position)
    best = restore(model, start.tensors) if start.tensors else []
    batches = TrainingBatches(
        [training_split(dataset, config) for dataset in datasets],
        tagger.labels,
        tagger.reader,
        config.batch_size,
        start.identity["settings"]["seed"],
        config.class_weights,
    )
    losses: list[float] = []
    with Progress(folder / "log.jsonl", config.steps, "finetune", position.step) as progress:
        if start.event:
            progress.event(position.step, start.event)
        while position.step < config.steps:
            model.reset_metrics()  # Keras 3.13 does not do so itself
            losses.append(float(model.train_on_batch(*batches[position.step])))
            position.step += 1
            progress.step(position.step, {"loss": fmean(losses)})
            if position.step % config.evaluate_every == 0 or position.step == config.steps:
                scores = _devel_scores(tagger, datasets)
                mean = _mean(scores)
                if mean["f1"] > position.best or config.with_devel:
                    position.best, position.scores = mean["f1"], scores
                    best = model.get_weights()
                progress.note(position.step, train={"loss": fmean(losses)}, devel=mean)
                losses.clear()
                facts = {"identity": start.identity, "position": asdict(position)}
                save_checkpoint(folder, position.step, model, facts, keep=1, more=best)
    model.set_weights(best)
    return position.scores


def _compile(tagger: NeuralTagger, config: FinetuneConfig) -> None:
    """AdamW, with a learning rate that rises linearly and then falls linearly to 0."""
    schedule = WarmupLinearDecay(config.peak_learning_rate, config.warmup_steps, config.steps)
    optimizer = adamw(schedule, weight_decay=config.weight_decay, global_clipnorm=config.clip_norm)
    tagger.model.compile(optimizer=optimizer, loss=tagger.loss, jit_compile=jit_compile())
    tagger.model.optimizer.build(tagger.model.trainable_variables)


def _predict(
    tagger: SequenceTagger, dataset: Dataset, sentences: Sequence[TaggedSentence]
) -> list[Prediction]:
    """Predictions, reduced to the types that the data set marks."""
    types = set(dataset.types)
    return [
        replace(prediction, tags=of_types(prediction.tags, types))
        for prediction in tagger.predict([sentence.words for sentence in sentences])
    ]


def _score(gold: Sequence[TaggedSentence], predictions: Sequence[Prediction]) -> dict:
    return strict_scores([s.tags for s in gold], [p.tags for p in predictions])


def _devel_scores(tagger: SequenceTagger, datasets: Sequence[Dataset]) -> Scores:
    return {d.name: _score(d.devel, _predict(tagger, d, d.devel)) for d in datasets}


def _test(tagger: SequenceTagger, dataset: Dataset, path: Path) -> dict:
    """Write the predictions for the test split, and return its scores."""
    predictions = _predict(tagger, dataset, dataset.test)
    tagged = map(TaggedSentence, (s.words for s in dataset.test), (p.tags for p in predictions))
    write_bio(path, tagged, [prediction.scores for prediction in predictions])
    return _score(dataset.test, predictions)


def _mean(scores: Scores) -> dict[str, float]:
    """The overall scores, averaged over the data sets."""
    overall = [dataset["overall"] for dataset in scores.values()]
    return {name: fmean(row[name] for row in overall) for name in ("precision", "recall", "f1")}


def training_split(dataset: Dataset, config: FinetuneConfig) -> list[TaggedSentence]:
    """The sentences to train on."""
    return dataset.train + dataset.devel if config.with_devel else dataset.train


def _spec(datasets: Sequence[Dataset], model: str, config: FinetuneConfig) -> TaggerSpec:
    labels = labels_of({type_ for dataset in datasets for type_ in dataset.types})
    sentences = [training_split(dataset, config) for dataset in datasets]
    gazetteer = learn(*sentences) if config.gazetteer else None
    return TaggerSpec(model, config, labels, sentences, gazetteer)
