"""What a difference without a name of its own does to counts and sizes, and why it matters."""

import math
from typing import NamedTuple

from resnet_viz.check.recorder import Size, Step
from resnet_viz.check.wording import map_text, shape_text
from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _


class Reason(NamedTuple):
    """What it does, "" if nothing can be counted; and why it matters."""

    arithmetic: str
    why: str


_SAMPLES = {
    "tanh": (3, "0.995", "3"),
    "sigmoid": (3, "0.953", "3"),
    "softsign": (3, "0.75", "3"),
    "hard_sigmoid": (3, "1", "3"),
    "relu6": (9, "6", "9"),
    "elu": (-1, "−0.632", "0"),
    "selu": (-1, "−1.111", "0"),
    "gelu": (-1, "−0.159", "0"),
    "swish": (-1, "−0.269", "0"),
    "silu": (-1, "−0.269", "0"),
    "softplus": (-1, "0.313", "0"),
    "mish": (-1, "−0.303", "0"),
    "exponential": (-1, "0.368", "0"),
}
"""What an activation makes of a number, and what ReLU makes of it."""

_FLAT = frozenset(("tanh", "sigmoid", "softsign", "hard_sigmoid"))

_LACKING = Titles(
    {
        "relu": N_("Without a ReLU between them two convolutions do no more than one."),
        "conv": N_("F(x) needs all three: one squeezes, one looks at neighbours, one widens."),
        "softmax": N_("Without it the outputs are no shares that sum to 1."),
        "flatten": N_("The dense layer then works at each cell alone."),
        "padding": N_("The first window then begins inside the picture, and every map after it is smaller."),
        "max_pool": N_("All that follows then reads a map of another size."),
        "average_pool": N_("The last layer then reads every cell, and has as many more weights."),
        "dense": N_("Nothing then turns what was seen into classes."),
    }
)
_EXTRA = Titles(
    {
        "dropout": N_("Dropout sets values to zero by chance in training. The course leaves that out."),
        "softmax": N_("Softmax makes shares that sum to 1. It belongs behind the last layer only."),
        "conv": N_("Weights that were made for the course then do not fit."),
        "dense": N_("Weights that were made for the course then do not fit."),
        "batch_norm": N_("What is normalised already gains nothing, and has more parameters."),
    }
)
_SETTINGS = Titles(
    {
        "strides": N_("All that follows then reads a map of another size."),
        "pool_size": N_("All that follows then reads a map of another size."),
        "padding": N_("All that follows then reads a map of another size."),
        "size": N_("All that follows then reads a map of another size."),
        "filters": N_("F1 squeezes, F2 is for the f×f, F3 widens to the shape of the shortcut."),
        "dilation_rate": N_("The window then leaves out cells between those that it reads."),
        "groups": N_("Each filter then sees only its own part of the channels."),
        "center": N_("BatchNorm then cannot shift what it has normalised."),
        "scale": N_("BatchNorm then cannot widen what it has normalised."),
        "units": N_("The last layer needs one number for each class."),
        "projects": N_("Only a convolution block can change the number of channels or the size of the map."),
    }
)


def of_activation(theirs: Step, ours: Step) -> Reason:
    """Return the reason for one activation in place of another."""
    if ours.kind == "softmax":
        return Reason("", _("Softmax makes shares that sum to 1: one class for each picture."))
    if theirs.kind == "softmax":
        return Reason("", _EXTRA("softmax"))
    arithmetic = ""
    if theirs.kind in _SAMPLES:
        x, there, here = _SAMPLES[theirs.kind]
        arithmetic = _("It makes {x} into {there}. ReLU makes it {here}.").format(
            x=str(x).replace("-", "−"), there=there, here=here
        )
    elif theirs.kind in ("leakyrelu", "leaky_relu", "prelu"):
        arithmetic = _("It lets a part of −1 through. ReLU makes it 0.")
    if theirs.kind in _FLAT:
        return Reason(arithmetic, _("It is nearly flat for large values, so little of the gradient comes through."))
    return Reason(arithmetic, _("The next layer then reads other values than weights made for the course expect."))


def of_pooling(theirs: Step) -> Reason:
    """Return the reason for another pooling, or one number per channel in place of windows."""
    if theirs.kind == "average_pool":
        return Reason("", _("The mean of a window then stands for its largest value."))
    if theirs.kind == "max_pool":
        return Reason("", _("The largest value of a window then stands for its mean."))
    if theirs.kind == "global_max_pool":
        return Reason("", _("The largest value of a channel then stands for its mean."))
    return Reason(
        _("At 64×64 nothing changes. At 224×224 the last layer then reads 2,048 numbers in place of 18,432."),
        _("The course's table pools by 2×2 and flattens, so its last layer grows with the picture."),
    )


def of_lacking(ours: Step | None, read: Size | None) -> Reason:
    """Return the reason why a layer must not be missing."""
    if ours is None:
        return Reason("", "")
    arithmetic = ""
    if ours.kind == "conv" and read:
        n = (math.prod(_sides(ours)) * read[-1] + 1) * ours.settings["filters"]
        arithmetic = _("{n} parameters fewer.").format(n=f"{n:,}")
    elif ours.kind in ("padding", "max_pool", "average_pool") and read and ours.shape and read != ours.shape:
        arithmetic = _("The map stays {size}, and should become {after}.").format(
            size=map_text(read), after=map_text(ours.shape)
        )
    return Reason(arithmetic, _LACKING.get(ours.kind, ""))


