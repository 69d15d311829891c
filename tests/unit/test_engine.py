"""The graph as ONNX: well formed, one operator per layer, our ids and shapes; each kind of layer's edge case by hand."""

from dataclasses import replace
from typing import get_args

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator

from resnet_viz.analysis import NetworkSummary, analyse, analyse_graph
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.operators import sizes
from resnet_viz.engine.plan import steps
from resnet_viz.engine.session import EVERYWHERE, PROVIDERS, Session, channels_first, channels_last, providers
from resnet_viz.engine.write import Written, write
from resnet_viz.errors import ResNetVizError, UnknownLayerError
from resnet_viz.spec import PRESETS, LayerGraph, build_graph, preset
from resnet_viz.spec.graph import Node
from resnet_viz.spec.layers import (
    AveragePool,
    BatchNorm,
    ChannelPad,
    Conv,
    Flatten,
    GlobalAveragePool,
    Input,
    Layer,
    MaxPool,
    Padding,
)
from resnet_viz.spec.surgery import Surgery
from resnet_viz.weights.start import starting_arrays


def ids(summary: NetworkSummary) -> list[str]:
    return [node.id for node in summary.graph.nodes[1:]]


def narrow(name: str, shape=(64, 80, 3)) -> NetworkSummary:
    return analyse(replace(preset(name, input_shape=shape, classes=5), width=0.125))


def written(summary: NetworkSummary, *arguments, **options) -> Written:
    return write(summary, laid_out(starting_arrays(summary)), *arguments, **options)


# --- The file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("batch_norms", ["moving", "batch", "folded"])
def test_every_preset_is_a_model_that_the_checker_passes(name, batch_norms):
    summary = narrow(name)
    model = written(summary, batch_norms=batch_norms).whole()
    onnx.checker.check_model(model, full_check=True)
    assert [info.name for info in model.graph.output] == [summary.graph.nodes[-1].id]


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_is_one_operator_of_its_id_with_the_shape_of_our_analysis(name):
    summary = narrow(name)
    model = written(summary).whole()
    own = [node.name for node in model.graph.node if "/" not in node.name]
    assert own == ids(summary)
    declared = {info.name: info for info in (*model.graph.input, *model.graph.value_info, *model.graph.output)}
    assert declared.keys() == {"input"} | {out for node in model.graph.node for out in node.output}
    for record in summary.records:
        assert dims(declared[record.node.id]) == sizes(record.output_shape), record.node.id


@pytest.mark.parametrize("name", ["course", "v2", "cifar-20"])
@pytest.mark.parametrize("batch_norms", ["moving", "batch", "folded"])
def test_onnx_infers_the_shapes_that_we_declare(name, batch_norms):
    model = written(narrow(name), batch_norms=batch_norms).whole()
    declared = {info.name: dims(info) for info in (*model.graph.value_info, *model.graph.output)}
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    found = {info.name: dims(info) for info in (*inferred.graph.value_info, *inferred.graph.output)}
    assert found == declared


def dims(info: onnx.ValueInfoProto) -> tuple[str | int, ...]:
    return tuple(d.dim_param or d.dim_value for d in info.type.tensor_type.shape.dim)


def test_a_file_read_back_answers_alike_and_says_what_it_is(tmp_path):
    import onnxruntime

    summary = narrow("course")
    made = written(summary, about={"weights": "random, seed 0"})
    onnx.save(made.whole(), tmp_path / "network.onnx")
    read = onnx.load(tmp_path / "network.onnx")
    assert {prop.key: prop.value for prop in read.metadata_props} == {"weights": "random, seed 0"}
    x = np.random.default_rng(0).random((1, 3, 64, 80), np.float32)
    plain = onnxruntime.InferenceSession(tmp_path / "network.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(
        plain.run(None, {"input": x})[0], Session(made).run({"input": x})["fc5_softmax"], rtol=1e-5
    )


@pytest.mark.parametrize("name", ["course", "v2", "cifar-20"])
def test_onnxs_own_evaluator_agrees(name):
    """Another reader of the same file: what we write means what we think, not only to ONNX Runtime."""
    summary = narrow(name, (64, 64, 3) if name != "cifar-20" else (16, 24, 3))
    last = summary.graph.nodes[-1].id
    made = written(summary, surgery=Surgery(silenced=((summary.graph.blocks[0].out, (0,)),)))
    x = np.random.default_rng(0).random((1, *sizes(summary.graph.spec.input_shape)[1:]), np.float32)
    theirs = ReferenceEvaluator(made.whole()).run([last], {"input": x})[0]
    np.testing.assert_allclose(Session(made).run({"input": x})[last], theirs, rtol=1e-4)


