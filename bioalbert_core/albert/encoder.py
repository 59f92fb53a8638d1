"""ALBERT's encoder: factorized embeddings, then one transformer block used L times.

The two ideas that make ALBERT small are a few lines below: the embeddings have width E and a dense
layer widens them to H (factorization), and the loop calls the *same* block L times (sharing). Both
can be set otherwise: with ``embedding_size=hidden_size`` and ``share_layers=False`` it is a BERT.
"""

import keras
from keras import ops
from keras_nlp.layers import PositionEmbedding, ReversibleEmbedding, TransformerEncoder

from bioalbert_core.albert.variables import layer_names
from bioalbert_core.config import AlbertConfig

EPSILON = 1e-12  # ALBERT's; the default of Keras (1e-3) and of keras-nlp (1e-5) are others


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


def transformer_block(config: AlbertConfig, name: str) -> TransformerEncoder:
    """Self-attention and a feed-forward layer, each followed by residual and layer norm."""
    return TransformerEncoder(
        intermediate_dim=config.intermediate_size,
        num_heads=config.num_heads,
        dropout=config.dropout,
        activation=ACTIVATIONS[config.activation],
        layer_norm_epsilon=EPSILON,
        kernel_initializer=initializer(),
        name=name,
    )


def build_encoder(config: AlbertConfig) -> keras.Model:
    """The encoder as a functional Keras model.

    Inputs, each (batch, length) of int32: ``token_ids``, ``segment_ids``, ``padding_mask``.
    Outputs: ``sequence`` (batch, length, hidden), ``pooled`` (batch, hidden).

    Source: Lan et al., ALBERT; Google's `modeling.py`. Agrees with `keras_hub`'s `AlbertBackbone`.

    >>> from bioalbert_core.config import ALBERT_TINY
    >>> build_encoder(ALBERT_TINY).count_params()
    355456
    """
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    segment_ids = keras.Input((None,), dtype="int32", name="segment_ids")
    padding_mask = keras.Input((None,), dtype="int32", name="padding_mask")

    # Embeddings of width E.
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
    x = keras.layers.Dropout(config.dropout, name="embeddings_dropout")(x)

    # Factorization: E is widened to H once, instead of a table of vocab_size x H.
    if config.embedding_size != config.hidden_size:
        x = keras.layers.Dense(
            config.hidden_size, kernel_initializer=initializer(), name="embedding_projection"
        )(x)  # (batch, length, H)

    # Sharing: the L layers have one name, so that there is one block, called L times.
    names = layer_names(config)
    blocks = {name: transformer_block(config, name) for name in dict.fromkeys(names)}
    for name in names:
        x = blocks[name](x, padding_mask=padding_mask)

    pooled = keras.layers.Dense(
        config.hidden_size, activation="tanh", kernel_initializer=initializer(), name="pooler"
    )(ops.take(x, 0, axis=1))  # (batch, H), from [CLS]
    return keras.Model(
        {"token_ids": token_ids, "segment_ids": segment_ids, "padding_mask": padding_mask},
        {"sequence": x, "pooled": pooled},
        name="albert",
    )
