"""The model as pre-training uses it: with losses, optimizer and schedule."""

import keras

from bioalbert_core.albert.heads import build_pretraining_model
from bioalbert_core.config import AlbertConfig, PretrainConfig
from bioalbert_core.plumbing.backend import jit_compile
from bioalbert_core.training.lamb import Lamb
from bioalbert_core.training.optimizers import adamw
from bioalbert_core.training.schedule import WarmupLinearDecay

TASKS = ("mlm", "sop")


def new_model(shape: AlbertConfig, config: PretrainConfig, seed: int) -> keras.Model:
    """A model with random weights, compiled, computing in the config's precision."""
    keras.utils.set_random_seed(seed)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        model = build_pretraining_model(shape)
    finally:
        keras.config.set_dtype_policy(policy)
    compile_for_pretraining(model, config)
    model.optimizer.build(model.trainable_variables)
    return model


def compile_for_pretraining(model: keras.Model, config: PretrainConfig) -> None:
    """Give the model its losses, optimizer and schedule.

    The total loss is the plain sum of two cross-entropies, as in Google's code: MLM's, averaged
    over the masked positions without padding, and SOP's, averaged over the instances. The averaging
    happens in the weights from `for_keras`, so the losses here are sums.
    """
    parts = config.batch_size // (config.micro_batch or config.batch_size)
    schedule = WarmupLinearDecay(
        config.peak_learning_rate, config.warmup_steps, config.steps, parts
    )
    make = {"lamb": Lamb, "adamw": adamw}[config.optimizer]
    model.compile(
        optimizer=make(
            schedule,
            weight_decay=config.weight_decay,
            global_clipnorm=config.clip_norm,
            gradient_accumulation_steps=parts if parts > 1 else None,
        ),
        loss={
            task: keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
            for task in TASKS
        },
        weighted_metrics={
            task: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")] for task in TASKS
        },
        jit_compile=jit_compile(),
    )
