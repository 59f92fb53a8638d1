"""All settings of the kit: frozen dataclasses, and presets from ``tiny`` to the paper's."""

from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True)
class AlbertConfig:
    """The shape of an ALBERT (paper, Table I; ALBERT v2 where the paper is silent)."""

    vocab_size: int = 30_000
    """Tokens in the vocabulary."""
    embedding_size: int = 128
    """E, the size of the factorized embeddings."""
    hidden_size: int = 768
    """H, the hidden size of the transformer block."""
    num_layers: int = 12
    """L, the number of layers."""
    num_heads: int = 12
    """Attention heads; H must be a multiple of their number."""
    intermediate_size: int = 3072
    """Size of the feed-forward layer in the block."""
    max_length: int = 512
    """Longest sequence, in tokens."""
    dropout: float = 0.0
    """Dropout rate; 0 in ALBERT v2 and in the released BioALBERT."""
    activation: Literal["gelu_tanh", "gelu"] = "gelu_tanh"
    """GELU in the blocks and the MLM head: Google's tanh approximation, or the exact one."""
    share_layers: bool = True
    """One block for all layers, as in ALBERT; False: one block per layer, as in BERT."""


ALBERT_TINY = AlbertConfig(
    vocab_size=2000,
    embedding_size=64,
    hidden_size=128,
    num_layers=3,
    num_heads=4,
    intermediate_size=512,
    max_length=64,
)
ALBERT_SMALL = AlbertConfig(
    vocab_size=8000,
    hidden_size=256,
    num_layers=4,
    num_heads=4,
    intermediate_size=1024,
    max_length=128,
)
ALBERT_BASE = AlbertConfig()
ALBERT_LARGE = AlbertConfig(hidden_size=1024, num_layers=24, num_heads=16, intermediate_size=4096)


Documents = Literal["file", "blank-line", "line", "sentences", "jsonl"]
"""How text files are split into documents; `CorpusConfig` explains the choices."""


@dataclass(frozen=True)
class CorpusConfig:
    """How documents become clean sentences."""

    documents: Documents = "file"
    """How to split a text file into documents. file: the whole file is one; blank-line: a blank
    line separates them; line: one a line; sentences: ALBERT's own input format, one sentence a line
    (kept as it is) and a blank line between documents; jsonl: one JSON object a line, with "title",
    "abstract" or "text", and optionally "id". Files named .jsonl are always read as jsonl."""
    drop_duplicates: bool = False
    """Drop documents whose text is an exact copy of an earlier one."""
    skip_broken: bool = False
    """Skip and report corrupt input: one document of a text file with several, or the rest of any
    other file after the first error."""


@dataclass(frozen=True)
class InstanceConfig:
    """How sentences become MLM + SOP instances (ALBERT's `create_pretraining_data`)."""

    seq_len: int = 512
    """Length of an instance in tokens, special tokens included."""
    max_predictions: int = 20
    """Maximum number of masked tokens in an instance."""
    dupe_factor: int | None = None
    """Passes over the corpus, each with different chunks and masks. Default: 5 with static masks,
    as for the paper's best model, and 1 with dynamic masks."""
    pair: Literal["sop", "nsp", "none"] = "sop"
    """The second task: sentence order (ALBERT), next sentence (BERT), or none."""
    masking: Literal["static", "dynamic"] = "static"
    """Draw the masks once per pass, or anew each time an instance is loaded."""
    format: Literal["npy", "tfrecord"] = "npy"
    """NumPy for this kit, or TFRecord with ALBERT's features for other programs."""
    held_out: float = 0.05
    """Share of documents held out of training to measure progress."""
    seed: int = 0
    """Seed of every random choice."""

    @property
    def passes(self) -> int:
        """How often each document is used.

        >>> InstanceConfig().passes, InstanceConfig(masking="dynamic").passes
        (5, 1)
        """
        return self.dupe_factor or (5 if self.masking == "static" else 1)


