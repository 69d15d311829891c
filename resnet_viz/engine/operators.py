"""What each kind of layer is in ONNX: one operator under the layer's id, helpers beside it under ``id/part``.

Maps are ``(batch, channels, height, width)``. Where Keras and ONNX differ, Keras is right: `same` pads the odd cell at the
end, and a map is flattened row, column, channel.

References:
    ONNX operators, opset 17: https://onnx.ai/onnx/operators/.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, ValueInfoProto, helper

from resnet_viz.analysis.shapes import same_padding
from resnet_viz.engine.arrays import Array, folded
from resnet_viz.engine.plan import Step
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    MaxPool,
    Padding,
    Relu,
    Shape,
    Softmax,
)

Statistics = Literal["moving", "batch"]
"""What a BatchNorm normalises by: what training kept, or mean and variance of the very batch."""

BATCH = "batch"
_MAP_AXES = (0, 2, 3)
_AS_THEY_ARE: dict[type, str] = {Relu: "Relu", Add: "Add", Softmax: "Softmax"}


def sizes(shape: Shape) -> tuple[str | int, ...]:
    """Return a layer's shape as ONNX has it: batch first, channels before height and width.

    >>> sizes((15, 20, 64)), sizes((6,))
    (('batch', 64, 15, 20), ('batch', 6))
    """
    return (BATCH, shape[-1], *shape[:-1])


def tensor_info(name: str, dims: Sequence[str | int]) -> ValueInfoProto:
    """Return the declaration of a float32 tensor."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(dims))


