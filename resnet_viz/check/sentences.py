"""Every mistake in words: what it is, what it does to sizes or counts, and why it matters. One idea a sentence."""

import math
from collections.abc import Callable
from typing import Any

from resnet_viz.check.answer import Mistake
from resnet_viz.check.drafts import Draft
from resnet_viz.check.odd import other_words
from resnet_viz.check.recorder import Size, Step
from resnet_viz.check.scene import Scene, Words
from resnet_viz.check.sentences_network import OF_NETWORKS
from resnet_viz.check.wording import at_line, map_text, places_text, shape_text, square
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined, ngettext


def tell(draft: Draft, scene: Scene) -> Mistake:
    """Return a mistake in sentences; one inside a block of a network speaks of that block."""
    scene = draft.values.get("scene", scene)
    words = other_words(draft, scene) if draft.id == "other" else _TOLD[draft.id](draft, scene)
    return {
        "id": draft.id,
        "line": draft.line,
        "function": scene.function,
        "place": draft.places[0] if draft.places else "",
        "sentence": at_line(draft.line, words.what),
        "arithmetic": words.arithmetic,
        "why": words.why,
        "ours": draft.ours,
        "theirs": draft.theirs,
    }


def _before(draft: Draft, scene: Scene) -> Size | None:
    step: Step | None = draft.values.get("theirs")
    read = scene.steps.get(step.inputs[0]) if step and step.inputs else None
    return read.shape if read else None


def _sum_shapes(scene: Scene) -> list[Size | None]:
    sums = next((step for step in scene.steps.values() if step.kind == "add"), None)
    return [scene.steps[name].shape for name in sums.inputs if name in scene.steps] if sums else []


def _padding(draft: Draft, scene: Scene) -> Words:
    step: Step = draft.values["theirs"]
    k = square(step.settings["kernel_size"])
    arithmetic = _("A {k} convolution without padding makes {before} into {after}, and the shortcut is still {before}.")
    read = _before(draft, scene)
    return Words(
        _("the {k} convolution ({place}) does not pad. It needs padding='same'.").format(
            k=k, place=places_text(draft.places)
        ),
        arithmetic.format(k=k, before=map_text(read), after=map_text(step.shape))
        if step.settings["kernel_size"] != 1
        else "",
        _("The sum needs two maps of the same size."),
    )


def _add_not_called(_draft: Draft, _scene: Scene) -> Words:
    return Words(
        _("`Add([…])` makes the layer, but never applies it. Write `Add()([X, X_shortcut])`."),
        "",
        _("A Keras layer takes its settings in the first brackets and its inputs in the second."),
    )


def _stride_missing(draft: Draft, scene: Scene) -> Words:
    ours: Step = draft.values["ours"]
    theirs: Step = draft.values["theirs"]
    s = ours.settings["strides"]
    where = places_text(draft.places)
    if draft.form == "literal":
        text = _("the stride s is missing ({places}): a fixed {n} stands in its place.")
        sizes = _("With s = {s} the course keeps {before}. Here it becomes {after}.")
        return Words(
            text.format(places=where, n=theirs.settings["strides"]),
            sizes.format(s=s, before=map_text(scene.size), after=map_text(theirs.shape)),
            _("Stage 2 calls this block with s = 1, the other stages with s = 2."),
        )
    if theirs.kind == "block":
        text = ngettext(
            "block {name} has stride 1. The course gives the first block of this stage stride {s}.",
            "blocks {name} have stride 1. The course gives the first block of these stages stride {s}.",
            len(draft.places),
        )
        return Words(
            text.format(name=where, s=s),
            _("The map stays {size}, and should become {after}.").format(
                size=map_text(theirs.shape), after=map_text(ours.shape)
            )
            if theirs.shape != ours.shape  # a stage before may have shrunk it already
            else "",
            _("Maps that do not shrink cost four times the arithmetic in all that follows."),
        )
    shapes = _sum_shapes(scene)
    sizes = joined(dict.fromkeys(map(map_text, shapes)), " + ") if shapes else ""
    if len(set(map(map_text, shapes))) > 1:
        arithmetic = _("With s = {s} the course makes {before} into {after} on both ways. Here the sum gets {sizes}.")
    else:
        arithmetic = _("With s = {s} the course makes {before} into {after}. Here it stays {before}.")
    return Words(
        _("the stride s is missing ({places}): the convolution moves by 1 cell.").format(places=where),
        arithmetic.format(s=s, before=map_text(scene.size), after=map_text(ours.shape), sizes=sizes),
        _("Main path and shortcut must shrink the map alike, or they cannot be added."),
    )


