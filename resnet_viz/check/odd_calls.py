"""Words for what the recording itself shows, whatever the graph: a layer that was never called, one used twice, a stray return."""

from resnet_viz.check.drafts import Draft
from resnet_viz.messages import gettext as _


def recorded_words(draft: Draft) -> tuple[str, str, str]:
    """Return words for what the recording itself shows."""
    values = draft.values
    layer = f"`{values.get('layer', '')}`"
    match draft.form:
        case "not-called":
            text = _("`{layer}` is made, but never applied to x. Write `{layer}(…)(X)`.")
            what = text.format(layer=values["layer"])
            return what, "", _("A Keras layer takes its settings in the first brackets and its inputs in the second.")
        case "list-twice":
            what = _("{layer} gets the list twice. Its first brackets stay empty.").format(layer=layer)
            return what, "", _("A Keras layer takes its settings in the first brackets and its inputs in the second.")
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
            what = what.format(window=values["window"], map=values["map"])
            return what, "", _("Something before it has made the map too small.")
        case "returned":
            what = _("`{function}` does not return its last layer.").format(function=values["function"])
            return what, "", _("The next layer reads what is returned.")
        case "several":
            what = _("`{function}` returns several things.").format(function=values["function"])
            return what, "", _("The next layer reads one.")
        case "early" | "looped":
            return _too_soon(draft.form)
        case "name-twice":
            text = _("the name “{name}” is used again.")
            if values.get("is_block"):
                text = _("a second block is called “{name}”, so its layers get the names of the first.")
            what = text.format(name=values["name"])
            return what, "", _("`Model` stops at a name that two layers have.")
        case "frozen":
            what = _("{layer} has trainable=False.").format(layer=layer)
            why = _("Its weights stay as they start, and never learn.")
            if values.get("layer") == "BatchNormalization":
                why = _("It then keeps the mean 0 and the spread 1 that it starts with, and never learns others.")
            return what, "", why
        case "no-model":
            what = _("`{function}` returns a layer's output, not a `Model`.").format(function=values["function"])
            return what, "", _("Write `Model(inputs=X_input, outputs=X)` and return it.")
    return _("this is not as in the course."), "", ""


def _too_soon(form: str) -> tuple[str, str, str]:
    """Return words for a `return` before the end."""
    if form == "looped":
        what = _("`return` stands inside the loop, so the function ends in its first round.")
        return what, "", _("Indent it like the line that begins the loop: then it comes after the last round.")
    what = _("`return` ends the function here. What stands below it never runs.")
    return what, "", _("The block is then only what stands above.")
