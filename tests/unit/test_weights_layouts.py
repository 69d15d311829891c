"""Every layout that people have opens as the network it came from: the same logits, not only the same shapes."""

import io
from dataclasses import replace
from functools import cache, partial

import h5py
import ml_dtypes
import numpy as np
import pytest

from resnet_viz.analysis import network
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import Session
from resnet_viz.engine.write import write
from resnet_viz.errors import WeightsError
from resnet_viz.spec import ResNetSpec, preset
from resnet_viz.weights.about import about_file
from resnet_viz.weights.containers.contents import Contents, Entry
from resnet_viz.weights.containers.wire import Piece, Wire
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.formats import read_weights
from tests import weights_files as made

TORCH = replace(preset("torch-v1.5", classes=10), width=0.05)
KERAS = replace(preset("keras-v1", classes=7), width=0.05)
COURSE = replace(preset("course"), width=0.05)
OLD_COURSE = replace(preset("coursera-2018"), width=0.05)
V2 = replace(preset("v2", classes=5), width=0.05)
BASIC = replace(preset("resnet18", classes=10), width=0.1)
CIFAR = preset("cifar-20")


@cache
def arrays_of(spec: ResNetSpec) -> dict[str, np.ndarray]:
    return made.random_arrays(network(spec))


@cache
def picture(channels: int = 3) -> np.ndarray:
    return np.random.default_rng(5).normal(size=(1, channels, 64, 64)).astype(np.float32)


def logits(spec: ResNetSpec, arrays) -> np.ndarray:
    summary = network(replace(spec, input_shape=(64, 64, spec.input_shape[2])))
    session = Session(write(summary, laid_out(arrays), [f"fc{spec.classes}"]), threads=1)
    return session.run({"input": picture(spec.input_shape[2])})[f"fc{spec.classes}"]


def opened(tmp_path, data: bytes, spec: ResNetSpec | None = None):
    path = tmp_path / "weights"
    path.write_bytes(data)
    return read_weights(path, spec=spec)


def same_logits(found, spec: ResNetSpec, arrays=None, *, tolerance: float = 1e-5) -> None:
    """What was read is the network the file came from: by its fields, and by what it says of a picture."""
    assert found.about.spec is not None, found.about
    expected = logits(spec, arrays or arrays_of(spec))
    assert np.ptp(expected) > 0.05
    np.testing.assert_allclose(logits(found.about.spec, found.arrays), expected, atol=tolerance * np.ptp(expected))


def changed(data: bytes, change) -> bytes:
    out = io.BytesIO(data)
    with h5py.File(out, "r+") as file:
        change(file)
    return out.getvalue()


def with_attributes(data: bytes) -> bytes:
    """Return a file with the lists that Keras writes beside its arrays: they are not needed, and do not disturb."""

    def add(file) -> None:
        names = [name.encode() for name in file]
        file.attrs["layer_names0"], file.attrs["layer_names1"] = names[:40], names[40:]
        file["conv1"].attrs["weight_names"] = [b"conv1/kernel:0"]

    return changed(data, add)


def with_optimizer(data: bytes) -> bytes:
    """Return a file with more arrays of an optimiser than a file may have."""

    def add(file) -> None:
        state = file.create_group("optimizer_weights/adam")
        state["m:0"] = np.float32(0)
        for index in range(9_000):
            state[str(index)] = state["m:0"]

    return changed(data, add)


