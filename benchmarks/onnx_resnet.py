"""The peer in ONNX Runtime: a Keras network as an ONNX graph, written from our LayerGraph with the model's own weights."""

from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from resnet_viz.analysis import analyse
from resnet_viz.spec import LayerGraph
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    Conv,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    Padding,
    Relu,
    Softmax,
)


def session(model: keras.Model, graph: LayerGraph) -> tuple[onnxruntime.InferenceSession, list[str]]:
    """Return a session of the network and the names of its outputs: every layer, in order."""
    nodes, tensors = [], []
    for node in graph.nodes[1:]:
        arrays = {variable.name: np.asarray(variable) for variable in model.get_layer(node.id).weights}
        names = []
        for key in ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"):
            if key in arrays:
                array = arrays[key].transpose(3, 2, 0, 1) if arrays[key].ndim == 4 else arrays[key]
                names.append(f"{node.id}/{key}")
                tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), names[-1]))
        kind, options = _operator(node.layer)
        inputs = [*node.inputs, *names]
        if isinstance(node.layer, Padding):
            size = node.layer.size
            pads = np.array([0, 0, size, size, 0, 0, size, size], np.int64)
            tensors.append(numpy_helper.from_array(pads, f"{node.id}/pads"))
            inputs.append(f"{node.id}/pads")
        if isinstance(node.layer, Flatten):  # Keras flattens row, column, channel
            nodes.append(helper.make_node("Transpose", inputs, [f"{node.id}/turned"], perm=[0, 2, 3, 1]))
            inputs = [f"{node.id}/turned"]
        nodes.append(helper.make_node(kind, inputs, [node.id], name=node.id, **options))
    height, width, channels = graph.spec.input_shape
    first = helper.make_tensor_value_info(graph.nodes[0].id, TensorProto.FLOAT, (1, channels, height, width))
    shapes = {record.node.id: record.output_shape for record in analyse(graph.spec).records[1:]}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, shape[-1], *shape[:-1]))
        for name, shape in shapes.items()
    ]
    made = helper.make_graph(nodes, "network", [first], outputs, tensors)
    whole = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(whole)
    running = onnxruntime.InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    return running, list(shapes)


def _operator(layer: Layer) -> tuple[str, dict[str, Any]]:
    match layer:
        case Conv(kernel_size=size, strides=strides, padding=padding):
            return "Conv", {
                "kernel_shape": [size, size],
                "strides": [strides, strides],
                "auto_pad": "SAME_UPPER" if padding == "same" else "VALID",
            }
        case BatchNorm(epsilon=epsilon):
            return "BatchNormalization", {"epsilon": epsilon}
        case MaxPool(size, strides):
            return "MaxPool", {"kernel_shape": [size, size], "strides": [strides, strides]}
        case AveragePool(size, strides):
            return "AveragePool", {"kernel_shape": [size, size], "strides": [strides, strides]}
        case Dense():
            return "Gemm", {}
    return {Relu: "Relu", Add: "Add", Padding: "Pad", Flatten: "Flatten", Softmax: "Softmax"}[type(layer)], {}
