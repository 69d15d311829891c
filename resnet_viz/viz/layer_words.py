"""One layer in sentences: where it stands, what a cell of it sees, which of its cells are used."""

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.spec import LayerGraph, Node
from resnet_viz.viz.words import layer_title


def layer_place(graph: LayerGraph, node: Node) -> str:
    """Return what the layer is, where it stands, and whether its name is ours."""
    title = f"**{layer_title(node.layer)}**"
    block = graph.block_of(node.id)
    if block is None:
        where = _("{layer}, in the stem") if node.stage == 1 else _("{layer}, in the head")
    elif node.id == block.out != block.add:
        where = _("{layer}, last layer of block {name}")
    elif node.id == block.add:
        where = _("{layer}, the sum of block {name}")
    elif node.path == "shortcut":
        where = _("{layer}, on the shortcut of block {name}")
    else:
        where = _("{layer}, in F of block {name}")
    place = where.format(layer=title, name=block.name if block else "")
    return place if node.is_named else _("{layer} (the course gives it no name)").format(layer=place)


def field_sentence(size: int, stride: int, covering: int, cells: int) -> str:
    """Return what a cell sees of the picture.

    Args:
        size: Side of its square, px.
        stride: How far its neighbour's square is moved, px.
        covering: Cells that see the whole picture.
        cells: Of how many.
    """
    sees = ngettext("One cell sees {n}×{n} pixel.", "One cell sees {n}×{n} pixels.", size).format(n=size)
    text = ngettext(
        "{sees} Its neighbour looks {step} pixel further.", "{sees} Its neighbour looks {step} pixels further.", stride
    )
    sentence = sees if cells == 1 else text.format(sees=sees, step=stride)
    if covering == 0:
        return joined((sentence, _("No cell sees the whole picture.")), " ")
    if covering == cells:
        whole = _("It sees the whole picture.") if cells == 1 else _("Every cell sees the whole picture.")
    else:
        whole = ngettext(
            "{n} of {cells} cells sees the whole picture.", "{n} of {cells} cells see the whole picture.", covering
        ).format(n=f"{covering:,}", cells=f"{cells:,}")
    return joined((sentence, whole), " ")


def used_sentence(cells: int, used: int, readers: int, *, is_edge: bool) -> str:
    """Return how many of a map's cells the next layers use, where they do not use all."""
    who = ngettext("The next layer uses", "The next layers use", readers)
    first = _("{who} {used} of these {cells} cells").format(who=who, used=f"{used:,}", cells=f"{cells:,}")
    unused = cells - used
    if is_edge:
        text = ngettext("{first}; {n} at the edge is never used.", "{first}; {n} at the edge are never used.", unused)
    else:
        text = _("{first}; steps of the stride jump over the other {n}.")
    return text.format(first=first, n=f"{unused:,}")
