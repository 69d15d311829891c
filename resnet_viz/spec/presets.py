"""The presets: data only. Nothing in the code asks for a preset by name.

References:
    He et al. 2015, Deep Residual Learning for Image Recognition, arXiv:1512.03385 (table 1 and section 4.2).
    He et al. 2016, Identity Mappings in Deep Residual Networks, arXiv:1603.05027 (`v2`).
    Goyal et al. 2017, arXiv:1706.02677, section 5.1: the stride on the 3×3, known as v1.5.
"""

from dataclasses import replace
from typing import Any

from resnet_viz.errors import SpecError, broken_rule, did_you_mean, shown
from resnet_viz.messages import gettext as _
from resnet_viz.spec.rules import whole_of
from resnet_viz.spec.schema import COURSE_STAGES, Bias, ResNetSpec, Shortcut, Stage, Stem

DEFAULT_PRESET = "course"

_NO_BIAS = Bias(branch2a=False, branch2b=False, branch2c=False, shortcut=False)
_TORCH_STEM = Stem(use_bias=False, use_relu=True, pool_padding=1, pool_padding_value="-inf")
_KERAS_STEM = Stem(use_relu=True, pool_padding=1)
_CIFAR_STEM = Stem(filters=16, kernel_size=3, strides=1, padding=1, use_bias=False, use_relu=True, pool_size=0)


def _bottlenecks(*blocks: int, strides: tuple[int, ...] = (1, 2, 2, 2)) -> tuple[Stage, ...]:
    """Return stages that squeeze to 64, 128, 256, 512 and widen by 4."""
    squeezes = (64, 128, 256, 512)
    return tuple(
        Stage(blocks=n, convolution_filters=(f, f, 4 * f), identity_filters=(f, f, 4 * f), strides=s)
        for n, f, s in zip(blocks, squeezes, strides, strict=True)
    )


def _basics(filters: tuple[int, ...], blocks: tuple[int, ...]) -> tuple[Stage, ...]:
    """Return stages of two-convolution blocks; all but the first halve the map."""
    return tuple(
        Stage(blocks=n, convolution_filters=(f, f), identity_filters=(f, f), strides=1 if i == 0 else 2)
        for i, (n, f) in enumerate(zip(blocks, filters, strict=True))
    )


def _imagenet_basic(*blocks: int, shortcuts: bool) -> ResNetSpec:
    return ResNetSpec(
        input_shape=(224, 224, 3),
        classes=1000,
        stem=_TORCH_STEM,
        stages=_basics((64, 128, 256, 512), blocks),
        block="basic",
        padding="explicit",
        bias=_NO_BIAS,
        shortcut=Shortcut(enabled=shortcuts, first_block_projects=False),
        bn_epsilon=1e-5,
        bn_momentum=0.9,
        head="global",
        kernel_initializer="he_normal",
    )


def _cifar(depth: int, *, shortcuts: bool) -> ResNetSpec:
    """Return the CIFAR network of 6n + 2 layers with option-A shortcuts (section 4.2)."""
    n = (depth - 2) // 6
    return ResNetSpec(
        input_shape=(32, 32, 3),
        classes=10,
        stem=_CIFAR_STEM,
        stages=_basics((16, 32, 64), (n, n, n)),
        block="basic",
        padding="explicit",
        bias=_NO_BIAS,
        shortcut=Shortcut(enabled=shortcuts, projection="channel_pad", first_block_projects=False),
        bn_epsilon=1e-5,
        bn_momentum=0.9,
        head="global",
        kernel_initializer="he_normal",
    )


def _keras(*blocks: int) -> ResNetSpec:
    return ResNetSpec(
        input_shape=(224, 224, 3),
        classes=1000,
        stem=_KERAS_STEM,
        stages=_bottlenecks(*blocks),
        bn_epsilon=1.001e-5,
        head="global",
    )