LAYOUTS = {
    "ours, safetensors": (TORCH, made.safetensors),
    "ours, npz": (TORCH, made.npz),
    "course 2018, weights": (OLD_COURSE, made.h5),
    "course, full model with Adam": (
        COURSE,
        partial(made.h5, path="model_weights/{layer}/{layer}/{array}:0", optimizer=True),
    ),
    "attributes split as Keras splits long ones": (COURSE, lambda a: with_attributes(made.h5(a))),
    "an optimiser of 9,000 arrays": (
        COURSE,
        lambda a: with_optimizer(made.h5(a, path="model_weights/{layer}/{array}:0")),
    ),
    "Keras 1 names, not nested": (OLD_COURSE, partial(made.h5, path="{layer}/{layer}_{array}:0", old=True)),
    "a model built twice": (COURSE, partial(made.h5, path="{layer}/{layer}_1/{array}:0")),
    "Keras 1, built twice": (COURSE, partial(made.h5, path="{layer}/{layer}_{array}_1:0", old=True)),
    "a model in a model": (COURSE, partial(made.h5, path="model_weights/resnet/{layer}/{array}:0")),
    "v0.2, no scope": (COURSE, partial(made.h5, path="{layer}/{array}", old=True)),
    "course 2021, from 7": (COURSE, lambda a: made.h5(a, made.numbered(network(COURSE), 7))),
    "course 2021, from 0": (OLD_COURSE, lambda a: made.h5(a, made.numbered(network(OLD_COURSE), 0))),
    "all numbered, full model": (
        COURSE,
        lambda a: made.h5(
            a, made.numbered(network(COURSE), 54, keep=()), path="model_weights/{layer}/{layer}/{array}:0"
        ),
    ),
    "keras.applications": (KERAS, partial(made.h5, layer=made.keras_applications)),
    "keras.applications, v2": (V2, partial(made.h5, layer=made.keras_applications)),
    "keras.applications, nested": (
        KERAS,
        partial(made.h5, layer=made.keras_applications, path="model_weights/resnet50/{layer}/{array}:0"),
    ),
    "Keras 3, names": (V2, lambda a: made.keras_3(a, made.layers_in_order(network(V2)))),
    "Keras 3, numbers": (COURSE, lambda a: made.keras_3(a, made.layers_in_order(network(COURSE)), named=False)),
    ".keras": (V2, lambda a: made.keras_archive(made.keras_3(a, made.layers_in_order(network(V2))))),
    "torchvision": (TORCH, lambda a: made.safetensors(made.state_dict(a, made.torchvision))),
    "torchvision, npz": (BASIC, lambda a: made.npz(made.state_dict(a, made.torchvision))),
    "prefixes": (TORCH, lambda a: made.safetensors(made.state_dict(a, made.torchvision, "_orig_mod.module.backbone."))),
    "CIFAR, linear": (
        CIFAR,
        lambda a: made.safetensors(made.state_dict(a, partial(made.torchvision, head="linear"))),
    ),
    "shortcut for downsample": (
        BASIC,
        lambda a: made.safetensors(made.state_dict(a, partial(made.torchvision, shortcut="shortcut"))),
    ),
    "Hugging Face": (TORCH, lambda a: made.safetensors(made.state_dict(a, made.hugging_face))),
    "Hugging Face, basic": (BASIC, lambda a: made.npz(made.state_dict(a, made.hugging_face))),
    "Caffe2": (
        TORCH,
        lambda a: made.npz({made.caffe2(*name.split("/")): made.torch_order(array) for name, array in a.items()}),
    ),
    "Keras lists projections before the last convolution": (
        KERAS,
        lambda a: made.keras_3(a, made.layers_as_keras_lists_them(network(KERAS)), named=False),
    ),
    "float64": (TORCH, lambda a: made.safetensors(made.state_dict(a, made.torchvision, dtype=np.float64))),
}


@pytest.mark.parametrize(("spec", "write_file"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_layout_opens_as_the_network_it_came_from(tmp_path, spec, write_file):
    found = opened(tmp_path, write_file(arrays_of(spec)))
    same_logits(found, spec)
    assert found.about.unknown_count == 0
    assert found.about.read == len(arrays_of(spec))
    assert (found.about.layout == "numbered") == ("numbered" in found.about.notes)
    assert found.about.assumed == (("stride_on",) if found.about.layout == "caffe2" else ())


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float16, 0.02), (ml_dtypes.bfloat16, 0.2)])
def test_half_precision_opens_to_its_own_rounding(tmp_path, dtype, tolerance):
    data = made.safetensors(made.state_dict(arrays_of(TORCH), made.torchvision, dtype=dtype))
    rounded = {name: array.astype(dtype).astype(np.float32) for name, array in arrays_of(TORCH).items()}
    found = opened(tmp_path, data)
    same_logits(found, TORCH, rounded)
    same_logits(found, TORCH, tolerance=tolerance)


# --- ONNX: the graph says which array is which -------------------------------------------------------------------------


