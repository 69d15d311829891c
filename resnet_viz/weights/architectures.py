"""Networks near a ResNet that are none of ours, each told by the first array that says so."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, NoReturn

from resnet_viz.errors import WeightsError
from resnet_viz.messages import gettext as _
from resnet_viz.weights.containers.contents import Entry
from resnet_viz.weights.layouts.layout import Source
from resnet_viz.weights.structure import Structure

_PRE_ACTIVATED = re.compile(r"((?:.*\.)?stages\.\d+\.blocks\.\d+\.)norm1\.weight")
_SQUEEZE = ("se", "se_module", "attn", "se_block", "fc1", "fc2")


class _Sign(NamedTuple):
    title: str
    array: str


def check_names(entries: Sequence[Entry]) -> None:
    """Refuse the arrays of another architecture whose names are none of those that we read.

    Raises:
        WeightsError: With its name and the first array that says so.
    """
    names = {entry.name for entry in entries}
    for entry in entries:
        found = _PRE_ACTIVATED.fullmatch(entry.name)
        if found and f"{found[1]}conv1.weight" in names:
            _refuse(_Sign(_("a pre-activated ResNet in timm's arrangement (ResNetV2, BiT)"), entry.name))


def check_architecture(
    entries: Sequence[Entry], places: Mapping[str, Source], structure: Structure | None, *, is_torch: bool
) -> None:
    """Refuse the arrays of another architecture.

    Args:
        entries: All arrays.
        places: What has a place.
        structure: What the placed arrays say.
        is_torch: Whether the names are PyTorch's, whose wide networks are published under the same ones.

    Raises:
        WeightsError: With its name and the first array that says so.
    """
    found = _deep_stem(entries) or _squeeze(entries) or _grouped(places)
    if not found and is_torch and structure:
        found = _wide(places, structure)
    if found:
        _refuse(found)


def _refuse(found: _Sign) -> NoReturn:
    raise WeightsError(
        _("This is {title}, as `{array}` shows. This app cannot show networks of that kind.").format(
            title=found.title, array=found.array[:80]
        )
    )


def _deep_stem(entries: Sequence[Entry]) -> _Sign | None:
    """A stem of three convolutions, and projections behind a mean (He et al. 2018, arXiv:1812.01187)."""
    for entry in entries:
        if entry.name.endswith(("conv1.0.weight", "downsample.1.weight")) and len(entry.shape) == 4:
            return _Sign(_("a ResNet-D (stem of three convolutions, projections behind a mean)"), entry.name)
    return None


def _squeeze(entries: Sequence[Entry]) -> _Sign | None:
    """A branch that weighs channels (Hu et al. 2017, arXiv:1709.01507)."""
    for entry in entries:
        parts = entry.name.replace("/", ".").split(".")
        if "layer" in entry.name and any(part in _SQUEEZE for part in parts[:-1]):
            return _Sign(_("a network with squeeze-and-excitation (SE-ResNet)"), entry.name)
    return None


def _grouped(places: Mapping[str, Source]) -> _Sign | None:
    """Kernels that read fewer channels than they are given (Xie et al. 2016, arXiv:1611.05431)."""
    for name, source in places.items():
        if not name.endswith("_branch2b/kernel") or len(source.shape) != 4:
            continue
        before = places.get(name.replace("_branch2b/", "_branch2a/"))
        inputs, given = source.shape[2], before.shape[-1] if before is not None else 0
        if given > inputs and given % inputs == 0:
            title = _("a ResNeXt (grouped convolutions: each kernel reads {n} of {m} channels)")
            return _Sign(title.format(n=inputs, m=given), source.entry.name)
    return None


def _wide(places: Mapping[str, Source], structure: Structure) -> _Sign | None:
    """Bottlenecks of twice the width (Zagoruyko and Komodakis 2016, arXiv:1605.07146)."""
    blocks = [block for stage in structure.stages for block in stage]
    if structure.per_block == 3 and all(2 * block[0] == block[-1] for block in blocks):
        name = places["res2a_branch2a/kernel"].entry.name if "res2a_branch2a/kernel" in places else ""
        return _Sign(_("a wide ResNet (blocks squeeze to a half, not to a quarter)"), name)
    return None
