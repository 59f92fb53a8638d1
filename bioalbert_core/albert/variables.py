"""Every variable of an ALBERT: its shape, and its name in this kit, at Google and Hugging Face.

A model consists of parts: always the encoder, and any of the others, each complete.
"""

import math
from dataclasses import dataclass

from bioalbert_core.config import AlbertConfig

PARTS = ("encoder", "pooler", "mlm_head", "sop_head", "tagger_head")

# part | our name | shape | Google's name | Hugging Face's name
# V tokens, P positions, E embedding, H hidden, N heads of width D, I intermediate, C labels.
# {block}, {google} and {face} are the three names of a transformer block.
_ROWS = """
encoder|token_embedding/embeddings   |V E|bert/embeddings/word_embeddings      |albert.embeddings.word_embeddings.weight
encoder|position_embedding/embeddings|P E|bert/embeddings/position_embeddings  |albert.embeddings.position_embeddings.weight
encoder|segment_embedding/embeddings |2 E|bert/embeddings/token_type_embeddings|albert.embeddings.token_type_embeddings.weight
encoder|embeddings_norm/gamma        |E  |bert/embeddings/LayerNorm/gamma      |albert.embeddings.LayerNorm.weight
encoder|embeddings_norm/beta         |E  |bert/embeddings/LayerNorm/beta       |albert.embeddings.LayerNorm.bias
encoder|embedding_projection/kernel  |E H|bert/encoder/embedding_hidden_mapping_in/kernel|albert.encoder.embedding_hidden_mapping_in.weight
encoder|embedding_projection/bias    |H  |bert/encoder/embedding_hidden_mapping_in/bias  |albert.encoder.embedding_hidden_mapping_in.bias
pooler|pooler/kernel|H H|bert/pooler/dense/kernel|albert.pooler.weight
pooler|pooler/bias  |H  |bert/pooler/dense/bias  |albert.pooler.bias
mlm_head|mlm_head/transform/kernel    |H E|cls/predictions/transform/dense/kernel   |predictions.dense.weight
mlm_head|mlm_head/transform/bias      |E  |cls/predictions/transform/dense/bias     |predictions.dense.bias
mlm_head|mlm_head/transform_norm/gamma|E  |cls/predictions/transform/LayerNorm/gamma|predictions.LayerNorm.weight
mlm_head|mlm_head/transform_norm/beta |E  |cls/predictions/transform/LayerNorm/beta |predictions.LayerNorm.bias
mlm_head|mlm_head/output_bias         |V  |cls/predictions/output_bias              |predictions.bias
sop_head|sop_head/kernel|H 2|cls/seq_relationship/output_weights|sop_classifier.classifier.weight
sop_head|sop_head/bias  |2  |cls/seq_relationship/output_bias   |sop_classifier.classifier.bias
tagger_head|tagger_head/kernel|H C|output_weights|classifier.weight
tagger_head|tagger_head/bias  |C  |output_bias   |classifier.bias
"""  # noqa: E501
_BLOCK_ROWS = """
encoder|{block}/self_attention_layer/query/kernel           |H N D|{google}/attention_1/self/query/kernel       |{face}.attention.query.weight
encoder|{block}/self_attention_layer/query/bias             |N D  |{google}/attention_1/self/query/bias         |{face}.attention.query.bias
encoder|{block}/self_attention_layer/key/kernel             |H N D|{google}/attention_1/self/key/kernel         |{face}.attention.key.weight
encoder|{block}/self_attention_layer/key/bias               |N D  |{google}/attention_1/self/key/bias           |{face}.attention.key.bias
encoder|{block}/self_attention_layer/value/kernel           |H N D|{google}/attention_1/self/value/kernel       |{face}.attention.value.weight
encoder|{block}/self_attention_layer/value/bias             |N D  |{google}/attention_1/self/value/bias         |{face}.attention.value.bias
encoder|{block}/self_attention_layer/attention_output/kernel|N D H|{google}/attention_1/output/dense/kernel     |{face}.attention.dense.weight
encoder|{block}/self_attention_layer/attention_output/bias  |H    |{google}/attention_1/output/dense/bias       |{face}.attention.dense.bias
encoder|{block}/self_attention_layer_norm/gamma             |H    |{google}/LayerNorm/gamma                     |{face}.attention.LayerNorm.weight
encoder|{block}/self_attention_layer_norm/beta              |H    |{google}/LayerNorm/beta                      |{face}.attention.LayerNorm.bias
encoder|{block}/feedforward_intermediate_dense/kernel       |H I  |{google}/ffn_1/intermediate/dense/kernel     |{face}.ffn.weight
encoder|{block}/feedforward_intermediate_dense/bias         |I    |{google}/ffn_1/intermediate/dense/bias       |{face}.ffn.bias
encoder|{block}/feedforward_output_dense/kernel             |I H  |{google}/ffn_1/intermediate/output/dense/kernel|{face}.ffn_output.weight
encoder|{block}/feedforward_output_dense/bias               |H    |{google}/ffn_1/intermediate/output/dense/bias|{face}.ffn_output.bias
encoder|{block}/feedforward_layer_norm/gamma                |H    |{google}/LayerNorm_1/gamma                   |{face}.full_layer_layer_norm.weight
encoder|{block}/feedforward_layer_norm/beta                 |H    |{google}/LayerNorm_1/beta                    |{face}.full_layer_layer_norm.bias
"""  # noqa: E501


