"""A LayerGraph and its arrays as an ONNX model: one walk, one operator per layer under the layer's id."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper, numpy_helper

from resnet_viz.analysis import NetworkSummary
from resnet_viz.engine.arrays import Array
from resnet_viz.engine.operators import Writer, sizes, tensor_info
from resnet_viz.engine.plan import steps
from resnet_viz.spec.surgery import NO_SURGERY, Surgery

# Read by ONNX Runtime since 1.14 and by onnxruntime-web; nothing later is needed.
OPSET, IR_VERSION = 17, 8

# What ONNX Runtime must see to infer shapes (paddings, starts) is far smaller; smaller weights are not worth sharing.
_INSIDE_BYTES = 256

BatchNorms = Literal["moving", "batch", "batch, first", "folded"]
"""By the kept statistics, by the very batch's, or as part of the convolution before it where nobody looks between.

With ``batch, first`` only the outputs of the batch's first picture are given."""


@dataclass(frozen=True)
class Written:
    """An ONNX model and its arrays, apart, so that several models of one network share them.

    Attributes:
        model: The model; its larger initializers name shape and type and say that the bytes lie elsewhere.
        arrays: The arrays of those initializers, by name.
        inputs: Ids of the layers whose outputs it takes.
        outputs: Ids of the layers whose outputs it gives.
        tensors: What these are called in the model: the ids, but where of each batch only the first is given.
    """

    model: ModelProto
    arrays: Mapping[str, npt.NDArray[Any]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    tensors: tuple[str, ...]

    def whole(self) -> ModelProto:
        """Return the model with its arrays inside, as a file holds it."""
        whole = ModelProto()
        whole.CopyFrom(self.model)
        for tensor in whole.graph.initializer:
            if tensor.name in self.arrays:
                tensor.CopyFrom(numpy_helper.from_array(self.arrays[tensor.name], tensor.name))
        return whole


def write(
    summary: NetworkSummary,
    laid: Mapping[str, Array],
    wanted: Sequence[str] | None = None,
    *,
    known: Collection[str] | None = None,
    surgery: Surgery = NO_SURGERY,
    batch_norms: BatchNorms = "moving",
    about: Mapping[str, str] | None = None,
) -> Written:
    """Return the model that computes some layers' outputs.

    Args:
        summary: The network.
        laid: Its arrays, as `laid_out` gives them.
        wanted: Layers whose outputs it gives; the last layer by default. One that is known is no output: it is at hand.
        known: Layers whose outputs it takes, as far as they are needed; the picture by default.
        surgery: What is done to the network behind what is known.
        batch_norms: How they normalise.
        about: What a file says of itself, by key.

    Tensors are float32 ``(batch, channels, height, width)`` or ``(batch, units)`` under the layers' ids, and every one has
    its shape declared.

    Raises:
        UnknownLayerError: If the network has no such layer.
        ValueError: If something cannot be computed from what is known.
    """
    graph = summary.graph
    wanted = [graph.nodes[-1].id] if wanted is None else wanted
    known = [graph.nodes[0].id] if known is None else known
    plan = steps(graph, wanted, known, surgery=surgery, folds=batch_norms == "folded")
    shapes = {record.node.id: record.output_shape for record in summary.records}
    writer = Writer(laid, shapes, "batch" if batch_norms.startswith("batch") else "moving")
    for step in plan:
        writer.write(step)
    read = {name for step in plan for name in step.inputs}
    inputs = [node.id for node in graph.nodes if node.id in read and node.id in known]
    outputs = [name for name in dict.fromkeys(wanted) if name not in known]
    tensors = [writer.first(name) for name in outputs] if batch_norms == "batch, first" else outputs
    made = helper.make_graph(
        writer.nodes,
        "network",
        [tensor_info(name, sizes(shapes[name])) for name in inputs],
        [writer.infos[name] for name in tensors],
        [_initializer(name, array) for name, array in writer.arrays.items()],
        value_info=[info for name, info in writer.infos.items() if name not in tensors],
    )
    model = helper.make_model(
        made, producer_name="resnet-viz", ir_version=IR_VERSION, opset_imports=[helper.make_opsetid("", OPSET)]
    )
    helper.set_model_props(model, dict(about or {}))
    large = {name: array for name, array in writer.arrays.items() if array.nbytes > _INSIDE_BYTES}
    return Written(model, large, tuple(inputs), tuple(outputs), tuple(tensors))


def _initializer(name: str, array: npt.NDArray[Any]) -> TensorProto:
    """Return a small array as it is, and of a large one the declaration without its bytes."""
    if array.nbytes <= _INSIDE_BYTES:
        return numpy_helper.from_array(array, name)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(array.dtype))
    tensor = TensorProto(name=name, dims=array.shape, data_type=kind, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="in memory")
    return tensor
