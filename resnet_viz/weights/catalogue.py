"""The weights that ship: what they are, how they were made, how good they are. No Keras.

A card is a JSON file beside its arrays; its numbers were measured when the arrays were made, and a test measures them
anew.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from resnet_viz.errors import WeightsError, broken_rule
from resnet_viz.messages import gettext as _
from resnet_viz.paths import ASSETS
from resnet_viz.spec.layers import Shape
from resnet_viz.weights.content import Mark, mark_of

FOLDER = ASSETS / "weights"


@dataclass(frozen=True)
class Card:
    """What a reader should know of a set of weights.

    Attributes:
        name: Its key and the stem of its files.
        preset: The network it was trained as.
        input_shape: The size it was trained at.
        classes: Names of the classes, in the order of the outputs.
        data: What it was trained on.
        command: What repeats the training.
        accuracy: On fresh pictures, in inference mode, measured with the float16 arrays that ship.
        pictures: How many those were.
        normalisation: The preprocessing, a name of `resnet_viz.images.preprocess.NORMALISATIONS`.
        sha256: Of the file.
        date: When it was made.
    """

    name: str
    preset: str
    input_shape: Shape
    classes: tuple[str, ...]
    data: str
    command: str
    accuracy: float
    pictures: int
    normalisation: str
    sha256: str
    date: str

    @property
    def path(self) -> Path:
        """Where the arrays lie, as float16 and BatchNorm's as float32."""
        return FOLDER / f"{self.name}.safetensors"


@cache
def cards() -> dict[str, Card]:
    """Return the cards of the shipped weights by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        found[path.stem] = Card(
            name=path.stem,
            **{**data, "classes": tuple(data["classes"]), "input_shape": tuple(data["input_shape"])},
        )
    return found


def shapes_of(path: Path) -> dict[str, Shape]:
    """Return the shape of every array of a safetensors file of our own, from its header alone.

    Raises:
        WeightsError: If it is none.
    """
    try:
        return _shapes_of(path, mark_of(path))
    except (OSError, ValueError, MemoryError) as error:
        raise WeightsError(broken_rule("weights", _("a safetensors file"), path.name)) from error


@lru_cache(maxsize=64)
def _shapes_of(path: Path, _mark: Mark) -> dict[str, Shape]:
    """Return the shapes, read anew when the file changed.

    References:
        The safetensors format: eight bytes of length, little end first, then a JSON header.
    """
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: tuple(entry["shape"]) for name, entry in header.items() if name != "__metadata__"}
