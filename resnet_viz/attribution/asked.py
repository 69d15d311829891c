"""What a method of explanation is given: each method's module has `explain(asked)`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.catalogue import baseline_picture
from resnet_viz.engine.inference import InferenceModel

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Asked:
    """An explanation that is asked for.

    Attributes:
        network: The network, after a surgery or not; for what needs a backward pass, a `GradientModel`.
        pictures: ``picture``, ``black`` and ``white``, float32 ``(height, width, channels)``, preprocessed alike.
        node: The layer, for methods that look at one.
        target: Number of the class.
        settings: All settings of the method, checked.
        on_share: Hears the share that is done; may raise to cancel.
    """

    network: InferenceModel
    pictures: Mapping[str, FloatArray]
    node: str
    target: int
    settings: Mapping[str, str]
    on_share: Callable[[float], None]

    @property
    def picture(self) -> FloatArray:
        """What is explained."""
        return self.pictures["picture"]

    def flat(self, setting: str) -> FloatArray:
        """Return the picture of one colour that a setting names."""
        return baseline_picture(self.picture, self.settings[setting], self.pictures["black"], self.pictures["white"])