def _keras_v2(*blocks: int) -> ResNetSpec:
    return ResNetSpec(
        input_shape=(224, 224, 3),
        classes=1000,
        stem=replace(_KERAS_STEM, use_batch_norm=False, use_relu=False),
        stages=_bottlenecks(*blocks, strides=(2, 2, 2, 1)),
        pre_activation=True,
        stride_on="middle",
        stride_block="last",
        padding="explicit",
        bias=Bias(branch2a=False, branch2b=False),
        shortcut=Shortcut(projection="conv", strided_identity="max_pool", projection_source="preactivation"),
        bn_epsilon=1.001e-5,
        final_norm=True,
        head="global",
    )


_COURSE = ResNetSpec()

PRESETS: dict[str, ResNetSpec] = {
    "course": _COURSE,
    "coursera-2018": replace(
        _COURSE,
        stem=Stem(use_relu=True),
        stages=(*COURSE_STAGES[:3], replace(COURSE_STAGES[3], identity_filters=(512, 512, 2048))),
    ),
    "keras-v1": _keras(3, 4, 6, 3),
    "keras-v1-101": _keras(3, 4, 23, 3),
    "keras-v1-152": _keras(3, 8, 36, 3),
    "torch-v1.5": replace(
        _keras(3, 4, 6, 3),
        stem=_TORCH_STEM,
        stride_on="middle",
        padding="explicit",
        bias=_NO_BIAS,
        bn_epsilon=1e-5,
        bn_momentum=0.9,
        kernel_initializer="he_normal",
    ),
    "v2": _keras_v2(3, 4, 6, 3),
    "resnet18": _imagenet_basic(2, 2, 2, 2, shortcuts=True),
    "resnet34": _imagenet_basic(3, 4, 6, 3, shortcuts=True),
    "plain18": _imagenet_basic(2, 2, 2, 2, shortcuts=False),
    "plain34": _imagenet_basic(3, 4, 6, 3, shortcuts=False),
    **{f"cifar-{depth}": _cifar(depth, shortcuts=True) for depth in (20, 32, 44, 56, 110)},
    **{f"cifar-plain-{depth}": _cifar(depth, shortcuts=False) for depth in (20, 32, 44, 56, 110)},
}


def preset(name: str, *, input_shape: tuple[int, int, int] | None = None, classes: int | None = None) -> ResNetSpec:
    """Return a preset, at its own input size and classes unless told otherwise.

    Raises:
        SpecError: If there is no such preset, or a size breaks a rule.
    """
    if name not in PRESETS:
        raise SpecError(broken_rule("preset", _("a known name"), name, did_you_mean(name, PRESETS)))
    changes: dict[str, Any] = {}
    if input_shape is not None:
        changes["input_shape"] = input_shape
    if classes is not None:
        changes["classes"] = classes
    return replace(PRESETS[name], **changes)


def parse_input_shape(text: str) -> tuple[int, int, int]:
    """Return ``(height, width, channels)`` from ``64``, ``64x96`` or ``64x96x1``.

    Raises:
        SpecError: If the text has another form.

    >>> parse_input_shape("64"), parse_input_shape("64x96x1")
    ((64, 64, 3), (64, 96, 1))
    """
    parts = text.lower().replace("×", "x").split("x", 3)
    numbers = [number for part in parts if (number := whole_of(part)) is not None and number >= 0]
    if not len(numbers) == len(parts) <= 3:
        sentence = _("Please write a size, for example 64 or 64x96x3. “{text}” is not one.")
        raise SpecError(sentence.format(text=shown(text).strip("'")))
    height, width = (numbers * 2)[:2] if len(numbers) == 1 else numbers[:2]
    return height, width, numbers[2] if len(numbers) == 3 else 3


def parse_classes(text: str) -> int:
    """Return a number of classes from text; its range is the specification's to check.

    Raises:
        SpecError: If the text is no whole number.
    """
    number = whole_of(text)
    if number is None:
        raise SpecError(broken_rule("classes", _("a whole number"), text))
    return number
