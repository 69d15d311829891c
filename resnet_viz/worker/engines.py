"""What a worker computes with: the looking one with ONNX Runtime, the gradient one with Keras as well."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from resnet_viz.analysis import NetworkSummary
from resnet_viz.worker.request import Engine
from resnet_viz.worker.wire import Array

if TYPE_CHECKING:
    from resnet_viz.engine.inference import InferenceModel

Make = Callable[[NetworkSummary, Mapping[str, Array]], "InferenceModel"]


class Computing(NamedTuple):
    """What a worker computes with.

    Attributes:
        text: Its name and version.
        make: Prepares a network.
        kept_bytes: Of networks that stay prepared, with all they keep.
        most_networks: After so many the process is replaced; None for any number.
    """

    text: str
    make: Make
    kept_bytes: int
    most_networks: int | None = None


def loaded(engine: Engine, on_step: Callable[[str], None]) -> Computing:
    """Import what a worker computes with; `on_step` hears what takes so long later."""
    return _looking() if engine == "looking" else _gradient(on_step)


def _looking() -> Computing:
    import onnxruntime

    from resnet_viz.engine.inference import InferenceModel

    # A ResNet50 is 94 MB, its maps at 224 px 148 MB.
    return Computing(f"ONNX Runtime {onnxruntime.__version__}", InferenceModel, kept_bytes=320 * 2**20)


def _gradient(on_step: Callable[[str], None]) -> Computing:
    import keras

    from resnet_viz.model.gradient_model import GradientModel

    def make(summary: NetworkSummary, arrays: Mapping[str, Array]) -> "InferenceModel":
        return GradientModel(summary, arrays, on_progress=on_step)

    # Keras keeps about 1.8 MB of every model it ever built.
    text = f"{keras.backend.backend()}, Keras {keras.__version__}"
    return Computing(text, make, kept_bytes=768 * 2**20, most_networks=60)
