"""The commands that look at a picture through a network: ``activations`` and ``explain``. Keras loads when they run."""

import argparse
import os
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.attribution.catalogue import METHODS, Request, parse_target, settings_of
from resnet_viz.attribution.files import explanation_npz
from resnet_viz.backends import child_environment
from resnet_viz.cli.weights import SHIPPED, Weights, add_weights, read_weights, weights_text
from resnet_viz.errors import ImageError, ResNetVizError, broken_rule
from resnet_viz.images.preprocess import INTERPOLATIONS, NORMALISATIONS, RESIZES, as_input, plain_input, resized
from resnet_viz.images.reader import Picture, read_picture
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec.layers import Softmax
from resnet_viz.spec.surgery import Surgery, parse_surgery
from resnet_viz.viz.block_view import Focus, signals
from resnet_viz.viz.mosaic import mosaic_png, shared_scale
from resnet_viz.viz.origin import Origin, arrays_npz
from resnet_viz.viz.overlay import overlay_png
from resnet_viz.viz.takehome import Subject, takehome_html
from resnet_viz.weights.catalogue import cards

FloatArray = npt.NDArray[np.float32]


def add_activations(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    _add_picture(parser)
    parser.add_argument("--node", action="append", help=_("a layer; may be given several times"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=_(".npz for arrays, .png for mosaics"))
    parser.add_argument("--html", type=Path, metavar="FILE", help=_("the view of one layer and its block as one file"))
    parser.set_defaults(run=_activations)


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    _add_picture(parser)
    parser.add_argument("--method", default="gradcam", metavar="METHOD", help=", ".join(METHODS))
    parser.add_argument("--node", help=_("the layer Grad-CAM looks at; the last block's output without it"))
    parser.add_argument("--class", dest="target", default="", metavar="N", help=_("the likeliest without it"))
    parser.add_argument(
        "--how",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help=_("a setting of the method, such as patch=16"),
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=_(".png for the map over the picture, .npz for its numbers"),
    )
    parser.set_defaults(run=_explain)


def _add_picture(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", type=Path)
    add_weights(parser)
    parser.add_argument(
        "--surgery", default="", metavar="WHAT", help=_("such as drop:3b,cut:4a,silence:res3b_out:3+17")
    )
    parser.add_argument("--resize", choices=RESIZES, default="crop")
    parser.add_argument("--interpolation", choices=tuple(INTERPOLATIONS), default="bilinear")
    parser.add_argument("--pixels", choices=tuple(NORMALISATIONS), default="unit")


class _Look:
    """A picture and a network, ready to answer; imports Keras when it is made."""

    def __init__(self, options: argparse.Namespace) -> None:
        from resnet_viz.cli.main import network_of  # noqa: PLC0415 - it adds these commands, so it comes first

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
        from resnet_viz.model.probe import Probe  # noqa: PLC0415 - imports Keras
        from resnet_viz.model.scores import Scores  # noqa: PLC0415 - as above

        return Scores(Probe(self.summary.graph.spec, weights=weights)).operated(self.surgery)

    @property
    def weights_text(self) -> str:
        """What the weights are, in words."""
        return weights_text(self.options.weights, self.summary)


def _activations(options: argparse.Namespace) -> None:
    if options.out is None and options.html is None:
        raise ResNetVizError(_("Say what to write: --out FILE.npz, --out FILE.png, or --html FILE."))
    suffix = options.out.suffix.lower() if options.out else ".npz"
    if suffix not in (".npz", ".png"):
        raise ResNetVizError(broken_rule("--out", _("a file ending in .npz or .png"), options.out.name))
    look = _Look(options)
    graph = look.summary.graph
    nodes = options.node or [graph.blocks[len(graph.blocks) // 3].out]
    for name in nodes:
        graph.node(name)
    block = graph.block_of(nodes[0]) or graph.blocks[0]
    last = graph.nodes[-1]
    needed = [*nodes, *signals(block).values(), last.id] if options.html else nodes
    maps = look.scores().probe.activations(look.values, list(dict.fromkeys(needed)), look.surgery)
    if options.html:
        focus = Focus(block, nodes[0], surgery=look.surgery)
        subject = _subject(look, maps[last.id] if isinstance(last.layer, Softmax) else None)
        options.html.write_bytes(takehome_html(look.summary, focus, maps, look.rgb, subject))
        print(nodes[0], "->", options.html)
    if options.out:
        shown = {name: maps[name] for name in nodes}
        if suffix == ".npz":
            options.out.write_bytes(arrays_npz(look.origin, {"input": look.values, **shown}))
            print(", ".join(f"{name} {shape_text(array.shape)}" for name, array in shown.items()), "->", options.out)
        else:
            _write_mosaics(options.out, shown)


def _subject(look: _Look, shares: FloatArray | None) -> Subject:
    """Return what the file says above its view."""
    options, shape = look.options, look.summary.graph.spec.input_shape
    counts = _("{n} parameters").format(n=f"{look.summary.totals.parameters:,}")
    prediction = ""
    if shares is not None and options.weights:
        card = next(iter(cards().values()))
        names = card.classes if options.weights == SHIPPED else ()
        listed = [
            f"{names[place] if place < len(names) else place} {shares[place]:.1%}"
            for place in np.argsort(-shares, kind="stable")[:3]
        ]
        prediction = _("prediction: {list}").format(list=joined(listed))
    done = look.surgery.to_text()
    return Subject(
        joined([options.preset, *options.set, shape_text(shape), counts]),
        look.weights_text,
        _("after surgery: {what}").format(what=done) if done else "",
        _("image: {name}, {resize}, {rule}").format(
            name=options.image.name, resize=options.resize, rule=look.rule.formula()
        ),
        prediction,
        time.strftime("%Y-%m-%d"),
    )


def _explain(options: argparse.Namespace) -> None:
    suffix = options.out.suffix.lower()
    if suffix not in (".npz", ".png"):
        raise ResNetVizError(broken_rule("--out", _("a file ending in .npz or .png"), options.out.name))
    settings = settings_of(options.method, dict(text.partition("=")[::2] for text in options.how))
    look = _Look(options)
    graph = look.summary.graph
    node = graph.node(options.node).id if options.node else graph.blocks[-1].out
    wanted = parse_target(options.target, graph.spec.classes)
    scores = look.scores()
    target = int(scores.logits(look.values[np.newaxis])[0].argmax()) if wanted is None else wanted
    from resnet_viz.attribution.methods import explained  # noqa: PLC0415 - imports Keras

    shape = graph.spec.input_shape
    ends = {name: plain_input(pixel, shape, look.rule) for name, pixel in (("black", 0), ("white", 255))}
    request = Request(options.method, node, target, settings)
    found = explained(scores, {"picture": look.values, **ends}, request)
    if suffix == ".png":
        seen = look.summary.by_id[node].field if METHODS[options.method].needs_node else None
        options.out.write_bytes(overlay_png(look.rgb, found.values, seen))
    else:
        options.out.write_bytes(explanation_npz(look.origin, request, found))
    numbers = {"score": found.score, **found.numbers, **settings}
    shown = ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in numbers.items()
    )
    where = f" {node}" if METHODS[options.method].needs_node else ""
    print(f"{options.method}{where}, class {target}: {shown}; weights: {look.weights_text} -> {options.out}")


def _write_mosaics(path: Path, maps: dict[str, Any]) -> None:
    for name, array in maps.items():
        own = path if len(maps) == 1 else path.with_stem(f"{path.stem}-{name}")
        tiles = array if array.ndim == 3 else array[None, None, :]
        own.write_bytes(mosaic_png(tiles))
        scale = shared_scale(tiles)
        odd = int(np.count_nonzero(~np.isfinite(tiles)))
        marked = "; " + _("{n} values that are no numbers (NaN, ∞), in magenta").format(n=f"{odd:,}") if odd else ""
        print(
            f"{name} {shape_text(array.shape)}, {scale.low:.4g} … {scale.high:.4g} ({scale.color_map}){marked} -> {own}"
        )
