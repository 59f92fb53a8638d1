"""What stands on the encoder: MLM and SOP for pre-training, a label per piece for tagging."""

import keras
from keras import ops

from bioalbert_core.albert.encoder import ACTIVATIONS, EPSILON, build_encoder, initializer
from bioalbert_core.config import AlbertConfig


class MaskedLMHead(keras.layers.Layer):
    """Logits over the vocabulary at the masked positions only.

    Gather, dense H -> E, GELU, layer norm, then the token embeddings again as the output table
    (tied), plus a bias for each piece. keras-nlp has a head of this name whose layer norm keeps
    another epsilon, so that its logits differ from ALBERT's.

    Args:
        token_embedding: the encoder's `ReversibleEmbedding`.
        activation: name of the GELU, as in `AlbertConfig`.
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

    def build(self, sequence_shape, positions_shape) -> None:
        """Make the weights for a sequence output of width H."""
        self.dense.build(sequence_shape)
        self.norm.build((*sequence_shape[:-1], self.token_embedding.output_dim))
        self.output_bias = self.add_weight(
            shape=(self.token_embedding.input_dim,), initializer="zeros", name="output_bias"
        )

    def call(self, sequence, positions):
        """(batch, length, H) and (batch, predictions) to (batch, predictions, vocab)."""
        x = ops.take_along_axis(sequence, ops.expand_dims(positions, -1), axis=1)
        x = self.norm(self.dense(x))
        return self.token_embedding(x, reverse=True) + self.output_bias


def build_pretraining_model(config: AlbertConfig) -> keras.Model:
    """Encoder with both pre-training heads.

    Inputs: the encoder's, and ``masked_positions`` (batch, predictions).
    Outputs: ``mlm`` logits (batch, predictions, vocab), ``sop`` logits (batch, 2).
    """
    encoder = build_encoder(config)
    masked_positions = keras.Input((None,), dtype="int32", name="masked_positions")
    head = MaskedLMHead(encoder.get_layer("token_embedding"), config.activation, name="mlm_head")
    sop = keras.layers.Dense(2, kernel_initializer=initializer(), name="sop_head")
    return keras.Model(
        {**_inputs(encoder), "masked_positions": masked_positions},
        {
            "mlm": head(encoder.output["sequence"], masked_positions),
            "sop": sop(encoder.output["pooled"]),
        },
        name="pretraining",
    )


def build_tagger(config: AlbertConfig, num_labels: int) -> keras.Model:
    """Encoder with a label for each piece.

    Inputs: the encoder's. Output: logits (batch, length, labels).
    """
    encoder = build_encoder(config)
    x = keras.layers.Dropout(0.1, name="tagger_dropout")(encoder.output["sequence"])
    logits = keras.layers.Dense(num_labels, kernel_initializer=initializer(), name="tagger_head")(x)
    return keras.Model(_inputs(encoder), logits, name="tagger")


def _inputs(encoder: keras.Model) -> dict:
    return dict(encoder.input)
