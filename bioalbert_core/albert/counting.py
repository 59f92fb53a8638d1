"""The cost of a config: parameters, floating-point operations (FLOPs) and activations.

The arithmetic of ALBERT's two ideas. Factorization shrinks the table of token embeddings. Sharing
divides the parameters of the blocks by L and saves nothing else: the shared block is computed L
times, and each time its results are kept for the backward pass.

Compared with the paper
-----------------------
In millions of parameters, with both heads of pre-training and a vocabulary of 30,000 by default:

>>> def million(config, *parts):
...     return round(sum(parameters(config, parts or PRETRAINING).values()) / 1e6, 1)
>>> million(ALBERT_BASE), million(ALBERT_LARGE)
(11.8, 17.8)

* "12 Million parameters" for base (III.A): correct, and confirmed by the released checkpoint.
* "a large model has 16 Million parameters with 256 embedding size" (III.A): inconsistent. With
  E = 256, the *base* model has 16 million, and large has 22. Table I has E = 128 for large, which
  gives 18, a number that the paper never mentions (its "18x" compares large with BERT-large).

  >>> [million(replace(config, embedding_size=256)) for config in (ALBERT_BASE, ALBERT_LARGE)]
  [15.9, 22.0]

* "110 million parameters of 12-layer BERT-base" (IV.D): with heads and BERT's uncased vocabulary of
  30,522. BioBERT, the competitor, has the cased one, of 28,996.

  >>> [million(replace(BERT_BASE, vocab_size=size)) for size in (30_522, 30_000, 28_996)]
  [110.1, 109.7, 108.9]

* "to 31 million" (IV.D): the result of sharing *alone*, with a vocabulary of 30,000 and no heads.
  The sentence is about BioALBERT, but that also factorizes its embeddings, and has 12 million.

  >>> million(replace(ALBERT_BASE, embedding_size=768), "encoder", "pooler")
  31.1

* "18x fewer parameters" than BERT-large, "trained about 1.7x faster" (II.A, from ALBERT's paper):
  the first is correct. The second cannot come from fewer FLOPs, because there are as many.

  >>> bert_large = replace(ALBERT_LARGE, embedding_size=1024, share_layers=False)
  >>> round(million(bert_large) / million(ALBERT_LARGE), 1)
  18.9
  >>> round(cost(bert_large).flops / cost(ALBERT_LARGE).flops, 2)
  1.0
"""

import math
from collections import Counter
from dataclasses import dataclass, replace

from bioalbert_core.albert.variables import PARTS, Variable, variables
from bioalbert_core.config import ALBERT_BASE, ALBERT_LARGE, AlbertConfig

PRETRAINING = PARTS[:4]
BERT_BASE = replace(ALBERT_BASE, embedding_size=768, share_layers=False)
BYTES = {"float32": 4, "mixed_bfloat16": 2}  # per activation


def parameters(
    config: AlbertConfig, parts: tuple[str, ...] = PRETRAINING, num_labels: int = 2
) -> dict[str, int]:
    """The parameters of each part; the encoder is split into embeddings, projection and blocks.

    The MLM head's output matrix is the token embedding, and counted there. Source: `variables`.

    >>> parameters(ALBERT_BASE, ("encoder", "pooler"))
    {'embeddings': 3906048, 'projection': 99072, 'blocks': 7087872, 'pooler': 590592}
    """
    counts: Counter[str] = Counter()
    for variable in variables(config, parts, num_labels):
        counts[_component(variable)] += math.prod(variable.shape)
    return dict(counts)


def _component(variable: Variable) -> str:
    if variable.part != "encoder":
        return variable.part
    layer = variable.name.split("/")[0]
    if layer == "embedding_projection":
        return "projection"
    return "embeddings" if "embedding" in layer else "blocks"


def flops(
    config: AlbertConfig,
    length: int = 512,
    predictions: int = 20,
    parts: tuple[str, ...] = PRETRAINING,
    num_labels: int = 2,
) -> dict[str, int]:
    """FLOPs of the matrix products in the forward pass of one sequence; training triples them.

    A product of (n, k) and (k, m) has n·k·m multiply-adds of 2 FLOPs. The backward pass has two
    more products of this size, for the gradients of both factors. Element-wise operations (lookups,
    biases, norms, GELU, softmax, loss) are not counted: the FLOPs of a tanh depend on the machine,
    and at the width of base they add less than 1 %.

    Args:
        length: tokens in the sequence, padding included.
        predictions: masked positions, the only ones that the MLM head computes.

    Source: Kaplan et al., Scaling Laws for Neural Language Models (2020), Table 1. Their rule of 6
    FLOPs per parameter and token assumes that each parameter is used once; here it yields only an
    eighth.

    >>> base = cost(ALBERT_BASE)
    >>> f"{base.training_flops:.3g}", f"{6 * 512 * base.parameters:.3g}"
    ('2.91e+11', '3.63e+10')
    """
    embedding, hidden, layers = config.embedding_size, config.hidden_size, config.num_layers
    multiply_adds = {
        "projection": length * embedding * hidden if embedding != hidden else 0,
        "query_key_value_output": layers * 4 * length * hidden**2,
        "scores_and_weighted_sum": layers * 2 * length**2 * hidden,
        "feed_forward": layers * 2 * length * hidden * config.intermediate_size,
        "pooler": hidden**2,
        "mlm_head": predictions * (hidden * embedding + embedding * config.vocab_size),
        "sop_head": 2 * hidden,
        "tagger_head": length * hidden * num_labels,
    }
    absent = set(PARTS) - set(parts)
    return {name: 2 * count for name, count in multiply_adds.items() if name not in absent}


