"""ALBERT's encoder: factorized embeddings, then one shared transformer block, called L times.

Two ideas make ALBERT small. Factorization: the embeddings have width E, and a dense layer widens
them to H. Sharing: every layer calls the *same* block. Both can be switched off: with
``embedding_size=hidden_size`` and ``share_layers=False``, the model is a BERT.

Source: Lan et al., ALBERT (2020), section 3.1; Google's `modeling.py`.
"""

import keras
from keras import ops
from keras_nlp.layers import PositionEmbedding, ReversibleEmbedding, TransformerEncoder

from bioalbert_core.albert.variables import block_names
from bioalbert_core.config import AlbertConfig

EPSILON = 1e-12  # ALBERT's; Keras defaults to 1e-3, keras-nlp to 1e-5


def build_encoder(config: AlbertConfig) -> keras.Model:
    """The encoder as a functional Keras model.

    Inputs, each (batch, length) of int32: ``token_ids``, ``segment_ids``, ``padding_mask`` (1 for a
    token, 0 for padding).
    Outputs: ``sequence`` (batch, length, H), ``pooled`` (batch, H).

    >>> from bioalbert_core.config import ALBERT_TINY
    >>> build_encoder(ALBERT_TINY).count_params()
    355456
    """
    names = ("token_ids", "segment_ids", "padding_mask")
    inputs = {name: keras.Input((None,), dtype="int32", name=name) for name in names}

    # 1. A vector of width E for each token: what it is, where it is, and in which segment.
    x = _embed(config, inputs["token_ids"], inputs["segment_ids"])  # (batch, length, E)

    # 2. Factorization: one dense layer E x H widens the vectors; the vocabulary needs only V x E.
    if config.embedding_size != config.hidden_size:
        x = keras.layers.Dense(
            config.hidden_size, kernel_initializer=initializer(), name="embedding_projection"
        )(x)  # (batch, length, H)

    # 3. Sharing: ALBERT has one shared block (`block_names` returns one name), and every layer
    #    calls it. A BERT has a block for each layer.
    blocks = [transformer_block(config, name) for name in block_names(config)]
    for layer in range(config.num_layers):
        block = blocks[0] if config.share_layers else blocks[layer]
        x = block(x, padding_mask=inputs["padding_mask"])  # (batch, length, H)

    # 4. The vector of [CLS], the first token, stands for the whole sequence.
    pooler = keras.layers.Dense(
        config.hidden_size, activation="tanh", kernel_initializer=initializer(), name="pooler"
    )
    pooled = pooler(ops.take(x, 0, axis=1))  # (batch, H)
    return keras.Model(inputs, {"sequence": x, "pooled": pooled}, name="albert")


def _embed(config: AlbertConfig, token_ids, segment_ids):
    """The sum of token, position and segment embeddings, normalized: (batch, length, E)."""
    size = config.embedding_size
    token_embedding = ReversibleEmbedding(
        config.vocab_size, size, embeddings_initializer=initializer(), name="token_embedding"
    )
    position_embedding = PositionEmbedding(
        config.max_length, initializer=initializer(), name="position_embedding"
    )
    segment_embedding = keras.layers.Embedding(
        2, size, embeddings_initializer=initializer(), name="segment_embedding"
    )
    x = token_embedding(token_ids)  # (batch, length, E)
    x = keras.layers.Add(name="embeddings")(
        [x, position_embedding(x), segment_embedding(segment_ids)]
    )
    x = keras.layers.LayerNormalization(epsilon=EPSILON, name="embeddings_norm")(x)
    return keras.layers.Dropout(config.dropout, name="embeddings_dropout")(x)


def transformer_block(config: AlbertConfig, name: str) -> TransformerEncoder:
    """Self-attention and a feed-forward layer, each with a residual connection and a layer norm.

    (batch, length, H) to (batch, length, H). The attention itself is in keras-nlp; lesson 04 builds
    it by hand.
    """
    return TransformerEncoder(
        intermediate_dim=config.intermediate_size,
        num_heads=config.num_heads,
        dropout=config.dropout,
        activation=ACTIVATIONS[config.activation],
        layer_norm_epsilon=EPSILON,
        kernel_initializer=initializer(),
        name=name,
    )


def initializer() -> keras.initializers.Initializer:
    """ALBERT's: a truncated normal distribution with standard deviation 0.02."""
    return keras.initializers.TruncatedNormal(stddev=0.02)


def gelu_tanh(x):
    """GELU in its tanh approximation, as in Google's code."""
    return keras.activations.gelu(x, approximate=True)


def gelu_exact(x):
    """GELU, exact."""
    return keras.activations.gelu(x, approximate=False)


ACTIVATIONS = {"gelu_tanh": gelu_tanh, "gelu": gelu_exact}
