"""What fine-tuning starts from: a labeler that knows its labels, and nothing of the data yet."""

from dataclasses import replace

import keras

from bioalbert_core.albert.kit import read_kit
from bioalbert_core.albert.loading import fill
from bioalbert_core.config import AlbertConfig, FinetuneConfig
from bioalbert_core.ner.albert_tagger import AlbertTagger, tokenizer_of
from bioalbert_core.ner.baselines.bilstm import BILSTM_PRESETS, BiLSTMTagger
from bioalbert_core.ner.baselines.dictionary import Dictionary
from bioalbert_core.ner.baselines.vocabulary import Vocabulary
from bioalbert_core.ner.neural_tagger import NeuralLabeler
from bioalbert_core.ner.sequence_tagger import BILSTM_CRF
from bioalbert_core.plumbing.backend import jit_compile
from bioalbert_core.training.optimizers import adamw
from bioalbert_core.training.schedule import WarmupLinearDecay

DICTIONARY = "dictionary"  # may stand for a run in --model, as BILSTM_CRF may


def new_labeler(
    model: str,
    labels: list[str],
    sentences: list[tuple[str, ...]],
    config: FinetuneConfig,
    dictionary: Dictionary | None,
    seed: int,
) -> NeuralLabeler:
    """A labeler with its network, compiled.

    Args:
        model: ``bilstm-crf``, or the folder of a pre-trained run.
        labels: its labels.
        sentences: the words of the training sentences, for the vocabulary of a BiLSTM-CRF.
        config: how it is trained.
        dictionary: whose labels it is told, if any.
        seed: of random weights.

    Raises:
        UserError: no run there, or it is damaged.
    """
    keras.utils.set_random_seed(seed)
    if model == BILSTM_CRF:
        shape = BILSTM_PRESETS["quick"]
        vocabulary = Vocabulary.of(sentences, shape.min_count)
        labeler: NeuralLabeler = BiLSTMTagger(shape, vocabulary, labels, dictionary)
    else:
        labeler = _albert(model, labels, config, dictionary)
    labeler.model.compile(
        optimizer=adamw(
            WarmupLinearDecay(config.peak_learning_rate, config.warmup_steps, config.steps),
            weight_decay=config.weight_decay,
            global_clipnorm=config.clip_norm,
        ),
        loss=labeler.loss,
        jit_compile=jit_compile(),
    )
    labeler.model.optimizer.build(labeler.model.trainable_variables)
    return labeler


def _albert(
    run: str, labels: list[str], config: FinetuneConfig, dictionary: Dictionary | None
) -> AlbertTagger:
    """The encoder of a run under a new head; or one with random weights of its shape or widths."""
    checkpoint = read_kit(run)
    shape = bert_of(checkpoint.config) if config.start == "bert" else checkpoint.config
    tokenizer = tokenizer_of(run, checkpoint.config)
    crf = config.head == "crf"
    tagger = AlbertTagger(shape, labels, tokenizer, config.max_length, crf, dictionary)
    if config.start == "pretrained":
        fill(tagger.encoder, checkpoint, parts=["encoder"])
    return tagger


def bert_of(config: AlbertConfig) -> AlbertConfig:
    """A BERT of the widths and depth of an ALBERT: nothing shared, nothing factorized."""
    return replace(config, share_layers=False, embedding_size=config.hidden_size)
