"""Parameters, multiply-accumulates and activation memory of one layer."""

import math

from resnet_viz.spec.layers import BatchNorm, Conv, Dense, Layer, Shape

FLOAT32_BYTES = 4


def parameter_counts(layer: Layer, shape: Shape) -> tuple[int, int]:
    """Return (trainable, non-trainable) parameters of a layer that reads `shape`.

    A convolution has k·k·C_in·C_out weights and C_out biases; a dense layer n_in·n_out weights and n_out biases; a
    BatchNorm γ and β (trainable), moving mean and variance (not) per channel, as Keras counts them.
    """
    match layer:
        case Conv(filters=filters, kernel_size=kernel, use_bias=use_bias):
            return kernel * kernel * shape[2] * filters + (filters if use_bias else 0), 0
        case BatchNorm():
            return 2 * shape[-1], 2 * shape[-1]
        case Dense(units=units):
            return shape[0] * units + units, 0
    return 0, 0


def multiply_accumulates(layer: Layer, shape: Shape, out: Shape) -> int:
    """Return the multiply-accumulates of a convolution or dense layer for one picture; other layers count 0.

    A convolution has h_out·w_out·C_out·k·k·C_in, from the shapes ``(height, width, channels)`` it reads and gives; a dense
    layer n_in·n_out. Padding cells count as read, as is usual; 1 MAC = 2 FLOPs.
    """
    match layer:
        case Conv(filters=filters, kernel_size=kernel):
            return out[0] * out[1] * filters * kernel * kernel * shape[2]
        case Dense(units=units):
            return shape[0] * units
    return 0


def activation_bytes(out: Shape) -> int:
    """Return the bytes of a layer's output for one picture in float32."""
    return math.prod(out) * FLOAT32_BYTES
