"""Words for differences without a name of their own: the difference itself is told."""

from typing import Any

from resnet_viz.check.drafts import Draft
from resnet_viz.check.odd_calls import recorded_words
from resnet_viz.check.reasons import of_activation, of_bias, of_extra, of_lacking, of_pooling, of_setting
from resnet_viz.check.recorder import Step
from resnet_viz.check.scene import Scene, Words
from resnet_viz.check.wording import layer_text, map_text, places_text, shape_text, square
from resnet_viz.messages import N_, Titles, joined, ngettext
from resnet_viz.messages import gettext as _

_FILTERS = {"2a": "F1", "2b": "F2", "2c": "F3", "1": "F3"}
_SETTINGS = Titles(
    {
        "filters": N_("number of filters"),
        "strides": N_("stride"),
        "padding": N_("padding"),
        "use_bias": N_("bias"),
        "dilation_rate": N_("dilation"),
        "groups": N_("groups"),
        "center": N_("center"),
        "scale": N_("scale"),
        "units": N_("number of units"),
        "pool_size": N_("window"),
        "size": N_("frame"),
    }
)


def other_words(draft: Draft, scene: Scene) -> Words:
    """Return what it is, the arithmetic, and why it matters."""
    step: Step | None = draft.values.get("step")
    title = layer_text(step) if step else ""
    where = places_text(draft.places)
    match draft.form:
        case "setting" | "stride":
            return _setting(draft, "strides" if draft.form == "stride" else draft.values.get("setting", ""), scene)
        case "missing" | "unread":
            return _lacking(draft, title, where, scene)
        case "extra":
            return _extra(draft, where, scene)
        case "moved":
            text = _("{layer} stands in another place than in the course ({place}).")
            return Words(text.format(layer=title, place=where), "", _ORDER())
        case "before":
            what = _("BatchNorm and ReLU stand before each convolution. The course has them after it.")
            return Words(what, "", _("That is another residual block: pre-activation, of the second paper."))
        case "short":
            return _short(draft)
        case "kind":
            ours: Step = draft.values["ours"]
            text = _("here stands {theirs}, in the course {ours}.")
            reason = of_activation(step, ours) if step and not ours.kind.endswith("pool") else of_pooling(step or ours)
            return Words(text.format(theirs=title, ours=layer_text(ours)), *reason)
        case "no-sum":
            return Words(*_no_sum(draft))
        case "stride-on-last":
            what = _("the stride s is on the last 1×1 (2c). The course puts it on the first (2a).")
            return Words(what, "", _("The sizes fit and the parameters are the same, but the values are others."))
        case "sizes":
            return Words(*_sizes(draft, scene.steps))
        case "inference":
            what = _("BatchNorm is fixed to training=False.")
            return Words(what, "", _("It then never learns its means, not even in training."))
    return Words(*recorded_words(draft))


def _ORDER() -> str:  # noqa: N802 - a text, translated when it is needed
    return _("The order is convolution, BatchNorm, ReLU; F(x) ends with BatchNorm, and a ReLU follows the sum.")


def _extra(draft: Draft, where: str, scene: Scene) -> Words:
    steps: list[Step] = draft.values["layers"]
    step = steps[0]
    read = scene.steps.get(step.inputs[0]) if step.inputs else None
    place = "1" if draft.values.get("side") else draft.places[0] if draft.places else ""
    reason = of_extra(step, read, place)
    if len(steps) == 1 and step.kind == "relu" and read and read.kind == "conv":
        text = _("a ReLU stands between the convolution and its BatchNorm.")
        if where:
            text = _("a ReLU stands between the convolution and its BatchNorm ({place}).")
        return Words(text.format(place=where), *reason)
    layers = joined(map(layer_text, steps))
    text = _("something that the course does not have stands here: {layers}.")
    if draft.values.get("side"):
        text = _("something that the course does not have stands on the shortcut: {layers}.")
    elif where:
        text = _("something that the course does not have stands here, after {place}: {layers}.")
    return Words(text.format(layers=layers, place=where), *reason)