def _stride_on_middle(draft: Draft, scene: Scene) -> Words:
    what = _("the stride s is on the f×f convolution (2b). The course puts it on the first 1×1 (2a).")
    if draft.form == "twice":
        what = _("the f×f convolution (2b) takes the stride s. In the course only the first 1×1 (2a) takes it.")
    theirs: Step = draft.values["theirs"]
    read, gives = _before(draft, scene), theirs.shape
    arithmetic = ""
    if read and gives:
        text = _("2a then computes {n} cells in place of {m}.")
        arithmetic = text.format(n=read[0] * read[1], m=gives[0] * gives[1])
        if draft.form == "twice":
            arithmetic = _("It makes {before} into {after}.").format(before=map_text(read), after=map_text(gives))
    why = _(
        "The sizes fit and the parameters are the same, but the values are others. Other libraries do it this way, as v1.5."
    )
    if draft.form == "twice":
        why = _("Main path and shortcut must shrink the map alike, or they cannot be added.")
    return Words(what, arithmetic, why)


def _final_relu(draft: Draft, _scene: Scene) -> Words:
    what = _("the last ReLU is missing: the block ends with the sum.")
    if draft.form == "unread":
        what = _("the last ReLU is made, but the function returns something else.")
    return Words(
        what, "", _("The next block then reads negative values too. In the course every block ends with a ReLU.")
    )


def _relu_on_2c(_draft: Draft, _scene: Scene) -> Words:
    return Words(
        _("a ReLU stands between 2c and the sum. The course has none there."),
        "",
        _("F(x) loses its negative values, so it can only add to x and never take away."),
    )


def _norm_missing(draft: Draft, _scene: Scene) -> Words:
    what = _("the BatchNorm after {places} is missing.")
    if draft.form == "unread":
        what = _("the BatchNorm after {places} is made, but nothing reads it.")
    return Words(
        what.format(places=places_text(draft.places)),
        _fewer(draft),
        _("Without it the values drift from layer to layer, and a deep network trains badly."),
    )


def _fewer(draft: Draft) -> str:
    n = draft.values.get("parameters", 0)
    return _("{n} parameters fewer: 4 for each channel.").format(n=f"{n:,}") if n else ""


def _axis(draft: Draft, _scene: Scene) -> Words:
    step: Step = draft.values["theirs"]
    axis = step.settings["axis"]
    text = _("BatchNorm normalises along axis {axis}. The channels are axis 3 (or −1).")
    arithmetic = ""
    if isinstance(axis, int) and step.shape and 1 <= axis <= len(step.shape):
        here, right = step.shape[axis - 1], step.shape[-1]
        arithmetic = _("It learns for {n} rows or columns in place of {c} channels.").format(n=here, c=right)
    return Words(text.format(axis=axis), arithmetic, _("Each channel is one feature and needs a mean of its own."))


def _training(_draft: Draft, _scene: Scene) -> Words:
    return Words(
        _("BatchNorm is fixed to training=True. Hand `training` through, or leave it out."),
        "",
        _(
            "It then uses the mean of the batch even when it predicts: the answer for a picture depends on the pictures beside it."
        ),
    )


