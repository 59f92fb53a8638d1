"""One who trains in `pretrain_speed.py`: for each line that comes in, a step, and its seconds out.

    python tests/bench/step_peers.py WHO LENGTH BATCH PRECISION

A line with ``peak`` in it is answered by the measured peak of matrix products instead. All train
ALBERT-base on the same random pieces, without padding and dropout, and do the same in a step:
forward, MLM and SOP loss, backward, clipping by the global norm, update.

* ``lamb``, ``adamw``: the kit, as `pretrain` compiles it.
* ``hugging-face``: `AlbertForPreTraining` with labels, as its documentation shows. Its MLM head
  scores all positions, and the loss leaves out those that are not masked.
* ``hugging-face-masked``: its parts put together by hand, so that only masked positions are scored.
"""

import sys
import time
from collections.abc import Callable
from math import isfinite
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from bioalbert_core.config import AlbertConfig, InstanceConfig, PretrainConfig
from bioalbert_core.plumbing.backend import start_keras

Step = Callable[[], float]
SHAPE = AlbertConfig()


def kit(optimizer: str, length: int, size: int, precision: str) -> Step:
    """The kit's step; returns the loss."""
    from bioalbert_core.pretrain.metrics import for_keras
    from bioalbert_core.pretrain.model import new_model
    from bioalbert_core.pretrain.planning.speed import random_batch

    config = PretrainConfig(SHAPE, batch_size=size, optimizer=optimizer, precision=precision)
    model = new_model(SHAPE, config, seed=0)
    batch = for_keras(random_batch(SHAPE, InstanceConfig(seq_len=length), size))
    return lambda: float(model.train_on_batch(*batch, return_dict=True)["loss"])


def hugging_face(masked_only: bool, length: int, size: int, precision: str) -> Step:
    """A step of Hugging Face's model on torch; returns the loss."""
    import torch

    model = torch_model()
    settings = PretrainConfig()
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.peak_learning_rate, eps=1e-6, weight_decay=0.01, fused=True
    )
    loss_of = masked_loss if masked_only else labels_loss
    arguments = torch_batch(length, size)

    def step() -> float:
        with torch.autocast("cpu", torch.bfloat16, enabled=precision != "float32"):
            loss = loss_of(model, *arguments)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step


def torch_model():
    """`AlbertForPreTraining` of the kit's shape with random weights."""
    import transformers

    config = transformers.AlbertConfig(
        vocab_size=SHAPE.vocab_size,
        embedding_size=SHAPE.embedding_size,
        hidden_size=SHAPE.hidden_size,
        num_hidden_layers=SHAPE.num_layers,
        num_attention_heads=SHAPE.num_heads,
        intermediate_size=SHAPE.intermediate_size,
        max_position_embeddings=SHAPE.max_length,
        hidden_dropout_prob=0,
        attention_probs_dropout_prob=0,
        classifier_dropout_prob=0,
    )
    return transformers.AlbertForPreTraining(config).train()


def torch_batch(length: int, size: int) -> tuple:
    """The inputs of the encoder by name, masked positions, their pieces, SOP labels."""
    import torch

    from bioalbert_core.pretrain.planning.speed import random_batch

    batch = random_batch(SHAPE, InstanceConfig(seq_len=length), size)
    found = {name: torch.from_numpy(values).long() for name, values in batch.items()}
    inputs = {
        "input_ids": found["token_ids"],
        "token_type_ids": found["segment_ids"],
        "attention_mask": found["padding_mask"],
    }
    return inputs, found["masked_positions"], found["masked_ids"], found["pair_label"]


def labels_loss(model, inputs, positions, pieces, order):
    """The loss that the model itself gives for labels at all positions, -100 where none is."""
    import torch

    labels = torch.full_like(inputs["input_ids"], -100).scatter(1, positions, pieces)
    return model(**inputs, labels=labels, sentence_order_label=order).loss


def masked_loss(model, inputs, positions, pieces, order):
    """The same loss from the logits at masked positions alone."""
    import torch

    encoded = model.albert(**inputs)
    rows = torch.arange(len(positions))[:, None]
    logits = model.predictions(encoded.last_hidden_state[rows, positions])
    entropy = torch.nn.functional.cross_entropy
    mlm = entropy(logits.flatten(0, 1), pieces.flatten())
    return mlm + entropy(model.sop_classifier(encoded.pooler_output), order)


def main() -> None:
    """Take a step for each line on standard input."""
    who, length, size, precision = sys.argv[1:]
    start_keras()
    from bioalbert_core.pretrain.planning.speed import matrix_peak

    if who.startswith("hugging-face"):
        step = hugging_face(who.endswith("masked"), int(length), int(size), precision)
    else:
        step = kit(who, int(length), int(size), precision)
    for line in sys.stdin:
        start = time.perf_counter()
        answer = matrix_peak(precision) if "peak" in line else step()
        if not isfinite(answer):
            raise SystemExit("the loss is not a number")
        print(answer if "peak" in line else time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
