"""Which network arrays belong to: the preset that needs the fewest changes, or that nothing tells two of them apart."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from resnet_viz.analysis import network
from resnet_viz.errors import SpecError
from resnet_viz.spec import PRESETS, ResNetSpec
from resnet_viz.spec.changes import changed_paths
from resnet_viz.weights.structure import Structure

# The stem of networks for pictures of 32 px, which nothing but its 3×3 kernel shows.
_SMALL_STEM = {"strides": 1, "padding": 1, "pool_size": 0}
_SMALL_SIDE_PX = 32
_SIDES_PX = (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 384, 448, 512)


class Reading(NamedTuple):
    """A network that a file's arrays belong to.

    Attributes:
        preset: The preset it is nearest to.
        spec: The network.
        changes: How it differs from the preset, by dotted path; input and classes apart.
        assumed: Fields that arrays do not show and that are usual, not certain.
    """

    preset: str
    spec: ResNetSpec
    changes: dict[str, str]
    assumed: tuple[str, ...] = ()


def readings(found: Structure, presets: Sequence[str] = (), hints: Mapping[str, Any] | None = None) -> list[Reading]:
    """Return the networks that arrays fit equally well, the likeliest preset's first; none if it is no such network.

    Args:
        found: What the arrays say.
        presets: Where to look; everywhere if empty.
        hints: What is known of the network besides, by dotted path.
    """
    made = [reading for name in presets or PRESETS if (reading := _as_changed(name, found, hints or {})) is not None]
    fewest = min((len(reading.changes) for reading in made), default=0)
    best: dict[ResNetSpec, Reading] = {}
    for reading in made:
        if len(reading.changes) == fewest:
            best.setdefault(_by_function(reading.spec), reading)
    return list(best.values())


def unfolded(found: Structure, presets: Sequence[str], hints: Mapping[str, Any]) -> list[Reading]:
    """Return the likeliest network of arrays whose BatchNorms are part of the convolutions: all their biases are of that."""
    plain = not found.is_pre_activated
    whole = replace(found, biases={}, stem_bias=None, has_norms=True, stem_norm=plain, projection_norm=plain)
    # What a folded norm was divided by is no longer to be seen, and no matter.
    alike = {replace(reading.spec, bn_epsilon=1e-3): reading for reading in readings(whole, presets, hints)[::-1]}
    return [_with_biases(reading, found) for reading in alike.values()]


def _with_biases(reading: Reading, found: Structure) -> Reading:
    spec = reading.spec
    stem = replace(spec.stem, use_bias=bool(found.stem_bias))
    spec = replace(spec, stem=stem, bias=replace(spec.bias, **found.biases))
    return reading._replace(spec=spec, changes=changed_paths(PRESETS[reading.preset], spec))


def _by_function(spec: ResNetSpec) -> ResNetSpec:
    """Return a network without what a reader of weights need not tell apart: its random start, and how it trains."""
    plain = ResNetSpec()
    names = ("kernel_initializer", "dense_initializer", "seed", "seed_policy", "bn_momentum")
    spec = replace(spec, **{name: getattr(plain, name) for name in names})
    # One block in a stage: nobody is an identity block.
    stages = tuple(
        replace(stage, identity_filters=stage.convolution_filters) if stage.blocks == 1 else stage
        for stage in spec.stages
    )
    return replace(spec, stages=stages)


def _as_changed(name: str, found: Structure, hints: Mapping[str, Any]) -> Reading | None:
    """Return a preset changed to what the arrays say; None if that is no network."""
    base = PRESETS[name]
    data = base.to_dict()
    is_small = found.stem_side <= 3 < base.stem.kernel_size
    _put_stem(data, found, is_small=is_small)
    _put_blocks(data, base, found)
    for path, value in hints.items():
        _put_path(data, path, value)
    side = (_SMALL_SIDE_PX,) * 2 if is_small and base.input_shape[0] > _SMALL_SIDE_PX else base.input_shape[:2]
    data["input_shape"] = (*side, found.channels)
    data["classes"] = found.classes or base.classes
    try:
        spec = _with_head(ResNetSpec.from_dict(data), found)
        network(spec)
    except SpecError:
        return None
    assumed = tuple(f"stem.{field}" for field in _SMALL_STEM if f"stem.{field}" not in hints) if is_small else ()
    return Reading(name, spec, changed_paths(base, spec), assumed)


def _put_stem(data: dict[str, Any], found: Structure, *, is_small: bool) -> None:
    stem = data["stem"]
    stem |= {"kernel_size": found.stem_side, "use_batch_norm": found.stem_norm}
    if found.stem_bias is not None:
        stem["use_bias"] = found.stem_bias
    if is_small:
        stem |= _SMALL_STEM


def _put_blocks(data: dict[str, Any], base: ResNetSpec, found: Structure) -> None:
    """Put what blocks, shortcuts and norms are."""
    data["block"] = "bottleneck" if found.per_block == 3 else "basic"
    if found.per_block == 2:
        data["stride_on"] = "first"
    data["kernel_size"] = found.kernel_size
    data["bias"] |= found.biases
    data["pre_activation"] = found.is_pre_activated
    data["final_norm"] = found.final_norm
    data["use_batch_norm"] = found.has_norms
    if not found.has_norms:
        data["stem"]["use_batch_norm"] = base.stem.use_batch_norm
        data["final_norm"] = base.final_norm
        data["pre_activation"] = base.pre_activation
    width = _width(base, found)
    data["width"] = 1.0 if width is None else width
    data["stages"] = _stages(base, found) if width is None else _scaled_stages(base, found)
    data["stem"]["filters"] = base.stem.filters if width is not None else found.stem_filters
    _put_shortcut(data, base, found)


def _put_shortcut(data: dict[str, Any], base: ResNetSpec, found: Structure) -> None:
    shortcut = data["shortcut"]
    if not found.projecting:
        if base.shortcut.projection != "channel_pad":
            shortcut["enabled"] = False
        return
    shortcut["enabled"] = True
    if found.has_norms or base.shortcut.projection == "channel_pad":
        shortcut["projection"] = "conv_bn" if found.projection_norm else "conv"
    received = found.stem_filters
    for number, blocks in enumerate(found.stages, start=2):
        if received == blocks[0][-1] and data["stages"][number - 2]["strides"] == 1:
            shortcut["first_block_projects"] = (number, 0) in found.projecting
        received = blocks[-1][-1]


def _stages(base: ResNetSpec, found: Structure) -> list[dict[str, Any]]:
    """Return the stages as they are; a stage's stride is the preset's at that place, or 2 behind its last."""
    made = []
    for place, blocks in enumerate(found.stages):
        own = base.stages[place] if place < len(base.stages) else None
        first, usual = blocks[0], Counter(blocks[1:]).most_common(1)
        identity = usual[0][0] if usual else first
        made.append(
            {
                "blocks": len(blocks),
                "convolution_filters": first,
                "identity_filters": identity,
                "strides": own.strides if own else 2,
            }
        )
    return made


def _scaled_stages(base: ResNetSpec, found: Structure) -> list[dict[str, Any]]:
    """Return the stages of a preset with as many blocks as there are; `width` makes their filters what they are."""
    made = base.to_dict()["stages"][: len(found.stages)]
    for stage, blocks in zip(made, found.stages, strict=True):
        stage["blocks"] = len(blocks)
    return list(made)


def _width(base: ResNetSpec, found: Structure) -> float | None:
    """Return what multiplies a preset's filters to give those found; None if nothing does.

    Of all such factors, the one with the fewest decimals; 1 if it is among them.
    """
    if len(found.stages) > len(base.stages) or found.per_block != base.convolutions_per_block:
        return None
    pairs = [(base.stem.filters, found.stem_filters)]
    for stage, blocks in zip(base.stages, found.stages, strict=False):
        pairs += zip(stage.convolution_filters, blocks[0], strict=True)
        pairs += chain.from_iterable(zip(stage.identity_filters, block, strict=True) for block in set(blocks[1:]))
    low = max((count - 0.5) / filters if count > 1 else 0.0 for filters, count in pairs)
    high = min((count + 0.5) / filters for filters, count in pairs)
    if low <= 1.0 < high:
        return 1.0
    for decimals in range(1, 7):
        width = _rounded_up(low, decimals)
        if low <= width < high and 0.01 <= width <= 16.0:
            return width
    return None


def _rounded_up(value: float, decimals: int) -> float:
    scale = float(10**decimals)
    return math.ceil(value * scale) / scale


def _put_path(data: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a dotted path, where the network has such a place."""
    head, _dot, rest = path.partition(".")
    if head == "stages":
        number, _dot, name = rest.partition(".")
        if int(number) - 2 < len(data["stages"]):
            data["stages"][int(number) - 2][name] = value
    elif rest:
        data[head][rest] = value
    else:
        data[head] = value


def _with_head(spec: ResNetSpec, found: Structure) -> ResNetSpec:
    """Return a network whose classifier receives as many numbers as the file's.

    One mean per channel; or the means of windows, laid out, of a picture of a size at which there are as many.
    """
    if not found.head_inputs or _head_inputs(spec) == found.head_inputs:
        return spec
    channels = found.stages[-1][-1][-1]
    if found.head_inputs == channels:
        return replace(spec, head="global")
    flat = replace(spec, head="average")
    for side in (224, *_SIDES_PX):
        sized = replace(flat, input_shape=(side, side, spec.input_shape[2]))
        if _head_inputs(sized) == found.head_inputs:
            return sized
    return spec


@lru_cache(maxsize=256)
def _head_inputs(spec: ResNetSpec) -> int:
    """Return what the classifier of a network receives; 0 if its picture is too small."""
    try:
        summary = network(spec)
    except SpecError:
        return 0
    return summary.by_id[f"fc{spec.classes}"].input_shape[-1]
