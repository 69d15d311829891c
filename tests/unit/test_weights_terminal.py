"""`weights` in the terminal, the network that a file decides there, and files handed on to other libraries."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from resnet_viz.analysis import network
from resnet_viz.cli.main import main, parsed
from resnet_viz.cli.network import network_of
from resnet_viz.cli.pictures import PreparedPicture
from resnet_viz.errors import ResNetVizError
from resnet_viz.images.preprocess import NORMALISATIONS
from resnet_viz.images.samples import FOLDER
from resnet_viz.spec import preset
from resnet_viz.subject.pixel_scale import scale_warning, spreads
from resnet_viz.weights.fit import expected_arrays, fit
from resnet_viz.weights.formats import read_weights
from resnet_viz.weights.handing_on import torchvision_arrays, write_as
from resnet_viz.weights.misfit import misfits
from tests import weights_files as made

SPEC = replace(preset("resnet18", classes=10), width=0.05)
ARRAYS = made.random_arrays(network(SPEC))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A checkpoint as torchvision's users have them."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    path.write_bytes(made.safetensors(made.state_dict(ARRAYS, made.torchvision, "module.")))
    return path


def said(capsys, *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_file_is_told_in_full(capsys, checkpoint):
    status, out, _err = said(capsys, "weights", checkpoint)
    assert status == 0
    lines = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert lines["network"] == "resnet18,width=0.05"
    assert lines["input"] == "224×224×3"
    assert lines["classes"] == "10"
    assert lines["arrays"] == f"{len(ARRAYS)} read, 20 counters passed over, 0 without a place"
    assert lines["pixels"].startswith("not told by the file: say it with --pixels (unit, signed, caffe, torch)")
    assert lines["layout"] == "safetensors, the names of torchvision and timm"
    assert len(lines["sha256"]) == 64
    _status, out, _err = said(capsys, "weights", checkpoint, "--format", "json")
    told = json.loads(out)
    assert (told["preset"], told["changes"], told["pixels"]) == ("resnet18", {"width": "0.05"}, None)
    assert told["parameters"] == network(SPEC).totals.parameters
    assert told["misfits"] == []


def test_what_is_open_is_one_sentence_and_exit_2_until_it_is_said(capsys, tmp_path):
    path = tmp_path / "cifar.npz"
    path.write_bytes(made.npz(made.random_arrays(network(preset("cifar-20")))))
    status, out, err = said(capsys, "weights", path)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "fit `cifar-20`, `cifar-plain-20` equally well" in err
    status, out, _err = said(capsys, "weights", path, "--preset", "cifar-plain-20")
    assert status == 0
    assert "cifar-plain-20" in out


def test_a_nearly_fitting_file_is_told_array_by_array_and_ends_with_2(capsys, tmp_path):
    arrays = made.state_dict(ARRAYS, made.torchvision)
    arrays["layer1.0.convv1.weight"] = arrays.pop("layer1.0.conv1.weight")
    arrays["bn1.bias"] = np.zeros(7, np.float32)
    path = tmp_path / "odd.safetensors"
    path.write_bytes(made.safetensors(arrays))
    status, out, err = said(capsys, "weights", path)
    assert status == 2
    assert "`res2a_branch2a/kernel` (3×3×3×3) is missing" in out
    assert "`bn_conv1/beta` has 7, the network needs 3" in out
    assert "`layer1.0.convv1.weight` has no place in the network" in out
    assert err.count("\n") == 1


def test_a_missing_array_is_told_with_the_name_most_like_it():
    expected = expected_arrays(network(SPEC))
    found = {name.replace("conv1/kernel", "conv_1/kernel"): shape for name, shape in expected.items()}
    rows = misfits(fit(network(SPEC), found), expected, ())
    assert [(row.kind, row.name, row.nearest) for row in rows] == [
        ("missing", "conv1/kernel", "conv_1/kernel"),
        ("extra", "conv_1/kernel", ""),
    ]


@pytest.mark.parametrize("command", ["activations", "explain"])
def test_without_a_preset_the_file_decides_the_network(checkpoint, command):
    options = parsed([command, "picture.png", "--weights", str(checkpoint), "--out", "x.npz", "--input", "64"])
    spec = network_of(options).graph.spec
    assert spec == replace(SPEC, input_shape=(64, 64, 3))
    assert (options.preset, options.set, options.classes) == ("resnet18", ["width=0.05"], "10")
    named = parsed([command, "picture.png", "--weights", str(checkpoint), "--out", "x.npz", "--preset", "course"])
    assert network_of(named).graph.spec == preset("course")


def test_pixels_that_no_file_tells_are_never_taken_without_a_word(capsys, checkpoint):
    arguments = ["activations", str(FOLDER / "cat.jpg"), "--weights", str(checkpoint), "--input", "32", "--out", "x"]
    assert PreparedPicture(parsed(arguments)).trial.spec == replace(SPEC, input_shape=(32, 32, 3))
    assert "how its pixels were prepared: `unit` is taken. Say it with --pixels." in capsys.readouterr().err
    PreparedPicture(parsed([*arguments, "--pixels", "unit"]))
    assert "is taken" not in capsys.readouterr().err


def test_a_port_is_proved_and_a_changed_number_is_not(capsys, checkpoint, tmp_path):
    proof, port, wrong = tmp_path / "proof.json", tmp_path / "port.npz", tmp_path / "wrong.npz"
    assert said(capsys, "weights", checkpoint, "--proof", proof)[0] == 0
    port.write_bytes(made.npz(ARRAYS))
    status, out, _err = said(capsys, "weights", port, "--preset", "resnet18", "--verify", proof)
    assert status == 0, _err
    assert f"Proved: {len(ARRAYS)} of {len(ARRAYS)} arrays are equal to the last bit" in out
    swapped = {**ARRAYS, "res2a_branch2a/kernel": ARRAYS["res2a_branch2a/kernel"].swapaxes(0, 1)}
    wrong.write_bytes(made.npz(swapped))
    status, _out, err = said(capsys, "weights", wrong, "--preset", "resnet18", "--verify", proof)
    assert status == 2
    assert "the first array of other bytes: `res2a_branch2a/kernel`" in err
    for other in (checkpoint, tmp_path / "nothing.json"):
        assert "a proof file made by" in said(capsys, "weights", checkpoint, "--verify", other)[2]


def test_a_folded_port_is_proved_by_its_outputs(capsys, tmp_path):
    spec = replace(preset("resnet18"), width=0.05)
    checkpoint, proof, folded = (tmp_path / name for name in ("mine.npz", "proof.json", "folded.onnx"))
    checkpoint.write_bytes(made.npz(made.random_arrays(network(spec))))
    assert said(capsys, "weights", checkpoint, "--proof", proof)[0] == 0
    assert said(capsys, "export", "--weights", checkpoint, "--format", "onnx", "--folded", "--out", folded)[0] == 0
    status, out, err = said(capsys, "weights", folded, "--verify", proof)
    assert status == 0, err
    assert "arrays are equal to the last bit, and the outputs agree to" in out


@pytest.mark.parametrize("trained", NORMALISATIONS)
def test_pixels_of_another_scale_are_told_by_the_first_convolution(trained):
    spec = replace(SPEC, width=0.5)
    arrays = made.random_arrays(network(spec))
    arrays["bn_conv1/moving_variance"] = np.ones_like(arrays["bn_conv1/moving_variance"])
    times = spreads(spec, arrays)
    arrays["bn_conv1/moving_variance"] *= np.float32(times[trained] ** 2)
    assert scale_warning(spreads(spec, arrays), trained) == ""
    said = scale_warning(spreads(spec, arrays), "torch" if trained == "caffe" else "caffe")
    assert "pixels of another scale" in said
    assert f"`{trained}` (" in said


def test_a_saved_models_folder_is_named(capsys, tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01\x12")
    status, _out, err = said(capsys, "weights", tmp_path)
    assert status == 2
    assert "a SavedModel" in err
    assert "tensorflow.saved_model.load" in err


@pytest.mark.parametrize("name", ["safetensors", "torchvision", "keras-weights"])
def test_what_is_handed_on_opens_again_with_the_same_numbers(tmp_path, name):
    path = tmp_path / "handed-on"
    write_as(name, network(SPEC), ARRAYS, path, {"specification": SPEC.to_json(None)})
    found = read_weights(path)
    assert found.about.spec == SPEC
    assert "said" in found.about.notes
    assert found.arrays.keys() == ARRAYS.keys()
    for key, array in ARRAYS.items():
        np.testing.assert_array_equal(found.arrays[key], array)


def test_a_state_dict_has_torchvisions_names_and_order():
    ours = torchvision_arrays(network(SPEC), ARRAYS)
    theirs = {k: v for k, v in made.state_dict(ARRAYS, made.torchvision).items() if "tracked" not in k}
    assert ours.keys() == theirs.keys()
    for key, array in theirs.items():
        np.testing.assert_array_equal(ours[key], array)
    course = replace(preset("course"), width=0.05)
    with pytest.raises(ResNetVizError, match=r"torchvision's kind: .*Received: network='conv1/bias'"):
        torchvision_arrays(network(course), made.random_arrays(network(course)))


def test_export_writes_the_files_weights_for_others(capsys, checkpoint, tmp_path):
    out = tmp_path / "ours.safetensors"
    status, told, _err = said(capsys, "export", "--weights", checkpoint, "--format", "safetensors", "--out", out)
    assert status == 0
    assert "weights: model.safetensors" in told
    assert load_file(out).keys() == ARRAYS.keys()
    assert "Say what to write: --out FILE.weights.h5" in said(capsys, "export", "--format", "keras-weights")[2]
