"""What tells two specifications apart, one sentence for each change, with what it costs on its own."""

from collections.abc import Iterator
from typing import NamedTuple

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.errors import SpecError
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.spec import ResNetSpec
from resnet_viz.spec.changes import changed_paths, to_paths, with_changes, with_stage_count
from resnet_viz.spec.graph import block_letter
from resnet_viz.viz.fields import FIELDS, section_title, value_title

_BIASES = ("stem.use_bias", "bias.branch2a", "bias.branch2b", "bias.branch2c", "bias.shortcut")


class Sentence(NamedTuple):
    """One change in words.

    Attributes:
        text: The sentence.
        paths: The fields it is about.
        parameters: What it adds on its own, or None if it cannot be made alone.
        macs: The same for multiply-accumulates.
    """

    text: str
    paths: tuple[str, ...]
    parameters: int | None
    macs: int | None

    @property
    def effect(self) -> str:
        """What it costs, as text."""
        if self.parameters is None or self.macs is None:
            return _("only together with the others")
        if not self.parameters and not self.macs:
            return _("parameters and MACs stay the same")
        return _("{p} parameters, {m} MACs").format(p=signed(self.parameters), m=signed(self.macs))


def signed(number: int) -> str:
    """Return a number with its sign and thousands separated.

    >>> signed(-5641216), signed(0)
    ('−5,641,216', '±0')
    """
    return "±0" if number == 0 else f"{number:+,}".replace("-", "−")


def sentences(before: ResNetSpec, after: ResNetSpec) -> list[Sentence]:
    """Return what makes `after` another network than `before`, both at the same input and classes."""
    changes = changed_paths(before, after)
    base = analyse(before)
    found = []
    for paths, text in change_texts(before, after).items():
        parameters, macs = _effect(base, {path: changes[path] for path in paths})
        found.append(Sentence(text, paths, parameters, macs))
    return sorted(found, key=lambda sentence: (sentence.parameters, sentence.macs) == (0, 0))


def change_texts(before: ResNetSpec, after: ResNetSpec) -> dict[tuple[str, ...], str]:
    """Return one sentence for each change that makes `after` another network than `before`, by the fields it is about."""
    old, new = to_paths(with_stage_count(before, len(after.stages))), to_paths(after)
    old["stages"] = len(before.stages)
    found = {}
    for paths in _grouped(changed_paths(before, after)):
        path = paths[0]
        text = _of_biases(paths, is_on=bool(new[path])) if len(paths) > 1 else _text(path, old[path], new[path], after)
        found[tuple(paths)] = text
    return found


def _of_biases(paths: list[str], *, is_on: bool) -> str:
    if len(paths) == len(_BIASES):
        if is_on:
            return _("All convolutions have a bias.")
        return _("No convolution has a bias: BatchNorm's β does its work.")
    places = joined(path.rpartition(".")[2].removeprefix("branch").replace("use_bias", "conv1") for path in paths)
    if is_on:
        return _("Convolutions with a bias now: {places}.").format(places=places)
    return _("Convolutions without a bias now: {places}.").format(places=places)


def _grouped(changes: dict[str, str]) -> Iterator[list[str]]:
    """Yield the changed paths one by one, all biases that turn the same way as one."""
    biases = [path for path in _BIASES if path in changes]
    is_one = len(biases) > 1 and len({changes[path] for path in biases}) == 1
    if is_one:
        yield biases
    for path in changes:
        if not (is_one and path in biases):
            yield [path]


def _effect(base: NetworkSummary, changes: dict[str, str]) -> tuple[int | None, int | None]:
    try:
        changed = analyse(with_changes(base.graph.spec, changes)).totals
    except SpecError:
        return None, None
    return changed.parameters - base.totals.parameters, changed.macs - base.totals.macs


