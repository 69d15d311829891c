"""The command ``activations``: what layers make of a picture. Keras loads when it runs."""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.cli.pictures import PreparedPicture, add_picture
from resnet_viz.cli.weights import SHIPPED
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec.layers import Softmax
from resnet_viz.viz.block_view import Focus, signals
from resnet_viz.viz.mosaic import mosaic_png, shared_scale
from resnet_viz.viz.origin import arrays_npz
from resnet_viz.viz.takehome import About, takehome_html
from resnet_viz.weights.catalogue import cards

FloatArray = npt.NDArray[np.float32]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    add_picture(parser)
    parser.add_argument("--node", action="append", help=_("a layer; may be given several times"))
    parser.add_argument("--out", type=Path, metavar="FILE", help=_(".npz for arrays, .png for mosaics"))
    parser.add_argument("--html", type=Path, metavar="FILE", help=_("the view of one layer and its block as one file"))
    parser.set_defaults(run=_activations)


def _activations(options: argparse.Namespace) -> None:
    if options.out is None and options.html is None:
        raise ResNetVizError(_("Say what to write: --out FILE.npz, --out FILE.png, or --html FILE."))
    suffix = options.out.suffix.lower() if options.out else ".npz"
    if suffix not in (".npz", ".png"):
        raise ResNetVizError(broken_rule("--out", _("a file ending in .npz or .png"), options.out.name))
    look = PreparedPicture(options)
    graph = look.summary.graph
    nodes = options.node or [graph.blocks[len(graph.blocks) // 3].out]
    for name in nodes:
        graph.node(name)
    block = graph.block_of(nodes[0]) or graph.blocks[0]
    last = graph.nodes[-1]
    needed = [*nodes, *signals(block).values(), last.id] if options.html else nodes
    maps = look.scores().activation_model.activations(look.values, list(dict.fromkeys(needed)), look.surgery)
    if options.html:
        focus = Focus(block, nodes[0], surgery=look.surgery)
        about = _about(look, maps[last.id] if isinstance(last.layer, Softmax) else None)
        options.html.write_bytes(takehome_html(look.summary, focus, maps, look.rgb, about))
        print(nodes[0], "->", options.html)
    if options.out:
        shown = {name: maps[name] for name in nodes}
        if suffix == ".npz":
            options.out.write_bytes(arrays_npz(look.origin, {"input": look.values, **shown}))
            print(", ".join(f"{name} {shape_text(array.shape)}" for name, array in shown.items()), "->", options.out)
        else:
            _write_mosaics(options.out, shown)


def _about(look: PreparedPicture, shares: FloatArray | None) -> About:
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
    return About(
        joined([options.preset, *options.set, shape_text(shape), counts]),
        look.weights_text,
        _("after surgery: {what}").format(what=done) if done else "",
        _("image: {name}, {resize}, {rule}").format(
            name=options.image.name, resize=options.resize, rule=look.rule.formula()
        ),
        prediction,
        time.strftime("%Y-%m-%d"),
    )


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
