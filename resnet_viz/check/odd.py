"""Words for differences without a name of their own: the difference itself is told."""

from typing import Any

from resnet_viz.check.drafts import Draft
from resnet_viz.check.recorder import Step
from resnet_viz.check.wording import layer_text, places_text, shape_text
from resnet_viz.messages import N_, Titles, joined
from resnet_viz.messages import gettext as _

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


def other_words(draft: Draft, steps: dict[str, Step]) -> tuple[str, str, str]:
    """Return what it is, the arithmetic, and why it matters."""
    step: Step | None = draft.values.get("step")
    title = layer_text(step) if step else ""
    where = places_text(draft.places)
    match draft.form:
        case "setting" | "stride":
            return _setting(draft, "strides" if draft.form == "stride" else draft.values.get("setting", ""))
        case "missing" | "unread":
            return _lacking(draft, title, where)
        case "extra":
            layers = joined(map(layer_text, draft.values["layers"]))
            text = _("something that the course does not have stands here: {layers}.")
            if where:
                text = _("something that the course does not have stands here, after {place}: {layers}.")
            return text.format(layers=layers, place=where), "", ""
        case "moved":
            text = _("{layer} stands in another place than in the course ({place}).")
            return (
                text.format(layer=title, place=where),
                "",
                _("The order is convolution, BatchNorm, ReLU; F(x) ends with BatchNorm, and a ReLU follows the sum."),
            )
        case "before":
            what = _("BatchNorm and ReLU stand before each convolution. The course has them after it.")
            return what, "", _("That is another residual block: pre-activation, of the second paper.")
        case "kind":
            ours: Step = draft.values["ours"]
            text = _("here stands {theirs}, in the course {ours}.")
            return text.format(theirs=title, ours=layer_text(ours)), "", ""
        case "no-sum":
            return _no_sum(draft)
        case "stride-on-last":
            return _("the stride s is on the last 1×1 (2c). The course puts it on the first (2a)."), "", ""
        case "sizes":
            return _sizes(draft, steps)
        case "inference":
            return (
                _("BatchNorm is fixed to training=False."),
                "",
                _("It then never learns its means, not even in training."),
            )
    return _recorded(draft)


def _setting(draft: Draft, name: str) -> tuple[str, str, str]:
    ours: Step = draft.values["ours"]
    theirs: Step = draft.values["theirs"]
    name = name or next((key for key in ours.settings if ours.settings[key] != theirs.settings.get(key)), "")
    if ours.kind == "block" and name == "projects":
        text = _("{block} is {theirs}. In the course it is {ours}.")
        kinds = {True: _("a convolution block"), False: _("an identity block")}
        return (
            text.format(block=ours.place, theirs=kinds[theirs.settings[name]], ours=kinds[ours.settings[name]]),
            "",
            "",
        )
    text = _("{layer} ({place}): its {setting} is {theirs}, in the course {ours}.")
    sentence = text.format(
        layer=layer_text(theirs),
        place=places_text(draft.places) or ours.id,
        setting=_SETTINGS.get(name, name),
        theirs=_value(theirs.settings.get(name)),
        ours=_value(ours.settings.get(name)),
    )
    arithmetic = ""
    if theirs.shape != ours.shape and theirs.shape and ours.shape:
        arithmetic = _("It gives {theirs} in place of {ours}.").format(
            theirs=shape_text(theirs.shape), ours=shape_text(ours.shape)
        )
    return sentence, arithmetic, ""


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return str(list(value))
    return {True: _("on"), False: _("off")}[value] if isinstance(value, bool) else str(value)


def _lacking(draft: Draft, title: str, where: str) -> tuple[str, str, str]:
    if draft.form == "unread":
        text = _("{layer} ({place}) is made, but the result does not depend on it.")
    elif draft.line is None:
        text = _("{layer} ({place}) is missing.")
    else:
        text = _("{layer} ({place}) is missing after this line.")
    known: Step | None = draft.values.get("ours") or draft.values.get("step")
    return text.format(layer=title, place=where or (known.name or known.id if known else "")), "", ""


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


def _recorded(draft: Draft) -> tuple[str, str, str]:
    """Return words for what the recording itself shows."""
    values = draft.values
    layer = f"`{values.get('layer', '')}`"
    match draft.form:
        case "not-called":
            text = _("`{layer}` is made, but never applied to x. Write `{layer}(…)(X)`.")
            what = text.format(layer=values["layer"])
            return what, "", _("A Keras layer takes its settings in the first brackets and its inputs in the second.")
        case "list-twice":
            return _("{layer} gets the list twice. Its first brackets stay empty.").format(layer=layer), "", ""
        case "shared":
            what = _("the same {layer} is applied twice, so both places share their weights.").format(layer=layer)
            return what, "", _("The course has a layer of its own in every place.")
        case "no-input":
            return (
                _("`Model` does not begin at the `Input`."),
                "",
                _("Write `Model(inputs=X_input, outputs=X)` and return it."),
            )
        case "no-fit":
            what = _("a window of {window} does not fit on a map of {map}.")
            return what.format(window=values["window"], map=values["map"]), "", ""
        case "returned":
            return _("`{function}` does not return its last layer.").format(function=values["function"]), "", ""
        case "no-model":
            what = _("`{function}` returns a layer's output, not a `Model`.").format(function=values["function"])
            return what, "", _("Write `Model(inputs=X_input, outputs=X)` and return it.")
    return _("this is not as in the course."), "", ""
