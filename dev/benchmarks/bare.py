"""ONNX Runtime alone, as the measure of what lies around it in the product: its own `run`, memory and results."""

from collections.abc import Sequence

import numpy as np
import onnxruntime

from resnet_viz.analysis import NetworkSummary
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import channels_first
from resnet_viz.engine.write import write
from resnet_viz.weights.start import starting_arrays


class Bare:
    """Computes layers' outputs of a picture.

    Of what was tried the fastest that serves a class: memory of ONNX Runtime's own (at 224 px half the time of none), arrays
    from outside (a tenth faster than inside the model), threads that do not spin while they wait (one visitor alone would be
    answered a fifth sooner, two at a time two fifths later).
    """

    def __init__(self, summary: NetworkSummary, wanted: Sequence[str] | None = None) -> None:
        """Prepare a network with its starting weights; the last layer's output is wanted by default."""
        written = write(summary, laid_out(starting_arrays(summary)), wanted)
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.disable_prepacking", "1")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        arrays = [
            onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in written.arrays.values()
        ]
        options.add_external_initializers(list(written.arrays), arrays)
        for name, value in zip(written.arrays, arrays, strict=True):
            options.add_initializer(name, value)
        self._arrays = arrays  # the session does not keep them alive
        self._running = onnxruntime.InferenceSession(
            written.model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["ConvBNFusion"],
        )

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        """Return the outputs for a picture ``(height, width, channels)``."""
        return self._running.run(None, {"input": channels_first(picture[np.newaxis])})
