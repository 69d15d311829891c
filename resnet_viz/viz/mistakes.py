"""What a student did when a parameter total betrays a common mistake."""

from resnet_viz.messages import gettext as _


def mistake_text(name: str) -> str:
    """Return a mistake of `resnet_viz.analysis.identify.mistakes` in words."""
    return {
        "512_for_256": _("the last stage's identity blocks squeeze to 512 (256 in `course`)"),
        "256_for_512": _("the last stage's identity blocks squeeze to 256 in place of 512"),
        "no_bias": _("convolutions without biases"),
        "bias": _("convolutions with biases"),
        "no_shortcut_norm": _("the projection shortcuts lack their BatchNorm"),
        "no_shortcuts": _("no shortcuts at all"),
        "no_stem_norm": _("no BatchNorm after the first convolution"),
        "global_pool": _("a global average in place of `avg_pool` (2,2)"),
        "same_pool": _("`avg_pool` with padding same"),
        "no_pool": _("no `avg_pool` before flatten"),
        "no_branch2c_norm": _("no BatchNorm at the end of the main paths (2c)"),
        "no_norms": _("no BatchNorm anywhere"),
        "norm_axis_1": _("BatchNorm over axis 1 in place of the channels"),
        "one_block_less_4": _("one block too few in stage 4"),
        "one_block_more_4": _("one block too many in stage 4"),
        "one_block_less_5": _("one block too few in stage 5"),
        "middle_1x1": _("the middle convolutions are 1×1"),
        "middle_5x5": _("the middle convolutions are 5×5"),
    }[name]
