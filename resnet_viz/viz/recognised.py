"""What a network is, as a short table of facts, and where a file does not fit it, array by array."""

from html import escape

from resnet_viz.analysis import network
from resnet_viz.analysis.arithmetic import shape_text
from resnet_viz.messages import N_, Titles, joined, ngettext
from resnet_viz.messages import gettext as _
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import changed_paths
from resnet_viz.spec.layers import Shape
from resnet_viz.weights.about import About
from resnet_viz.weights.misfit import Misfit
from resnet_viz.weights.sayings import layout_text

_MOST_ROWS = 40


def facts(preset: str, spec: ResNetSpec, about: About | None) -> list[tuple[str, str]]:
    """Return titles and texts: the network, and what was read of the file if it is one."""
    changes = len(changed_paths(PRESETS[preset], spec))
    named = ngettext("{preset} + {n} change", "{preset} + {n} changes", changes).format(preset=preset, n=changes)
    rows = [(_("layout"), layout_text(about))] if about else []
    if about and about.spec is None:
        return [*rows, _arrays(about)]
    blocks = " · ".join(str(stage.blocks) for stage in spec.stages)
    rows += [
        (_("network"), named if changes else preset),
        (_("blocks"), _("{n}, {kind}").format(n=blocks, kind=_block(spec.block))),
        (_("filters"), " · ".join(str(stage.identity_filters[-1]) for stage in spec.stages) + _width(spec)),
        (_("squeezes to"), _squeezes(spec)),
        (_("stride"), _stride(spec.stride_on) if spec.block == "bottleneck" else _("on the first convolution")),
        (_("input"), shape_text(spec.input_shape)),
        (
            _("head"),
            joined(
                (_head(spec.head), ngettext("{n} class", "{n} classes", spec.classes).format(n=f"{spec.classes:,}"))
            ),
        ),
        (_("convolutions"), joined((_biases(spec), _norms(spec, about)))),
        (_("parameters"), f"{network(spec).totals.parameters:,}"),
    ]
    return [*rows, _arrays(about)] if about else rows


_block = Titles({"bottleneck": N_("bottlenecks of 3 convolutions"), "basic": N_("basic blocks of 2 convolutions")})
_stride = Titles({"first": N_("on the first 1×1"), "middle": N_("on the f×f in the middle")})
_head = Titles({"global": N_("the mean of each channel"), "average": N_("means of windows, flattened")})


def _arrays(about: About) -> tuple[str, str]:
    counts = _("{read} read, {counters} counters passed over, {unknown} without a place")
    return _("arrays"), counts.format(read=about.read, counters=about.counters, unknown=about.unknown_count)


def _width(spec: ResNetSpec) -> str:
    return "" if spec.width == 1 else _(", times {width}").format(width=f"{spec.width:g}")


def _squeezes(spec: ResNetSpec) -> str:
    """Return the first filters of each stage's blocks, where blocks of a stage differ both."""
    texts = []
    for stage in spec.stages:
        first, rest = stage.convolution_filters[0], stage.identity_filters[0]
        texts.append(f"{first}" if first == rest or stage.blocks == 1 else f"{first}/{rest}")
    return " · ".join(texts)


def _biases(spec: ResNetSpec) -> str:
    own = {spec.stem.use_bias, spec.bias.branch2a, spec.bias.branch2b, spec.bias.shortcut}
    if spec.block == "bottleneck":
        own.add(spec.bias.branch2c)
    if len(own) > 1:
        return _("some with biases")
    return _("with biases") if own == {True} else _("without biases")


def _norms(spec: ResNetSpec, about: About | None) -> str:
    if about and about.is_folded:
        return _("BatchNorm folded in")
    return _("each with BatchNorm") if spec.use_batch_norm else _("without BatchNorm")


def misfit_table(rows: list[Misfit]) -> str:
    """Return an HTML table of the arrays that do not fit, the first ones of many."""
    head = "".join(
        f"<th>{escape(text)}</th>"
        for text in (_("array"), _("the network needs"), _("the file has"), _("nearest name"))
    )
    body = "".join(
        f"<tr><td><code>{escape(row.name[:80])}</code></td><td>{_shape(row.expected)}</td>"
        f"<td>{_shape(row.found)}</td><td>{_code(row.nearest)}</td></tr>"
        for row in rows[:_MOST_ROWS]
    )
    rest = len(rows) - _MOST_ROWS
    said = ngettext("{n} more.", "{n} more.", rest).format(n=f"{rest:,}")
    more = f"<p>{escape(said)}</p>" if rest > 0 else ""
    return f'<table class="misfits"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'


def _shape(shape: Shape | None) -> str:
    return escape(shape_text(shape)) if shape else "–"


def _code(name: str) -> str:
    return f"<code>{escape(name[:80])}</code>" if name else ""
