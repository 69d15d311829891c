"""A network with its weights as one ONNX file, as the terminal and the page write it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from resnet_viz.analysis import NetworkSummary
from resnet_viz.engine.arrays import Array, laid_out
from resnet_viz.engine.write import write
from resnet_viz.files import write_whole


def write_file(
    summary: NetworkSummary,
    arrays: Mapping[str, Array],
    about: Mapping[str, str],
    target: Path,
    *,
    folds: bool = False,
    on_share: Callable[[float], None] = lambda _share: None,
) -> int:
    """Write a network to a file and return the number of its operators.

    Args:
        summary: The network.
        arrays: All its arrays by ``layer/array``.
        about: What the file says of itself, by key.
        target: The file.
        folds: Every BatchNorm becomes part of the convolution before it.
        on_share: Hears which share is done.

    Raises:
        OSError: If the disk does not take it.
    """
    made = write(summary, laid_out(arrays), batch_norms="folded" if folds else "moving", about=about)
    on_share(0.6)
    data = made.whole().SerializeToString()
    on_share(0.8)
    write_whole(target, data)
    return len(made.model.graph.node)
