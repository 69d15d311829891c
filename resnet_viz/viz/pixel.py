"""One value's arithmetic in words, and what its moving picture shows: the kernel walks over its patch, the sum grows."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.analysis import NetworkSummary
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext
from resnet_viz.results import PixelStep
from resnet_viz.spec.layers import Padding
from resnet_viz.viz.mosaic import Scale, painted, shared_scale
from resnet_viz.viz.theme import ink_on
from resnet_viz.viz.words import number_text

FloatArray = npt.NDArray[np.float32]

# Channels whose products are shown; the rest are given as one sum.
_LISTED = 8


def step_text(step: PixelStep) -> str:
    """Return one step's arithmetic with its own numbers.

    >>> from types import SimpleNamespace
    >>> step_text(SimpleNamespace(kind="relu", numbers={"x": -0.5}))
    'max(0, −0.5)'
    """
    return _arithmetic(step).replace("+ −", "− ").replace("− −", "+ ")


def _arithmetic(step: PixelStep) -> str:
    n = {name: number_text(value) for name, value in step.numbers.items()}
    match step.kind:
        case "conv" | "dense":
            bias = f" + {n['bias']}" if step.numbers["bias"] else ""
            return _("Σ patch × kernel") + f" = {n['sum']}{bias}"
        case "batch_norm":
            return f"({n['x']} − {n['mean']}) / √({n['variance']} + {n['epsilon']}) · {n['gamma']} + {n['beta']}"
        case "add":
            return " + ".join(f"{value} ({name})" for name, value in n.items())
        case "relu":
            return f"max(0, {n['x']})"
        case "max_pool":
            return _("largest of its window")
        case "average_pool" | "global_average_pool":
            return _("mean of its window")
    return _("as it comes")


def padding_under(summary: NetworkSummary, step: PixelStep) -> npt.NDArray[np.bool_]:
    """Return ``(rows, columns)``: which cells of a step's window lie on padding, its own or that of the layer before it."""
    record = summary.record(step.node)
    before = summary.graph.node(record.node.inputs[0]).layer
    frame = before.size if isinstance(before, Padding) else 0
    assert step.patch is not None  # noqa: S101 - a step with a window has what lies under it
    if len(record.input_shape) != 3:  # a vector has no edge
        return np.zeros(step.patch.shape[:2], bool)
    (high, wide, _depth), (rows, columns) = record.input_shape, step.patch.shape[:2]
    down, across = step.top + np.arange(rows), step.left + np.arange(columns)
    beyond = (down < frame) | (down >= high - frame), (across < frame) | (across >= wide - frame)
    return np.logical_or.outer(*beyond)


def sum_data(
    patch: FloatArray, kernel: FloatArray, step: Any, *, is_picture: bool, padding: npt.NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Return what the component plays: patch, kernel and their products, a channel a page; 1×1 kernels on one page.

    Args:
        patch: float32 ``(rows, columns, channels)``.
        kernel: Of the same shape.
        step: The step, with its sum and bias.
        is_picture: Whether the channels are a picture's colours.
        padding: Which cells of the window lie on padding; None for none.
    """
    on_padding = padding is not None and bool(padding.any())
    products = patch.astype(np.float64) * kernel
    shares = products.sum(axis=(0, 1))
    order = [int(channel) for channel in np.argsort(-np.abs(shares), kind="stable")[:_LISTED]]
    shown = sorted(order) if len(shares) <= _LISTED else order
    names = [_channel_name(channel, is_picture=is_picture and len(shares) == 3) for channel in shown]
    arrays = {"patch": patch, "kernel": kernel, "products": products.astype(np.float32)}
    scales = {name: shared_scale(array[..., shown]) for name, array in arrays.items()}
    if patch.shape[:2] == (1, 1):
        column = {name: array[0][:, shown].reshape(-1, 1) for name, array in arrays.items()}
        pages = [_page("", column, scales) | {"names": names}]
    else:
        pages = [
            _page(name, {key: array[..., channel] for key, array in arrays.items()}, scales)
            for name, channel in zip(names, shown, strict=True)
        ]
    listed = float(shares[shown].sum())
    return {
        "pages": pages,
        "total": _sendable(listed),
        "rest": _sendable(float(shares.sum() - listed)),
        "rest_count": len(shares) - len(shown),
        "bias": _bias_text(step.numbers["bias"], step.numbers["sum"]),
        "value": _sendable(float(step.numbers["sum"] + step.numbers["bias"])),
        "padding": padding.tolist() if padding is not None and on_padding else None,
        "words": _sum_words(patch.shape, names, len(shares) - len(shown), is_picture=is_picture)
        | {"padding": _("Hatched: padding, zeros around the map.")},
    }


def _sum_words(shape: tuple[int, ...], names: list[str], others: int, *, is_picture: bool) -> dict[str, str]:
    rows, columns, channels = shape
    count = _("{size} = {n} products").format(size=f"{rows}×{columns}×{channels}", n=f"{rows * columns * channels:,}")
    if others:
        lead = joined((_("{sentence}.").format(sentence=count), _("The channels that count most come first.")), " ")
    else:
        lead = _("{sentence}.").format(sentence=joined((count, joined(names)), ": "))
    return {
        "lead": lead,
        "patch": _("what it sees") if is_picture else _("its input"),
        "kernel": _("kernel"),
        "products": _("products"),
        "play": _("Play"),
        "pause": _("Pause"),
        "again": _("Play again"),
        "next": _("Next product"),
        "count": _("product {n} of {m}"),
        "so_far": _("Sum so far: {sum}"),
        "all": _("These together: {sum}."),
        "others": ngettext("{n} other channel: {{sum}}.", "The {n} other channels together: {{sum}}.", others).format(
            n=f"{others:,}"
        ),
        "bias": _("Bias: {bias}."),
        "end": _("Result: {value}."),
    }


def _page(label: str, arrays: dict[str, FloatArray], scales: dict[str, Scale]) -> dict[str, Any]:
    colors = {}
    for name, values in arrays.items():
        fills = [["#" + color.tobytes().hex() for color in row] for row in painted(values, scales[name])]
        colors[name] = [[fill + ink_on(fill) for fill in row] for row in fills]
    return {"label": label, "colors": colors} | {name: _plain(values) for name, values in arrays.items()}


def _plain(values: FloatArray) -> list[list[float | str]]:
    return [[_sendable(float(value)) for value in row] for row in values]


def _sendable(value: float) -> float | str:
    """Return a number as JSON has them; what is none by its sign."""
    return value if math.isfinite(value) else number_text(value)


def _channel_name(channel: int, *, is_picture: bool) -> str:
    return (_("red"), _("green"), _("blue"))[channel] if is_picture else _("channel {n}").format(n=channel)


def _bias_text(bias: float, total: float) -> str:
    """Return a bias as one reads it beside its sum: what does not change its fourth digit is 0."""
    return "0" if abs(bias) < 5e-5 * abs(total) else number_text(bias, digits=3)
