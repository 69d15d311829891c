"""Keras checks the ONNX model: every layer of every preset, edited specifications, surgery, statistics, known tensors."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from resnet_viz.analysis import NetworkSummary, analyse
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.inference import InferenceModel
from resnet_viz.engine.session import Session, channels_first, channels_last
from resnet_viz.engine.write import write
from resnet_viz.model.build import assign_weights, build_model, keras_layer
from resnet_viz.model.partial_forward import run_graph
from resnet_viz.spec import PRESETS, preset
from resnet_viz.spec.changes import with_changes
from resnet_viz.spec.layers import BatchNorm, Conv
from resnet_viz.spec.reach import logits_node
from resnet_viz.spec.surgery import parse_surgery
from resnet_viz.weights.fit import expected_arrays

CLOSE = 1e-5
"""Largest difference allowed, as a share of a layer's largest value."""


@pytest.fixture(scope="module", autouse=True)
def _forget_models():
    yield
    keras.utils.clear_session()


def random_arrays(summary: NetworkSummary) -> dict[str, np.ndarray]:
    """Return arrays of random values that keep signals alive; moving statistics too."""
    random = np.random.default_rng(7)
    arrays = {}
    for name, shape in expected_arrays(summary).items():
        if name.endswith(("/gamma", "/moving_variance")):
            array = random.uniform(0.5, 1.5, shape)
        elif len(shape) == 1:
            array = random.normal(0, 0.1, shape)
        else:
            array = random.normal(0, np.prod(shape[:-1]) ** -0.5, shape)
        arrays[name] = array.astype(np.float32)
    return arrays


def pictures(summary: NetworkSummary, count: int = 2) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, *summary.graph.spec.input_shape)).astype(np.float32)


