"""A network as one line of blocks, small enough to stand beside its curve: as high as their maps, arcs for shortcuts."""

from resnet_viz.analysis import NetworkSummary
from resnet_viz.spec.graph import Block
from resnet_viz.spec.layers import Conv, kind_of
from resnet_viz.viz.theme import BRANCH, INK, MARKS, SHORTCUT

_WIDTH, _HEIGHT, _AXIS = 560.0, 76.0, 52.0
_END, _STAGE_GAP, _MOST, _LEAST = 16.0, 10.0, 44.0, 12.0
# How far an arc rises above its block; a Bézier curve reaches three quarters of the way to its handles.
_ARC = 20.0


def network_strip(summary: NetworkSummary) -> str:
    """Return the network as SVG: its stem, its blocks in order, its classifier; lines in the text's colour.

    A block is as high as the side of its map; where it has a shortcut an arc leads around it into a circle with +.
    """
    blocks = summary.graph.blocks
    stages = list(dict.fromkeys(block.stage for block in blocks))
    width = (_WIDTH - 2 * _END - _STAGE_GAP * (len(stages) + 1)) / max(1, len(blocks))
    largest = max((_side(summary, block) for block in blocks), default=1)
    ink = "stroke='currentColor' stroke-width='1.5'"
    parts = [f"<line x1='{_END}' x2='{_WIDTH - _END}' y1='{_AXIS}' y2='{_AXIS}' {ink}/>", _end(0, MARKS["conv"].color)]
    x, stage = _END, 0
    for block in blocks:
        x += _STAGE_GAP if block.stage != stage else 0
        stage = block.stage
        parts.append(_block(summary, block, x, width, max(_LEAST, _MOST * _side(summary, block) / largest)))
        x += width
    parts.append(_end(_WIDTH - _END, MARKS["dense"].color))
    return f"<svg viewBox='0 0 {_WIDTH:g} {_HEIGHT:g}' aria-hidden='true'>{''.join(parts)}</svg>"


def _side(summary: NetworkSummary, block: Block) -> int:
    return summary.by_id[block.out].output_shape[0]


def _block(summary: NetworkSummary, block: Block, x: float, width: float, height: float) -> str:
    """Return one block and its arc; what changes the shape is a box on the arc, blue only if it is a convolution."""
    room = 0.3 * width
    box = (
        f"<rect class='block' x='{x + room / 2:.1f}' y='{_AXIS - height / 2:.1f}' width='{width - room:.1f}' "
        f"height='{height:.1f}' rx='2' fill='{BRANCH.color}'/>"
    )
    if block.add is None:
        return box
    left, right, top = x - 0.05 * width, x + width - room / 8, _AXIS - (height / 2 + _ARC) / 0.75
    arc = (
        f"<path class='shortcut' d='M{left:.1f} {_AXIS} C{left:.1f} {top:.1f} {right:.1f} {top:.1f} {right:.1f} {_AXIS}' "
        f"fill='none' stroke='{SHORTCUT}' stroke-width='3'/>"
    )
    if block.shortcut not in (None, block.input):
        side = [node for node in summary.graph.inside(block) if node.path == "shortcut"]
        kind = "conv" if any(isinstance(node.layer, Conv) for node in side) else kind_of(side[-1].layer)
        middle, y = (left + right) / 2, _AXIS - height / 2 - _ARC
        arc += f"<rect x='{middle - 4:.1f}' y='{y - 3:.1f}' width='8' height='6' rx='1' fill='{MARKS[kind].color}'/>"
    plus = f"<circle cx='{right:.1f}' cy='{_AXIS}' r='{min(3.4, width / 5):.1f}' fill='#ffffff' stroke='{INK}'/>"
    return box + arc + plus


def _end(x: float, color: str) -> str:
    return f"<rect x='{x}' y='{_AXIS - 15}' width='{_END}' height='30' rx='2' fill='{color}'/>"
