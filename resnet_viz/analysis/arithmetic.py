"""The arithmetic of one layer written out with its own numbers, as a teacher would on the board."""

from resnet_viz.analysis.shapes import same_padding
from resnet_viz.analysis.summary import LayerRecord, NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import (
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Padding,
    Shape,
)


def shape_text(shape: Shape) -> str:
    """Return a shape as it is written on the pages.

    >>> shape_text((8, 8, 128)), shape_text((2048,))
    ('8×8×128', '2048')
    """
    return "×".join(map(str, shape))


def shape_arithmetic(record: LayerRecord) -> list[str]:
    """Return one line per axis that changes (or one for both if they are equal), from size in to size out."""
    before, after, layer = record.input_shape, record.output_shape, record.node.layer
    if isinstance(layer, Flatten):
        return [f"{' · '.join(map(str, before))} = {after[0]:,}"]
    if isinstance(layer, GlobalAveragePool):
        return [_("mean over {n} cells of each of {c} channels").format(n=before[0] * before[1], c=before[2])]
    if isinstance(layer, Dense):
        return [_("one number for each of {n} units").format(n=after[0])]
    if len(before) != 3 or not isinstance(layer, (Conv, MaxPool, AveragePool, Padding, ChannelPad)):
        return [_("the shape stays {shape}").format(shape=shape_text(after))]
    axes = [(_("height"), before[0], after[0]), (_("width"), before[1], after[1])]
    lines = [_axis_line(layer, cells, out) for _name, cells, out in axes]
    if lines[0] == lines[1]:
        return lines[:1]
    return [f"{name}: {line}" for (name, _cells, _out), line in zip(axes, lines, strict=True)]


def parameter_arithmetic(record: LayerRecord) -> str:
    """Return the layer's parameters as a formula, or that it has none."""
    layer, shape = record.node.layer, record.input_shape
    match layer:
        case Conv(filters=filters, kernel_size=kernel, use_bias=use_bias):
            bias = f" + {filters}" if use_bias else ""
            return f"{kernel}·{kernel}·{shape[2]}·{filters}{bias} = {record.parameters:,}"
        case BatchNorm():
            return f"4 · {shape[-1]} = {record.parameters:,}  (γ, β; μ, σ²)"
        case Dense(units=units):
            return f"{shape[0]:,}·{units} + {units} = {record.parameters:,}"
    return _("none")


def mac_arithmetic(record: LayerRecord) -> str:
    """Return the layer's multiply-accumulates as a formula, or that none are counted."""
    layer, shape, out = record.node.layer, record.input_shape, record.output_shape
    match layer:
        case Conv(filters=filters, kernel_size=kernel):
            return f"{out[0]}·{out[1]}·{filters} · {kernel}·{kernel}·{shape[2]} = {record.macs:,}"
        case Dense(units=units):
            return f"{shape[0]:,}·{units} = {record.macs:,}"
    return _("none counted")


def field_arithmetic(summary: NetworkSummary, record: LayerRecord) -> str:
    """Return how the receptive field's size (height, px) grows in this layer."""
    layer = record.node.layer
    size = record.field.height.size
    if not record.node.inputs:
        return _("1 px: every pixel sees itself")
    before = summary.by_id[record.node.inputs[0]].field.height
    kernel = layer.kernel_size if isinstance(layer, Conv) else getattr(layer, "pool_size", 1)
    if kernel > 1:
        return f"{before.size} + ({kernel} − 1)·{before.stride} = {size} px"
    return f"{size} px"


def _axis_line(layer: Conv | MaxPool | AveragePool | Padding | ChannelPad, cells: int, out: int) -> str:
    if isinstance(layer, Padding):
        return f"{cells} + 2·{layer.size} = {out}"
    if isinstance(layer, Conv):
        kernel, strides = layer.kernel_size, layer.strides
        if layer.padding == "same":
            before, after = same_padding(cells, kernel, strides)
            padded = cells + before + after
            return f"{cells} + {before} + {after} = {padded};  {_floor(padded, kernel, strides)} = {out}"
        return f"{_floor(cells, kernel, strides)} = {out}"
    kernel = 1 if isinstance(layer, ChannelPad) else layer.pool_size
    return f"{_floor(cells, kernel, layer.strides)} = {out}"


def _floor(cells: int, kernel: int, strides: int) -> str:
    inner = f"({cells} − {kernel})"
    return f"{inner} + 1" if strides == 1 else f"⌊{inner} / {strides}⌋ + 1"
