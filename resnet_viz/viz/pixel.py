"""One value's arithmetic in words and as a small moving picture: the kernel walks over its patch and the sum grows."""

import html
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from resnet_viz.messages import gettext as _
from resnet_viz.viz.mosaic import Scale, painted, shared_scale
from resnet_viz.viz.theme import ink_on
from resnet_viz.viz.words import number_text

FloatArray = npt.NDArray[np.float32]

_STEP_S = 0.35


class Terms(Protocol):
    """A step of a value: kind and terms; see `resnet_viz.model.pixel.Step`."""

    @property
    def kind(self) -> str:
        """The layer's kind."""

    @property
    def numbers(self) -> dict[str, float]:
        """The terms by name."""


def step_text(step: Terms) -> str:
    """Return one step's arithmetic with its own numbers.

    >>> from types import SimpleNamespace
    >>> step_text(SimpleNamespace(kind="relu", numbers={"x": -0.5}))
    'max(0, −0.5)'
    """
    return _arithmetic(step).replace("+ −", "− ").replace("− −", "+ ")


def _arithmetic(step: Terms) -> str:
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


def kernel_walk(patch: FloatArray, kernel: FloatArray, channels: list[int], rest: float, step: Any) -> str:
    """Return HTML: per channel the patch, the kernel and their products, cell by cell; on request the walk is played.

    Args:
        patch: float32 ``(rows, columns, channels)``.
        kernel: Of the same shape.
        channels: The channels to show.
        rest: What the other channels add.
        step: The step, with its sum and bias.
    """
    scales = [shared_scale(patch[..., channels]), shared_scale(kernel[..., channels])]
    products = patch.astype(np.float64) * kernel
    blocks, order = [], 0
    for channel in channels:
        grids = [
            _grid(patch[..., channel], scales[0], order),
            _grid(kernel[..., channel], scales[1], order),
            _grid(products[..., channel].astype(np.float32), shared_scale(products.astype(np.float32)), order),
        ]
        order += patch.shape[0] * patch.shape[1]
        total = number_text(float(products[..., channel].sum()))
        label = _("channel {n}").format(n=channel)
        blocks.append(
            f"<div class='product'><b>{label}</b>{grids[0]}<span>×</span>{grids[1]}<span>=</span>{grids[2]}"
            f"<span>Σ {total}</span></div>"
        )
    end = _("the others {rest}; Σ = {sum}").format(rest=number_text(rest), sum=number_text(step.numbers["sum"]))
    if step.numbers["bias"]:
        end += "; " + _("+ bias {bias} = {value}").format(
            bias=number_text(step.numbers["bias"]), value=number_text(step.value)
        )
    play = html.escape(_("Play it: the kernel over its patch"))
    head = f"<label class='play'><input type='checkbox'>{play}</label>"
    return f"<div class='walked'>{head}<div class='products'>{''.join(blocks)}</div><p>{html.escape(end)}</p></div>"


def _grid(values: FloatArray, scale: Scale, order: int) -> str:
    """Return a small table of coloured numbers; each cell knows its place in the walk."""
    rows = []
    for line, colors in zip(values, painted(values, scale), strict=True):
        cells = []
        for value, color in zip(line, colors, strict=True):
            fill = "#" + color.tobytes().hex()
            delay = f"{order * _STEP_S:.2f}s"
            cells.append(
                f"<td style='background:{fill};color:{ink_on(fill)};animation-delay:{delay}'>"
                f"{number_text(float(value), digits=2)}</td>"
            )
            order += 1
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"
