"""Whose parameter total it is, and what a student did where it betrays a common mistake."""

from resnet_viz.analysis.identify import NO_TOP, Match, reason
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _
from resnet_viz.viz.sentences import signed

mistake_text = Titles(
    {
        "512_for_256": N_("the last stage's identity blocks squeeze to 512 (256 in `course`)"),
        "256_for_512": N_("the last stage's identity blocks squeeze to 256 in place of 512"),
        "no_bias": N_("convolutions without biases"),
        "bias": N_("convolutions with biases"),
        "no_shortcut_norm": N_("the projection shortcuts lack their BatchNorm"),
        "no_shortcuts": N_("no shortcuts at all"),
        "no_stem_norm": N_("no BatchNorm after the first convolution"),
        "global_pool": N_("a global average in place of `avg_pool` (2,2)"),
        "same_pool": N_("`avg_pool` with padding same"),
        "no_pool": N_("no `avg_pool` before flatten"),
        "no_branch2c_norm": N_("no BatchNorm at the end of the main paths (2c)"),
        "no_norms": N_("no BatchNorm anywhere"),
        "norm_axis_1": N_("BatchNorm over axis 1 in place of the channels"),
        "one_block_less_4": N_("one block too few in stage 4"),
        "one_block_more_4": N_("one block too many in stage 4"),
        "one_block_less_5": N_("one block too few in stage 5"),
        "middle_1x1": N_("the middle convolutions are 1×1"),
        "middle_5x5": N_("the middle convolutions are 5×5"),
        NO_TOP: N_("without its last layer"),
    }
)
"""A mistake of `resnet_viz.analysis.identify.mistakes` in words."""


def match_text(match: Match, total: int) -> str:
    """Return whose total it is, and why, in a few sentences."""
    why = reason(match)
    n = f"{total:,}"
    if match.mistakes == (NO_TOP,):
        whose = _("**{n}** is {network} without its last layer").format(n=n, network=library_name(match.preset))
        note = " (`include_top=False`)" if match.preset.startswith(("keras", "v2")) else ""
        sentences = [_("{sentence}.").format(sentence=f"{whose}{note}")]
        if match.counted == "trainable":
            sentences.append(_("Only trained parameters are counted."))
        rest = _("The last layer, for {classes} classes, would add {top}; together {all}.").format(
            classes=f"{match.classes:,}", top=f"{why.top:,}", all=f"{total + why.top:,}"
        )
        return joined((*sentences, rest), " ")
    where = _("`{preset}` at {height}×{width}×{channels} with {classes} classes").format(
        preset=match.preset,
        height=match.input_shape[0],
        width=match.input_shape[1],
        channels=match.input_shape[2],
        classes=f"{match.classes:,}",
    )
    if match.mistakes:
        steps = joined(
            joined((mistake_text(name), signed(effect)), ": ")
            for name, effect in zip(match.mistakes, why.effects, strict=True)
        )
        made = _("**{n}** is nearly {network}, which has {all}. The difference: {steps}.")
        return made.format(n=n, network=where, all=f"{why.parameters:,}", steps=steps)
    if match.counted == "trainable":
        made = _("**{n}** is {network}, trained parameters only. The other {rest} are BatchNorm's moving statistics.")
        return made.format(n=n, network=where, rest=f"{why.not_trained:,}")
    made = _("**{n}** is {network}. Its last layer has {top}, all before it {rest}.")
    return made.format(n=n, network=where, top=f"{why.top:,}", rest=f"{total - why.top:,}")


def library_name(preset: str) -> str:
    """Return what a preset is called by who publishes it; others by their own name."""
    names = {
        "keras-v1": ("Keras", "ResNet50"),
        "keras-v1-101": ("Keras", "ResNet101"),
        "keras-v1-152": ("Keras", "ResNet152"),
        "v2": ("Keras", "ResNet50V2"),
        "torch-v1.5": ("torchvision", "resnet50"),
        "resnet18": ("torchvision", "resnet18"),
        "resnet34": ("torchvision", "resnet34"),
    }
    if preset not in names:
        return f"`{preset}`"
    library, name = names[preset]
    return _("{library}'s {network}").format(library=library, network=name)
