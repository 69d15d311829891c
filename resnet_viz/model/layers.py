"""The two layers of the family that Keras does not have."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="resnet_viz")
class InfinityPadding(keras.layers.Layer):  # type: ignore[misc]
    """A frame of −∞ around a map, so that a max-pool never picks it (PyTorch's max-pool padding).

    Maps are ``(batch, height, width, channels)``.
    """

    def __init__(self, size: int, **options: Any) -> None:
        super().__init__(**options)
        self.size = size

    def call(self, x: Any) -> Any:
        """Return the map, `size` cells larger on every side."""
        frame = [[0, 0], [self.size, self.size], [self.size, self.size], [0, 0]]
        return ops.pad(x, frame, constant_values=-math.inf)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable(package="resnet_viz")
class ChannelPad(keras.layers.Layer):  # type: ignore[misc]
    """Option A of He et al. 2015: every `strides`-th cell, then channels of zeros behind the existing ones.

    Deviation: the paper does not say on which side the zeros stand; behind keeps channel numbers.
    """

    def __init__(self, filters: int, strides: int, **options: Any) -> None:
        super().__init__(**options)
        self.filters, self.strides = filters, strides

    def call(self, x: Any) -> Any:
        """Return ``(batch, ⌈height / s⌉, ⌈width / s⌉, filters)``."""
        missing = self.filters - x.shape[-1]
        return ops.pad(x[:, :: self.strides, :: self.strides, :], [[0, 0], [0, 0], [0, 0], [0, missing]])

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "filters": self.filters, "strides": self.strides}