def _setting(draft: Draft, name: str, scene: Scene) -> Words:
    ours: Step = draft.values["ours"]
    theirs: Step = draft.values["theirs"]
    name = name or next((key for key in ours.settings if ours.settings[key] != theirs.settings.get(key)), "")
    if name == "use_bias" and not theirs.settings[name]:
        n = draft.values.get("parameters") or ours.settings.get("filters") or ours.settings.get("units") or 0
        text = _("no bias is used ({places}). The course uses one.")
        return Words(text.format(places=places_text(draft.places) or ours.id), *of_bias(ours, theirs, n))
    reason = of_setting(name, ours, theirs, len(draft.places))
    here, there = _value(theirs.settings.get(name)), _value(ours.settings.get(name))
    if ours.kind == "block":
        if name == "projects":
            kinds = {True: _("a convolution block"), False: _("an identity block")}
            here, there = kinds[theirs.settings[name]], kinds[ours.settings[name]]
            text = _("{block} is {theirs}. In the course it is {ours}.")
        elif scene.preset:
            text = ngettext(
                "block {block}: its {setting} is {theirs}, in the preset {preset} {ours}.",
                "blocks {block}: their {setting} is {theirs}, in the preset {preset} {ours}.",
                len(draft.places),
            )
        else:
            text = ngettext(
                "block {block}: its {setting} is {theirs}, in the course {ours}.",
                "blocks {block}: their {setting} is {theirs}, in the course {ours}.",
                len(draft.places),
            )
        what = text.format(
            block=places_text(draft.places),
            setting=_SETTINGS.get(name, name),
            theirs=here,
            ours=there,
            preset=scene.preset,
        )
        return Words(what, *reason)
    read = scene.steps.get(theirs.inputs[0]) if theirs.inputs else None
    window = theirs.settings.get(name)
    if name == "pool_size" and read and read.shape and isinstance(window, int) and window > min(read.shape[:2]):
        text = _("A window of {window} does not fit on a map of {map}.")
        reason = reason._replace(arithmetic=text.format(window=square(window), map=map_text(read.shape)))
    text = _("{layer} ({place}): its {setting} is {theirs}, in the course {ours}.")
    parameter = _FILTERS.get(draft.places[0] if draft.places else "", "") if name == "filters" else ""
    parameter = "classes" if name == "units" else parameter
    if parameter:
        text = _("{layer} ({place}): its {setting} is {theirs}. It should be {name}, here {ours}.")
    what = text.format(
        layer=layer_text(theirs),
        place=places_text(draft.places) or ours.id,
        setting=_SETTINGS.get(name, name),
        theirs=here,
        ours=there,
        name=f"`{parameter}`",
    )
    return Words(what, *reason)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return str(list(value))
    return {True: _("on"), False: _("off")}[value] if isinstance(value, bool) else str(value)


def _lacking(draft: Draft, title: str, where: str, scene: Scene) -> Words:
    known: Step | None = draft.values.get("ours") or draft.values.get("step")
    place = where or (known.name or known.id if known else "")
    if draft.form == "unread":
        what = _("{layer} ({place}) is made, but the result does not depend on it.")
        return Words(
            what.format(layer=title, place=place), "", _("It is computed, but changes nothing and never learns.")
        )
    beside: Step | None = draft.values.get("beside")
    reason = of_lacking(draft.values.get("ours"), beside.shape if beside else scene.size)
    if len(draft.places) > 1:
        title = _("convolution") if known and known.kind == "conv" else title
        return Words(_("{layer} ({place}) is missing.").format(layer=title, place=place), "", reason.why)
    text = _("{layer} ({place}) is missing after this line.") if draft.line else _("{layer} ({place}) is missing.")
    return Words(text.format(layer=title, place=place), *reason)


def _short(draft: Draft) -> Words:
    sizes = draft.values["sizes"]
    here = joined(map(square, sizes), ", ")
    text = ngettext(
        "F(x) has {n} convolution here ({here}). The course's has three: 1×1, f×f, 1×1.",
        "F(x) has {n} convolutions here ({here}). The course's has three: 1×1, f×f, 1×1.",
        len(sizes),
    )
    a, b = draft.values["weights"]
    weights = _("Weights of F(x): {a} in place of {b}.").format(a=f"{a:,}", b=f"{b:,}")
    why = _("The first 1×1 squeezes the channels, so that the f×f is cheap, and the last widens them again.")
    if len(sizes) == 2 and 1 not in sizes:
        why = _(
            "That is the block of ResNet-18 and ResNet-34. ResNet-50 squeezes the channels first, so that the f×f is cheap."
        )
    return Words(text.format(n=len(sizes), here=here), weights, why)


def _no_sum(draft: Draft) -> tuple[str, str, str]:
    instead: Step | None = draft.values.get("instead")
    if instead:
        what = _("here stands {layer} where the sum belongs.").format(layer=layer_text(instead))
    elif draft.values.get("theirs"):
        what = _("the sum is made, but the result does not depend on it.")
    else:
        what = _("the sum is missing: the shortcut is never added to F(x).")
    return what, "", _("Without the sum x + F(x) this is no residual block.")


def _sizes(draft: Draft, steps: dict[str, Step]) -> tuple[str, str, str]:
    step: Step = draft.values["step"]
    shapes = [shape_text(steps[name].shape) for name in step.inputs if name in steps]
    return _("the sum gets maps of different sizes."), " + ".join(shapes), _("The sum needs two maps of the same size.")
