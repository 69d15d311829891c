"""What can be counted or measured of a layer, under the names that links, colours and charts share."""

from collections.abc import Callable
from typing import NamedTuple

from resnet_viz.analysis.summary import LayerRecord

COUNTS = ("parameters", "macs", "activation_bytes")
"""Columns of a network's account that add up over its layers."""


class Measure(NamedTuple):
    """A number of every layer.

    Attributes:
        of: Gives it.
        is_sum: Whether several layers together have the sum of theirs; else they have the last one's.
    """

    of: Callable[[LayerRecord], float]
    is_sum: bool


MEASURES: dict[str, Measure] = {
    "parameters": Measure(lambda record: record.parameters, is_sum=True),
    "macs": Measure(lambda record: record.macs, is_sum=True),
    "memory": Measure(lambda record: record.activation_bytes, is_sum=True),
    "receptive_field": Measure(lambda record: record.field.height.size, is_sum=False),
    "side": Measure(
        lambda record: record.output_shape[0] if len(record.output_shape) == 3 else 0,
        is_sum=False,
    ),
}
OWN = "own"
"""The name of a person's own numbers, beside `MEASURES`."""
