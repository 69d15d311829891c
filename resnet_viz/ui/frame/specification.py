"""The specification as live controls; every change is checked as a whole before anything is redrawn."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from resnet_viz.messages import gettext as _
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import to_paths, with_changes
from resnet_viz.spec.edits import edited_stages, with_field
from resnet_viz.ui import state
from resnet_viz.ui.shared import controls
from resnet_viz.viz.fields import FIELDS, SECTIONS, Field, section_title, value_title

# Shown without opening anything: what a lesson turns first.
_FIRST = ("stride_on", "stem.use_relu")
# The subject line has the switch of every lesson.
_ELSEWHERE = (*_FIRST, "shortcut.enabled")
_WIDTHS = (0.25, 0.5, 1.0, 2.0)
# Seeds to slide over: as many as can be told apart by hand.
_SEEDS = 24


def show(preset: str, spec: ResNetSpec, *, shows_chance: bool) -> None:
    """Draw the controls of the network under study: what the subject line has is not here again.

    Args:
        preset: What the network was made of.
        spec: The network.
        shows_chance: Whether the page shows numbers that come from the random start.
    """
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        title = _("Change the network")
        st.markdown(f"**{title}**", width="content")
        st.button(
            "×",
            key="changes_close",
            type="tertiary",
            on_click=state.CHANGING.set,
            args=(False,),
            help=_("Close this"),
        )
    _show_steps(is_changed=spec != PRESETS[preset])
    if shows_chance:
        _show_seeds(spec.seed)
    _show_blocks(spec)
    # High up: what opens below it has to fit on the screen.
    table = st.popover(_("Table of stages…"), key="stages_popover", on_change="rerun", width="stretch")
    if table.open:
        with table:
            _show_table(spec)
    values = to_paths(spec)
    for path in _FIRST:
        _show_field(FIELDS[path], values[path], label=FIELDS[path].title())
    for section in SECTIONS:
        # What is folded away is not computed.
        fold = st.expander(section_title(section), key=f"section_{section}", on_change="rerun")
        if fold.open:
            with fold:
                for field in FIELDS.values():
                    if field.section == section and field.path not in _ELSEWHERE:
                        _show_field(field, values[field.path], label=f"**{field.title()}**: {field.rule()}")


def _show_steps(*, is_changed: bool) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.button(_("Undo"), key="changes_undo", on_click=state.undo, disabled=not state.can_undo())
        st.button(_("Redo"), key="changes_redo", on_click=state.redo, disabled=not state.can_redo())
        st.button(
            _("Reset"),
            key="changes_reset",
            on_click=lambda: state.update(lambda current: current.with_preset(current.preset)),
            disabled=not is_changed,
            help=_("Back to the preset as it is."),
        )


def _show_seeds(seed: int) -> None:
    """Draw other random starts side by side: what all of them show is no chance."""
    least = 0 if seed <= _SEEDS else seed - _SEEDS // 2
    most = min(least + _SEEDS, 2**31 - 1)
    controls.slider(
        _("Another random start (seed)"),
        seed,
        least,
        most,
        lambda chosen: state.set_spec(lambda spec: replace(spec, seed=chosen)),
        key="spec_seeds",
    )


def _show_field(field: Field, value: Any, *, label: str) -> None:
    key = f"spec_{field.path}"

    def change(new: Any) -> None:
        state.set_spec(lambda spec: with_field(spec, field.path, new))

    if field.kind is bool:
        controls.toggle(label, value, change, key=key)
    elif field.kind is not str:
        controls.number(label, value, change, key=key)
    elif len(field.options) > 2:
        controls.select(label, field.options, value, change, key=key, title=lambda v: value_title(field.path, v))
    else:
        controls.choice(label, field.options, value, change, key=key, title=lambda v: value_title(field.path, v))
    if field.path == "width":
        controls.choice(_("Width"), sorted({*_WIDTHS, value}), value, change, key="spec_widths", title="{:g}".format)


def _show_blocks(spec: ResNetSpec) -> None:
    st.markdown(_("Blocks per stage"))
    with st.container(horizontal=True, gap="xsmall"):
        for index, stage in enumerate(spec.stages):
            controls.number(
                _("Stage {n}").format(n=index + 2),
                stage.blocks,
                partial(_set_blocks, index),
                key=f"blocks_{index}",
                width=84,
            )


def _set_blocks(index: int, blocks: Any) -> None:
    state.set_spec(lambda spec: with_changes(spec, {f"stages.{index + 2}.blocks": str(blocks)}))


def _show_table(spec: ResNetSpec) -> None:
    """Draw the table of stages; a row more is a stage more."""
    import pandas as pd  # noqa: PLC0415 - delays the first picture

    frame = pd.DataFrame(
        {
            "stage": [str(number) for number in range(2, len(spec.stages) + 2)],
            "blocks": [stage.blocks for stage in spec.stages],
            "convolution_filters": [" ".join(map(str, stage.convolution_filters)) for stage in spec.stages],
            "identity_filters": [" ".join(map(str, stage.identity_filters)) for stage in spec.stages],
            "strides": [stage.strides for stage in spec.stages],
        }
    )
    st.markdown(
        _(
            "One row per stage, {n} filters per block (one per convolution). The blocks of a stage must end in equally many filters. Add a row for another stage."
        ).format(n=spec.convolutions_per_block)
    )
    # A fresh editor after every edit: it would lay its old edits over the new table.
    key = f"stages_{state.EDITS.get()}"
    st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        disabled=["stage"],
        column_config={
            "stage": st.column_config.TextColumn(_("stage"), width="small"),
            "blocks": st.column_config.NumberColumn(_("blocks"), step=1, width="small"),
            "convolution_filters": st.column_config.TextColumn(_("first block"), max_chars=60),
            "identity_filters": st.column_config.TextColumn(_("other blocks"), max_chars=60),
            "strides": st.column_config.NumberColumn(_("stride"), step=1, width="small"),
        },
        on_change=lambda: _take_table(key),
        alt=_("Blocks, filters and stride of every stage"),
    )


def _take_table(key: str) -> None:
    """Make the table's edits the stages; what breaks a rule leaves the network as it was."""
    edits: dict[str, Any] = state.typed(key)
    state.count_edit()
    state.set_spec(lambda spec: replace(spec, stages=edited_stages(spec.stages, edits)))
