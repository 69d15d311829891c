"""What can be trained on and where it lies: names, licences, sizes. No Keras, so the server can list it."""

from pathlib import Path
from typing import NamedTuple

from resnet_viz.messages import gettext as _
from resnet_viz.stored import stored_at


class DataSet(NamedTuple):
    """A source of pictures.

    Attributes:
        name: The key in plans.
        title: What people call it.
        licence: Whose it is and what it may be used for.
        classes: How many; 0 where it depends on what a person brought.
        pictures: How many there are; 0 where they never end, or where it depends on what a person brought.
    """

    name: str
    title: str
    licence: str
    classes: int
    pictures: int


def data_sets() -> dict[str, DataSet]:
    """Return the sources of pictures by name, in the reader's language."""
    found = (
        DataSet(
            "shapes",
            _("Shapes: six kinds, drawn from a seed"),
            _("Drawn by ResNet Viz itself; free of rights."),
            6,
            0,
        ),
        DataSet(
            "digits",
            _("Digits: 1,797 real ones, 8×8"),
            _("Alpaydin and Kaynak, UCI Machine Learning Repository, CC BY 4.0; comes with scikit-learn."),
            10,
            1797,
        ),
        DataSet(
            "cifar10",
            _("CIFAR-10: 60,000 photos, 32×32"),
            _("Krizhevsky 2009, University of Toronto; for research and teaching, no licence stated."),
            10,
            60_000,
        ),
        DataSet(
            "folders",
            _("Your own folders"),
            _("Yours; the pictures stay on this machine and are deleted after two hours without use."),
            0,
            0,
        ),
    )
    return {item.name: item for item in found}


def arrays_file(store: Path, source: str, folder: str = "") -> Path:
    """Return where a source's pictures lie as arrays: `images` uint8 ``(n, h, w, 3)``, `labels`, `classes`.

    Raises:
        SpecError: If the name of a person's folders breaks the rule for such names.
    """
    if source == "folders":
        return stored_at(store / "folders", folder, ".npz")
    return stored_at(store, source, ".npz")