class Writer:
    """Collects operators, the arrays they read, and the shape of everything between.

    Attributes:
        nodes: Operators, in order.
        infos: Shapes of their outputs, by name.
        arrays: What they read beside each other's outputs, by name.
    """

    def __init__(self, laid: Mapping[str, Array], shapes: Mapping[str, Shape], statistics: Statistics) -> None:
        self.nodes: list[NodeProto] = []
        self.infos: dict[str, ValueInfoProto] = {}
        self.arrays: dict[str, npt.NDArray[Any]] = {}
        self._laid, self._shapes, self._statistics = laid, shapes, statistics

    def write(self, step: Step) -> None:
        """Add the operators of one step."""
        name = step.node.id
        dims = sizes(self._shapes[name])
        if not step.silenced:
            self._act(step, name, dims)
            return
        self._act(step, f"{name}/whole", dims)
        keep = np.ones(self._shapes[name][-1], np.float32)
        keep[list(step.silenced)] = 0.0
        kept = self._constant(f"{name}/keep", keep.reshape(1, -1, *(1,) * (len(dims) - 2)))
        self._put("Mul", [f"{name}/whole", kept], name, dims)

    def first(self, name: str) -> str:
        """Add the output of the first picture of a batch, and return what it is called."""
        out, dims = f"{name}/first", (1, *sizes(self._shapes[name])[1:])
        bounds = [self._constant(f"first/{part}", np.array([at], np.int64)) for part, at in (("start", 0), ("end", 1))]
        self._put("Slice", [name, *bounds], out, dims)
        return out

    def _act(self, step: Step, out: str, dims: tuple[str | int, ...]) -> None:
        if step.act == "pass":
            self._put("Identity", step.inputs, out, dims)
        elif step.act == "zeros":
            self.nodes.append(helper.make_node("Shape", step.inputs, [f"{out}/shape"], name=f"{out}/shape"))
            self._put("ConstantOfShape", [f"{out}/shape"], out, dims)
        else:
            self._layer(step, out, dims)

    def _layer(self, step: Step, out: str, dims: tuple[str | int, ...]) -> None:
        before = self._shapes[step.inputs[0]]
        match step.layer:
            case Conv() as layer:
                self._convolution(step, layer, before, out)
            case BatchNorm() as layer if self._statistics == "batch":
                self._normalise(step, layer, out, dims)
            case BatchNorm(epsilon=epsilon):
                names = self._weights(step.node.id, "gamma", "beta", "moving_mean", "moving_variance")
                self._put("BatchNormalization", [*step.inputs, *names], out, dims, epsilon=epsilon)
            case Padding() as layer:
                self._pad(step, layer, out, dims)
            case MaxPool(size, strides):
                self._put("MaxPool", step.inputs, out, dims, kernel_shape=[size] * 2, strides=[strides] * 2)
            case AveragePool(size, strides):
                self._put("AveragePool", step.inputs, out, dims, kernel_shape=[size] * 2, strides=[strides] * 2)
            case GlobalAveragePool():
                self._put("ReduceMean", step.inputs, out, dims, axes=[2, 3], keepdims=0)
            case ChannelPad() as layer:
                self._option_a(step, layer, before, out)
            case Flatten():
                self._flatten(step, before, out, dims)
            case Dense():
                self._put("Gemm", [*step.inputs, *self._weights(step.node.id, "kernel", "bias")], out, dims)
            case layer:
                self._put(_AS_THEY_ARE[type(layer)], step.inputs, out, dims)

    def _convolution(self, step: Step, layer: Conv, before: Shape, out: str) -> None:
        if step.convolution:
            norm = cast("BatchNorm", step.node.layer)  # what the plan folds
            pair = folded(step.convolution, step.node.id, norm, self._laid)
            names = [
                self._constant(f"{step.node.id}/{part}", array)
                for part, array in zip(("kernel", "bias"), pair, strict=True)
            ]
        else:
            names = self._weights(step.node.id, "kernel", *(["bias"] if layer.use_bias else []))
        pads = [(0, 0), (0, 0)]
        if layer.padding == "same":
            pads = [same_padding(cells, layer.kernel_size, layer.strides) for cells in before[:2]]
        self._put(
            "Conv",
            [*step.inputs, *names],
            out,
            sizes(self._shapes[step.node.id]),
            kernel_shape=[layer.kernel_size] * 2,
            strides=[layer.strides] * 2,
            pads=[*(first for first, _last in pads), *(last for _first, last in pads)],
        )

    def _normalise(self, step: Step, layer: BatchNorm, out: str, dims: tuple[str | int, ...]) -> None:
        """Put (x − mean) · γ / √(variance + ε) + β, with the mean and variance of this very batch."""
        node, channels = step.node.id, (1, dims[1], 1, 1)
        gamma, beta = (
            self._constant(f"{node}/{part}", self._laid[f"{node}/{part}"].reshape(1, -1, 1, 1))
            for part in ("gamma", "beta")
        )
        epsilon = self._constant(f"{node}/epsilon", np.array(layer.epsilon, np.float32))
        self._put("ReduceMean", step.inputs, f"{out}/mean", channels, axes=_MAP_AXES)
        self._put("Sub", [*step.inputs, f"{out}/mean"], f"{out}/centred", dims)
        self._put("Mul", [f"{out}/centred"] * 2, f"{out}/squares", dims)
        self._put("ReduceMean", [f"{out}/squares"], f"{out}/variance", channels, axes=_MAP_AXES)
        self._put("Add", [f"{out}/variance", epsilon], f"{out}/raised", channels)
        self._put("Sqrt", [f"{out}/raised"], f"{out}/deviation", channels)
        self._put("Div", [gamma, f"{out}/deviation"], f"{out}/scale", channels)
        self._put("Mul", [f"{out}/centred", f"{out}/scale"], f"{out}/scaled", dims)
        self._put("Add", [f"{out}/scaled", beta], out, dims)

    def _pad(self, step: Step, layer: Padding, out: str, dims: tuple[str | int, ...]) -> None:
        size = layer.size
        pads = self._constant(f"{step.node.id}/pads", np.array([0, 0, size, size] * 2, np.int64))
        value = np.float32(-math.inf if layer.value == "-inf" else 0.0)
        filling = self._constant(f"{step.node.id}/value", np.array(value))
        self._put("Pad", [*step.inputs, pads, filling], out, dims)

    def _option_a(self, step: Step, layer: ChannelPad, before: Shape, out: str) -> None:
        """Put every s-th cell, then channels of zeros behind."""
        name, dims = step.node.id, sizes(self._shapes[step.node.id])
        read: Sequence[str] = step.inputs
        if layer.strides > 1:
            parts = {"starts": [0, 0], "ends": [*before[:2]], "axes": [2, 3], "steps": [layer.strides] * 2}
            names = [self._constant(f"{name}/{part}", np.array(values, np.int64)) for part, values in parts.items()]
            self._put("Slice", [*read, *names], f"{out}/cells", (BATCH, before[2], *dims[2:]))
            read = [f"{out}/cells"]
        missing = [0, 0, 0, 0, 0, layer.filters - before[2], 0, 0]
        pads = self._constant(f"{name}/pads", np.array(missing, np.int64))
        self._put("Pad", [*read, pads], out, dims)

    def _flatten(self, step: Step, before: Shape, out: str, dims: tuple[str | int, ...]) -> None:
        read: Sequence[str] = step.inputs
        if before[:2] != (1, 1):
            self._put("Transpose", read, f"{out}/channels_last", (BATCH, *before), perm=[0, 2, 3, 1])
            read = [f"{out}/channels_last"]
        self._put("Flatten", read, out, dims)

    def _weights(self, node: str, *names: str) -> list[str]:
        return [self._constant(f"{node}/{name}", self._laid[f"{node}/{name}"]) for name in names]

    def _constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self.arrays[name] = array
        return name

    def _put(self, kind: str, inputs: Sequence[str], out: str, dims: Sequence[str | int], **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        self.infos[out] = tensor_info(out, dims)
