"""Short texts for layers, shapes and numbers, the same in picture, table and inspector."""

from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.spec.layers import (
    AveragePool,
    ChannelPad,
    Conv,
    Dense,
    GlobalAveragePool,
    Layer,
    MaxPool,
    Padding,
    kind_of,
)

kind_name = Titles(
    {
        "input": N_("Input"),
        "padding": N_("Padding"),
        "conv": N_("Convolution"),
        "batch_norm": N_("BatchNorm"),
        "relu": N_("ReLU"),
        "max_pool": N_("Max-pooling"),
        "average_pool": N_("Average pooling"),
        "global_average_pool": N_("Global average pooling"),
        "channel_pad": N_("Channel padding (option A)"),
        "add": N_("Add"),
        "flatten": N_("Flatten"),
        "dense": N_("Dense"),
        "softmax": N_("Softmax"),
    }
)
"""A layer kind as it is called on the pages."""

family_name = Titles(
    {
        "conv": N_("convolution"),
        "batch_norm": N_("BatchNorm"),
        "relu": N_("ReLU"),
        "pool": N_("pooling"),
        "add": N_("sum"),
        "classifier": N_("classifier"),
        "rest": N_("the rest"),
    }
)
"""Kinds that are drawn in one colour, as they are called in a legend."""
_FAMILIES = {
    **dict.fromkeys(("max_pool", "average_pool", "global_average_pool"), "pool"),
    **dict.fromkeys(("dense", "softmax"), "classifier"),
    **dict.fromkeys(("input", "padding", "channel_pad", "flatten"), "rest"),
}


def family_of(kind: str) -> str:
    """Return the family of a layer kind: its key in `family_name`."""
    return _FAMILIES.get(kind, kind)


_PART_NAMES = Titles({"1": N_("stem"), "stem": N_("stem"), "head": N_("head")})


def part_name(part: str) -> str:
    """Return what a stage, or stem or head, is called where there is little room: others by their own name."""
    return _PART_NAMES.get(part, part)


def layer_title(layer: Layer) -> str:
    """Return what a layer does in a few words, with its settings."""
    match layer:
        case Conv():
            return _("Conv {window}").format(window=convolution_text(layer))
        case MaxPool(size, strides):
            return _("MaxPool {window}").format(window=f"{size}×{size}, /{strides}")
        case AveragePool(size, strides):
            return _("AvgPool {window}").format(window=f"{size}×{size}, /{strides}")
        case GlobalAveragePool():
            return _("Global AvgPool")
        case Padding(size, "zero"):
            return _("Pad {n} (zeros)").format(n=size)
        case Padding(size, _value):
            return _("Pad {n} (−∞)").format(n=size)
        case ChannelPad(filters, strides):
            return _("Option A to {n}, /{s}").format(n=filters, s=strides)
        case Dense(units=units):
            return _("Dense {units}").format(units=units)
    return kind_name(kind_of(layer))


def convolution_text(layer: Conv) -> str:
    """Return a convolution's kernel and filters, a stride behind a slash, where it is plain that it is one.

    >>> convolution_text(Conv(64, 7, 2, "valid", True, "glorot_uniform", 0))
    '7×7, 64, /2'
    """
    stride = f", /{layer.strides}" if layer.strides > 1 else ""
    return f"{layer.kernel_size}×{layer.kernel_size}, {layer.filters}{stride}"


status_name = Titles(
    {
        "added": N_("added"),
        "removed": N_("removed"),
        "changed": N_("changed"),
        "settings": N_("with other settings only"),
    }
)
"""What became of layers in a difference, to follow their number."""


def short_count(number: float) -> str:
    """Return a number with at most three significant digits and a thousands suffix.

    >>> short_count(17_958_790), short_count(285_634_560), short_count(512)
    ('18.0 M', '286 M', '512')
    """
    for limit, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(number) >= limit * 0.9995:
            scaled = number / limit
            digits = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            return f"{scaled:.{digits}f}{suffix}"
    return f"{number:,.0f}"


def short_bytes(number: int) -> str:
    """Return a number of bytes in binary units with at most three significant digits.

    >>> short_bytes(524_288), short_bytes(100)
    ('512 KiB', '100 B')
    """
    value, units = float(number), ["B", "KiB", "MiB", "GiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:.3g} {units[0]}" if value < 999.5 else f"{value:.0f} {units[0]}"


def number_text(value: float, digits: int = 4) -> str:
    """Return a number in a few significant digits, with a true minus; what is no number by its sign.

    >>> number_text(-0.123456), number_text(0.0), number_text(1234567.0, digits=3)
    ('−0.1235', '0', '1.23e+06')
    >>> number_text(float("nan")), number_text(float("-inf"))
    ('NaN', '−∞')
    """
    return f"{value + 0.0:.{digits}g}".replace("-", "−").replace("nan", "NaN").replace("inf", "∞")


def percent_text(share: float) -> str:
    r"""Return a share in whole percent; what is not all of it is never called 100.

    >>> percent_text(0.958), percent_text(1 / 6), percent_text(0.998), percent_text(1.0)
    ('96\xa0%', '17\xa0%', '99.8\xa0%', '100\xa0%')
    """
    text = f"{100 * share:.0f}"
    if text == "100" and share < 1:
        text = f"{min(99.9, 100 * share):.1f}"
    return f"{text}\u00a0%"


_NETWORK_NAMES = Titles(
    {
        "plain": N_("plain"),
        "residual": N_("residual"),
        "same seed": N_("same seed"),
        "seed per layer": N_("seed per layer"),
        # A name is a folder's too, and has no dot.
        "momentum 0\u00b799": N_("momentum 0.99"),
        "momentum 0\u00b79": N_("momentum 0.9"),
    }
)
"""Networks of the demos."""


def network_name(name: str) -> str:
    """Return what a network of a demo is called; others as whoever named them."""
    return _NETWORK_NAMES.get(name, name)


_CLASS_NAMES = Titles(
    {
        "circle": N_("circle"),
        "cross": N_("cross"),
        "ring": N_("ring"),
        "square": N_("square"),
        "star": N_("star"),
        "triangle": N_("triangle"),
    }
)
"""The shapes."""


def class_name(name: str) -> str:
    """Return what a class is called: the shapes' names in the reader's language, others as they are."""
    return _CLASS_NAMES.get(name, name)