def _late(draft: Draft, scene: Scene) -> Words:
    fork: Step | None = draft.values.get("theirs")
    place = places_text(draft.places)
    what = (
        _("the shortcut begins after {place}, and not at the block's input.")
        if place
        else _("the shortcut does not begin at the block's input.")
    )
    if draft.form == "itself":
        return Words(
            _("the sum adds the output of {place} to itself.").format(place=place)
            if place
            else _("the sum adds one layer's output to itself."),
            _("The block gives 2·F(x) in place of F(x) + x.") if draft.places == ["2c"] else "",
            _("The shortcut must carry the input past the block. Save it first: `X_shortcut = X`."),
        )
    if draft.form == "unread" and place:
        what = _("the sum takes the output of {place} for the shortcut. What was made for the shortcut is not read.")
    shape = fork.shape if fork else None
    arithmetic = ""
    if shape and shape != scene.size:
        arithmetic = _("There x is {there}; the block's input is {size}.").format(
            there=shape_text(shape), size=shape_text(scene.size)
        )
    return Words(
        what.format(place=place),
        arithmetic,
        _("The shortcut must carry the input past the block. Save it first: `X_shortcut = X`."),
    )


def _twice(_draft: Draft, _scene: Scene) -> Words:
    return Words(
        _("the shortcut is added a second time. The course adds it once, at the end."),
        _("The block gives F(x) + 2·x in place of F(x) + x."),
        _("The shortcut then outweighs F(x), block after block."),
    )


def _conv_missing(draft: Draft, scene: Scene) -> Words:
    ours: Step = draft.values["ours"]
    if draft.form == "unread":
        what = _("the shortcut's convolution is made, but the sum does not read it.")
    elif draft.values.get("also"):
        what = _("the shortcut lacks its 1×1 convolution and its BatchNorm.")
    else:
        what = _("the shortcut lacks its 1×1 convolution.")
    end: Step | None = draft.values.get("end")
    still = end.shape if end and draft.form == "missing" else scene.size
    text = _("In the course F(x) is {after}. Here the shortcut is still {before}.")
    return Words(
        what,
        text.format(after=shape_text(ours.shape), before=shape_text(still)),
        _("Only that convolution gives the shortcut the shape of F(x)."),
    )


def _side_norm(draft: Draft, _scene: Scene) -> Words:
    what = _("the BatchNorm after the shortcut's convolution is missing.")
    if draft.form == "unread":
        what = _("the shortcut's BatchNorm is made, but the sum does not read it.")
    return Words(
        what, _fewer(draft), _("F(x) is normalised and the shortcut is not, so one may be far stronger than the other.")
    )


def _skipped(draft: Draft, _scene: Scene) -> Words:
    if draft.form == "sum":
        what = _("the sum does not read F(x), so all that was made for F(x) is skipped.")
    elif draft.form == "blocks":
        text = _("{block} reads the output of {read}, so what stands between them is skipped: {skipped}.")
        what = text.format(**{name: draft.values[name] for name in ("block", "read", "skipped")})
    else:
        text = _("this layer reads the output of {read}, so what stands between them is skipped: {places}.")
        if draft.values.get("reads") == "x":
            text = _("this layer reads the block's input, so what stands between them is skipped: {places}.")
        reads = draft.values.get("reads")
        skipped = [place for place in draft.places if place != reads] or draft.places
        what = text.format(read=reads, places=places_text(skipped))
    return Words(what, "", _("The skipped layers are computed, but change nothing: they never learn."))


def _filters(draft: Draft, scene: Scene) -> Words:
    ours: Step = draft.values["ours"]
    theirs: Step = draft.values["theirs"]
    if ours.kind == "block":
        text = ngettext(
            "block {name} has the filters {theirs}, the course {ours}.",
            "blocks {name} have their filters in another order: {theirs} here, {ours} in the course.",
            len(draft.places),
        )
        what = text.format(
            name=places_text(draft.places), theirs=list(theirs.settings["filters"]), ours=list(ours.settings["filters"])
        )
        return Words(what, "", _("The order is: squeeze, f×f, widen."))
    text = _("the filters are in another order ({places}): {theirs} here, {ours} in the course.")
    what = text.format(
        places=places_text(draft.places[:1]), theirs=theirs.settings["filters"], ours=ours.settings["filters"]
    )
    shapes = _sum_shapes(scene)
    arithmetic = ""
    if len({shape[-1] for shape in shapes if shape}) > 1:
        arithmetic = _("The sum gets {sizes}.").format(sizes=joined(map(shape_text, shapes), " + "))
    return Words(what, arithmetic, _("F1 squeezes, F2 is for the f×f, F3 widens to the shape of the shortcut."))


