"""What becomes of the subject when something in the picture of the network is picked, opened or closed."""

from dataclasses import replace

from resnet_viz.analysis import NetworkSummary
from resnet_viz.subject.subject import Subject


def picked(subject: Subject, kind: str, name: str, members: tuple[str, ...]) -> Subject:
    """Return the subject at a block or a drawn node, opened or closed if that was asked for.

    A layer that only the network compared with has cannot be selected: it is not in the subject.
    """
    graph = subject.summary.graph
    focus = name if name in graph.block_by_name else _focus(subject.summary, members)
    if focus is None:
        return subject
    here = replace(subject, node=focus)
    block = graph.block_by_name.get(focus) or graph.block_of(focus)
    if block is None:
        return here
    if kind == "open" and block.name not in here.architecture.opened:
        return here.toggled(block.name)
    opened = [group for group in (block.name, str(block.stage)) if group in here.architecture.opened]
    return here.toggled(opened[0]) if kind == "close" and opened else here


def _focus(summary: NetworkSummary, members: tuple[str, ...]) -> str | None:
    """Return what a drawn node stands for: a layer, or the block that its layers are of."""
    own = [name for name in members if name in summary.by_id]
    if len(own) > 1:
        block = summary.graph.block_of(own[-1])
        return block.name if block else own[-1]
    return own[0] if own else None
