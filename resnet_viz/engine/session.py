"""An ONNX model run: ONNX Runtime, which shares a network's arrays between its models."""

import os
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import onnxruntime

from resnet_viz.engine.arrays import Array
from resnet_viz.engine.outputs import Buffer, Outputs, taken
from resnet_viz.engine.write import Written
from resnet_viz.errors import ResNetVizError, broken_rule, did_you_mean
from resnet_viz.messages import gettext as _
from resnet_viz.messages import joined

PROVIDERS = "RESNET_VIZ_PROVIDERS"
"""The variable that names ONNX Runtime's providers, in order of preference, with commas between."""
EVERYWHERE = "CPUExecutionProvider"
_QUIET = 3
"""Errors only: on machines without a GPU ONNX Runtime warns of it at every start."""
# It would multiply BatchNorms into kernels of its own, as many bytes again for every model, and gain a tenth at most.
_COPIES = ["ConvBNFusion"]


class Session:
    """One model, ready to run.

    Attributes:
        inputs: Ids of the layers whose outputs it takes.
        outputs: Ids of the layers whose outputs it gives.
        running: The model in ONNX Runtime.
        nbytes: About how many bytes it takes beside the arrays, which its network shares.
    """

    def __init__(self, written: Written, *, threads: int = 0, copies: bool = False) -> None:
        """Prepare a model.

        Args:
            written: The model and its arrays, which are not copied: they must not change.
            threads: For one run; 0 for one per core.
            copies: Let ONNX Runtime keep kernels of its own in blocks of channels. A run takes about two thirds of the
                processor's time where few maps are asked for, and no less where all are, since each is turned back.

        Raises:
            ResNetVizError: If the variable `PROVIDERS` names one that this ONNX Runtime has not.
        """
        self.inputs, self.outputs = written.inputs, written.outputs
        levels = onnxruntime.GraphOptimizationLevel
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        options.intra_op_num_threads = threads
        options.graph_optimization_level = levels.ORT_ENABLE_ALL if copies else levels.ORT_ENABLE_EXTENDED
        # Threads that wait do not spin: beside other work that took a fifth of the processor's time.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Without an arena of its own a session that rests holds no maps; with it each would hold those of its last run.
        options.enable_cpu_mem_arena = False
        if not copies:
            options.add_session_config_entry("session.disable_prepacking", "1")
        # The session does not keep them alive. Given twice they are not copied: the first call satisfies who reads the
        # model, the second makes the session use these very bytes (70 MB a session less).
        self._arrays = [
            onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in written.arrays.values()
        ]
        options.add_external_initializers(list(written.arrays), self._arrays)
        for name, value in zip(written.arrays, self._arrays, strict=True):
            options.add_initializer(name, value)
        text = written.model.SerializeToString()
        self.nbytes = _PER_BYTE * len(text)
        self._tensors = dict(zip(written.outputs, written.tensors, strict=True))
        self.running = onnxruntime.InferenceSession(
            text, options, providers=providers(), disabled_optimizers=[] if copies else _COPIES
        )
        self._shapes = [output.shape for output in self.running.get_outputs()]

    def run(self, known: Mapping[str, npt.NDArray[np.float32]]) -> Outputs:
        """Return every output ``(batch, channels, …)`` by layer id, from the inputs by layer id, in the same form."""
        batch = len(known[self.inputs[0]])
        buffer = taken(self.running, batch) or Buffer(self.running, batch, self._tensors, self._shapes)
        for name in self.inputs:
            buffer.binding.bind_cpu_input(name, known[name])
        self.running.run_with_iobinding(buffer.binding)
        return Outputs(buffer)


# A session's own graph, as a multiple of the model it was made from.
_PER_BYTE = 16


def providers() -> list[str]:
    """Return ONNX Runtime's providers in order of preference; the last one computes everywhere.

    Raises:
        ResNetVizError: If the variable `PROVIDERS` names one that this ONNX Runtime has not.
    """
    there = onnxruntime.get_available_providers()
    wanted = [name.strip() for name in os.environ.get(PROVIDERS, "").split(",") if name.strip()]
    for name in wanted:
        if name not in there:
            rule = _("made of {names}, with commas between").format(names=joined(there))
            raise ResNetVizError(broken_rule(PROVIDERS, rule, name, did_you_mean(name, there)))
    return [*(name for name in wanted if name != EVERYWHERE), EVERYWHERE]


def channels_first(maps: npt.NDArray[np.float32]) -> Array:
    """Return ``(batch, height, width, channels)`` as ``(batch, channels, height, width)``; vectors as they are."""
    return np.ascontiguousarray(maps.transpose(0, 3, 1, 2)) if maps.ndim == 4 else maps


def channels_last(maps: npt.NDArray[np.float32]) -> Array:
    """Return ``(batch, channels, height, width)`` as a view ``(batch, height, width, channels)``; vectors as they are."""
    return maps.transpose(0, 2, 3, 1) if maps.ndim == 4 else maps  # a tenth of what `moveaxis` takes, for every layer
