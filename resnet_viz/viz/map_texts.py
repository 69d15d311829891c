"""The texts of the browser's component of feature maps; those about a block's sum are in `block_words`."""

from typing import Any

from resnet_viz.messages import N_, Titles, current_language
from resnet_viz.messages import gettext as _
from resnet_viz.viz.theme import COLOR_MAPS

color_map_name = Titles(
    {
        "viridis": N_("viridis"),
        "cividis": N_("cividis"),
        "grey": N_("grey"),
        "red-blue": N_("blue − white 0 + red"),
    }
)
"""What a colour map is called, with what its colours mean."""


def map_texts() -> dict[str, Any]:
    """Return the component's texts by the names it knows them by."""
    return _general() | _of_strip() | _of_gallery() | _of_large()


def _general() -> dict[str, Any]:
    return {
        "locale": "zh-CN" if current_language() == "zh" else "en",
        "channel": _("channel"),
        "scale": _("Scale: {low} … {high}"),
        "ownScale": _("Each channel has its own scale"),
        "odd": _("{n} values that are no numbers (NaN, ∞), in magenta."),
        "off": _("switched off"),
        "colorNames": {name: color_map_name(name) for name in COLOR_MAPS},
    }


def _of_strip() -> dict[str, Any]:
    return {
        "one": _("one channel"),
        "number": _("Channel number"),
        "noChannel": _("There is no channel of that number."),
        "figures": _("Exact figures"),
        "cutJoint": "✂",
        "stripHelp": _("Arrow keys: the channel before and the next one."),
        "strengthOf": _("strength"),
        "strengths": _("Strength, channel by channel"),
        "strengthHelp": _("Strength: the root of the mean square of a channel's values."),
        "branch": "F(x)",
        "shortcut": _("shortcut"),
        "zeroed": _("set to 0"),
    }


def _of_gallery() -> dict[str, Any]:
    choices = {"auto": _("by sign"), **{name: color_map_name(name).partition(" − ")[0] for name in COLOR_MAPS}}
    choices["red-blue"] = _("blue to red")
    return {
        "everyChannel": _("Every channel of"),
        "layerLine": _("{n} channels of {layer}. {share} of their values are zero."),
        "layer": _("Layer"),
        "sorted": _("sorted by"),
        "orders": {
            "energy": _("strongest first"),
            "number": _("by number"),
            "sparsity": _("most zeros first"),
            "similarity": _("most alike first"),
        },
        "more": _("Display"),
        "colors": _("colours"),
        "colorChoices": choices,
        "own": _("each channel on its own scale"),
        "size": _("size"),
        "mosaicHelp": _("Arrow keys choose a channel, Enter goes to it."),
    }


def _of_large() -> dict[str, Any]:
    return {
        "channelOf": _("Channel {n} of {layer}"),
        "range": _("{low} … {high}, {zeros} zeros"),
        "rank": _("strength: number {rank} of {n}"),
        "opacity": _("map over picture"),
        "smooth": _("smooth between cells"),
        "enlarge": _("Enlarge"),
        "back": _("Back"),
        "silence": _("Switch this channel off"),
        "unsilence": _("Switch this channel on again"),
        "hover": _("Point at a cell: its value, and what it sees."),
        "hoverPixel": _("Point at a pixel: its value."),
        "hoverSum": _("Point at a cell: its value, and what it sees. Click it for its sum."),
        "value": _("row {row}, column {column}: {value}"),
        "field": _("sees {size} px"),
        "clipped": _("{size} of them inside the picture"),
        "largeHelp": _("Arrow keys move over the cells, Enter shows a cell's sum."),
    }
