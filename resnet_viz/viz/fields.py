"""Every field of a specification in words: its title, the rule it must keep, and what its values are called."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, get_args, get_type_hints

from resnet_viz.messages import N_, Titles
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.schema import (
    MAX_FILTERS,
    MAX_KERNEL,
    MAX_STRIDE,
    Bias,
    Shortcut,
    Stem,
)


class Field(NamedTuple):
    """A field that is one number, one switch or one choice.

    Attributes:
        path: Its dotted path, as in links (see `resnet_viz.spec.changes`).
        section: Where the controls show it.
        title: What it is called.
        rule: What it must be, shown beside it.
        low: Smallest number, or None if it is no whole number.
        high: Largest number.
    """

    path: str
    section: str
    title: Callable[[], str]
    rule: Callable[[], str]
    low: float | None = None
    high: float | None = None

    @property
    def kind(self) -> type:
        """``bool``, ``int``, ``float`` or ``str`` (a choice)."""
        hint = _hint(self.path)
        return hint if isinstance(hint, type) and hint in (bool, int, float) else str

    @property
    def options(self) -> tuple[str, ...]:
        """The values of a choice."""
        return get_args(_hint(self.path))


SECTIONS = ("block", "shortcut", "stem", "head", "norm", "start")


section_title = Titles(
    {
        "block": N_("Inside a block"),
        "shortcut": N_("Shortcut"),
        "stem": N_("Stem"),
        "head": N_("Head and width"),
        "norm": N_("BatchNorm and biases"),
        "start": N_("Initial weights"),
    }
)
"""What a group of controls is called."""


def _whole(low: float, high: float) -> Callable[[], str]:
    return lambda: _("a whole number from {low} to {high}").format(low=f"{low:,}", high=f"{high:,}")


def _number(path: str, section: str, title: Callable[[], str], low: int, high: int) -> Field:
    return Field(path, section, title, _whole(low, high), low, high)


FIELDS: dict[str, Field] = {
    field.path: field
    for field in (
        Field(
            "block",
            "block",
            lambda: _("Kind of block"),
            lambda: _("three convolutions 1×1, f×f, 1×1 or two f×f; filters follow"),
        ),
        _number("kernel_size", "block", lambda: _("Kernel side f"), 1, MAX_KERNEL),
        Field("stride_on", "block", lambda: _("Stride sits on"), lambda: _("`first` in basic blocks")),
        Field(
            "stride_block",
            "block",
            lambda: _("Block with the stride"),
            lambda: _("the stage's first block, or its last (v2)"),
        ),
        Field("padding", "block", lambda: _("Padding of f×f"), lambda: _("an explicit frame needs an odd f")),
        Field(
            "pre_activation",
            "block",
            lambda: _("Pre-activation"),
            lambda: _("BatchNorm and ReLU before the convolutions; add the final BatchNorm too"),
        ),
        Field(
            "shortcut.enabled",
            "shortcut",
            lambda: _("With shortcuts"),
            lambda: _("off: the plain network; on: the blocks of a stage end in equally many filters"),
        ),
        Field(
            "shortcut.projection",
            "shortcut",
            lambda: _("Projection"),
            lambda: _("option A pads with zeros, so stages must not get narrower"),
        ),
        Field(
            "shortcut.first_block_projects",
            "shortcut",
            lambda: _("First block always projects"),
            lambda: _("off: it projects only if the shape changes"),
        ),
        Field(
            "shortcut.strided_identity",
            "shortcut",
            lambda: _("Strided, same channels"),
            lambda: _("project, or skip cells by a 1×1 max-pool (v2)"),
        ),
        Field(
            "shortcut.projection_source",
            "shortcut",
            lambda: _("Projection reads"),
            lambda: _("the block's input, or the input after BatchNorm and ReLU (v2)"),
        ),
        _number("stem.filters", "stem", lambda: _("Filters"), 1, MAX_FILTERS),
        _number("stem.kernel_size", "stem", lambda: _("Kernel side"), 1, MAX_KERNEL),
        _number("stem.strides", "stem", lambda: _("Stride"), 1, MAX_STRIDE),
        _number("stem.padding", "stem", lambda: _("Padding before conv1"), 0, MAX_KERNEL),
        Field("stem.use_bias", "stem", lambda: _("Bias"), lambda: _("redundant if BatchNorm follows")),
        Field("stem.use_batch_norm", "stem", lambda: _("BatchNorm"), lambda: _("on or off")),
        Field("stem.use_relu", "stem", lambda: _("ReLU in the stem"), lambda: _("`course` lists none")),
        _number("stem.pool_size", "stem", lambda: _("Max-pool side"), 0, MAX_KERNEL),
        _number("stem.pool_strides", "stem", lambda: _("Max-pool stride"), 1, MAX_STRIDE),
        Field(
            "stem.pool_padding",
            "stem",
            lambda: _("Padding before the max-pool"),
            lambda: _("less than the pool's side"),
            0,
            MAX_KERNEL - 1,
        ),
        Field(
            "stem.pool_padding_value",
            "stem",
            lambda: _("Pool padding holds"),
            lambda: _("zeros (Keras), or −∞, which a maximum never picks (PyTorch)"),
        ),
        Field("head", "head", lambda: _("Head"), lambda: _("an average over windows, or over the whole map")),
        _number("head_pool_size", "head", lambda: _("Average-pool side"), 1, MAX_KERNEL),
        Field("final_norm", "head", lambda: _("Final BatchNorm, ReLU"), lambda: _("pre-activation needs it")),
        Field("classifier_activation", "head", lambda: _("Classifier"), lambda: _("softmax, or the logits alone")),
        Field(
            "width",
            "head",
            lambda: _("Width × filters"),
            lambda: _("a number from 0.01 to 16; filters are rounded"),
            0.01,
            16.0,
        ),
        Field("bias.branch2a", "norm", lambda: _("Bias 2a"), lambda: _("redundant if BatchNorm follows")),
        Field("bias.branch2b", "norm", lambda: _("Bias 2b"), lambda: _("redundant if BatchNorm follows")),
        Field("bias.branch2c", "norm", lambda: _("Bias 2c"), lambda: _("bottleneck blocks only")),
        Field(
            "bias.shortcut", "norm", lambda: _("Bias of the projection"), lambda: _("redundant if BatchNorm follows")
        ),
        Field(
            "use_batch_norm",
            "norm",
            lambda: _("BatchNorm"),
            lambda: _("off: none anywhere; then biases shift the values, and nothing scales them"),
        ),
        Field("bn_epsilon", "norm", lambda: _("BatchNorm ε"), lambda: _("from 0 to 1; Keras 0.001"), 0.0, 1.0),
        Field(
            "bn_momentum",
            "norm",
            lambda: _("BatchNorm momentum"),
            lambda: _("from 0 to 1: the share of the old statistic that is kept; Keras 0.99"),
            0.0,
            1.0,
        ),
        Field("kernel_initializer", "start", lambda: _("Convolutions"), lambda: _("a Keras initializer")),
        Field("dense_initializer", "start", lambda: _("Dense layer"), lambda: _("a Keras initializer")),
        _number("seed", "start", lambda: _("Seed"), 0, 2**31 - 1),
        Field(
            "seed_policy",
            "start",
            lambda: _("Seeds"),
            lambda: _("the same everywhere: equal layers start equal; or one per layer"),
        ),
    )
}
"""Fields by path. Input, classes and the table of stages have controls of their own."""


def value_title(path: str, value: object) -> str:
    """Return what a value is called."""
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, tuple):
        return " · ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return _CHOICES.get((path, str(value)), str(value))


_CHOICES = Titles(
    {
        ("block", "bottleneck"): N_("bottleneck"),
        ("block", "basic"): N_("basic"),
        ("stride_on", "first"): N_("1×1 (v1)"),
        ("stride_on", "middle"): N_("f×f (v1.5)"),
        ("stride_block", "first"): N_("first"),
        ("stride_block", "last"): N_("last"),
        ("padding", "same"): N_("same"),
        ("padding", "explicit"): N_("explicit frame"),
        ("shortcut.projection", "conv_bn"): N_("conv + BatchNorm"),
        ("shortcut.projection", "conv"): N_("conv alone"),
        ("shortcut.projection", "channel_pad"): N_("option A"),
        ("shortcut.strided_identity", "projection"): N_("projection"),
        ("shortcut.strided_identity", "max_pool"): N_("max-pool"),
        ("shortcut.projection_source", "input"): N_("input"),
        ("shortcut.projection_source", "preactivation"): N_("after ReLU"),
        ("stem.pool_padding_value", "zero"): "0",
        ("stem.pool_padding_value", "-inf"): "−∞",
        ("head", "average"): N_("windows, flatten"),
        ("head", "global"): N_("global average"),
        ("classifier_activation", "softmax"): "softmax",
        ("classifier_activation", "linear"): N_("logits"),
        ("seed_policy", "same"): N_("one seed for all"),
        ("seed_policy", "per_layer"): N_("a seed per layer"),
    }
)


_PARTS = {"stem": Stem, "bias": Bias, "shortcut": Shortcut}


@cache
def _hint(path: str) -> object:
    part, _dot, name = path.rpartition(".")
    return get_type_hints(_PARTS[part] if part else ResNetSpec)[name]