def activations(config: AlbertConfig, length: int = 512, predictions: int = 20) -> dict[str, int]:
    """Values that the forward pass of one sequence keeps for the backward pass, in pre-training.

    Each tensor that the formula of some gradient reads counts once: inputs of matrix products and
    norms, attention weights, the feed-forward layer before and after GELU, logits. In a block:

    * 8 of (length, H): its input, Q, K, V, their weighted sum, before and after the first norm,
      before the second. The last block's output is kept for the heads.
    * 2 of (length, I), and the attention weights of (heads, length, length).

    Shared or not, L layers keep L times as much. This is a model, not a measurement: it leaves out
    dropout masks (ALBERT v2 has none), the statistics of norms, the inputs and the overhead of the
    framework. JAX, before compilation, keeps up to three times as much of a block. Recomputing the
    blocks (gradient checkpointing) or the attention weights (flash attention) keeps less.

    Source: Korthikanti et al., Reducing Activation Recomputation in Large Transformer Models
    (2022), equation 1, which counts bytes and includes dropout masks.

    >>> activations(ALBERT_BASE)  # doctest: +NORMALIZE_WHITESPACE
    {'embeddings': 131072, 'hidden_states': 38141952, 'feed_forward': 37748736,
     'attention_weights': 37748736, 'heads': 623810}
    """
    embedding, hidden, layers = config.embedding_size, config.hidden_size, config.num_layers
    factorized = embedding != hidden  # else the first block reads the norm's output
    mlm = predictions * (hidden + 3 * embedding + config.vocab_size)
    return {
        "embeddings": (1 + factorized) * length * embedding,
        "hidden_states": (8 * layers + 1) * length * hidden,
        "feed_forward": layers * 2 * length * config.intermediate_size,
        "attention_weights": layers * config.num_heads * length**2,
        "heads": hidden + mlm + 2,
    }


@dataclass(frozen=True)
class Cost:
    """The cost of pre-training; FLOPs (forward pass) and activations are for one sequence."""

    parameters: int
    flops: int
    activations: int

    @property
    def training_flops(self) -> int:
        """FLOPs of the forward and backward pass of one sequence."""
        return 3 * self.flops

    def training_bytes(self, batch_size: int, precision: str = "float32") -> int:
        """Weights, gradients and LAMB's two moments in float32, and the activations of a batch.

        >>> [round(cost(config).training_bytes(32) / 1e9, 1) for config in (BERT_BASE, ALBERT_BASE)]
        [16.4, 14.8]
        """
        return 16 * self.parameters + batch_size * BYTES[precision] * self.activations


def cost(config: AlbertConfig, length: int = 512, predictions: int = 20) -> Cost:
    """The sums of `parameters`, `flops` and `activations`, with both heads of pre-training.

    >>> cost(ALBERT_BASE)
    Cost(parameters=11813810, flops=96896142336, activations=114394306)
    """
    return Cost(
        sum(parameters(config).values()),
        sum(flops(config, length, predictions).values()),
        sum(activations(config, length, predictions).values()),
    )


def comparison(length: int = 512, predictions: int = 20) -> dict[str, Cost]:
    """From BERT to ALBERT, one idea at a time, all with a vocabulary of 30,000.

    Millions of parameters, GFLOPs of training and millions of activations per sequence. Sharing
    alone changes only the first:

    >>> for name, c in comparison().items():
    ...     sizes = c.parameters / 1e6, c.training_flops / 1e9, c.activations / 1e6
    ...     print(f"{name:16}" + "".join(f"{size:8.1f}" for size in sizes))
    BERT-base          109.7   292.7   114.7
    factorized only     89.8   290.7   114.4
    shared only         31.7   292.7   114.7
    ALBERT-base         11.8   290.7   114.4
    ALBERT-large        17.8  1005.9   303.3
    """
    configs = {
        "BERT-base": BERT_BASE,
        "factorized only": replace(BERT_BASE, embedding_size=128),
        "shared only": replace(BERT_BASE, share_layers=True),
        "ALBERT-base": ALBERT_BASE,
        "ALBERT-large": ALBERT_LARGE,
    }
    return {name: cost(config, length, predictions) for name, config in configs.items()}
