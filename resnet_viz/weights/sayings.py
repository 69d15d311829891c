"""What is known of a weights file, in words."""

from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined
from resnet_viz.weights.about import About


def layout_text(about: About) -> str:
    """Return the container and whose names the arrays have."""
    containers = {
        "safetensors": "safetensors",
        "npz": ".npz",
        "hdf5": "HDF5",
        "keras": ".keras",
        "onnx": "ONNX",
    }
    names = {
        "course": _("the names of the course and of this app"),
        "keras-applications": _("the names of keras.applications"),
        "numbered": _("layers told by numbers"),
        "torch": _("the names of torchvision and timm"),
        "hugging-face": _("the names of Hugging Face"),
        "caffe2": _("the names of Caffe2"),
        "onnx": _("arrays told by the graph"),
    }
    return _("{what}, {detail}").format(what=containers[about.container], detail=names.get(about.layout, about.layout))


def notes(about: About) -> list[str]:
    """Return a sentence for everything that was noticed."""
    texts = {
        "numbered": _("The layers carry only numbers. They were taken in that order, and every shape agrees."),
        "folded": _(
            "Every BatchNorm was folded into the convolution before it. A layer that changes nothing stands in its place."
        ),
        "scales": _("Scales are layers of their own, as in Caffe. Each was taken into the BatchNorm before it."),
        "optimizer": _("The file holds an optimiser's state too. It was not read."),
        "no_head": _("The file has no classifier: that layer stays random."),
        "no_statistics": _(
            "Its norms come without means and variances. They are no BatchNorm but GroupNorm, say, or these were not saved. What the network makes of a picture is not to be trusted."
        ),
        "said": _("The file itself says which network it is, and its arrays agree."),
    }
    found = [texts[note] for note in about.notes if note in texts]
    if about.has_imagenet_classes:
        found.append(_("It has as many classes as ImageNet: their names are taken to be its, in the usual order."))
    if about.assumed:
        sentence = _("The arrays do not show these settings, so the usual ones are taken: {names}.")
        found.append(sentence.format(names=joined(f"`{name}`" for name in about.assumed)))
    return found


def open_question(about: About) -> str:
    """Return why it is open which network a file holds, and what to do; "" if it is known."""
    if about.spec is not None:
        return ""
    if about.rivals:
        return _(
            "The arrays of this file fit {names} equally well, and nothing in it tells which it is: say it with --preset."
        ).format(names=joined(f"`{name}`" for name in about.rivals))
    return _(
        "{n} arrays of this file have names of a residual network, but they do not make up one: say with --preset which network it is, and what is missing is listed."
    ).format(n=about.read)
