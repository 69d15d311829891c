"""A picture and a network, as the commands that look at one through the other share them."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.analysis import NetworkSummary
from resnet_viz.backends import child_environment
from resnet_viz.cli.chosen_weights import TerminalStores, add_weights, arrays_of, weights_of
from resnet_viz.cli.network import add_network, network_of
from resnet_viz.errors import ImageError, broken_rule
from resnet_viz.images.preprocess import (
    FITTINGS,
    INTERPOLATIONS,
    NORMALISATIONS,
    RESIZES,
    Preparation,
    named_fitting,
)
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import weights_text
from resnet_viz.reports.origins import origin_of
from resnet_viz.spec.surgery import parse_surgery
from resnet_viz.subject.pixel_scale import scale_warning, spreads
from resnet_viz.subject.subject import UPLOAD
from resnet_viz.subject.trial import Trial
from resnet_viz.viz.origin import Origin
from resnet_viz.weights.choice import FILE
from resnet_viz.weights.start import network_arrays

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel

_PIXELS = "unit"


def add_picture(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a network, a picture and how the one receives the other."""
    add_network(parser)
    parser.add_argument("image", type=Path)
    add_weights(parser)
    parser.add_argument(
        "--surgery", default="", metavar="WHAT", help=_("such as drop:3b,cut:4a,silence:res3b_out:3+17")
    )
    parser.add_argument("--resize", choices=(*RESIZES, *FITTINGS), default="crop")
    parser.add_argument("--interpolation", choices=tuple(INTERPOLATIONS), default="bilinear")
    parser.add_argument(
        "--pixels",
        choices=tuple(NORMALISATIONS),
        help=_("the rule that the weights were trained with; unit, if none is known"),
    )


class PreparedPicture:
    """A picture and a network, ready to answer: the trial that a page makes of the same choices."""

    def __init__(self, options: argparse.Namespace) -> None:
        summary = network_of(options)
        channels = {record.node.id: record.output_shape[-1] for record in summary.records[1:]}
        surgery = parse_surgery(options.surgery, summary.graph, channels)
        if not options.image.is_file():
            raise ImageError(broken_rule("image", _("the path of a picture"), str(options.image)))
        stores = PictureStores(options.weights, summary, read_picture(options.image.read_bytes()))
        weights = weights_of(stores, summary)
        pixels = options.pixels or weights.normalisation or _PIXELS
        if stores.source == FILE and not (options.pixels or weights.normalisation):
            sentence = _("The file does not say how its pixels were prepared: `{name}` is taken. Say it with --pixels.")
            print(sentence.format(name=pixels), file=sys.stderr)
        warning = scale_warning(spreads(summary.graph.spec, arrays_of(weights)), pixels)
        if warning:
            print(warning, file=sys.stderr)
        preparation = Preparation(*named_fitting(options.resize, options.interpolation), pixels)
        self.image = options.image.name
        self.trial = Trial(options.preset, summary.graph.spec, stores.source, surgery, UPLOAD, preparation, stores)

    @property
    def origin(self) -> Origin:
        """How this network's answers come about."""
        return origin_of(self.trial, self.image)

    def network(self) -> "InferenceModel":
        """Return the network with its weights after its surgery, prepared now."""
        from resnet_viz.engine.inference import InferenceModel

        return InferenceModel(self.trial.summary, self._arrays).after(self.trial.surgery)

    def network_with_gradients(self) -> "InferenceModel":
        """Return the same with its gradients; imports Keras.

        Raises:
            BackendMissingError: If that is not installed.
        """
        os.environ.update(child_environment())
        from resnet_viz.model.gradient_model import GradientModel

        return GradientModel(self.trial.summary, self._arrays).after(self.trial.surgery)

    @property
    def _arrays(self) -> Mapping[str, Any]:
        return network_arrays(self.trial.summary, arrays_of(self.trial.weights))

    @property
    def weights_text(self) -> str:
        """What the weights are, in words."""
        return weights_text(self.trial.weights, self.trial.spec)


class PictureStores(TerminalStores):
    """Where weights and picture of a command lie."""

    def __init__(self, weights: str | None, summary: NetworkSummary, picture: Picture | None) -> None:
        super().__init__(weights, summary)
        self._picture = picture

    @property
    def arrays(self) -> "PictureStores":
        """Nothing is asked for twice."""
        return self

    def find(self, _key: tuple[str, ...]) -> None:
        """Return nothing: one command, one picture."""

    def keep(self, _key: tuple[str, ...], _array: Any) -> None:
        """Keep nothing."""

    def own_picture(self) -> Picture | None:
        """Return the picture that the command was given, if any."""
        return self._picture
