"""A network as Keras code: alone, or with its weights in a file beside it that it loads."""

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.keras_code import keras_file
from resnet_viz.files import whole
from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.weights.handing_on import Arrays, write_as

_CODE, _WEIGHTS = "network.py", "network.weights.h5"


def code(network: NetworkSummary, preset: str) -> str:
    """Return a Python file that builds a network with its random start."""
    return keras_file(network.graph, _title(network, preset))


def write_pair(network: NetworkSummary, arrays: Arrays, target: Path, about: Mapping[str, str]) -> Path:
    """Write the Python file of a network, and beside it the weights that it loads; return where those are.

    Args:
        network: The network.
        arrays: All its arrays by ``layer/array``.
        target: The Python file.
        about: What the files say of themselves, by key.

    Raises:
        OSError: If the disk does not take them.
    """
    weights = target.with_suffix(".weights.h5")  # Keras knows such files by this ending
    lines = [_title(network, about["preset"]), "", f"Weights: {about['weights']}, in {weights.name} beside this file."]
    if "random_layers" in about:
        lines.append(f"Random: {about['random_layers']}.")
    if "pixels" in about:
        lines.append(f"Pixels: {NORMALISATIONS[about['pixels']].formula()}.")
    write_as("keras-weights", network, arrays, weights, about)
    with whole(target) as work:
        work.write_text(keras_file(network.graph, "\n".join([*lines, ""]), weights.name), "utf-8")
    return weights


def write_archive(network: NetworkSummary, arrays: Arrays, target: Path, about: Mapping[str, str]) -> None:
    """Write both files as one zip.

    Raises:
        OSError: If the disk does not take it.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as folder, whole(target) as work:
        weights = write_pair(network, arrays, Path(folder, _CODE), about)
        with zipfile.ZipFile(work, "w") as archive:
            archive.write(Path(folder, _CODE), _CODE)
            archive.write(weights, _WEIGHTS)


def _title(network: NetworkSummary, preset: str) -> str:
    totals = network.totals
    return f"ResNet `{preset}`: {totals.parameters:,} parameters, {totals.macs:,} MACs."