def by_keras(summary: NetworkSummary, arrays: dict[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:
    """Return every layer's output by Keras's own layers, one after another."""
    tensors = {summary.graph.nodes[0].id: keras.ops.convert_to_tensor(x)}
    for node in summary.graph.nodes[1:]:
        inputs = [tensors[name] for name in node.inputs]
        layer = keras_layer(node.layer, node.id)
        shapes = [tuple(tensor.shape) for tensor in inputs]
        layer.build(shapes if len(inputs) > 1 else shapes[0])
        for weight in layer.weights:
            weight.assign(arrays[f"{node.id}/{weight.name}"])
        tensors[node.id] = layer(inputs if len(inputs) > 1 else inputs[0])
    return {name: np.asarray(tensor) for name, tensor in tensors.items()}


def walk_normalised(model, graph, pictures):
    """Yield every layer's id and output ``(batch, …)``, each BatchNorm by the mean and variance of this very batch.

    No moving statistic changes: the normalisation is computed here, not by the layer in training mode.
    """
    tensors = {graph.nodes[0].id: pictures}
    reads_left = {name: len(readers) for name, readers in graph.readers.items()}
    for node in graph.nodes[1:]:
        inputs = [tensors[name] for name in node.inputs]
        layer = model.get_layer(node.id)
        if isinstance(node.layer, BatchNorm):
            axes = tuple(range(len(inputs[0].shape) - 1))
            mean, variance = keras.ops.moments(inputs[0], axes)
            scale = layer.gamma / keras.ops.sqrt(variance + node.layer.epsilon)
            tensors[node.id] = (inputs[0] - mean) * scale + layer.beta
        else:
            tensors[node.id] = layer(inputs[0] if len(inputs) == 1 else inputs)
        yield node.id, tensors[node.id]
        for name in node.inputs:
            reads_left[name] -= 1
            if not reads_left[name]:
                del tensors[name]


def differing(found: dict[str, np.ndarray], expected: dict[str, np.ndarray], close: float = CLOSE) -> list[str]:
    """Return the layers that differ by more than a share of their largest value, or in what is infinite."""
    odd = []
    for name, maps in found.items():
        mine, theirs = channels_last(maps), expected[name]
        finite = np.isfinite(theirs)
        apart = np.abs(np.where(finite, mine - np.where(finite, theirs, 0), 0)).max()
        same_form = mine.shape == theirs.shape and np.array_equal(mine[~finite], theirs[~finite])
        if not same_form or not apart <= close * np.abs(theirs[finite]).max():
            odd.append(f"{name}: {apart:.3g} of {np.abs(theirs[finite]).max():.3g}")
    return odd


def every_layer(summary: NetworkSummary) -> list[str]:
    return [node.id for node in summary.graph.nodes[1:]]


def by_onnx(summary, arrays, x, wanted=None, **options) -> dict[str, np.ndarray]:
    written = write(summary, laid_out(arrays), wanted or every_layer(summary), **options)
    known = x if isinstance(x, dict) else {summary.graph.nodes[0].id: x}
    return Session(written).run({name: channels_first(maps) for name, maps in known.items()})


# Sides at which odd and even maps, and asymmetric padding, occur; a narrower network runs the same operators.
SIDES = [47, 64]


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_every_preset_equals_keras(name):
    side = SIDES[len(name) % 2]
    width = 1.0 if name.startswith(("course", "cifar")) else 0.25
    summary = analyse(replace(preset(name, input_shape=(side, side + 16, 3), classes=7), width=width))
    arrays, x = random_arrays(summary), pictures(summary)
    found = by_onnx(summary, arrays, x)
    assert found.keys() == set(every_layer(summary))
    assert differing(found, by_keras(summary, arrays, x)) == []


EDITED = {
    "one channel, and a flattened 3×3": ("course", (96, 96, 1), {"head_pool_size": "1"}),
    "stride on a 3×3 that pads `same`": ("course", (64, 72, 3), {"stride_on": "middle"}),
    "an even kernel": ("coursera-2018", (64, 71, 3), {"kernel_size": "4", "stride_on": "middle"}),
    "a frame of zeros before the pool": ("v2", (64, 48, 2), {"stem.pool_padding": "2"}),
    "a frame of −∞, and no ReLU before it": ("torch-v1.5", (64, 48, 3), {"stem.use_relu": "off"}),
    "option A by 3": ("cifar-20", (31, 40, 1), {"stages.3.strides": "3", "stages.4.strides": "1"}),
    "no shortcuts, bottlenecks": ("course", (64, 64, 3), {"shortcut.enabled": "off"}),
    "no BatchNorm, logits": ("course", (64, 64, 3), {"use_batch_norm": "off", "classifier_activation": "linear"}),
    "windows of 3, projections without BatchNorm": (
        "course", (128, 160, 3), {"head_pool_size": "3", "shortcut.projection": "conv"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITED)
def test_edited_specifications_equal_keras(case):
    name, shape, changes = EDITED[case]
    spec = replace(with_changes(preset(name, input_shape=shape, classes=5), changes), width=0.25)
    summary = analyse(spec)
    arrays, x = random_arrays(summary), pictures(summary)
    assert differing(by_onnx(summary, arrays, x), by_keras(summary, arrays, x)) == []


def test_that_check_can_fail():
    """Another epsilon, an array that is not the network's own, a flattened map in the other order."""
    summary = analyse(replace(preset("course", input_shape=(96, 96, 3)), width=0.25, head_pool_size=1))
    arrays, x = random_arrays(summary), pictures(summary)
    expected = by_keras(summary, arrays, x)
    other = analyse(replace(summary.graph.spec, bn_epsilon=2e-3))
    assert len(differing(by_onnx(other, arrays, x), expected)) > 100
    one = {**arrays, "fc6/bias": arrays["fc6/bias"] + np.float32([1e-3, 0, 0, 0, 0, 0])}
    assert {text.partition(":")[0] for text in differing(by_onnx(summary, one, x), expected)} - {"fc6_softmax"} == {
        "fc6"
    }
    flat = expected["flatten"].reshape(-1, 9, 512).transpose(0, 2, 1).reshape(2, -1)
    assert differing({"flatten": flat}, expected) != []


@pytest.fixture(scope="module")
def small():
    """Return a network with every kind of trouble, its arrays, and the Keras model that holds them."""
    summary = analyse(replace(preset("v2", input_shape=(64, 80, 3), classes=5), width=0.125))
    arrays = random_arrays(summary)
    model = build_model(summary.graph.spec)
    assign_weights(model, arrays)
    return summary, arrays, model


@pytest.mark.parametrize(
    "text",
    [
        "drop:3b",
        "cut:4a,drop:2a",
        "drop:3c,cut:3c",
        "silence:bn3b_preact:0+3",
        "silence:conv1:1,silence:res3b_add:2+5,drop:3b,silence:fc5:0",
    ],
)
def test_surgery_equals_keras_walked(small, text):
    summary, arrays, model = small
    graph = summary.graph
    surgery = parse_surgery(text, graph, {record.node.id: record.output_shape[-1] for record in summary.records[1:]})
    x = pictures(summary)
    expected = run_graph(model, {"input": x}, every_layer(summary), graph=graph, surgery=surgery)
    found = by_onnx(summary, arrays, x, surgery=surgery)
    assert differing(found, {name: np.asarray(maps) for name, maps in expected.items()}) == []


def test_the_rest_of_a_network_from_known_tensors_equals_the_whole(small):
    summary, arrays, model = small
    x = pictures(summary)
    whole = by_keras(summary, arrays, x)
    block = summary.graph.block("4b")
    known = {name: whole[name] for name in (block.branch, block.input, "conv1")}
    found = by_onnx(summary, arrays, known, ["fc5", "res4c_add", block.input], known=list(known))
    assert found.keys() == {"fc5", "res4c_add"}
    assert differing(found, whole) == []
    moved = by_onnx(summary, arrays, {**known, block.branch: known[block.branch] + 1}, ["fc5"], known=list(known))
    graph_moved = run_graph(model, {**known, block.branch: known[block.branch] + 1}, ["fc5"], graph=summary.graph)
    assert differing(moved, {"fc5": np.asarray(graph_moved["fc5"])}) == []
    assert differing(moved, whole) != []


@pytest.mark.parametrize("name", ["course", "cifar-20"])
def test_statistics_of_the_batch_equal_keras_walked(name):
    """Layer by layer as closely as ever; one after another less so: each divides rounding errors by small deviations."""
    summary = analyse(replace(preset(name, input_shape=(64, 64, 3)), width=0.25))
    graph, arrays, x = summary.graph, random_arrays(summary), pictures(summary, 8)
    model = build_model(graph.spec)
    assign_weights(model, arrays)
    expected = {name: np.asarray(maps) for name, maps in walk_normalised(model, graph, x)}
    assert differing(by_onnx(summary, arrays, x, batch_norms="batch"), expected, 100 * CLOSE) == []
    norms = [node for node in graph.nodes if isinstance(node.layer, BatchNorm)]
    before = {node.inputs[0]: expected[node.inputs[0]] for node in norms}
    alone = by_onnx(summary, arrays, before, [n.id for n in norms], known=list(before), batch_norms="batch")
    assert len(alone) == len(norms)
    assert differing(alone, expected) == []


@pytest.mark.parametrize("name", ["course", "torch-v1.5", "v2", "cifar-20", "plain18"])
def test_a_folded_network_answers_as_keras_does(name):
    """Also at every layer that stays: the BatchNorms, which the convolutions now are."""
    summary = analyse(replace(preset(name, input_shape=(64, 64, 3), classes=7), width=0.25))
    arrays, x = random_arrays(summary), pictures(summary)
    wanted = [node.id for node in summary.graph.nodes[1:] if not isinstance(node.layer, Conv)]
    assert differing(by_onnx(summary, arrays, x, wanted, batch_norms="folded"), by_keras(summary, arrays, x)) == []


@pytest.mark.parametrize("name", ["course", "v2", "cifar-20"])
def test_what_is_looked_at_equals_keras(name):
    """By whichever of its two models, whole and after a surgery that begins in the middle; and so do the logits."""
    summary = analyse(replace(preset(name, input_shape=(64, 64, 3)), width=0.25))
    graph, arrays, picture = summary.graph, random_arrays(summary), pictures(summary)[0]
    network = InferenceModel(summary, arrays)
    expected = {name: maps[0] for name, maps in by_keras(summary, arrays, picture[np.newaxis]).items()}
    outs = [block.out for block in graph.blocks]
    for nodes in (outs, every_layer(summary)):
        assert unlike(network.activations(picture, nodes), expected) == []
    np.testing.assert_allclose(
        network.logits(picture[np.newaxis])[0], expected[logits_node(graph)], rtol=1e-4, atol=1e-5
    )
    middle = graph.blocks[len(graph.blocks) // 2]
    surgery = parse_surgery(f"drop:{middle.name},silence:{middle.out}:1", graph, {middle.out: 8})
    model = build_model(graph.spec)
    assign_weights(model, arrays)
    walked = run_graph(model, {"input": picture[np.newaxis]}, every_layer(summary), graph=graph, surgery=surgery)
    operated = {name: np.asarray(maps)[0] for name, maps in walked.items()}
    for nodes in (outs, every_layer(summary)):
        assert unlike(network.after(surgery).activations(picture, nodes), operated) == []
    assert unlike(network.activations(picture, outs), operated) != []


def unlike(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> list[str]:
    """Return the layers that differ, of maps without a batch axis and with channels last."""
    batches = {name: np.moveaxis(maps[np.newaxis], -1, 1) for name, maps in found.items()}
    return differing(batches, {name: maps[np.newaxis] for name, maps in expected.items()})


def test_the_statistics_of_a_batch_show_in_its_first_picture():
    summary = analyse(replace(preset("cifar-20", input_shape=(32, 32, 3)), width=0.5))
    arrays, x = random_arrays(summary), pictures(summary, 4)
    found = InferenceModel(summary, arrays).normalised_by_batch(x)
    whole = by_onnx(summary, arrays, x, batch_norms="batch")
    assert unlike(found, {name: channels_last(maps)[0] for name, maps in whole.items()}) == []
