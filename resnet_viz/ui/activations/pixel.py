"""One cell of a map: what it sees of the picture, and the sum that made it, written out and played."""

import streamlit as st

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.results import PixelStep
from resnet_viz.server import services
from resnet_viz.spec.layers import kind_of
from resnet_viz.subject.operations import pixel_of
from resnet_viz.subject.trial import Trial
from resnet_viz.ui import state
from resnet_viz.ui.shared import forward
from resnet_viz.ui.shared.component import as_json, component
from resnet_viz.viz.cell_account import seen_text, steps_table
from resnet_viz.viz.overlay import boxed_png
from resnet_viz.viz.pixel import padding_under, sum_data
from resnet_viz.viz.words import number_text
from resnet_viz.worker.requests.pixel import Pixel

_BOX_PX = 150


def show(trial: Trial, cell: str, *, is_inline: bool) -> None:
    """Draw how the chosen cell's value came about, over the page or in it; nothing if none is chosen."""
    chosen = pixel_of(cell, trial.summary)
    if chosen is None:
        return
    node, place = chosen
    steps = forward.remembered(
        f"pixel/{trial.key}/{cell}",
        lambda waiting: services.worker().ask(Pixel(forward.network_of(trial), trial.input, node, place), waiting),
    )
    if steps is None:
        return
    row, column, channel = place
    title = _("How did {layer}, row {row}, column {column}, channel {channel} come to {value}?").format(
        layer=node, row=row, column=column, channel=channel, value=number_text(steps[-1].model_value)
    )
    field = seen_text(trial.summary, node, place)
    record = trial.summary.by_id[node]
    seen = None
    if len(record.output_shape) == 3:
        windows = record.field.height.window(row), record.field.width.window(column)
        seen = boxed_png(trial.rgb, *windows)

    def draw() -> None:
        _show_products(trial.summary, steps[0])
        left, right = st.columns([0.8, 0.2], gap="medium")
        with left:
            st.markdown(field)
            st.html(steps_table(steps))
        if seen is not None:
            right.image(seen, width=_BOX_PX, output_format="PNG", alt=field)

    if is_inline:
        st.markdown(f"**{title}**")
        draw()
    else:
        st.dialog(title, width="large", on_dismiss=lambda: state.set_parts(pixel=""))(draw)()


def _show_products(summary: NetworkSummary, first: PixelStep) -> None:
    """Draw the patch times the kernel, product by product."""
    if first.patch is None:
        st.markdown(_("This layer hands values on; there is nothing to multiply."))
        return
    if first.kernel is None:
        shown = " ".join(number_text(float(value)) for value in first.patch.ravel()[:16])
        st.markdown(_("Its window holds {values}.").format(values=shown + (" …" if first.patch.size > 16 else "")))
        return
    graph = summary.graph
    is_picture = all(kind_of(graph.node(name).layer) in ("input", "padding") for name in graph.node(first.node).inputs)
    data = sum_data(first.patch, first.kernel, first, is_picture=is_picture, padding=padding_under(summary, first))
    component("sum")(key="sum", data=as_json(data))
