"""What a text names in a network: a surgery, a cell of a map; checked against what the network has."""

from resnet_viz.analysis import NetworkSummary
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.salvage import left_out
from resnet_viz.spec.surgery import Surgery, parse_surgery
from resnet_viz.spec.surgery import surviving_surgery as surviving_parts


def surgery_of(text: str, summary: NetworkSummary) -> Surgery:
    """Return the surgery that a text describes, on that network.

    Raises:
        SpecError: If the network does not have what it names.
    """
    return parse_surgery(text, summary.graph, _channels(summary))


def surviving_surgery(text: str, summary: NetworkSummary) -> tuple[Surgery, list[str]]:
    """Return what a network allows of the surgery that a text describes, and a sentence for each part it does not."""
    surgery, broken = surviving_parts(text, summary.graph, _channels(summary))
    return surgery, [left_out((part,), sentence) for part, sentence in broken.items()]


def _channels(summary: NetworkSummary) -> dict[str, int]:
    return {record.node.id: record.output_shape[-1] for record in summary.records[1:]}


def pixel_of(text: str, summary: NetworkSummary) -> tuple[str, tuple[int, int, int]] | None:
    """Return the layer and (row, column, channel) of ``LAYER:ROW.COLUMN.CHANNEL``, or None if the network lacks it."""
    node, _colon, numbers = text.partition(":")
    found = [number for part in numbers.split(".", 3) if (number := whole_of(part)) is not None and number >= 0]
    if node not in summary.by_id or len(found) != 3 or numbers.count(".") != 2:
        return None
    row, column, channel = found
    shape = summary.by_id[node].output_shape
    height, width = shape[:2] if len(shape) == 3 else (1, 1)
    return (node, (row, column, channel)) if row < height and column < width and channel < shape[-1] else None
