"""An ONNX model run: ONNX Runtime, which shares a network's arrays between its models."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from resnet_viz.engine.arrays import Array
from resnet_viz.engine.write import Written

PROVIDERS = ("CPUExecutionProvider",)
_QUIET = 3
"""Errors only: on machines without a GPU ONNX Runtime warns of it at every start."""


class Session:
    """One model, ready to run.

    Attributes:
        inputs: Ids of the layers whose outputs it takes.
        outputs: Ids of the layers whose outputs it gives.
    """

    def __init__(
        self, written: Written, *, threads: int = 0, providers: Sequence[str] = PROVIDERS, copies: bool = False
    ) -> None:
        """Prepare a model.

        Args:
            written: The model and its arrays, which are not copied: they must not change.
            threads: For one run; 0 for one per core.
            providers: ONNX Runtime's, in order of preference.
            copies: Let ONNX Runtime keep kernels of its own in blocks of channels. A run takes about two thirds of the
                processor's time where few maps are asked for, and no less where all are, since each is turned back.
        """
        self.inputs, self.outputs = written.inputs, written.outputs
        levels = onnxruntime.GraphOptimizationLevel
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        options.intra_op_num_threads = threads
        options.graph_optimization_level = levels.ORT_ENABLE_ALL if copies else levels.ORT_ENABLE_EXTENDED
        # Threads that wait do not spin: beside other work that took a fifth of the processor's time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(a)) for a in written.arrays.values()]
        options.add_external_initializers(list(written.arrays), values)
        self._running = onnxruntime.InferenceSession(
            written.model.SerializeToString(), options, providers=list(providers)
        )

    def run(self, known: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, Array]:
        """Return every output ``(batch, channels, …)`` by layer id, from the inputs by layer id, in the same form."""
        found = self._running.run(list(self.outputs), {name: known[name] for name in self.inputs})
        return dict(zip(self.outputs, found, strict=True))


def channels_first(maps: npt.NDArray[np.float32]) -> Array:
    """Return ``(batch, height, width, channels)`` as ``(batch, channels, height, width)``; vectors as they are."""
    return np.ascontiguousarray(np.moveaxis(maps, -1, 1)) if maps.ndim == 4 else maps


def channels_last(maps: npt.NDArray[np.float32]) -> Array:
    """Return ``(batch, channels, height, width)`` as a view ``(batch, height, width, channels)``; vectors as they are."""
    return np.moveaxis(maps, 1, -1) if maps.ndim == 4 else maps