def onnx_bytes(spec: ResNetSpec, *, batch_norms="moving", rename=None, about=None) -> bytes:
    """Return a network as another exporter writes it: with names of its own, and nothing said of the specification."""
    model = write(network(spec), laid_out(arrays_of(spec)), batch_norms=batch_norms, about=about).whole()
    if rename:
        tensors = {tensor.name: rename(count, tensor.name) for count, tensor in enumerate(model.graph.initializer)}
        for tensor in model.graph.initializer:
            tensor.name = tensors[tensor.name]
        for node in model.graph.node:
            node.input[:] = [tensors.get(name, name) for name in node.input]
    return model.SerializeToString()


EXPORTS = {
    "v1.5": (TORCH, "moving"),
    "v1.5, folded": (TORCH, "folded"),
    "keras": (KERAS, "moving"),
    "keras, folded": (KERAS, "folded"),
    "v2": (V2, "moving"),
    "v2, folded": (V2, "folded"),
    "basic": (BASIC, "moving"),
    "basic, folded": (BASIC, "folded"),
}


@pytest.mark.parametrize(("spec", "batch_norms"), EXPORTS.values(), ids=EXPORTS.keys())
def test_onnx_opens_by_its_graph_whatever_its_arrays_are_called(tmp_path, spec, batch_norms):
    data = onnx_bytes(spec, batch_norms=batch_norms, rename=lambda count, _name: str(900 - count))
    found = opened(tmp_path, data)
    same_logits(found, spec, tolerance=1e-4)
    assert found.about.is_folded == (batch_norms == "folded")
    assert found.about.unknown_count == 0


def test_halves_that_onnx_keeps_as_whole_numbers_open_bit_by_bit(tmp_path, monkeypatch):
    model = write(network(BASIC), laid_out(arrays_of(BASIC))).whole()
    for tensor in model.graph.initializer:
        if tensor.data_type == 1:
            halves = np.frombuffer(tensor.raw_data, "<f4").astype(np.float16)
            tensor.data_type, tensor.raw_data = 10, b""
            tensor.ClearField("raw_data")
            tensor.int32_data[:] = halves.view(np.uint16).tolist()
    monkeypatch.setattr("resnet_viz.weights.containers.wire._AT_ONCE", 1000)  # numbers lie across the ends of pieces
    found = opened(tmp_path, model.SerializeToString())
    for name, array in arrays_of(BASIC).items():
        np.testing.assert_array_equal(found.arrays[name], array.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([Piece(0, 3)], "2 numbers for 3"),
        ([Piece(0, 3), 7, 7], "over 3 numbers"),
        ([Piece(3, 6)], "over 16 bits"),
        ([Piece(6, 8)], "over 16 bits"),
        ([2**70, 1, 1], "over 16 bits"),
    ],
)
def test_numbers_of_16_bits_are_as_many_as_were_said_and_no_larger(values, message):
    wire = Wire(memoryview(b"\x07\x80\x01\xff\xff\x7f\x80\x80"))
    with pytest.raises(ValueError, match=message):
        wire.shorts(values, 3)


def exporters(_count: int, name: str) -> str:
    """Return a tensor's name as PyTorch's exporter has it; settings keep theirs."""
    if not is_array(name):
        return name
    return next(iter(made.state_dict({name: np.zeros(1)}, made.torchvision)))


def caffe2s(_count: int, name: str) -> str:
    return made.caffe2(*name.split("/")) if is_array(name) else name


def is_array(name: str) -> bool:
    return name in expected_arrays(network(BASIC))


@pytest.mark.parametrize("rename", [exporters, caffe2s])
def test_onnx_opens_with_the_names_of_exporters(tmp_path, rename):
    found = opened(tmp_path, onnx_bytes(BASIC, rename=rename))
    same_logits(found, BASIC, tolerance=1e-4)
    assert found.about.unknown_count == 0


def test_an_onnx_file_of_ours_says_its_network_itself(tmp_path):
    spec = replace(CIFAR, bn_epsilon=0.002)
    found = opened(tmp_path, onnx_bytes(spec, about={"specification": spec.to_json()}))
    assert found.about.spec == spec
    assert "said" in found.about.notes


# --- The file decides the network --------------------------------------------------------------------------------------

