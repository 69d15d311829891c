"""What is handed on is opened again by the library it is for: the same network, the same answers."""

import ast
import runpy
import subprocess
import sys
import zipfile
from dataclasses import replace

import keras
import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file

from resnet_viz.analysis import network
from resnet_viz.engine.arrays import laid_out
from resnet_viz.engine.session import Session
from resnet_viz.engine.write import write
from resnet_viz.exports.file import write_file
from resnet_viz.exports.keras_files import write_archive, write_pair
from resnet_viz.model.build import build_model
from resnet_viz.spec import preset
from resnet_viz.weights.handing_on import write_as
from tests import weights_files as made

_WHOLE = replace(preset("torch-v1.5", input_shape=(64, 64, 3), classes=7), width=0.05)
SPEC = replace(_WHOLE, stages=tuple(replace(stage, blocks=2) for stage in _WHOLE.stages))
SUMMARY = network(SPEC)
ARRAYS = made.random_arrays(SUMMARY)
ABOUT = {"preset": "torch-v1.5", "weights": "mine.h5", "specification": SPEC.to_json(None), "pixels": "torch"}
PICTURE = np.random.default_rng(3).normal(size=(1, 64, 64, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """The logits of the engine that all pages use."""
    session = Session(write(SUMMARY, laid_out(ARRAYS), ["fc7"]), threads=1)
    return session.run({"input": np.ascontiguousarray(PICTURE.transpose(0, 3, 1, 2))})["fc7"]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """The network in Keras, as this app builds it; every test gives it arrays of its own."""
    return build_model(SPEC)


def agrees(model, expected) -> None:
    """Whether a Keras model has these logits."""
    found = np.asarray(keras.Model(model.inputs[0], model.get_layer("fc7").output)(PICTURE, training=False))
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


def test_the_python_file_loads_the_weights_beside_it(tmp_path, expected):
    """In a folder of any name, from any other; what stands in its first lines stays a text."""
    folder = tmp_path / "Anna's 文件"
    folder.mkdir()
    about = ABOUT | {"weights": '"""; raise SystemExit(1); """ \\"', "random_layers": "fc7"}
    weights = write_pair(SUMMARY, ARRAYS, folder / "it's.py", about)
    assert weights.name == "it's.weights.h5"
    agrees(runpy.run_path(str(folder / "it's.py"))["model"], expected)
    said = ast.get_docstring(ast.parse((folder / "it's.py").read_text("utf-8")))
    assert "Pixels: RGB, x / 255 − 0.485/0.456/0.406 ÷ 0.229/0.224/0.225." in said
    assert "Random: fc7." in said


def test_the_pages_zip_holds_a_file_and_the_weights_that_keras_loads(tmp_path, model, expected):
    write_archive(SUMMARY, ARRAYS, tmp_path / "made.zip", ABOUT)
    with zipfile.ZipFile(tmp_path / "made.zip") as archive:
        assert sorted(archive.namelist()) == ["network.py", "network.weights.h5"]
        archive.extractall(tmp_path)
    assert ".with_name('network.weights.h5')" in (tmp_path / "network.py").read_text("utf-8")
    model.load_weights(tmp_path / "network.weights.h5")
    agrees(model, expected)


def test_safetensors_gives_the_same_arrays_by_our_ids(tmp_path, model, expected):
    write_as("safetensors", SUMMARY, ARRAYS, tmp_path / "ours.safetensors", ABOUT)
    found = load_file(tmp_path / "ours.safetensors")
    assert found.keys() == ARRAYS.keys()
    for variable in model.weights:
        variable.assign(found[variable.path])
    agrees(model, expected)


@pytest.mark.parametrize("folds", [False, True])
def test_onnx_runtime_answers_the_same(tmp_path, expected, folds):
    write_file(SUMMARY, ARRAYS, ABOUT, tmp_path / "ours.onnx", folds=folds)
    running = onnxruntime.InferenceSession(tmp_path / "ours.onnx", providers=["CPUExecutionProvider"])
    (found,) = running.run(["fc7_softmax"], {"input": PICTURE.transpose(0, 3, 1, 2)})
    shares = np.exp(expected - expected.max())
    np.testing.assert_allclose(found, shares / shares.sum(), atol=1e-5)


_IN_TORCH = """
import sys, numpy as np, torch, safetensors.torch, torchvision
model = torchvision.models.resnet18(num_classes=10).eval()
model.load_state_dict(safetensors.torch.load_file(sys.argv[1]))
with torch.no_grad():
    np.save(sys.argv[3], model(torch.from_numpy(np.load(sys.argv[2]))).numpy())
"""


def test_torchvision_loads_its_names(tmp_path):
    """Where PyTorch is installed, in a process of its own: it and TensorFlow do not share one gladly."""
    pytest.importorskip("torchvision")
    summary = network(preset("resnet18", input_shape=(64, 64, 3), classes=10))
    arrays = made.random_arrays(summary)
    write_as("torchvision", summary, arrays, tmp_path / "theirs.safetensors", ABOUT)
    picture = np.ascontiguousarray(PICTURE.transpose(0, 3, 1, 2))
    np.save(tmp_path / "in.npy", picture)
    files = [tmp_path / name for name in ("theirs.safetensors", "in.npy", "out.npy")]
    subprocess.run([sys.executable, "-c", _IN_TORCH, *files], check=True)
    ours = Session(write(summary, laid_out(arrays), ["fc10"]), threads=1).run({"input": picture})["fc10"]
    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), ours, atol=1e-4 * np.ptp(ours))


def test_a_swapped_pair_would_show(model, expected):
    """The check itself can fail: two kernels of one shape, the one for the other."""
    pair = ("res2a_branch2b/kernel", "res2b_branch2b/kernel")
    swapped = ARRAYS | {pair[0]: ARRAYS[pair[1]], pair[1]: ARRAYS[pair[0]]}
    for variable in model.weights:
        variable.assign(swapped[variable.path])
    with pytest.raises(AssertionError):
        agrees(model, expected)
