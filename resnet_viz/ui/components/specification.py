"""The specification as live controls; every change is checked as a whole before anything is redrawn."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from resnet_viz.errors import SpecError
from resnet_viz.messages import gettext as _
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import with_changes
from resnet_viz.ui import state
from resnet_viz.ui.cache import network
from resnet_viz.ui.components import subject
from resnet_viz.ui.selection import Selection

Change = Callable[[ResNetSpec, Any], ResNetSpec]


def show(selection: Selection) -> None:
    """Draw the controls of the network under study."""
    subject.show_preset(selection, "side")
    subject.show_input(selection, "side")
    subject.show_classes(selection, "side")
    _show_blocks(selection)
    spec = selection.spec
    _choice(
        _("Stride sits on"),
        "stride_on",
        ["first", "middle"],
        spec.stride_on,
        {"first": _("1×1 (v1)"), "middle": _("f×f (v1.5)")},
        lambda old, value: replace(old, stride_on=value),
        disabled=spec.block == "basic",
    )
    _toggle(_("Shortcuts"), "shortcuts", spec.shortcut.enabled, _with_shortcuts)
    _toggle(_("ReLU in the stem"), "stem_relu", spec.stem.use_relu, _with_stem_relu)
    with st.expander(_("More")):
        _number(_("Kernel side f"), "f", spec.kernel_size, 1, 15, lambda old, value: replace(old, kernel_size=value))
        if spec.stem.pool_size:
            _number(
                _("Padding before the max-pool"),
                "pool_padding",
                spec.stem.pool_padding,
                0,
                spec.stem.pool_size - 1,
                lambda old, value: replace(old, stem=replace(old.stem, pool_padding=value)),
            )
        _choice(
            _("Head"),
            "head",
            ["average", "global"],
            spec.head,
            {"average": _("average (2,2), flatten"), "global": _("global average")},
            lambda old, value: replace(old, head=value),
        )
        _choice(
            _("Width × filters"),
            "width",
            sorted({0.25, 0.5, 1.0, 2.0, spec.width}),
            spec.width,
            {},
            lambda old, value: replace(old, width=value),
        )


def show_changes(selection: Selection) -> None:
    """Say in which fields the network differs from its preset, and what each costs on its own."""
    if not selection.changes:
        return
    base = PRESETS[selection.preset]
    own = replace(base, input_shape=selection.spec.input_shape, classes=selection.spec.classes)
    st.markdown(_("**Changed against {preset}**, each change on its own:").format(preset=selection.preset))
    st.markdown("\n".join(f"- `{path}` {text}: {_effect(own, path, text)}" for path, text in selection.changes.items()))


def _effect(base: ResNetSpec, path: str, text: str) -> str:
    """Return what one change does to parameters and MACs, if the network can exist with it alone."""
    try:
        before, after = network(base).totals, network(with_changes(base, {path: text})).totals
    except SpecError:
        return _("only together with the others")
    return _("{p} parameters, {m} MACs").format(
        p=_signed(after.parameters - before.parameters), m=_signed(after.macs - before.macs)
    )


def _signed(number: int) -> str:
    return "±0" if number == 0 else f"{number:+,}".replace("-", "−")


def _show_blocks(selection: Selection) -> None:
    st.markdown(_("Blocks per stage"))
    columns = st.columns(2, gap="small")
    for index, stage in enumerate(selection.spec.stages):
        key = state.bind(f"blocks_{index}", stage.blocks)
        columns[index % 2].number_input(
            _("Stage {n}").format(n=index + 2),
            min_value=1,
            max_value=128,
            step=1,
            key=key,
            on_change=_apply,
            args=(key, _blocks_setter(index)),
        )


def _blocks_setter(index: int) -> Change:
    def change(spec: ResNetSpec, value: Any) -> ResNetSpec:
        stages = list(spec.stages)
        stages[index] = replace(stages[index], blocks=int(value))
        return replace(spec, stages=tuple(stages))

    return change


def _with_shortcuts(spec: ResNetSpec, value: Any) -> ResNetSpec:
    return replace(spec, shortcut=replace(spec.shortcut, enabled=bool(value)))


def _with_stem_relu(spec: ResNetSpec, value: Any) -> ResNetSpec:
    return replace(spec, stem=replace(spec.stem, use_relu=bool(value)))


def _apply(key: str, change: Change) -> None:
    state.set_spec(lambda spec: change(spec, state.typed(key)))


def _toggle(label: str, name: str, value: bool, change: Change) -> None:  # noqa: FBT001 - the widget's value
    key = state.bind(f"spec_{name}", value)
    st.toggle(label, key=key, on_change=_apply, args=(key, change))


def _number(label: str, name: str, value: int, low: int, high: int, change: Change) -> None:
    key = state.bind(f"spec_{name}", value)
    st.number_input(
        label, min_value=low, max_value=max(high, value), step=1, key=key, on_change=_apply, args=(key, change)
    )


def _choice(
    label: str,
    name: str,
    options: list[Any],
    value: Any,
    titles: dict[Any, str],
    change: Change,
    *,
    disabled: bool = False,
) -> None:
    key = state.bind(f"spec_{name}", value)
    st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        format_func=lambda option: titles.get(option, str(option)),
        on_change=_apply,
        args=(key, change),
        disabled=disabled,
    )
