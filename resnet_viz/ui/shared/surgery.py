"""Surgery on the network in view: drop a block, cut a shortcut, silence channels; every page answers."""

from dataclasses import replace

import streamlit as st

from resnet_viz.errors import broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.spec import Block
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.surgery import NO_SURGERY, Surgery
from resnet_viz.subject.operations import surgery_of
from resnet_viz.ui import state
from resnet_viz.ui.shared import controls


def show(surgery: Surgery, block: Block, layer: str) -> None:
    """Draw what can be done to the block and layer in focus, behind what says how much has been done."""
    count = len(surgery.dropped) + len(surgery.cut) + len(surgery.silenced)
    title = _("Surgery ({n})").format(n=count) if count else _("Surgery")
    says = _("Switch a part of the network off, and see what becomes of maps and prediction.")
    fold = st.popover(title, key="surgery_menu", on_change="rerun", help=says)
    if fold.open:
        with fold:
            _show_choice(surgery, block, layer)


def _show_choice(surgery: Surgery, block: Block, layer: str) -> None:
    st.markdown(
        _("Switch a part off and watch the prediction. The weights stay as they are."),
        help=_(
            "Each block that is left out of a trained ResNet costs little accuracy ([Veit et al. 2016](https://arxiv.org/abs/1605.06431)). A ReLU follows every addition, so the network is not exactly the sum of its paths."
        ),
        width=320,
    )
    if block.add:
        controls.toggle(
            _("Leave F(x) of block {name} out").format(name=block.name),
            block.name in surgery.dropped,
            lambda _on: _toggle("drop", block.name),
            key="surgery_drop",
        )
        controls.toggle(
            _("Cut the shortcut of block {name}").format(name=block.name),
            block.name in surgery.cut,
            lambda _on: _toggle("cut", block.name),
            key="surgery_cut",
        )
    else:
        st.markdown(_("A plain block cannot be left out: nothing would get through."))
    controls.text(
        _("Switched-off channels of {layer}").format(layer=layer),
        ", ".join(map(str, surgery.silenced_at(layer))),
        lambda text: _silence(layer, text),
        key="surgery_silence",
        help=_("Numbers with commas between. Or choose a channel among the maps and switch it off there."),
    )


def show_done(surgery: Surgery, *, has_way_back: bool) -> None:
    """Say on the page what was done to the network, nothing if nothing was.

    Args:
        surgery: What was done.
        has_way_back: Whether the way back stands here; else it stands beside the prediction.
    """
    if not surgery:
        return
    parts = [_("F(x) of {block} left out").format(block=name) for name in sorted(surgery.dropped)]
    parts += [_("shortcut of {block} cut").format(block=name) for name in sorted(surgery.cut)]
    parts += [
        ngettext(
            "channel {numbers} of {layer} switched off", "channels {numbers} of {layer} switched off", len(channels)
        ).format(layer=node, numbers=joined(map(str, channels)))
        for node, channels in surgery.silenced
    ]
    with st.container(horizontal=True, vertical_alignment="center", key="surgery_done"):
        st.markdown("✂ " + _("**After surgery:** {what}.").format(what=joined(parts, "; ")), width="content")
        if has_way_back:
            st.button(_("Undo the surgery"), key="surgery_whole", on_click=lambda: state.set_parts(surgery=NO_SURGERY))


def _toggle(kind: str, block: str) -> None:
    state.set_parts(surgery=state.subject().surgery.toggled(kind, block))


def _silence(node: str, text: str) -> None:
    """Silence exactly the channels that were typed, or say the rule."""
    subject = state.subject()
    numbers = [part for part in text.replace(",", " ").split() if part]
    rest = subject.surgery.silencing(node, frozenset())
    if not numbers:
        state.set_parts(surgery=rest)
        return
    if any(whole_of(part) is None for part in numbers):
        state.add_problem(broken_rule("channels", _("whole numbers with commas between"), text[:40]))
        return
    parts = [rest.to_text(), f"silence:{node}:{'+'.join(numbers)}"]
    state.update(lambda now: replace(now, surgery=surgery_of(",".join(filter(None, parts)), now.summary)))
