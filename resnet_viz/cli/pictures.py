"""A picture and a network, as the commands that look at one through the other share them."""

import argparse
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.backends import child_environment
from resnet_viz.cli.network import add_network, network_of
from resnet_viz.cli.weights import Weights, add_weights, read_weights, weights_text
from resnet_viz.errors import ImageError, broken_rule
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES, as_input, resized
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import gettext as _
from resnet_viz.spec.surgery import Surgery, parse_surgery
from resnet_viz.viz.origin import Origin


def add_picture(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a network, a picture and how the one receives the other."""
    add_network(parser)
    parser.add_argument("image", type=Path)
    add_weights(parser)
    parser.add_argument(
        "--surgery", default="", metavar="WHAT", help=_("such as drop:3b,cut:4a,silence:res3b_out:3+17")
    )
    parser.add_argument("--resize", choices=RESIZES, default="crop")
    parser.add_argument("--interpolation", choices=tuple(INTERPOLATIONS), default="bilinear")
    parser.add_argument("--pixels", choices=tuple(NORMALISATIONS), default="unit")


class PreparedPicture:
    """A picture and a network, ready to answer; imports Keras when it is made."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.summary = network_of(options)
        channels = {record.node.id: record.output_shape[-1] for record in self.summary.records[1:]}
        self.surgery: Surgery = parse_surgery(options.surgery, self.summary.graph, channels)
        if not options.image.is_file():
            raise ImageError(broken_rule("image", _("the path of a picture"), str(options.image)))
        self.picture: Picture = read_picture(options.image.read_bytes())
        self.options, self.rule = options, NORMALISATIONS[options.pixels]
        shape = self.summary.graph.spec.input_shape
        self.values = as_input(self.picture.rgb, shape, options.resize, self.rule, options.interpolation)
        self.rgb = np.asarray(resized(self.picture.rgb, *shape[:2], options.resize, options.interpolation))
        os.environ.update(child_environment())

    @cached_property
    def weights(self) -> Weights | None:
        """The weights named, or None for random ones."""
        return read_weights(self.options.weights, self.summary) if self.options.weights else None

    @property
    def origin(self) -> Origin:
        """How this network's answers come about."""
        options = self.options
        return Origin(
            preset=options.preset,
            specification=self.summary.graph.spec,
            weights=self.weights_text,
            weights_sha256=self.weights.sha256 if self.weights else "",
            random_layers=self.weights.fit.random_layers if self.weights else (),
            surgery=self.surgery.to_text(),
            image=options.image.name,
            image_sha256=self.picture.sha256,
            resize=options.resize,
            interpolation=options.interpolation,
            pixels=options.pixels,
            normalisation=self.rule.formula(),
        )

    def scores(self) -> Any:
        """Return the network with its weights, built now."""
        weights = self.weights.arrays if self.weights else None
        from resnet_viz.model.scores import build_scores  # imports Keras

        return build_scores(self.summary.graph.spec, weights).with_surgery(self.surgery)

    @property
    def weights_text(self) -> str:
        """What the weights are, in words."""
        return weights_text(self.options.weights, self.summary)
