"""Look inside: the hidden states of each layer, and the attention of each head."""

import keras
import numpy as np
from keras import ops

from bioalbert_core.albert.variables import block_names
from bioalbert_core.config import AlbertConfig

INPUTS = ("token_ids", "segment_ids", "padding_mask")


def look_inside(
    model: keras.Model, config: AlbertConfig, inputs: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Run the encoder of a model layer by layer, and keep the intermediate results.

    Args:
        model: an encoder, pre-training model or tagger of this kit.
        config: its shape.
        inputs: ``token_ids``, ``segment_ids``, ``padding_mask``, each (batch, length).

    Returns:
        ``hidden_states`` (batch, layers + 1, length, H), beginning with the input of the first
        layer; ``attention`` (batch, layers, heads, length, length): at [..., i, j], how much token
        i attends to token j. It sums to 1 over j, and is 0 for padding.

    >>> from bioalbert_core.albert.encoder import build_encoder
    >>> from bioalbert_core.config import ALBERT_TINY
    >>> inputs = {name: np.ones((1, 5), "int32") for name in INPUTS}
    >>> look_inside(build_encoder(ALBERT_TINY), ALBERT_TINY, inputs)["attention"].shape
    (1, 3, 4, 5, 5)
    """
    projected = config.embedding_size != config.hidden_size
    start = model.get_layer("embedding_projection" if projected else "embeddings_dropout").output
    embed = keras.Model({name: model.input[name] for name in INPUTS}, start)
    x = embed({name: inputs[name] for name in INPUTS})
    hidden_states, attention = [x], []
    blocks = [model.get_layer(name) for name in block_names(config)]
    for layer in range(config.num_layers):
        block = blocks[0] if config.share_layers else blocks[layer]
        x, scores = block(x, padding_mask=inputs["padding_mask"], return_attention_scores=True)
        hidden_states.append(x)
        attention.append(scores)
    return {
        "hidden_states": ops.convert_to_numpy(ops.stack(hidden_states, axis=1)),
        "attention": ops.convert_to_numpy(ops.stack(attention, axis=1)),
    }