def _text(path: str, old: object, new: object, after: ResNetSpec) -> str:
    if path == "stages":
        return _("{n} stages of blocks instead of {m}.").format(n=new, m=old)
    if path.startswith("stages."):
        return _of_stage(path, old, new, after)
    special = _SPECIAL.get((path, new), "")
    if special:
        return special
    field = FIELDS[path]
    title = (
        _("{what}, {detail}").format(what=section_title("stem"), detail=field.title())
        if field.section == "stem"
        else field.title()
    )
    return _("{title}: {new} instead of {old}.").format(
        title=title, new=value_title(path, new), old=value_title(path, old)
    )


def _of_stage(path: str, old: object, new: object, after: ResNetSpec) -> str:
    _stages, number, field = path.split(".")
    stage = after.stages[int(number) - 2]
    if field == "blocks":
        return _("Stage {n} has {new} blocks instead of {old}.").format(n=number, new=new, old=old)
    if field == "strides":
        return _("Stage {n} strides by {new} instead of {old}.").format(n=number, new=new, old=old)
    which = f"{number}a"
    if field == "identity_filters":
        letters = [f"{number}{block_letter(index)}" for index in range(1, stage.blocks)]
        which = joined(letters) if len(letters) < 4 else f"{letters[0]} … {letters[-1]}"
    before, now = list(old), list(new)  # type: ignore[call-overload]
    if before[-1] == now[-1] and len({*before[:-1]}) == len({*now[:-1]}) == 1:
        return _("{blocks}: squeezes to {new} instead of {old}.").format(blocks=which, new=now[0], old=before[0])
    return _("{blocks}: filters {new} instead of {old}.").format(
        blocks=which, new=" · ".join(map(str, now)), old=" · ".join(map(str, before))
    )


_SPECIAL = Titles(
    {
        ("stem.use_relu", False): N_("No ReLU follows the stem's convolution and BatchNorm."),
        ("stem.use_relu", True): N_("A ReLU follows the stem's convolution and BatchNorm."),
        ("stride_on", "middle"): N_(
            "The stride sits on the middle convolution (v1.5, as in PyTorch): every cell is used, which takes more MACs."
        ),
        ("stride_on", "first"): N_(
            "The stride sits on the first 1×1 convolution (v1): three in four cells are never used."
        ),
        ("padding", "explicit"): N_(
            "f×f convolutions stand on an equal frame, as in PyTorch: at a stride of 2 the same shapes, other values."
        ),
        ("padding", "same"): N_(
            "f×f convolutions pad as Keras's `same`: at a stride of 2 the odd cell lies at the end; same shapes, other values."
        ),
        ("stem.pool_padding_value", "-inf"): N_("The max-pool's frame holds −∞, which is never the largest."),
        ("stem.pool_padding_value", "zero"): N_("The max-pool's frame holds zeros, which win over negative values."),
        ("use_batch_norm", False): N_(
            "There is no BatchNorm: nothing keeps the size of the signals from block to block."
        ),
        ("use_batch_norm", True): N_("BatchNorm keeps every channel at mean β and deviation γ."),
        ("shortcut.enabled", False): N_("There are no shortcuts: the plain network, which He et al. compare with."),
        ("shortcut.enabled", True): N_("Shortcuts carry each block's input to its addition."),
        ("shortcut.projection", "conv"): N_("The projection has no BatchNorm."),
        ("pre_activation", True): N_("BatchNorm and ReLU come before the convolutions (pre-activation)."),
        ("pre_activation", False): N_(
            "BatchNorm and ReLU come after the convolutions, the last ReLU after the addition."
        ),
        ("head", "global"): N_("The head averages the whole map: the dense layer no longer grows with the picture."),
        ("head", "average"): N_("The head averages windows and flattens them: the dense layer grows with the picture."),
        ("seed_policy", "per_layer"): N_("Every layer has a seed of its own: equal layers start different."),
        ("seed_policy", "same"): N_("All layers share one seed: equal layers start equal."),
    }
)
"""Choices that deserve a sentence of their own, by field and new value."""