def test_arrays_are_shared_not_copied():
    summary = narrow("course")
    laid = laid_out(starting_arrays(summary))
    one, other = write(summary, laid), write(summary, laid, ["res3b_out"])
    assert one.arrays["res3b_branch2b/kernel"] is other.arrays["res3b_branch2b/kernel"]
    assert laid["res3b_branch2b/kernel"] is laid["res3c_branch2b/kernel"]
    assert len(one.model.SerializeToString()) < 200_000


def test_a_session_with_kernels_of_its_own_answers_alike():
    summary = narrow("course")
    made = written(summary, ["res3b_out", "fc5"])
    x = {"input": np.random.default_rng(0).random((2, 3, 64, 80), np.float32)}
    one, other = Session(made).run(x), Session(made, copies=True, threads=1).run(x)
    assert one.keys() == other.keys() == {"res3b_out", "fc5"}
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-5 * np.abs(one[name]).max())


# --- What is computed -----------------------------------------------------------------------------------------------


def test_providers_are_chosen_by_a_variable_and_one_that_is_not_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", EVERYWHERE])
    for wanted, found in (("", [EVERYWHERE]), (" CUDAExecutionProvider ,", ["CUDAExecutionProvider", EVERYWHERE])):
        monkeypatch.setenv(PROVIDERS, wanted)
        assert providers() == found
    monkeypatch.setenv(PROVIDERS, "CUDAExecutionProvidr")
    with pytest.raises(ResNetVizError, match="Did you mean `CUDAExecutionProvider`"):
        providers()


def test_only_what_lies_between_is_computed():
    graph = build_graph(PRESETS["course"])
    block = graph.block("5c")
    plan = steps(graph, ["fc6"], [block.branch, block.input])
    assert [step.node.id for step in plan] == [block.add, block.out, "avg_pool", "flatten", "fc6"]
    assert steps(graph, [block.input], [block.input]) == []


def test_what_cannot_be_computed_is_named():
    graph = build_graph(PRESETS["course"])
    with pytest.raises(
        ValueError, match=r"'input' is needed for \['fc6'\] and not among the known \['res5c_branch2c'\]"
    ):
        steps(graph, ["fc6"], ["res5c_branch2c"])
    with pytest.raises(UnknownLayerError, match="conv9"):
        steps(graph, ["conv9"], ["input"])
    with pytest.raises(UnknownLayerError, match="conv9"):
        steps(graph, ["fc6"], ["conv9"])


def test_surgery_edits_the_graph():
    graph = build_graph(PRESETS["course"])

    def kinds(surgery: Surgery, wanted: str = "fc6") -> dict[str, tuple[str, tuple[str, ...]]]:
        return {step.node.id: (step.act, step.inputs) for step in steps(graph, [wanted], ["input"], surgery=surgery)}

    dropped = kinds(Surgery(dropped=frozenset({"3b"})))
    assert dropped["res3b_add"] == ("pass", ("res3a_out",))
    assert "bn3b_branch2c" not in dropped  # nobody reads it any more
    assert "bn3b_branch2c" in kinds(Surgery(dropped=frozenset({"3b"})), "bn3b_branch2c")
    cut = kinds(Surgery(cut=frozenset({"3b"})))
    assert cut["res3b_add"] == ("pass", ("bn3b_branch2c",))
    both = kinds(Surgery(dropped=frozenset({"3b"}), cut=frozenset({"3b"})))
    assert both["res3b_add"] == ("zeros", ("res3a_out",))


def test_a_convolution_that_somebody_looks_at_keeps_its_batch_norm():
    summary = narrow("course")
    last = summary.graph.nodes[-1].id

    def kinds(wanted, **options) -> list[str]:
        return [node.op_type for node in written(summary, wanted, batch_norms="folded", **options).model.graph.node]

    assert "BatchNormalization" not in kinds([last])
    assert kinds([last, "conv1", "res3b_branch2c"]).count("BatchNormalization") == 2
    assert kinds([last], surgery=Surgery(silenced=(("conv1", (0,)),))).count("BatchNormalization") == 1
    assert kinds(["bn3b_branch2c"], known=["res3b_branch2c"]) == ["BatchNormalization"]


# --- One edge case per kind of layer, by hand -----------------------------------------------------------------------


def alone(layer: Layer, maps: np.ndarray, arrays=None, **options) -> np.ndarray:
    """Return what one layer makes of maps ``(batch, height, width, channels)``."""
    spec = PRESETS["course"]
    nodes = (
        Node("input", Input(maps.shape[1:]), (), 1, "", "trunk", False),
        Node("it", layer, ("input",), 1, "", "trunk", False),
    )
    summary = analyse_graph(LayerGraph(spec, nodes, ()))
    made = write(summary, laid_out({f"it/{name}": array for name, array in (arrays or {}).items()}), **options)
    onnx.checker.check_model(made.whole(), full_check=True)
    return channels_last(Session(made).run({"input": channels_first(maps)})["it"])


def counting(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape) - 7


