"""The mistakes of a whole network in words: its pooling, its blocks, its stem, its last layer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from resnet_viz.check.drafts import Draft
from resnet_viz.check.scene import Scene, Words
from resnet_viz.check.wording import shape_text
from resnet_viz.messages import gettext as _

if TYPE_CHECKING:
    from resnet_viz.check.recorder import Step


def _pool(draft: Draft, _scene: Scene) -> Words:
    theirs: Step = draft.values["theirs"]
    arithmetic, text = "", _("Here {theirs}, in the course {ours}.")
    ours: Step = draft.values["ours"]
    if theirs.shape != ours.shape:
        arithmetic = text.format(theirs=shape_text(theirs.shape), ours=shape_text(ours.shape))
    elif ours.kind == "average_pool":
        arithmetic = _(
            "At 64×64 nothing changes. At 224×224 it keeps 4×4 cells in place of 3×3: 32,768 inputs of the last layer in place of 18,432."
        )
    return Words(
        _("the pooling has padding='same'. The course does not pad it."),
        arithmetic,
        _("A window at the edge then averages or compares fewer cells."),
    )


def _squeeze(draft: Draft, _scene: Scene) -> Words:
    text = _("identity blocks of the last stage squeeze to 512. The course squeezes to 256.")
    return Words(
        text,
        _("{n} parameters more.").format(n=f"{draft.values['parameters']:,}"),
        _("The preset coursera-2018 has 512, as nearly every other ResNet50. The course's table says 256."),
    )


def _stem_relu(draft: Draft, _scene: Scene) -> Words:
    if draft.form == "missing":
        return Words(
            _("the ReLU after the first BatchNorm is missing."),
            "",
            _("This preset has it in stage 1, before the pooling."),
        )
    return Words(
        _("a ReLU stands after the first BatchNorm. The course has none in stage 1."),
        "",
        _("The pooling then never sees a negative value. The preset coursera-2018 has this ReLU."),
    )


def _count(draft: Draft, _scene: Scene) -> Words:
    values = draft.values
    text = _("stage {stage} has {n} blocks. In the course it has {m}.")
    return Words(
        text.format(stage=values["stage"], n=values["theirs_count"], m=values["ours_count"]),
        values.get("arithmetic", ""),
        _("3, 4, 6 and 3 blocks with 3 convolutions each, the first convolution and the dense layer: that makes 50."),
    )


def _classes(draft: Draft, _scene: Scene) -> Words:
    values = draft.values
    text = _("the last layer is called “{theirs}”. The course calls it 'fc' + str(classes), here “{ours}”.")
    return Words(
        text.format(theirs=values["theirs_name"], ours=values["ours_name"]),
        "",
        _("Weights are found by name: with another number of classes this layer must not take the old ones."),
    )


OF_NETWORKS: dict[str, Callable[[Draft, Scene], Words]] = {
    "pool-same": _pool,
    "squeeze-512": _squeeze,
    "stem-relu": _stem_relu,
    "blocks-count": _count,
    "classes-name": _classes,
}
