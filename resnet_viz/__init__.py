"""ResNet Viz: a residual network from its specification to its activations.

The specification's own constructors are importable from here; they need Keras, so they load only when asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.model.blocks import ResNet50, convolution_block, identity_block

__all__ = ["ResNet50", "convolution_block", "identity_block"]


def __getattr__(name: str) -> Any:
    """Load a constructor, and Keras with it, on first use."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from resnet_viz.model import blocks  # noqa: PLC0415 - lazy on purpose: importing Keras takes seconds

    return getattr(blocks, name)
