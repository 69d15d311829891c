"""The command ``graph``: the picture of the network."""

import argparse
import shutil
from pathlib import Path

import graphviz

from resnet_viz.cli.network import add_network, network_of, write_out
from resnet_viz.errors import ResNetVizError, SpecError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.viz.dot import draw


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_network(parser)
    parser.add_argument(
        "--open",
        default="",
        metavar="GROUPS",
        help=_("stages and blocks to draw open, with dots between, such as 3.3a; `all` for every layer"),
    )
    parser.add_argument("--format", choices=("dot", "svg", "png"), default="dot")
    parser.add_argument("--out", type=Path, metavar="FILE", help=_("standard output without it"))
    parser.set_defaults(run=_graph)


def _graph(options: argparse.Namespace) -> None:
    network = network_of(options)
    known = network.graph.groups
    opened = known if options.open == "all" else [group for group in options.open.split(".") if group]
    for group in opened:
        if group not in known:
            rule = _("a stage or a block of this network")
            raise SpecError(broken_rule("--open", rule, group, did_you_mean(group, known)))
    stages = [group.rstrip("abcdefghijklmnopqrstuvwxyz") for group in opened]
    drawing = draw(network, {*opened, *stages})
    data = drawing.dot.encode()
    if options.format != "dot":
        data = _laid_out(drawing.dot, options.format)
    write_out(options.out, data)


def _laid_out(dot: str, picture_format: str) -> bytes:
    if shutil.which("dot") is None:
        raise ResNetVizError(
            _(
                "`--format {format}` needs Graphviz's `dot` program, which is not installed: install Graphviz, or use `--format dot`."
            ).format(format=picture_format)
        )
    return bytes(graphviz.Source(dot).pipe(format=picture_format))
