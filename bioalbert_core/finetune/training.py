"""Fine-tuning: the best weights by strict F1 on the devel split, then one look at the test."""

from dataclasses import asdict
from pathlib import Path
from statistics import fmean

import keras

from bioalbert_core.albert.heads import build_tagger
from bioalbert_core.albert.weights.kit import read_kit, write_kit
from bioalbert_core.albert.weights.loading import checkpoint_of, fill
from bioalbert_core.backend import jit_compile
from bioalbert_core.config import FinetuneConfig
from bioalbert_core.files import sha256, write_json
from bioalbert_core.finetune.data import Dataset, read_dataset, train_batches
from bioalbert_core.folders import output_folder, write_manifest
from bioalbert_core.ner.bio import TaggedSentence, write_bio
from bioalbert_core.ner.scores import strict_scores
from bioalbert_core.ner.tagger import Tagger, tokenizer_of
from bioalbert_core.pretrain.optimizers import adamw
from bioalbert_core.pretrain.schedule import WarmupLinearDecay
from bioalbert_core.progress import Progress


def finetune(
    data: str | Path, model: str | Path, out: str | Path, config: FinetuneConfig, seed: int = 0
) -> dict:
    """Train a tagger and write its run: weights, log, test predictions, scores.

    Args:
        data: a folder with ``train.tsv``, ``devel.tsv`` and ``test.tsv``.
        model: a pre-trained run; its encoder, tokenizer and shape are taken.
        out: the run folder to write.
        config: training settings.
        seed: seed of the new head and of the order of the sentences.

    Returns:
        ``{"devel": scores, "test": scores}``, each as `strict_scores` gives them.

    Raises:
        UserError: data or model cannot be read, or do not fit.
    """
    dataset = read_dataset(data)
    tagger = _new_tagger(model, dataset, config, seed)
    with output_folder(out, "finetune") as folder:
        devel = _train(tagger, dataset, folder, config, seed)
        predicted = tagger.tags([sentence.words for sentence in dataset.test])
        scores = {"devel": devel, "test": _score(dataset.test, predicted)}
        write_bio(
            folder / "test_predictions.tsv",
            (
                TaggedSentence(sentence.words, tuple(tags))
                for sentence, tags in zip(dataset.test, predicted, strict=True)
            ),
        )
        write_json(folder / "scores.json", scores)
        tokenizer = Path(model) / "tokenizer.model"
        labels, window = tagger.labels, tagger.window
        write_kit(checkpoint_of(tagger.model, tagger.config, tokenizer, labels, window), folder)
        write_manifest(
            folder,
            "finetune",
            settings={**asdict(config), "seed": seed},
            backend=keras.backend.backend(),
            inputs={
                "data": {str(path): sha256(path) for path in dataset.files},
                "model": sha256(Path(model) / "model.safetensors"),
            },
            counts={split: len(getattr(dataset, split)) for split in ("train", "devel", "test")},
        )
    return scores


def _new_tagger(run: str | Path, dataset: Dataset, config: FinetuneConfig, seed: int) -> Tagger:
    """The encoder of a pre-trained run under a new head."""
    checkpoint = read_kit(run)
    shape = checkpoint.config
    tokenizer = tokenizer_of(run, shape)
    keras.utils.set_random_seed(seed)
    model = build_tagger(shape, len(dataset.labels))
    fill(model, checkpoint, parts=["encoder"])
    optimizer = adamw(
        WarmupLinearDecay(config.peak_rate, config.warmup_steps, config.steps),
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip_norm,
    )
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        jit_compile=jit_compile(),
    )
    return Tagger(model, shape, dataset.labels, tokenizer, config.max_length)


def _train(
    tagger: Tagger, dataset: Dataset, folder: Path, config: FinetuneConfig, seed: int
) -> dict:
    """Run the steps; leave the tagger with its best weights and return their devel scores."""
    model = tagger.model
    batches = train_batches(dataset.train, tagger.labels, tagger.aligner, config.batch_size, seed)
    best: dict = {}
    losses: list[float] = []
    with Progress(folder / "log.jsonl", config.steps, "finetune") as progress:
        for done in range(1, config.steps + 1):
            model.reset_metrics()  # Keras 3.13 does not do so itself
            losses.append(float(model.train_on_batch(*next(batches))))
            progress.step(done, {"loss": fmean(losses)})
            if done % config.evaluate_every == 0 or done == config.steps:
                scores = _score(dataset.devel, tagger.tags([s.words for s in dataset.devel]))
                overall = scores["overall"]
                if not best or overall["f1"] > best["scores"]["overall"]["f1"]:
                    best = {"scores": scores, "weights": model.get_weights()}
                told = {name: overall[name] for name in ("precision", "recall", "f1")}
                progress.note(done, train={"loss": fmean(losses)}, devel=told)
                losses.clear()
    model.set_weights(best["weights"])
    return best["scores"]


def _score(sentences: list[TaggedSentence], predicted: list[list[str]]) -> dict:
    return strict_scores([sentence.tags for sentence in sentences], predicted)