def test_same_pads_the_odd_cell_at_the_end():
    """A 3×3 of ones by 2 on an even map: 0 cells before, 1 after; an even kernel alike."""
    ones = {"kernel": np.ones((3, 3, 1, 1), np.float32)}
    maps = counting(1, 4, 6, 1)
    out = alone(Conv(1, 3, 2, "same", False, "", 0), maps, ones)
    framed = np.pad(maps[0, :, :, 0], ((0, 1), (0, 1)))
    expected = [[framed[y : y + 3, x : x + 3].sum() for x in (0, 2, 4)] for y in (0, 2)]
    np.testing.assert_array_equal(out[0, :, :, 0], expected)
    even = alone(Conv(1, 2, 1, "same", False, "", 0), maps, {"kernel": np.ones((2, 2, 1, 1), np.float32)})
    assert even.shape == maps.shape
    assert even[0, -1, -1, 0] == maps[0, -1, -1, 0]


def test_a_kernel_keeps_its_rows_columns_inputs_and_outputs():
    """One 1 in the kernel shifts one channel into another."""
    kernel = np.zeros((2, 3, 2, 4), np.float32)
    kernel[1, 2, 0, 3] = 1
    maps = counting(2, 4, 5, 2)
    out = alone(Conv(4, 2, 1, "valid", True, "", 0), maps, {"kernel": kernel[:, :2], "bias": np.float32([1, 2, 3, 4])})
    assert (out == np.float32([1, 2, 3, 4])).all()  # the 1 was cut off with the third column
    square = np.zeros((3, 3, 2, 4), np.float32)
    square[1, 2, 0, 3] = 1
    out = alone(Conv(4, 3, 1, "valid", False, "", 0), maps, {"kernel": square})
    np.testing.assert_array_equal(out[..., 3], maps[:, 1:3, 2:5, 0])
    assert not out[..., :3].any()


def test_a_frame_of_infinity_never_wins_and_one_of_zeros_may():
    negative = np.full((1, 3, 5, 2), -2, np.float32)
    framed = alone(Padding(1, "-inf"), negative)
    assert np.isneginf(framed[:, 0]).all()
    assert np.isneginf(framed[:, :, -1]).all()
    assert (alone(MaxPool(3, 2), framed) == -2).all()
    assert alone(MaxPool(3, 2), alone(Padding(1, "zero"), negative))[0, 0, 0, 0] == 0


def test_pools_never_pad_and_drop_what_fits_no_window():
    maps = counting(1, 5, 7, 1)
    assert alone(MaxPool(2, 2), maps).shape == (1, 2, 3, 1)
    assert alone(MaxPool(1, 2), maps)[0, :, :, 0].tolist() == maps[0, ::2, ::2, 0].tolist()
    assert alone(AveragePool(2, 2), maps)[0, 1, 2, 0] == maps[0, 2:4, 4:6, 0].mean()
    np.testing.assert_allclose(alone(GlobalAveragePool(), maps), maps.mean(axis=(1, 2)), rtol=1e-6)


@pytest.mark.parametrize("strides", [1, 2, 3])
def test_option_a_takes_every_cell_and_adds_zeros_behind(strides):
    maps = counting(2, 5, 8, 3)
    out = alone(ChannelPad(7, strides), maps)
    np.testing.assert_array_equal(out[..., :3], maps[:, ::strides, ::strides])
    assert not out[..., 3:].any()


@pytest.mark.parametrize("shape", [(2, 3, 3, 4), (2, 1, 1, 4), (2, 2, 5, 1)])
def test_a_map_is_flattened_row_column_channel(shape):
    maps = counting(*shape)
    np.testing.assert_array_equal(alone(Flatten(), maps), maps.reshape(2, -1))


def test_batch_norm_by_kept_and_by_the_batchs_own_statistics():
    maps = counting(2, 3, 4, 2)
    arrays = {
        "gamma": np.float32([1, 2]), "beta": np.float32([0, 5]),
        "moving_mean": np.float32([3, -1]), "moving_variance": np.float32([4, 0.25]),
    }  # fmt: skip
    layer = BatchNorm(1e-3, 0.9)
    kept = (maps - arrays["moving_mean"]) / np.sqrt(arrays["moving_variance"] + 1e-3) * arrays["gamma"] + arrays["beta"]
    np.testing.assert_allclose(alone(layer, maps, arrays), kept, rtol=1e-6)
    mean, variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    own = (maps - mean) / np.sqrt(variance + 1e-3) * arrays["gamma"] + arrays["beta"]
    np.testing.assert_allclose(alone(layer, maps, arrays, batch_norms="batch"), own, rtol=1e-5, atol=1e-6)


def test_every_kind_of_layer_is_in_some_preset():
    """So that the tests over all presets meet a kind that `spec/layers.py` gains."""
    seen = {type(node.layer) for spec in PRESETS.values() for node in build_graph(spec).nodes}
    assert seen == set(get_args(Layer))
