"""What the commands share: the options that name a network, and where they write."""

import argparse
import sys
from pathlib import Path

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.messages import gettext as _
from resnet_viz.spec import DEFAULT_PRESET, PRESETS, parse_classes, parse_input_shape, preset
from resnet_viz.spec.changes import with_changes


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a network."""
    parser.add_argument("--preset", help=", ".join(PRESETS))
    parser.add_argument("--input", help=_("side, or height x width, or height x width x channels, px"), metavar="SIZE")
    parser.add_argument("--classes", metavar="N")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help=_("change a field, such as stem.use_relu=on")
    )


def network_of(options: argparse.Namespace) -> NetworkSummary:
    """Return the network that the common options describe.

    Where they name no preset, a weights file decides: then they name its network afterwards.

    Raises:
        SpecError: If it cannot exist.
        WeightsError: If the weights file cannot be read, or it is open which network it holds.
    """
    if options.preset is None:
        _decide(options)
    shape = parse_input_shape(options.input) if options.input else None
    classes = parse_classes(options.classes) if options.classes else None
    spec = preset(options.preset, input_shape=shape, classes=classes)
    changes = dict(text.partition("=")[::2] for text in options.set)
    return analyse(with_changes(spec, changes))


def _decide(options: argparse.Namespace) -> None:
    weights = getattr(options, "weights", None)
    if weights is not None:
        from resnet_viz.cli.chosen_weights import is_file, network_from_file  # imports NumPy and more

        if is_file(weights):
            network_from_file(options)
    options.preset = options.preset or DEFAULT_PRESET


def write_out(path: Path | None, data: bytes) -> None:
    """Write to a file, or to standard output."""
    if path:
        path.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