def of_extra(step: Step, read: Step | None, place: str) -> Reason:
    """Return the reason why a layer does not belong where it stands."""
    shape = read.shape if read else None
    arithmetic = ""
    if step.kind == "conv" and shape:
        n = (math.prod(_sides(step)) * shape[-1] // step.settings["groups"] + 1) * step.settings["filters"]
        arithmetic = _("{n} parameters more.").format(n=f"{n:,}")
    elif step.kind == "batch_norm" and step.shape:
        arithmetic = _("{n} parameters more.").format(n=f"{4 * step.shape[-1]:,}")
    elif step.shape and shape and step.shape != shape:
        arithmetic = _("It makes {before} into {after}.").format(before=shape_text(shape), after=shape_text(step.shape))
    if step.kind == "relu" and read and read.kind == "conv":
        why = _("The order is convolution, BatchNorm, ReLU: BatchNorm should read negative values too.")
    elif step.kind == "relu" and place == "1":
        why = _("The shortcut then loses its negative values before the sum.")
    elif step.kind == "relu" and read and read.kind == "relu":
        return Reason(arithmetic, _("A second ReLU changes nothing: no value is negative any more."))
    else:
        is_first_norm = step.kind == "batch_norm" and read is not None and read.kind != "batch_norm"
        why = "" if is_first_norm else _EXTRA.get(step.kind, "")
        if place[:1].isdigit() and shape and step.shape and step.shape[:2] != shape[:2]:
            why = _("Main path and shortcut must shrink the map alike, or they cannot be added.")
        why = why or _("What follows then reads other values than in the course.")
    return Reason(arithmetic, why)


def of_setting(name: str, ours: Step, theirs: Step, places: int = 1) -> Reason:
    """Return the reason why a setting matters, in as many places."""
    if name == "projects" and theirs.settings[name]:
        return _of_projection(ours, theirs)
    arithmetic = ""
    if name in ("center", "scale") and ours.shape:
        arithmetic = _("{n} parameters fewer: 1 for each channel.").format(n=f"{ours.shape[-1]:,}")
    elif name == "dilation_rate" and isinstance(theirs.settings[name], int):
        sides = [(_sides(step)[0] - 1) * step.settings[name] + 1 for step in (theirs, ours)]
        arithmetic = _("It spans {a}×{a} cells in place of {b}×{b}.").format(a=sides[0], b=sides[1])
    elif name == "filters" and ours.kind == "block" and not ours.settings["projects"]:
        more = places * (_parameters(theirs) - _parameters(ours))
        text = _("{n} parameters more.") if more > 0 else _("{n} parameters fewer.")
        arithmetic = text.format(n=f"{abs(more):,}") if more else ""
    elif theirs.shape and ours.shape and theirs.shape != ours.shape:
        arithmetic = _("It gives {theirs} in place of {ours}.").format(
            theirs=shape_text(theirs.shape), ours=shape_text(ours.shape)
        )
    is_of_stem = ours.kind == "conv" and name == "filters" and not ours.place[:1].isdigit()
    why = _("Every layer behind it has as many weights for each channel.") if is_of_stem else _SETTINGS.get(name, "")
    if name in ("strides", "padding") and ours.place[:1].isdigit() and ours.kind == "conv":
        why = _("Main path and shortcut must shrink the map alike, or they cannot be added.")
    elif name in ("strides", "pool_size", "padding", "size") and not arithmetic:
        why = _("On larger pictures all that follows then reads a map of another size.")
    return Reason(arithmetic, why)


def _of_projection(ours: Step, theirs: Step) -> Reason:
    """Return the reason why an identity block must not project."""
    c = ours.shape[-1] if ours.shape else 0
    arithmetic = _("{n} parameters more.").format(n=f"{(c + 1) * c + 4 * c:,}")
    if theirs.shape != ours.shape:
        arithmetic = _("It gives {theirs} in place of {ours}.").format(
            theirs=shape_text(theirs.shape), ours=shape_text(ours.shape)
        )
    return Reason(arithmetic, _("The input should pass this block unchanged, without a convolution on the shortcut."))


def _parameters(block: Step) -> int:
    """Return the parameters of an identity block, with its statistics."""
    if len(block.settings["filters"]) != 3 or not isinstance(block.settings["f"], int):
        return 0
    a, b, c = block.settings["filters"]
    return int((c + 1) * a + (block.settings["f"] ** 2 * a + 1) * b + (b + 1) * c + 4 * (a + b + c))


def of_bias(ours: Step, theirs: Step, n: int) -> Reason:
    """Return the reason for a bias that is off, or on; `n` filters have none."""
    fewer = _("{n} parameters fewer: 1 for each filter.").format(n=f"{n:,}") if not theirs.settings["use_bias"] else ""
    if ours.kind == "dense":
        return Reason(fewer, _("Without it no class can be likelier than others from the start."))
    return Reason(
        fewer,
        _("BatchNorm takes the bias out again, so the answers are the same. But weights of the course do not fit."),
    )


def _sides(step: Step) -> tuple[int, int]:
    kernel = step.settings["kernel_size"]
    return kernel if isinstance(kernel, tuple) else (kernel, kernel)
