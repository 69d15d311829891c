"""One frozen, validated description of a whole family of residual networks.

What differs between implementations is a field here, never a constant in the code. A rule that a single field can
break is checked on construction; rules that need shapes (a map too small to pool, a network too large for the
machine) are checked by `resnet_viz.analysis.analyse`.
"""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from resnet_viz.errors import SpecError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.spec.records import check_choices, from_plain
from resnet_viz.spec.rules import between, of_stage, one_of, within

# Limits that keep a typing error from eating a school laptop; every published ResNet is far inside them.
MAX_SIDE_PX = 1024
MAX_CHANNELS_IN = 16
# 16 MiB as float32: a page keeps several such inputs.
MAX_CELLS_IN = 4 * 2**20
MAX_FILTERS = 16_384
MAX_BLOCKS = 128
# In all stages together. With 768 blocks a picture with everything opened took 1.4 s, its account 0.3 s; with 256 both
# together take 0.5 s.
MAX_BLOCKS_IN_ALL = 256
MAX_STAGES = 6
MAX_CLASSES = 100_000
MAX_KERNEL = 31
MAX_STRIDE = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Stem:
    """Stage 1: everything before the first block.

    Attributes:
        filters: Kernels of the first convolution.
        kernel_size: Its side, cells.
        strides: Its stride, cells.
        padding: Frame of zeros before it, cells; the convolution itself never pads.
        use_bias: Whether it has a bias.
        use_batch_norm: Whether a BatchNorm follows it.
        use_relu: Whether a ReLU follows that (`course`: no).
        pool_size: Side of the max-pool; 0 for none.
        pool_strides: Its stride.
        pool_padding: Frame before the pool, cells.
        pool_padding_value: What that frame holds.
    """

    filters: int = 64
    kernel_size: int = 7
    strides: int = 2
    padding: int = 3
    use_bias: bool = True
    use_batch_norm: bool = True
    use_relu: bool = False
    pool_size: int = 3
    pool_strides: int = 2
    pool_padding: int = 0
    pool_padding_value: Literal["zero", "-inf"] = "zero"

    def __post_init__(self) -> None:
        """Check every field."""
        within("stem.filters", self.filters, 1, MAX_FILTERS)
        within("stem.kernel_size", self.kernel_size, 1, MAX_KERNEL)
        within("stem.strides", self.strides, 1, MAX_STRIDE)
        within("stem.padding", self.padding, 0, MAX_KERNEL)
        within("stem.pool_size", self.pool_size, 0, MAX_KERNEL)
        within("stem.pool_strides", self.pool_strides, 1, MAX_STRIDE)
        within("stem.pool_padding", self.pool_padding, 0, max(0, self.pool_size - 1))
        one_of("stem.pool_padding_value", self.pool_padding_value, ("zero", "-inf"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A run of blocks on maps of one size.

    Attributes:
        blocks: How many.
        convolution_filters: Filters of each convolution on the main path of a convolution block.
        identity_filters: The same for an identity block.
        strides: The stride of the stage, taken once.
    """

    blocks: int
    convolution_filters: tuple[int, ...]
    identity_filters: tuple[int, ...]
    strides: int = 1

    def __post_init__(self) -> None:
        """Check every field."""
        within("blocks", self.blocks, 1, MAX_BLOCKS)
        within("stage.strides", self.strides, 1, MAX_STRIDE)
        for name in ("convolution_filters", "identity_filters"):
            for filters in getattr(self, name):
                within(name, filters, 1, MAX_FILTERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bias:
    """Which convolutions of a block have a bias, by their place."""

    branch2a: bool = True
    branch2b: bool = True
    branch2c: bool = True
    shortcut: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    """How the input of a block reaches the add.

    Attributes:
        enabled: Without it the network is plain: no shortcut, no add.
        projection: What changes the shape: convolution with BatchNorm, convolution alone, or option A
            (subsample, pad channels with zeros).
        first_block_projects: Whether the first block of a stage projects even if no shape changes.
        strided_identity: What a strided block does whose channels do not change.
        projection_source: What a projection reads: the block's input, or the input after BatchNorm and ReLU.
    """

    enabled: bool = True
    projection: Literal["conv_bn", "conv", "channel_pad"] = "conv_bn"
    first_block_projects: bool = True
    strided_identity: Literal["projection", "max_pool"] = "projection"
    projection_source: Literal["input", "preactivation"] = "input"

    def __post_init__(self) -> None:
        """Check every field."""
        one_of("shortcut.projection", self.projection, ("conv_bn", "conv", "channel_pad"))
        one_of("shortcut.strided_identity", self.strided_identity, ("projection", "max_pool"))
        one_of("shortcut.projection_source", self.projection_source, ("input", "preactivation"))


COURSE_STAGES = (
    Stage(blocks=3, convolution_filters=(64, 64, 256), identity_filters=(64, 64, 256), strides=1),
    Stage(blocks=4, convolution_filters=(128, 128, 512), identity_filters=(128, 128, 512), strides=2),
    Stage(blocks=6, convolution_filters=(256, 256, 1024), identity_filters=(256, 256, 1024), strides=2),
    Stage(blocks=3, convolution_filters=(512, 512, 2048), identity_filters=(256, 256, 2048), strides=2),
)
"""Stages 2 to 5 as the course writes them: 5b and 5c squeeze to 256."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResNetSpec:
    """A residual network, completely.

    Attributes:
        input_shape: ``(height, width, channels)`` of the picture, px.
        classes: Units of the last dense layer.
        stem: Stage 1.
        stages: Stages 2 and on.
        block: Three convolutions (1×1, f×f, 1×1) or two (f×f, f×f).
        pre_activation: BatchNorm and ReLU before each convolution (He et al. 2016, arXiv:1603.05027).
        kernel_size: f.
        stride_on: The convolution of a block that takes the stride: the first (v1) or the f×f (v1.5).
        stride_block: The block of a stage that takes the stride.
        padding: How an f×f convolution keeps its size: Keras's `same`, or a frame of (f − 1)/2 before it.
        bias: Biases by place.
        shortcut: The other path.
        use_batch_norm: Without it no BatchNorm stands anywhere, whatever the other fields ask for.
        bn_epsilon: Added to the variance before the root.
        bn_momentum: Share of the old moving statistic kept at each update, as Keras counts it.
        final_norm: BatchNorm and ReLU after the last block (pre-activation needs it).
        head: Average over windows and flatten, or one mean per channel.
        head_pool_size: Side of that window, cells.
        classifier_activation: What follows the logits.
        kernel_initializer: Keras name, for convolutions.
        dense_initializer: Keras name, for the dense layer.
        seed: Seed of every initializer.
        seed_policy: The same seed everywhere (identical blocks start identical), or one more per kernel.
        width: Multiplies every number of filters; rounded, at least 1.
    """

    input_shape: tuple[int, int, int] = (64, 64, 3)
    classes: int = 6
    stem: Stem = field(default_factory=Stem)
    stages: tuple[Stage, ...] = COURSE_STAGES
    block: Literal["bottleneck", "basic"] = "bottleneck"
    pre_activation: bool = False
    kernel_size: int = 3
    stride_on: Literal["first", "middle"] = "first"
    stride_block: Literal["first", "last"] = "first"
    padding: Literal["same", "explicit"] = "same"
    bias: Bias = field(default_factory=Bias)
    shortcut: Shortcut = field(default_factory=Shortcut)
    use_batch_norm: bool = True
    bn_epsilon: float = 1e-3
    bn_momentum: float = 0.99
    final_norm: bool = False
    head: Literal["average", "global"] = "average"
    head_pool_size: int = 2
    classifier_activation: Literal["softmax", "linear"] = "softmax"
    kernel_initializer: Literal["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"] = "glorot_uniform"
    dense_initializer: Literal["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"] = "glorot_uniform"
    seed: int = 0
    seed_policy: Literal["same", "per_layer"] = "same"
    width: float = 1.0

    def __post_init__(self) -> None:
        """Check every field, then the rules between fields."""
        if len(self.input_shape) != 3:
            raise SpecError(broken_rule("input_shape", _("(height, width, channels)"), self.input_shape))
        for name, size in zip(("height", "width"), self.input_shape[:2], strict=True):
            within(f"input_shape.{name}", size, 1, MAX_SIDE_PX)
        within("input_shape.channels", self.input_shape[2], 1, MAX_CHANNELS_IN)
        cells = math.prod(self.input_shape)
        if cells > MAX_CELLS_IN:
            rule = _("at most {n} numbers in all").format(n=f"{MAX_CELLS_IN:,}")
            raise SpecError(broken_rule("input_shape", rule, self.input_shape))
        within("classes", self.classes, 1, MAX_CLASSES)
        within("stages", len(self.stages), 1, MAX_STAGES)
        blocks = sum(stage.blocks for stage in self.stages)
        if blocks > MAX_BLOCKS_IN_ALL:
            raise SpecError(broken_rule("blocks", _("at most {n} in all stages").format(n=MAX_BLOCKS_IN_ALL), blocks))
        within("kernel_size", self.kernel_size, 1, MAX_KERNEL)
        within("head_pool_size", self.head_pool_size, 1, MAX_KERNEL)
        within("seed", self.seed, 0, 2**31 - 1)
        between("bn_epsilon", self.bn_epsilon, 0.0, 1.0)
        between("bn_momentum", self.bn_momentum, 0.0, 1.0)
        between("width", self.width, 0.01, 16.0)
        check_choices(self)
        self._check_blocks()

    def _check_blocks(self) -> None:
        if self.padding == "explicit" and self.kernel_size % 2 == 0:
            advice = _("An even kernel has no centre, so an equal frame on both sides changes the size.")
            raise SpecError(broken_rule("kernel_size", _("odd when `padding` is explicit"), self.kernel_size, advice))
        if self.block == "basic" and self.stride_on == "middle":
            advice = _("A basic block has no 1×1 convolution to spare: its first convolution takes the stride.")
            raise SpecError(broken_rule("stride_on", _("`first` in basic blocks"), self.stride_on, advice))
        for number, stage in enumerate(self.stages, start=2):
            for name in ("convolution_filters", "identity_filters"):
                received = getattr(stage, name)
                if len(received) != self.convolutions_per_block:
                    rule = _("{n} numbers, one per convolution of a {block} block").format(
                        n=self.convolutions_per_block, block=self.block
                    )
                    raise SpecError(broken_rule(of_stage(number, name), rule, received))
            ends = stage.convolution_filters[-1], stage.identity_filters[-1]
            if self.shortcut.enabled and stage.blocks > 1 and ends[0] != ends[1]:
                advice = _(
                    "An identity shortcut adds a block's input to its output, so both need the same channels: "
                    "make the last numbers equal, or turn the shortcuts off."
                )
                rule = _("a stage whose blocks all end in {n} filters").format(n=ends[0])
                raise SpecError(broken_rule(of_stage(number, "identity_filters"), rule, stage.identity_filters, advice))

    @property
    def convolutions_per_block(self) -> int:
        """Convolutions on the main path of a block: 3 or 2."""
        return 3 if self.block == "bottleneck" else 2

    def scaled(self, filters: int) -> int:
        """Return a number of filters times `width`, rounded, at least 1."""
        return filters if self.width == 1.0 else max(1, math.floor(filters * self.width + 0.5))

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dicts and numbers."""
        return asdict(self)

    def to_json(self, indent: int | None = 2) -> str:
        """Return the description as JSON; `from_json` reads it back to an equal one."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Build a specification from `to_dict`'s form; missing fields take `course`'s value.

        Raises:
            SpecError: On an unknown field, a wrong type, or a broken rule.
        """
        spec: Self = from_plain(cls, data)
        return spec

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Build a specification from JSON text.

        Raises:
            SpecError: If the text is not JSON, or as `from_dict`.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SpecError(broken_rule("specification", _("JSON text"), text[:60], str(error))) from error
        return cls.from_dict(data)
