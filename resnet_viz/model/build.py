"""A Keras model from a LayerGraph: one Keras layer per node, under the node's id."""

from collections.abc import Mapping
from typing import Any

import keras

from resnet_viz.analysis import analyse
from resnet_viz.model.layers import ChannelPad as ChannelPadLayer
from resnet_viz.model.layers import InfinityPadding
from resnet_viz.spec import LayerGraph, ResNetSpec
from resnet_viz.spec.layers import (
    Add,
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Dense,
    Flatten,
    GlobalAveragePool,
    Layer,
    MaxPool,
    Padding,
    Relu,
    Softmax,
)


def build_model(spec: ResNetSpec, *, name: str = "resnet") -> keras.Model:
    """Return the network of a specification, freshly initialised from its seeds.

    Input ``(batch, height, width, channels)``, output ``(batch, classes)``: probabilities, or logits if the
    specification has a linear classifier. Every layer carries the id of its node.

    Raises:
        SpecError: If the network cannot exist; see `analyse`.
    """
    graph = analyse(spec).graph
    picture = keras.Input(spec.input_shape, name="input")
    tensors = apply_graph(graph, picture)
    return keras.Model(picture, tensors[graph.nodes[-1].id], name=name)


def assign_weights(model: keras.Model, arrays: Mapping[str, Any]) -> None:
    """Give a model the arrays that fit it, by ``layer/array`` and shape; its other weights stay as they are."""
    for layer in model.layers:
        for variable in layer.weights:
            array = arrays.get(f"{layer.name}/{variable.name}")
            if array is not None and tuple(array.shape) == tuple(variable.shape):
                variable.assign(array)


def apply_graph(graph: LayerGraph, x: Any) -> dict[str, Any]:
    """Return the output tensor of every node, by id, with `x` in place of the graph's input."""
    tensors: dict[str, Any] = {graph.nodes[0].id: x}
    for node in graph.nodes[1:]:
        inputs = [tensors[name] for name in node.inputs]
        tensors[node.id] = keras_layer(node.layer, node.id)(inputs[0] if len(inputs) == 1 else inputs)
    return tensors


def keras_layer(layer: Layer, name: str) -> keras.Layer:
    """Return the Keras layer that does what `layer` says, under that name."""
    match layer:
        case Conv():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                strides=layer.strides,
                padding=layer.padding,
                use_bias=layer.use_bias,
                kernel_initializer=_initializer(layer.kernel_initializer, layer.seed),
                name=name,
            )
        case BatchNorm(epsilon, momentum):
            return keras.layers.BatchNormalization(axis=-1, epsilon=epsilon, momentum=momentum, name=name)
        case Relu():
            return keras.layers.ReLU(name=name)
        case Add():
            return keras.layers.Add(name=name)
        case Padding(size, "zero"):
            return keras.layers.ZeroPadding2D(size, name=name)
        case Padding(size, _):
            return InfinityPadding(size, name=name)
        case MaxPool(size, strides):
            return keras.layers.MaxPooling2D(size, strides=strides, name=name)
        case AveragePool(size, strides):
            return keras.layers.AveragePooling2D(size, strides=strides, name=name)
        case GlobalAveragePool():
            return keras.layers.GlobalAveragePooling2D(name=name)
        case ChannelPad(filters, strides):
            return ChannelPadLayer(filters, strides, name=name)
        case Flatten():
            return keras.layers.Flatten(name=name)
        case Dense(units, initializer, seed):
            return keras.layers.Dense(units, kernel_initializer=_initializer(initializer, seed), name=name)
        case Softmax():
            return keras.layers.Softmax(name=name)
        case _:
            message = f"no Keras layer for {layer!r}"
            raise TypeError(message)


def _initializer(name: str, seed: int) -> keras.Initializer:
    return keras.initializers.get({"class_name": name, "config": {"seed": seed}})