DECIDED = {
    "torchvision's ResNet-50": (preset("torch-v1.5"), made.torchvision, "torch-v1.5", {}, "torch"),
    "ResNet-34": (preset("resnet34"), made.torchvision, "resnet34", {}, "torch"),
    "fine-tuned": (preset("torch-v1.5", classes=3), made.torchvision, "torch-v1.5", {}, ""),
    "deeper": (
        replace(preset("torch-v1.5"), stages=preset("keras-v1-101").stages),
        made.torchvision,
        "torch-v1.5",
        {"stages.4.blocks": "23"},
        "torch",
    ),
    "narrow": (TORCH, made.torchvision, "torch-v1.5", {"width": "0.05"}, ""),
}


def declared(spec: ResNetSpec, layer):
    """Return what a file is of which only the names and shapes are looked at."""
    bare = {name: np.broadcast_to(np.float32(0), shape) for name, shape in expected_arrays(network(spec)).items()}
    arrays = made.state_dict(bare, layer, is_copied=False)
    entries = [Entry(name, array.shape, "I64" if array.ndim == 0 else "F32", list) for name, array in arrays.items()]
    return about_file(Contents("safetensors", entries))[0]


@pytest.mark.parametrize(("spec", "layer", "name", "changes", "pixels"), DECIDED.values(), ids=DECIDED.keys())
def test_the_file_decides_the_network(spec, layer, name, changes, pixels):
    about = declared(spec, layer)
    assert (about.preset, dict(about.changes), about.normalisation) == (name, changes, pixels)
    assert about.spec == spec
    assert about.parameters == network(spec).totals.parameters


@pytest.mark.parametrize(
    ("spec", "pixels"),
    [
        (preset("torch-v1.5"), "torch"),
        (preset("resnet34"), "torch"),
        (preset("v2"), "signed"),
        (preset("keras-v1-101"), "caffe"),
        (replace(preset("keras-v1"), stride_on="middle"), ""),
        (preset("torch-v1.5", classes=999), ""),
        (preset("course"), "unit"),
        (preset("course", classes=7), ""),
    ],
)
def test_pixels_are_told_by_the_family_not_by_whose_names_the_arrays_have(spec, pixels):
    entries = [Entry(name, shape, "F32", list) for name, shape in expected_arrays(network(spec)).items()]
    about = about_file(Contents("safetensors", entries, spec.to_json()))[0]
    assert (about.spec, about.normalisation) == (spec, pixels)


def test_the_course_files_are_told_apart_by_what_stage_5_squeezes_to(tmp_path):
    course, older = (opened(tmp_path, made.h5(arrays_of(spec))).about for spec in (COURSE, OLD_COURSE))
    assert (course.preset, older.preset) == ("course", "coursera-2018")


def test_where_two_networks_fit_equally_well_nothing_is_guessed_until_a_person_says_which(tmp_path):
    data = made.npz(arrays_of(CIFAR))
    found = opened(tmp_path, data)
    assert found.about.spec is None
    assert set(found.about.rivals) == {"cifar-20", "cifar-plain-20"}
    said = opened(tmp_path, data, preset("cifar-plain-20"))
    assert (said.about.preset, said.about.spec) == ("cifar-plain-20", preset("cifar-plain-20"))


def test_several_networks_in_one_file_are_not_mixed(tmp_path):
    arrays = made.state_dict(arrays_of(CIFAR), made.torchvision, "module.encoder_q.")
    arrays |= made.state_dict(arrays_of(CIFAR), made.torchvision, "module.encoder_k.")
    with pytest.raises(WeightsError, match=r"several networks, under `module\.encoder_.`, `module\.encoder_.`"):
        opened(tmp_path, made.safetensors(arrays))


def test_without_its_classifier_a_network_is_still_known(tmp_path):
    arrays = {name: array for name, array in arrays_of(TORCH).items() if not name.startswith("fc")}
    about = opened(tmp_path, made.safetensors(made.state_dict(arrays, made.torchvision))).about
    assert about.preset == "torch-v1.5"
    assert "no_head" in about.notes
    learned = {name: array for name, array in arrays.items() if "/moving_" not in name}
    about = opened(tmp_path, made.safetensors(made.state_dict(learned, made.torchvision))).about
    assert "no_statistics" in about.notes  # GroupNorm under BatchNorm's names, or parameters alone


