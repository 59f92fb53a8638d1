"""Heads on top of the encoder: MLM and SOP for pre-training, a label per token for tagging."""

import keras
from keras import ops

from bioalbert_core.albert.encoder import ACTIVATIONS, EPSILON, build_encoder, initializer
from bioalbert_core.config import AlbertConfig


class MaskedLMHead(keras.layers.Layer):
    """Logits over the vocabulary, at the masked positions only.

    The output matrix is the token embedding again (tied weights), so the head adds few parameters.
    keras-nlp has a head of this name, but its layer norm keeps another epsilon, so its logits
    differ from ALBERT's.

    Args:
        token_embedding: the encoder's `ReversibleEmbedding`.
        activation: the name of the GELU, as in `AlbertConfig`.

    Source: Google's `run_pretraining.py`, `get_masked_lm_output`.
    """

    def __init__(
        self, token_embedding: keras.layers.Layer, activation: str = "gelu_tanh", **kwargs
    ) -> None:
        super().__init__(**kwargs)
        self.token_embedding = token_embedding
        self.dense = keras.layers.Dense(
            token_embedding.output_dim,
            activation=ACTIVATIONS[activation],
            kernel_initializer=initializer(),
            name="transform",
        )
        self.norm = keras.layers.LayerNormalization(epsilon=EPSILON, name="transform_norm")

    def call(self, sequence, positions):
        """(batch, length, H) and (batch, predictions) to (batch, predictions, vocab)."""
        # 1. Pick the vectors at the masked positions.
        x = ops.take_along_axis(
            sequence, ops.expand_dims(positions, -1), axis=1
        )  # (batch, predictions, H)
        # 2. Narrow them to the width of the embeddings.
        x = self.norm(self.dense(x))  # (batch, predictions, E)
        # 3. Compare each with every token embedding.
        logits = self.token_embedding(x, reverse=True)  # (batch, predictions, vocab)
        return logits + self.output_bias

    def build(self, sequence_shape, positions_shape) -> None:
        """Create the weights for a sequence of width H."""
        self.dense.build(sequence_shape)
        self.norm.build((*sequence_shape[:-1], self.token_embedding.output_dim))
        self.output_bias = self.add_weight(
            shape=(self.token_embedding.input_dim,), initializer="zeros", name="output_bias"
        )


def build_pretraining_model(config: AlbertConfig) -> keras.Model:
    """The encoder with both heads of pre-training.

    Inputs: the encoder's, and ``masked_positions`` (batch, predictions).
    Outputs: ``mlm`` logits (batch, predictions, vocab), ``sop`` logits (batch, 2).

    >>> from bioalbert_core.config import ALBERT_TINY
    >>> {name: x.shape for name, x in build_pretraining_model(ALBERT_TINY).output.items()}
    {'mlm': (None, None, 2000), 'sop': (None, 2)}
    """
    encoder = build_encoder(config)
    positions = keras.Input((None,), dtype="int32", name="masked_positions")
    mlm = MaskedLMHead(encoder.get_layer("token_embedding"), config.activation, name="mlm_head")
    sop = keras.layers.Dense(2, kernel_initializer=initializer(), name="sop_head")
    return keras.Model(
        {**encoder.input, "masked_positions": positions},
        {
            "mlm": mlm(encoder.output["sequence"], positions),  # (batch, predictions, vocab)
            "sop": sop(encoder.output["pooled"]),  # (batch, 2)
        },
        name="pretraining",
    )


def build_tagger(config: AlbertConfig, num_labels: int) -> keras.Model:
    """The encoder with a label for each token.

    Inputs: the encoder's. Output: logits (batch, length, labels).
    """
    encoder = build_encoder(config)
    x = encoder.output["sequence"]  # (batch, length, H)
    x = keras.layers.Dropout(0.1, name="tagger_dropout")(x)
    head = keras.layers.Dense(num_labels, kernel_initializer=initializer(), name="tagger_head")
    return keras.Model(dict(encoder.input), head(x), name="tagger")  # (batch, length, labels)