def _kernels(pairs: list[tuple[Step, Step]]) -> Words:
    ours, theirs = zip(*pairs, strict=True)
    sizes = joined((square(step.settings["kernel_size"]) for step in theirs), ", ")
    text = _("the kernels of F(x) are {sizes} here. In the course they are 1×1, f×f, 1×1.")
    per = _("Weights per filter and channel: {a} in place of {b}.")
    a, b = (joined((str(_cells(step.settings["kernel_size"])) for step in steps), ", ") for steps in (theirs, ours))
    return Words(text.format(sizes=sizes), per.format(a=a, b=b), _WHY_KERNEL())


def _kernel(draft: Draft, _scene: Scene) -> Words:
    if draft.form == "several":
        return _kernels(draft.values["pairs"])
    ours: Step = draft.values["ours"]
    theirs: Step = draft.values["theirs"]
    if ours.kind == "block":
        text = _("block {name} has f = {theirs}, the course f = {ours}.")
        return Words(
            text.format(name=ours.place, theirs=theirs.settings["f"], ours=ours.settings["f"]), "", _WHY_KERNEL()
        )
    mine, other = square(ours.settings["kernel_size"]), square(theirs.settings["kernel_size"])
    text = _("the convolution {place} is {theirs}. It should be {ours}.")
    if ours.place == "1":
        text = _("the shortcut's convolution is {theirs}. It should be {ours}.")
    elif ours.place == "2b":
        text = _("the middle convolution ({place}) is {theirs}. It should be f×f, here {ours}.")
    per = _("Weights per filter and channel: {a} in place of {b}.")
    counts = [_cells(step.settings["kernel_size"]) for step in (theirs, ours)]
    return Words(
        text.format(place=places_text(draft.places), theirs=other, ours=mine),
        per.format(a=counts[0], b=counts[1]),
        _WHY_KERNEL() if ours.place[:1].isdigit() else _("Weights that were made for the course then do not fit."),
    )


def _WHY_KERNEL() -> str:  # noqa: N802 - a text, translated when it is needed
    return _("Only the middle convolution looks at neighbours; the two 1×1 around it mix channels.")


def _cells(kernel: Any) -> int:
    return math.prod(kernel) if isinstance(kernel, tuple) else int(kernel) ** 2


def _argument(draft: Draft, _scene: Scene) -> Words:
    values = draft.values
    text = _("`{layer}` has no argument `{name}`.").format(layer=values["layer"], name=values["name"])
    near = _("Did you mean `{name}`?").format(name=values["near"]) if values["near"] else ""
    return Words(joined(filter(None, (text, near)), " "), "", _("Keras refuses an argument that it does not know."))


def _no_return(draft: Draft, scene: Scene) -> Words:
    text = _("`{function}` returns None.") if draft.form == "none" else _("`{function}` has no `return`.")
    return Words(
        text.format(function=scene.function),
        "",
        _("The next layer then has nothing to read.")
        if draft.form == "none"
        else _("Without it the function gives None, and the next layer has nothing to read."),
    )


_TOLD: dict[str, Callable[[Draft, Scene], Words]] = {
    **OF_NETWORKS,
    "padding": _padding,
    "add-not-called": _add_not_called,
    "stride-missing": _stride_missing,
    "stride-on-middle": _stride_on_middle,
    "final-relu-missing": _final_relu,
    "relu-on-2c": _relu_on_2c,
    "batchnorm-missing": _norm_missing,
    "batchnorm-axis": _axis,
    "batchnorm-training": _training,
    "shortcut-late": _late,
    "shortcut-twice": _twice,
    "shortcut-conv-missing": _conv_missing,
    "shortcut-batchnorm-missing": _side_norm,
    "block-skipped": _skipped,
    "filters-order": _filters,
    "kernel-size": _kernel,
    "argument-unknown": _argument,
    "no-return": _no_return,
}
