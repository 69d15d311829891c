"""What a run has made of one of its networks, as weights to look at another picture through. No Keras."""

from resnet_viz.messages import gettext as _
from resnet_viz.training.record import RunFolder, RunRecord
from resnet_viz.viz.words import network_name
from resnet_viz.weights.catalogue import shapes_of
from resnet_viz.weights.choice import LearnedFrom, Trained
from resnet_viz.weights.content import content_of
from resnet_viz.weights.store import WeightsFile


def learned(title: str, record: RunRecord, files: RunFolder, name: str) -> Trained | None:
    """Return a run's trained weights, or None if it has none of that network.

    Args:
        title: What the run is called.
        record: How it stands.
        files: Its folder.
        name: The network.

    Raises:
        WeightsError: If the file is damaged.
    """
    path = files.weights / f"{name}.safetensors"
    if name not in record.final or not path.is_file():
        return None
    if len(record.final) > 1:
        title = _("{what}, {detail}").format(what=title, detail=network_name(name))
    try:
        file = WeightsFile(title, path, content_of(path).sha256, shapes_of(path))
    except OSError:  # deleted a moment ago
        return None
    plan, classes = record.plan, tuple(record.classes)
    learned_from: LearnedFrom = "shapes" if plan.data.source == "shapes" else "other"
    return Trained(file, plan.specs(len(classes))[name], classes, learned_from)
