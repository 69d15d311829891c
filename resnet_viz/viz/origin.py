"""How numbers came about, kept in the files that carry them: the same record from the pages and from the terminal."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.spec import ResNetSpec

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Origin:
    """Everything that a network's answer depends on; without it the numbers cannot be had again.

    Attributes:
        preset: Where the specification started.
        specification: The network.
        weights: What its arrays are, in words.
        weights_sha256: Of the file they come from; "" for random ones.
        random_layers: Layers that keep their random start beside a file's arrays.
        surgery: What was done to the network.
        image: What the picture is called.
        image_sha256: Of the bytes it was read from.
        resize: How it was brought to the network's size.
        interpolation: By which weighting of its pixels.
        pixels: The name of the rule by which pixels became values.
        normalisation: That rule as a formula.
        mode: By which statistics BatchNorm normalised.
        engine: What computed them, in float32.
    """

    preset: str
    specification: ResNetSpec
    weights: str
    weights_sha256: str
    random_layers: tuple[str, ...]
    surgery: str
    image: str
    image_sha256: str
    resize: str
    interpolation: str
    pixels: str
    normalisation: str
    mode: str = "inference (moving statistics)"
    engine: str = "ONNX Runtime"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return asdict(self) | {"specification": self.specification.to_dict()}


def arrays_npz(origin: Origin, arrays: Mapping[str, FloatArray], explained: Mapping[str, Any] | None = None) -> bytes:
    """Return arrays by name as an .npz file, with a JSON text `about` that says how they came about.

    Args:
        origin: How they came about.
        arrays: The arrays.
        explained: What an explanation adds to that.
    """
    about = {**origin.to_dict(), **(explained or {})}
    out = io.BytesIO()
    np.savez_compressed(out, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    return out.getvalue()