@dataclass(frozen=True)
class PretrainConfig:
    """A pre-training run: the model and how it is trained (paper, Tables I and II)."""

    model: AlbertConfig = field(default_factory=AlbertConfig)
    steps: int = 200_000
    batch_size: int = 1024
    micro_batch: int | None = None
    """Instances on the device at a time; their gradients are added up. None: the whole batch."""
    optimizer: Literal["lamb", "adamw"] = "lamb"
    peak_learning_rate: float = 0.00176
    warmup_steps: int = 3125
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    """Number format of the computation; the weights stay float32."""
    evaluate_every: int = 5000
    """Steps between two evaluations on held-out documents, each with a checkpoint."""
    evaluate_batches: int = 100
    """Held-out batches in an evaluation: a sample spread over all that is held out."""
    start: Literal["random", "data-driven"] = "random"
    """Without --init: random weights, or those of `pretrain.data_driven_start`."""
    on_divergence: Literal["stop", "roll-back"] = "stop"
    """If the loss diverges: stop, or roll back to the latest checkpoint and skip the batches
    since."""


PRETRAIN_PRESETS = {
    "tiny": PretrainConfig(
        model=ALBERT_TINY,
        steps=800,
        batch_size=32,
        peak_learning_rate=0.005,
        warmup_steps=80,
        evaluate_every=200,
    ),
    "small": PretrainConfig(
        model=ALBERT_SMALL,
        steps=16_000,
        batch_size=32,
        peak_learning_rate=0.003,
        warmup_steps=500,
        precision="mixed_bfloat16",
        evaluate_every=1000,
        evaluate_batches=50,
        start="data-driven",
    ),
    "bioalbert-1.0-pubmed": PretrainConfig(model=ALBERT_BASE),
    # The runs on PubMed + PMC go on from those on PubMed (--init), 470,000 steps in all.
    "bioalbert-1.0-pubmed-pmc": PretrainConfig(model=ALBERT_BASE, steps=270_000),
    "bioalbert-1.1-pubmed": PretrainConfig(model=ALBERT_LARGE, batch_size=256),
    # Table I has this rate for all of version 1.1, the text (III.A) for this run alone; here the
    # text is followed. 0.00062 = 0.00176 / 2**1.5.
    "bioalbert-1.1-pubmed-pmc": PretrainConfig(
        model=ALBERT_LARGE, batch_size=256, steps=270_000, peak_learning_rate=0.00062
    ),
}


@dataclass(frozen=True)
class FinetuneConfig:
    """Fine-tuning on BIO data (paper, Table III)."""

    steps: int = 5336
    batch_size: int = 32
    peak_learning_rate: float = 1e-5
    warmup_steps: int = 320
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    max_length: int = 512
    evaluate_every: int = 200
    """Steps between two looks at the devel splits, each with a checkpoint."""
    start: Literal["pretrained", "random", "bert"] = "pretrained"
    """The run's weights; random ones of its shape; or random ones of a BERT of its widths, with a
    block for each layer and embeddings as wide as the layers."""
    head: Literal["softmax", "crf"] = "softmax"
    """What chooses labels: a softmax for each word alone, or a CRF for a sentence together."""
    gazetteer: bool = False
    """Add a gazetteer feature: each word's label in a dictionary of the training mentions."""
    class_weights: bool = False
    """Weight rare labels more: by the square root of how much rarer they are than "O"."""
    with_devel: bool = False
    """Learn from the devel split too, and keep the last weights instead of the best on devel."""


FINETUNE_PRESETS = {
    # From small models, on two cores. The CRF is not the paper's; for them it is worth points.
    "quick": FinetuneConfig(
        steps=1000,
        peak_learning_rate=5e-4,
        warmup_steps=100,
        max_length=128,
        evaluate_every=200,
        head="crf",
    ),
    "paper": FinetuneConfig(),
}


def with_steps(
    config: PretrainConfig | FinetuneConfig, steps: int
) -> PretrainConfig | FinetuneConfig:
    """The config for another number of steps; the warm-up keeps its share of them.

    >>> with_steps(FINETUNE_PRESETS["quick"], 300).warmup_steps
    30
    """
    warmup_steps = round(config.warmup_steps * steps / config.steps)
    return replace(config, steps=steps, warmup_steps=warmup_steps)
