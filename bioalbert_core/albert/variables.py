"""Every variable of an ALBERT: its shape, and its names here, at Google's and at Hugging Face's.

A model is made of parts. The encoder is always there; any other part is there whole or not at all.
"""

import math
from dataclasses import dataclass

from bioalbert_core.config import AlbertConfig

PARTS = ("encoder", "pooler", "mlm_head", "sop_head", "tagger_head")

# part | name here | shape | Google's name | Hugging Face's name
# V pieces, P positions, E embedding, H hidden, N heads of D, I intermediate, C labels; {block} and
# {g} name a transformer block, {theirs} stands for Google's long path to it.
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
encoder|{block}/self_attention_layer/query/kernel           |H N D|{theirs}/attention_1/self/query/kernel       |{g}.attention.query.weight
encoder|{block}/self_attention_layer/query/bias             |N D  |{theirs}/attention_1/self/query/bias         |{g}.attention.query.bias
encoder|{block}/self_attention_layer/key/kernel             |H N D|{theirs}/attention_1/self/key/kernel         |{g}.attention.key.weight
encoder|{block}/self_attention_layer/key/bias               |N D  |{theirs}/attention_1/self/key/bias           |{g}.attention.key.bias
encoder|{block}/self_attention_layer/value/kernel           |H N D|{theirs}/attention_1/self/value/kernel       |{g}.attention.value.weight
encoder|{block}/self_attention_layer/value/bias             |N D  |{theirs}/attention_1/self/value/bias         |{g}.attention.value.bias
encoder|{block}/self_attention_layer/attention_output/kernel|N D H|{theirs}/attention_1/output/dense/kernel     |{g}.attention.dense.weight
encoder|{block}/self_attention_layer/attention_output/bias  |H    |{theirs}/attention_1/output/dense/bias       |{g}.attention.dense.bias
encoder|{block}/self_attention_layer_norm/gamma             |H    |{theirs}/LayerNorm/gamma                     |{g}.attention.LayerNorm.weight
encoder|{block}/self_attention_layer_norm/beta              |H    |{theirs}/LayerNorm/beta                      |{g}.attention.LayerNorm.bias
encoder|{block}/feedforward_intermediate_dense/kernel       |H I  |{theirs}/ffn_1/intermediate/dense/kernel     |{g}.ffn.weight
encoder|{block}/feedforward_intermediate_dense/bias         |I    |{theirs}/ffn_1/intermediate/dense/bias       |{g}.ffn.bias
encoder|{block}/feedforward_output_dense/kernel             |I H  |{theirs}/ffn_1/intermediate/output/dense/kernel|{g}.ffn_output.weight
encoder|{block}/feedforward_output_dense/bias               |H    |{theirs}/ffn_1/intermediate/output/dense/bias|{g}.ffn_output.bias
encoder|{block}/feedforward_layer_norm/gamma                |H    |{theirs}/LayerNorm_1/gamma                   |{g}.full_layer_layer_norm.weight
encoder|{block}/feedforward_layer_norm/beta                 |H    |{theirs}/LayerNorm_1/beta                    |{g}.full_layer_layer_norm.bias
"""  # noqa: E501


@dataclass(frozen=True)
class Variable:
    """One variable: where it belongs, what it is called, and its shape in Keras."""

    part: str
    name: str
    shape: tuple[int, ...]
    google: str
    huggingface: str

    @property
    def flat_shape(self) -> tuple[int, ...]:
        """Its shape at Google's, where the heads of attention share one axis.

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
    """The variables of a model that has these parts; those of the pre-training model by default.

    Source: Google's names are those of the released BioALBERT checkpoint, Hugging Face's those of
    `AlbertForPreTraining` and `AlbertForTokenClassification`.

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
    """The part that a variable of this name belongs to.

    >>> part_of("sop_head/bias"), part_of("embeddings_norm/beta")
    ('sop_head', 'encoder')
    """
    first = name.split("/")[0]
    return first if first in PARTS else "encoder"


def layer_names(config: AlbertConfig) -> list[str]:
    """For each layer the name of its transformer block: one for all, or one for each.

    >>> layer_names(AlbertConfig(num_layers=2)), layer_names(AlbertConfig(num_layers=1))
    (['shared_block', 'shared_block'], ['shared_block'])
    """
    if config.share_layers:
        return ["shared_block"] * config.num_layers
    return [f"block_{number}" for number in range(config.num_layers)]


def _rows(config: AlbertConfig) -> list[str]:
    rows = _ROWS.strip().splitlines()
    if config.embedding_size == config.hidden_size:
        rows = [row for row in rows if "embedding_projection" not in row]
    blocks = [
        _BLOCK_ROWS.strip().format(
            block=name,
            theirs=f"bert/encoder/transformer/group_{group}/inner_group_0",
            g=f"albert.encoder.albert_layer_groups.{group}.albert_layers.0",
        )
        for group, name in enumerate(dict.fromkeys(layer_names(config)))
    ]
    first_head = next(number for number, row in enumerate(rows) if row.startswith("pooler"))
    return [*rows[:first_head], *"\n".join(blocks).splitlines(), *rows[first_head:]]
