"""The command ``activations``: what layers make of a picture. ONNX Runtime loads when it runs."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.cli.pictures import PreparedPicture, add_picture
from resnet_viz.errors import ResNetVizError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.reports.names import prediction_text
from resnet_viz.reports.origins import about_of
from resnet_viz.spec.layers import Softmax
from resnet_viz.viz.block_view import Focus, signals
from resnet_viz.viz.mosaic import mosaic_png, shared_scale
from resnet_viz.viz.origin import arrays_npz
from resnet_viz.viz.takehome import takehome_html

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
    prepared = PreparedPicture(options)
    trial = prepared.trial
    graph = trial.summary.graph
    nodes = options.node or [graph.blocks[len(graph.blocks) // 3].out]
    for name in nodes:
        graph.node(name)
    block = graph.block_of(nodes[0]) or graph.blocks[0]
    last = graph.nodes[-1]
    needed = [*nodes, *signals(block).values(), last.id] if options.html else nodes
    maps = prepared.network().activations(trial.input, list(dict.fromkeys(needed)))
    if options.html:
        focus = Focus(block, nodes[0], surgery=trial.surgery)
        prediction = _prediction(prepared, maps[last.id] if isinstance(last.layer, Softmax) else None)
        about = about_of(trial, prediction, prepared.image)
        options.html.write_bytes(takehome_html(trial.summary, focus, maps, trial.rgb, about))
        print(nodes[0], "->", options.html)
    if options.out:
        shown = {name: maps[name] for name in nodes}
        if suffix == ".npz":
            options.out.write_bytes(arrays_npz(prepared.origin, {"input": trial.input, **shown}))
            print(", ".join(f"{name} {shape_text(array.shape)}" for name, array in shown.items()), "->", options.out)
        else:
            _write_mosaics(options.out, shown)


def _prediction(prepared: PreparedPicture, shares: FloatArray | None) -> str:
    """Return the likeliest classes; "" where nothing was learned or nothing says so."""
    trial = prepared.trial
    if shares is None or trial.weights.file is None:
        return ""
    return prediction_text(trial.weights, shares)


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
