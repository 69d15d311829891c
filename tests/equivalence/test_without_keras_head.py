"""Keras checks the gradients that are taken in closed form behind the last block."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from resnet_viz.analysis import analyse
from resnet_viz.engine.head import head_gradient, maps_for, spread
from resnet_viz.model.build import keras_layer
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.layers import Conv
from resnet_viz.spec.reach import is_closed, logits_node
from resnet_viz.spec.surgery import NO_SURGERY, parse_surgery
from resnet_viz.weights.fit import expected_arrays

CLOSE = 1e-6
"""Largest difference allowed, as a share of the largest value: both add up in float32 at the least."""

SPECS = {
    **{name: preset(name) for name in PRESETS},
    "course at 96 px: several cells are flattened": preset("course", input_shape=(96, 96, 3)),
    "course at 96×130 px: a row of cells fits no window": preset("course", input_shape=(96, 130, 3)),
    "course at 224 px": preset("course", input_shape=(224, 224, 3)),
}


@pytest.fixture(scope="module", autouse=True)
def _forget_models():
    yield
    keras.utils.clear_session()


def drawn(summary, node, seed=3):
    """Return random arrays of what lies behind a layer, none of them at its start."""
    random, ids = np.random.default_rng(seed), [each.id for each in summary.graph.nodes]
    behind = set(ids[ids.index(node) + 1 :])
    return {
        name: random.uniform(0.5, 1.5, shape).astype(np.float32)
        if name.endswith(("gamma", "moving_variance"))
        else random.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in expected_arrays(summary).items()
        if name.split("/")[0] in behind
    }


def first_closed(graph):
    """Return the earliest layer from which on the gradient is closed."""
    return next(node.id for node in graph.nodes if is_closed(graph, node.id))


def by_keras(summary, arrays, node, x, direction, surgery):
    """Return outputs by layer, the score and its gradient, by Keras's own layers and TensorFlow's tape."""
    graph, outputs = summary.graph, {node: tf.convert_to_tensor(x[np.newaxis])}
    with tf.GradientTape() as tape:
        tape.watch(outputs[node])
        for step in graph.nodes[[each.id for each in graph.nodes].index(node) + 1 :]:
            layer = keras_layer(step.layer, step.id)
            layer.build(tuple(outputs[step.inputs[0]].shape))
            for weight in layer.weights:
                weight.assign(arrays[f"{step.id}/{weight.name}"])
            keep = np.ones(summary.record(step.id).output_shape[-1], np.float32)
            keep[list(surgery.silenced_at(step.id))] = 0.0
            outputs[step.id] = layer(outputs[step.inputs[0]]) * keep
        score = tf.reduce_sum(outputs[logits_node(graph)] * direction)
    gradient = tape.gradient(score, outputs[node])
    return {name: np.asarray(array)[0] for name, array in outputs.items()}, float(score), np.asarray(gradient)[0]


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
@pytest.mark.parametrize("is_silenced", [False, True], ids=["whole", "channels silenced"])
def test_the_closed_gradient_is_kerass(spec, is_silenced):
    summary = analyse(spec)
    graph, random = summary.graph, np.random.default_rng(4)
    node = first_closed(graph)
    arrays = drawn(summary, node)
    channels = {record.node.id: record.output_shape[-1] for record in summary.records[1:]}
    behind = graph.readers[node][0]
    surgery = parse_surgery(f"silence:{behind}:1+3", graph, channels) if is_silenced else NO_SURGERY
    x = random.normal(size=summary.record(node).output_shape).astype(np.float32)
    direction = (np.arange(spec.classes) == spec.classes // 2).astype(np.float32)
    outputs, score, gradient = by_keras(summary, arrays, node, x, direction, surgery)
    maps = {name: outputs[name] for name in maps_for(graph, node)}
    own_score, own = head_gradient(summary, arrays, maps, node, direction, surgery)
    assert own.shape == x.shape
    assert np.abs(gradient).max() > 0
    assert own_score == pytest.approx(score, rel=1e-5, abs=1e-5)
    assert np.abs(own - gradient).max() <= CLOSE * np.abs(gradient).max()


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_it_is_closed_from_the_last_sum_on_and_nowhere_before(spec):
    """A plain network has no sum: there it begins behind the last convolution."""
    graph = analyse(spec).graph
    block = graph.blocks[-1]
    last = block.add or next(node.id for node in reversed(graph.nodes) if isinstance(node.layer, Conv))
    assert first_closed(graph) == last
    assert is_closed(graph, block.out)
    assert not is_closed(graph, graph.nodes[-1].id), "behind the logits nothing has a gradient"


def test_windows_that_overlap_add_up():
    with tf.GradientTape() as tape:
        x = tf.random.stateless_normal((1, 7, 6, 2), (1, 2))
        tape.watch(x)
        pooled = keras.layers.AveragePooling2D(3, 2)(x)
        towards = tf.random.stateless_normal(pooled.shape, (3, 4))
        score = tf.reduce_sum(pooled * towards)
    own = spread(np.asarray(towards)[0].astype(np.float64), 3, 2, (7, 6, 2))
    assert own == pytest.approx(np.asarray(tape.gradient(score, x))[0], abs=1e-6)
