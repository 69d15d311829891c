"""The view as one HTML file that needs no server and no network: it folds, sorts, hovers and enlarges on a phone.

Everything lies inside, gzipped: the picture's layout engine, the same components that the pages use, the maps' bytes. A
content security policy in the file forbids every request.
"""

import base64
import gzip
import html
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import current_language
from resnet_viz.messages import gettext as _
from resnet_viz.paths import FRONTEND
from resnet_viz.spec.layers import kind_of
from resnet_viz.viz.block_view import Focus, block_payload
from resnet_viz.viz.block_words import block_question
from resnet_viz.viz.coloring import color_by
from resnet_viz.viz.dot import Drawing, draw, stage_title
from resnet_viz.viz.picture import cards_of, picture_data, rows_of
from resnet_viz.viz.words import kind_name

FloatArray = npt.NDArray[np.float32]

MAX_BYTES = 5_000_000
"""Largest file."""
_MAPS_BYTES = 1_300_000
"""Of the mosaic and of the strip, each, before they are packed; float16 noise hardly shrinks."""

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; style-src 'unsafe-inline'; worker-src blob:; "
    "img-src data: blob:"
)


@dataclass(frozen=True)
class About:
    """What a file is about, in words.

    Attributes:
        title: The network.
        weights: What its weights are.
        surgery: What was done to it, or "".
        picture: The picture and how it was prepared.
        prediction: The likeliest classes, or "".
        date: When it was made.
    """

    title: str
    weights: str
    surgery: str
    picture: str
    prediction: str
    date: str


def takehome_html(
    summary: NetworkSummary,
    focus: Focus,
    found: dict[str, FloatArray],
    rgb: npt.NDArray[np.uint8],
    about: About,
) -> bytes:
    """Return the file, at most `MAX_BYTES`.

    Args:
        summary: The network.
        focus: What is looked at.
        found: Outputs of the block's signals and of the layer.
        rgb: The picture, uint8 ``(height, width, 3)``, at the network's size.
        about: What stands above.
    """
    block, node = focus.block, focus.node
    payload = block_payload(summary, focus, found, rgb, about.weights, most_bytes=_MAPS_BYTES)
    parts = {
        "layout": _built("graph", "layout-*.js"),
        "code": _built("takehome", "index-*.js"),
        "data": json.dumps(_data(summary, node), ensure_ascii=False).encode(),
        "maps": payload,
    }
    style = _built("takehome", "index-*.css").decode()
    scripts = "".join(
        f'<script type="application/octet-stream" id="pack-{name}">{_packed(data)}</script>'
        for name, data in parts.items()
    )
    weights = _("weights: {what}").format(what=about.weights)
    circumstances = [weights, about.surgery, about.picture, about.prediction]
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in circumstances if line)
    texts = {
        "old": _("Opening … This file needs a browser of 2023 or newer."),
        "network": _("The network"),
        "question": block_question(block),
        "layers": _("Every layer"),
        "made": _("Made with ResNet Viz, {date}.").format(date=about.date),
    }
    texts_html = {name: html.escape(line) for name, line in texts.items()}
    text = f"""<!doctype html>
<html lang="{"zh-CN" if current_language() == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{html.escape(about.title)}</title>
<style>{style}</style>
</head>
<body>
<h1>{html.escape(about.title)}</h1>
{lines}
<p id="old">{texts_html["old"]}</p>
<h2>{texts_html["network"]}</h2>
<div id="picture"></div>
<h2>{texts_html["question"]}</h2>
<div id="maps"></div>
<h2>{texts_html["layers"]}</h2>
<div class="scroll"><table id="layers"><thead><tr></tr></thead><tbody></tbody></table></div>
<p>{texts_html["made"]}</p>
{scripts}
<script type="module">
const unpacked = (id) => {{
  const bytes = Uint8Array.from(atob(document.getElementById(`pack-${{id}}`).textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
}};
const address = async (id) => URL.createObjectURL(new Blob([await unpacked(id).arrayBuffer()], {{ type: "text/javascript" }}));
globalThis.LAYOUT_URL = await address("layout");
globalThis.TAKEHOME = {{ ...(await unpacked("data").json()), maps: new Uint8Array(await unpacked("maps").arrayBuffer()) }};
await import(await address("code"));
document.getElementById("old").remove();
</script>
</body>
</html>
"""
    return text.encode()


def _data(summary: NetworkSummary, node: str) -> dict[str, Any]:
    """Return what the file's script needs: three drawings to fold between, and the table."""
    groups = summary.graph.groups
    stages = [group for group in groups if group.isdecimal()]
    own = summary.graph.groups_of(node)
    drawings = [draw(summary), draw(summary, stages), draw(summary, groups)]
    coloring = color_by(summary, drawings[0].members, "kind", {})
    return {
        "picture": {
            "drawings": [_drawing(summary, drawing) for drawing in drawings],
            "opened": own,
            "selected": node,
            "data": picture_data(summary, drawings[0], node, coloring, ("kind", ["kind"]), "network"),
        },
        "groups": {
            item.id: [str(item.stage), f"{item.stage}{item.block}" if item.block else ""]
            for item in summary.graph.nodes
        },
        "layers": [
            [
                record.node.id,
                kind_name(kind_of(record.node.layer)),
                shape_text(record.output_shape),
                record.parameters,
                record.macs,
                record.field.height.size,
            ]
            for record in summary.records
        ],
        "styles": {name: _built(name, "index-*.css").decode() for name in ("graph", "maps")},
        "texts": {
            "network": _("Network"),
            "block": _("Block"),
            "stages": {str(item.stage): stage_title(item.stage) for item in summary.graph.nodes},
            "columns": [_("layer"), _("kind"), _("output"), _("parameters"), _("MACs"), _("receptive field, px")],
            "locale": "zh-CN" if current_language() == "zh" else "en",
        },
    }


def _drawing(summary: NetworkSummary, drawing: Drawing) -> dict[str, Any]:
    return {"rows": rows_of(drawing), "members": drawing.members, "cards": cards_of(summary, drawing)}


def _built(folder: str, pattern: str) -> bytes:
    (path,) = (FRONTEND / folder).glob(pattern)
    return path.read_bytes()


def _packed(data: bytes) -> str:
    # Without a time stamp: the same view is the same file.
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