@dataclass(frozen=True)
class Variable:
    """One variable: its part, its names, and its shape in Keras."""

    part: str
    name: str
    shape: tuple[int, ...]
    google: str
    huggingface: str

    @property
    def flat_shape(self) -> tuple[int, ...]:
        """Its shape with the attention heads joined into one axis, as other programs store it.

        >>> from bioalbert_core.config import ALBERT_BASE
        >>> query = variables(ALBERT_BASE)[7]
        >>> query.name, query.shape, query.flat_shape
        ('shared_block/self_attention_layer/query/kernel', (768, 12, 64), (768, 768))
        """
        if self.name.endswith("attention_output/kernel"):
            return (math.prod(self.shape[:-1]), self.shape[-1])
        if "/self_attention_layer/" in self.name:
            return (*self.shape[:-2], math.prod(self.shape[-2:]))
        return self.shape


def variables(
    config: AlbertConfig, parts: tuple[str, ...] = PARTS[:4], num_labels: int = 2
) -> list[Variable]:
    """The variables of a model with these parts (by default, the pre-training model).

    Source: the released BioALBERT checkpoint for Google's names; `AlbertForPreTraining` and
    `AlbertForTokenClassification` for Hugging Face's.

    >>> from bioalbert_core.config import ALBERT_BASE
    >>> sum(math.prod(variable.shape) for variable in variables(ALBERT_BASE))
    11813810
    """
    heads = config.num_heads
    sizes = {
        "V": config.vocab_size,
        "P": config.max_length,
        "E": config.embedding_size,
        "H": config.hidden_size,
        "N": heads,
        "D": config.hidden_size // heads,
        "I": config.intermediate_size,
        "C": num_labels,
        "2": 2,
    }
    table = [row.split("|") for row in _rows(config)]
    return [
        Variable(part, name.strip(), tuple(sizes[s] for s in shape.split()), google.strip(), face)
        for part, name, shape, google, face in table
        if part in parts
    ]


def part_of(name: str) -> str:
    """The part of the variable with this name.

    >>> part_of("sop_head/bias"), part_of("embeddings_norm/beta")
    ('sop_head', 'encoder')
    """
    first = name.split("/")[0]
    return first if first in PARTS else "encoder"


def block_names(config: AlbertConfig) -> list[str]:
    """The names of the transformer blocks: one that all layers share, or one per layer.

    >>> block_names(AlbertConfig(num_layers=2))
    ['shared_block']
    >>> block_names(AlbertConfig(num_layers=2, share_layers=False))
    ['block_0', 'block_1']
    """
    if config.share_layers:
        return ["shared_block"]
    return [f"block_{layer}" for layer in range(config.num_layers)]


def _rows(config: AlbertConfig) -> list[str]:
    rows = _ROWS.strip().splitlines()
    if config.embedding_size == config.hidden_size:
        rows = [row for row in rows if "embedding_projection" not in row]
    blocks = [
        _BLOCK_ROWS.strip().format(
            block=name,
            google=f"bert/encoder/transformer/group_{group}/inner_group_0",
            face=f"albert.encoder.albert_layer_groups.{group}.albert_layers.0",
        )
        for group, name in enumerate(block_names(config))
    ]
    first_head = next(number for number, row in enumerate(rows) if row.startswith("pooler"))
    return [*rows[:first_head], *"\n".join(blocks).splitlines(), *rows[first_head:]]