def _grouped(arrays):
    return arrays | {
        "layer1.0.conv2.weight": np.zeros((8, 2, 3, 3), np.float32),
        "layer1.0.conv1.weight": np.zeros((8, 3, 1, 1), np.float32),
    }


OTHERS = {
    "ResNeXt": (_grouped, r"a ResNeXt \(grouped .*reads 2 of 8 channels\), as `layer1\.0\.conv2\.weight` shows"),
    "SE": (
        lambda arrays: arrays | {"layer1.0.se.fc1.weight": np.zeros((1, 3, 1, 1), np.float32)},
        r"squeeze-and-excitation .*as `layer1\.0\.se\.fc1\.weight` shows",
    ),
    "timm's ResNetV2": (
        lambda _arrays: {
            f"stages.0.blocks.{block}.{name}.weight": np.zeros(shape, np.float32)
            for block in (0, 1)
            for name, shape in (("conv1", (4, 4, 1, 1)), ("norm1", (4,)), ("conv2", (4, 4, 3, 3)), ("norm2", (4,)))
        },
        r"pre-activated ResNet in timm's arrangement .*as `stages\.0\.blocks\.0\.norm1\.weight` shows",
    ),
    "d": (
        lambda arrays: arrays | {"layer1.0.downsample.1.weight": np.zeros((13, 3, 1, 1), np.float32)},
        r"a ResNet-D .*as `layer1\.0\.downsample\.1\.weight` shows",
    ),
}


@pytest.mark.parametrize(("change", "sentence"), OTHERS.values(), ids=OTHERS.keys())
def test_another_architecture_is_named_with_the_first_array_that_says_so(tmp_path, change, sentence):
    arrays = change(made.state_dict(arrays_of(TORCH), made.torchvision))
    with pytest.raises(WeightsError, match=sentence):
        opened(tmp_path, made.safetensors(arrays))


def test_a_wide_network_is_named():
    stages = tuple(
        replace(stage, convolution_filters=(n, n, 2 * n), identity_filters=(n, n, 2 * n))
        for stage, n in zip(TORCH.stages, (8, 16, 32, 64), strict=True)
    )
    spec = replace(TORCH, stages=stages, width=1.0)
    with pytest.raises(WeightsError, match=r"a wide ResNet .*as `layer1\.0\.conv1\.weight` shows"):
        declared(spec, made.torchvision)


def test_kernels_as_old_keras_had_them_for_theano_are_named(tmp_path):
    turned = {name: made.torch_order(array) for name, array in arrays_of(replace(COURSE, width=0.1)).items()}
    with pytest.raises(WeightsError, match=r"stand as \(outputs, inputs, height, width\)"):
        opened(tmp_path, made.h5(turned))


def test_scales_of_their_own_become_part_of_the_norm_before_them(tmp_path):
    arrays, apart = arrays_of(OLD_COURSE), {}
    for name, array in arrays.items():
        if name.endswith(("/gamma", "/beta")):
            layer, _slash, part = name.partition("/")
            apart[f"scale{layer[2:]}/{part}"] = array
        else:
            apart[name] = array
    found = opened(tmp_path, made.h5(apart))
    same_logits(found, OLD_COURSE)
    assert "scales" in found.about.notes


def test_bfloat16_in_hdf5_opens(tmp_path):
    """Keras keeps it as two opaque bytes and says so in an attribute."""
    path = tmp_path / "half.h5"
    values = {name: array.astype(ml_dtypes.bfloat16) for name, array in arrays_of(CIFAR).items()}
    with h5py.File(path, "w") as file:
        for name, array in values.items():
            file[name] = array.view("V2")
            file[name].attrs["dtype"] = "bfloat16"
    found = read_weights(path, spec=CIFAR)
    same_logits(found, CIFAR, {name: array.astype(np.float32) for name, array in values.items()})


def test_a_variance_that_float16_cannot_hold_is_refused_with_that_reason(tmp_path):
    with np.errstate(over="ignore"):
        data = made.safetensors({"bn_conv1/moving_variance": np.array([83_614.7], np.float32).astype(np.float16)})
    with pytest.raises(WeightsError, match=r"float16 ends at 65,504"):
        opened(tmp_path, data)
