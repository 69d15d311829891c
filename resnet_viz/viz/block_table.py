"""A block as HTML: its equation in the picture's colours, F line by line, its shapes and cost."""

import html

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.spec import Block
from resnet_viz.viz.block_account import block_shapes, branch_lines, shortcut_line, shortcut_term, stage_remark
from resnet_viz.viz.theme import BRANCH, INK, SHORTCUT
from resnet_viz.viz.words import short_count


def equation(summary: NetworkSummary, block: Block) -> str:
    """Return what the block computes, in the picture's colours."""
    term = shortcut_term(summary.graph, block)
    branch = f"<b style='background:{BRANCH.fill};color:{INK}'>F(x)</b>"
    return f"y = {branch}" + (f" + <b style='border-color:{SHORTCUT}'>{html.escape(term)}</b>" if term else "")


def branch_table(summary: NetworkSummary, block: Block) -> str:
    """Return F line by line, and what stands on the shortcut."""
    rows = []
    for place, line in enumerate(branch_lines(summary.graph, block)):
        before = html.escape(joined((*line.before, "")))
        after = html.escape(joined(line.after))
        rows.append(("F" if not place else "", f"{before}<b>{html.escape(line.convolution)}</b>", after))
    if side := shortcut_line(summary.graph, block):
        first, _comma, rest = side.partition(" → ")
        rows.append((_("Shortcut"), f"<b>{html.escape(first)}</b>", html.escape(rest)))
    cells = "".join(
        f"<tr><td>{name}</td><td>{convolution}</td><td>{rest}</td></tr>" for name, convolution, rest in rows
    )
    return f"<table class='facts branch'>{cells}</table>"


def block_cost(summary: NetworkSummary, block: Block) -> str:
    """Return the shapes and the cost, a line each."""
    before, after = block_shapes(summary, block)
    last = _("Then a ReLU.") if block.has_final_relu else ""
    whole = summary.totals
    own = summary.totals_where(lambda node: (node.stage, node.block) == (block.stage, block.letter))
    parameters = _("{n} parameters ({share:.1%} of the network)").format(
        n=f"{own.parameters:,}", share=own.parameters / max(1, whole.parameters)
    )
    macs = _("{n} MACs ({share:.1%} of the network)").format(
        n=short_count(own.macs), share=own.macs / max(1, whole.macs)
    )
    lines = (f"{before} → {after}. {last}", parameters, macs, stage_remark(summary.graph, block))
    return "".join(f"<p class='fact'>{line}</p>" for line in lines if line)
