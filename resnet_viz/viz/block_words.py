"""A block's sum in words: how strong F(x) is beside the shortcut, and what the last ReLU set to zero."""

from bisect import bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.measures import norm, removed_by_relu
from resnet_viz.messages import gettext as _
from resnet_viz.spec import Block
from resnet_viz.spec.surgery import Surgery

FloatArray = npt.NDArray[np.float32]

STRENGTH_BOUNDS = (0.25, 0.8, 1.25, 4.0)
"""Ratios at which F(x) is called something else beside the shortcut: much weaker, weaker, about as strong, stronger,
much stronger."""


def strength_level(ratio: float) -> int:
    """Return which of the five words a ratio ‖F(x)‖ / ‖shortcut(x)‖ gets, 0 for much weaker."""
    return bisect_right(STRENGTH_BOUNDS, ratio)


def strength_sentences() -> tuple[str, str, str, str, str]:
    """Return the five sentences, each with its ``{ratio}``."""
    return (
        _("F(x) is much weaker than the shortcut ({ratio})."),
        _("F(x) is weaker than the shortcut ({ratio})."),
        _("F(x) is about as strong as the shortcut ({ratio})."),
        _("F(x) is stronger than the shortcut ({ratio})."),
        _("F(x) is much stronger than the shortcut ({ratio})."),
    )


def strength_sentence(branch: float, side: float) -> str:
    """Return what is said of ‖F(x)‖ beside ‖shortcut(x)‖."""
    if not branch or not side:
        texts = _nothing()
        return texts["neither"] if branch == side else texts["noSide" if branch else "noBranch"]
    ratio = branch / side
    return strength_sentences()[strength_level(ratio)].format(ratio=_short(ratio))


def relu_sentence(share: float, *, of_sum: bool = True) -> str:
    """Return what the block's last ReLU did to a share of the values it got."""
    texts = _relu(of_sum=of_sum)
    if share in (0, 1):
        return texts["all" if share else "none"]
    return texts["some"].format(share=f"{min(99, max(1, round(100 * share)))} %")


def channel_words(*, of_sum: bool) -> dict[str, Any]:
    """Return the texts by which the browser says the same of one channel."""
    ratio = {"bounds": STRENGTH_BOUNDS, "levels": strength_sentences(), **_nothing()}
    return {"ofChannel": _("Channel {n}:"), "ratio": ratio, "relu": _relu(of_sum=of_sum)}


def block_sentences(block: Block, found: dict[str, FloatArray], surgery: Surgery) -> tuple[str, ...]:
    """Return what is said of the whole block."""
    relu = ""
    gets = block.add or block.branch
    if block.out != gets:
        relu = relu_sentence(removed_by_relu(found[gets]), of_sum=block.add is not None)
    if block.shortcut is None or block.add is None:
        return (_("This block has no shortcut. Nothing is added: the next block gets only F(x)."), relu)
    if off := off_sentence(block, surgery):
        return (off, relu)
    strength = strength_sentence(norm(found[block.branch]), norm(found[block.shortcut]))
    return (_("All {n} channels:").format(n=f"{found[block.branch].shape[-1]:,}"), strength, relu)


def block_question(block: Block) -> str:
    """Return the question that a block's view answers."""
    if block.add is None:
        return _("What did block {name} make of its input?").format(name=block.name)
    return _("What did block {name} add to its input?").format(name=block.name)


def off_sentence(block: Block, surgery: Surgery) -> str:
    """Return what a surgery did to the block's sum, or ""."""
    is_cut, is_dropped = block.name in surgery.cut, block.name in surgery.dropped
    if is_cut and is_dropped:
        return _("F(x) and the shortcut are both switched off: nothing gets through.")
    if is_cut:
        return _("The shortcut is cut: only F(x) goes on.")
    return _("F(x) is left out: only the shortcut goes on.") if is_dropped else ""


def figures(block: Block, found: dict[str, FloatArray]) -> tuple[str, ...]:
    """Return the exact figures, a line each."""
    height, width, channels = found[block.branch].shape
    lines = [
        _("Each map: {height}×{width} cells. Channels: {n}.").format(height=height, width=width, n=f"{channels:,}")
    ]
    if block.shortcut and block.add:
        branch, side = norm(found[block.branch]), norm(found[block.shortcut])
        lines.append(
            _("Over all channels: ‖F(x)‖ / ‖shortcut(x)‖ = {branch:.4g} / {side:.4g} = {ratio:.3g}").format(
                branch=branch, side=side, ratio=branch / side if side else float("inf")
            )
        )
    gets = block.add or block.branch
    if block.out != gets:
        share = removed_by_relu(found[gets])
        lines.append(_("Over all channels the last ReLU set {share:.1%} of the values to zero.").format(share=share))
    lines.append(_("Colours: blue is negative, white is 0, red is positive. All maps have one scale."))
    lines.append(_("Strength: the root of the mean square of a channel's values."))
    return tuple(lines)


def _nothing() -> dict[str, str]:
    return {
        "neither": _("F(x) and the shortcut are both zero."),
        "noBranch": _("F(x) adds nothing."),
        "noSide": _("The shortcut brings nothing."),
    }


def _relu(*, of_sum: bool) -> dict[str, str]:
    if of_sum:
        return {
            "none": _("The last ReLU changed nothing."),
            "some": _("The last ReLU set {share} of the sum to zero."),
            "all": _("The last ReLU set all of the sum to zero."),
        }
    return {
        "none": _("The last ReLU changed nothing."),
        "some": _("The last ReLU set {share} of F(x) to zero."),
        "all": _("The last ReLU set all of F(x) to zero."),
    }


def _short(value: float) -> str:
    return f"{value:.3g}"
