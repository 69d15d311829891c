"""The command ``compare``: what differs from another preset."""

import argparse

from resnet_viz.cli.network import add_network, network_of
from resnet_viz.spec import preset
from resnet_viz.viz.sentences import sentences


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_network(parser)
    parser.add_argument("--against", required=True, metavar="PRESET")
    parser.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> None:
    after = network_of(options).graph.spec
    before = preset(options.against, input_shape=after.input_shape, classes=after.classes)
    for sentence in sentences(before, after):
        print(f"{sentence.text} ({sentence.effect})")
