"""Attention's projections as one product of two matrices each: the same numbers, sooner on a CPU.

Keras writes the projections to queries, keys and values, and the one back, as an einsum over three
axes. TensorFlow then makes the gradient of their weights from a product for each instance, and adds
up the biases' axis by axis. As a plain matrix product, with the axes put right by reshaping, a
training step of ALBERT-base is shorter (tests/bench/pretrain_speed.py); to XLA both are the same.
"""

import math

import keras
from keras import ops


class MatrixProjection(keras.layers.EinsumDense):
    """An `EinsumDense` of `keras.layers.MultiHeadAttention`, computed with `ops.matmul`.

    The input is (batch, length, ...); all axes from the third on are contracted with the first ones
    of the kernel, as in ``abc,cde->abde`` and in ``abcd,cde->abe``.
    """

    def call(self, inputs, training=None):
        """(batch, length, ...) to (batch, length, ...)."""
        contracted = len(inputs.shape) - 2
        rows = math.prod(self.kernel.shape[:contracted])
        outside = ops.shape(inputs)[:2]
        x = ops.reshape(inputs, (*outside, rows))
        x = ops.matmul(x, ops.reshape(self.kernel, (rows, -1)))
        if self.bias is not None:
            x = ops.add(x, ops.reshape(self.bias, (-1,)))
        return ops.reshape(x, (*outside, *self.kernel.shape[contracted:]))


def project_by_matrices(block: keras.layers.Layer) -> None:
    """Let the projections of a built transformer block be computed so; weights stay as they are."""
    for layer in block._flatten_layers():
        if type(layer) is keras.layers.EinsumDense:
            layer.__class__ = MatrixProjection
