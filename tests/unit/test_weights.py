"""Weights files: arrays only, read in a process of their own; what fits stays and the rest is named."""

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file, save

from resnet_viz.analysis import analyse
from resnet_viz.errors import WeightsError
from resnet_viz.spec import PRESETS, preset
from resnet_viz.weights.fit import expected_arrays, fit, fit_or_refuse
from resnet_viz.weights.formats import read_weights
from resnet_viz.weights.reader import convert
from resnet_viz.weights.signatures import FROM_KERAS
from resnet_viz.weights.store import WeightsStore
from tests.malformed_weights import malformed

SMALL = analyse(preset("cifar-20", input_shape=(16, 16, 3)))
ROOT = Path(__file__).parents[2]
EXPECTED = expected_arrays(SMALL)


def arrays(expected=EXPECTED) -> dict[str, np.ndarray]:
    random_ = np.random.default_rng(1)
    return {name: random_.uniform(0.1, 1, shape).astype(np.float32) for name, shape in expected.items()}


def npz(values) -> bytes:
    out = io.BytesIO()
    np.savez(out, **values)
    return out.getvalue()


def h5(values, *, old_names: bool = False, full_model: bool = False) -> bytes:
    """Return Keras's older layout: groups by layer, optionally inside `model_weights`, with either set of names."""
    old = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        root = file.create_group("model_weights") if full_model else file
        for name, array in values.items():
            layer, _slash, part = name.partition("/")
            path = f"{layer}/{layer}_{old.get(part, part)}:0" if old_names else f"{layer}/{layer}/{part}:0"
            root.create_dataset(path, data=array, compression="gzip")
    return out.getvalue()


def read(tmp_path, data: bytes):
    path = tmp_path / "weights"
    path.write_bytes(data)
    return read_weights(path).arrays


# --- Fit ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_expected_arrays_are_all_parameters(name):
    summary = analyse(PRESETS[name])
    assert sum(int(np.prod(shape)) for shape in expected_arrays(summary).values()) == summary.totals.parameters


def test_a_complete_set_fits_without_a_word():
    result = fit(SMALL, EXPECTED)
    assert result.is_complete
    assert result.sentence() == ""
    assert len(result.fitting) == len(EXPECTED)


def test_from_64_to_224_only_the_head_does_not_fit():
    at_64, at_224 = (analyse(preset("course", input_shape=(side, side, 3))) for side in (64, 224))
    result = fit(at_224, expected_arrays(at_64))
    assert result.random_layers == ("fc6",)
    assert result.sentence() == (
        "`fc6/kernel` has 2048×6, the network needs 18432×6; 319 arrays keep their values; "
        "the other layers are random, so the output is no prediction."
    )


def test_another_number_of_classes_is_named():
    result = fit(analyse(preset("course", classes=10)), expected_arrays(analyse(PRESETS["course"])))
    assert "2 are missing (`fc10/kernel`, `fc10/bias`)" in result.sentence()
    assert result.unknown == ("fc6/kernel", "fc6/bias")


# --- Formats --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [save, npz, h5, lambda v: h5(v, old_names=True), lambda v: h5(v, full_model=True)],
    ids=["safetensors", "npz", "h5", "h5 of Keras 1", "h5 full model"],
)
def test_every_format_brings_the_same_arrays(tmp_path, write):
    values = arrays()
    found = read(tmp_path, write(values))
    assert found.keys() == values.keys()
    for name, array in values.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_other_float_widths_become_float32(tmp_path, dtype):
    found = read(tmp_path, save({"conv1/kernel": np.full((3, 3, 3, 16), 0.5, dtype)}))
    assert found["conv1/kernel"].dtype == np.float32


def test_bfloat16_is_read(tmp_path):
    import ml_dtypes

    found = read(tmp_path, save({"conv1/bias": np.full(16, 0.5, ml_dtypes.bfloat16)}))
    np.testing.assert_array_equal(found["conv1/bias"], 0.5)


def h5_with(build) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        build(file)
    return out.getvalue()


def _deep(file):
    file.create_dataset("/".join("abcdefghijkl") + "/kernel:0", data=np.ones(3, "f4"))


def zip_of(name: str, data: bytes, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr(name, data)
    return out.getvalue()


BAD = {
    "no arrays": (h5_with(lambda _file: None), r"has no arrays: .* save those: .*save_weights"),
    "negative variance": (save({"bn_conv1/moving_variance": np.array([-1], "f4")}), r"at least 0\. Received: .*=-1\.0"),
    "integers": (save({"conv1/bias": np.array([1], "i8")}), r"floating-point numbers\. Received: .*'I64'"),
    "no layer": (
        save({"kernel": np.ones(3, "f4")}),
        r"No array of this file .*It has `kernel`\..*such as `conv1/kernel`",
    ),
    "other array": (save({"conv1/evil": np.ones(3, "f4")}), r"No array of this file .*It has `conv1/evil`\."),
    "deep": (h5_with(_deep), r"at most 8 groups deep"),
    "cut safetensors": (save(arrays())[:5000], r"damaged or incomplete"),
    "cut npz": (npz(arrays())[:5000], r"damaged or incomplete"),
}


@pytest.mark.parametrize("write", [save, npz, h5], ids=["safetensors", "npz", "h5"])
def test_the_names_of_keras_applications_are_known_in_every_format(tmp_path, write):
    bias, gamma = np.full(64, 0.5, np.float32), np.ones(64, np.float32)
    head = np.ones((4, 1000), np.float32)
    values = {"conv1_conv/bias": bias, "conv2_block1_0_bn/gamma": gamma, "predictions/kernel": head}
    assert set(read(tmp_path, write(values))) == {"conv1/bias", "bn2a_branch1/gamma", "fc1000/kernel"}


def test_the_line_that_we_advise_writes_what_we_read(tmp_path, monkeypatch):
    from resnet_viz.model.build import build_model

    monkeypatch.chdir(tmp_path)
    model = build_model(SMALL.graph.spec)
    exec(FROM_KERAS.strip("`"), {"numpy": np, "model": model})
    found = read_weights(tmp_path / "weights.npz").arrays
    assert fit(SMALL, {name: array.shape for name, array in found.items()}).is_complete


# What people choose for a weights file, as it begins; and what the sentence calls it and tells to do.
NO_WEIGHTS = {
    "nothing": (b"", "an empty file", "download the file itself"),
    "a web page": (b"\n<!DOCTYPE html><html><head><title>404", "a web page", "download the file itself"),
    "a web page in capitals": (b"\xef\xbb\xbf<HTML><BODY>not found", "a web page", "download the file itself"),
    "a Git LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "a Git LFS pointer, which only says where the file is",
        "git lfs pull",
    ),
    "a store's error": (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key</Message></Error>',
        "an error that a store answered instead of the file (NoSuchKey)",
        "Look in a browser",
    ),
    "a store's error without a code": (
        b"<Error><Message/></Error>",
        "an error that a store answered",
        "Look in a brow",
    ),
    "other XML": (b'<?xml version="1.0"?><svg/>', "an XML text", "download the file itself"),
    "a pickle": (pickle.dumps({"conv1": [1.0]}), "a pickle (.pt, .pth, .pkl)", "can run code, so they are refused"),
    "PyTorch's old pickle": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", "a pickle", "can run code"),
    "PyTorch's zip": (
        zip_of("archive/data.pkl", b"\x80\x02}q\x00."),
        "PyTorch's zipped pickle (.pt, .pth)",
        "can run code, so they are refused",
    ),
    "half of PyTorch's zip": (zip_of("archive/data.pkl", bytes(range(256)) * 9)[:300], "zipped pickle", "can run code"),
    "a SavedModel": (b"\x08\x01\x12\xa4\x05\n\x0fserving_default", "a SavedModel (.pb)", "numpy.savez"),
    "a zipped SavedModel": (zip_of("model/saved_model.pb", b"\x08\x01"), "a zipped SavedModel", "saved_model.load"),
    "weights in a zip": (zip_of("mine/w.h5", b"\x89HDF"), "a zip archive around `mine/w.h5`", "Unpack it"),
    "another zip": (zip_of("model.json", b"{}"), "a zip archive of other files", "numpy.savez"),
    "an empty zip": (b"PK\x05\x06" + bytes(18), "a zip archive of other files", "numpy.savez"),
    "gzip": (gzip.compress(b"weights"), "a compressed file", "Unpack it"),
    "xz": (lzma.compress(b"weights"), "a compressed file", "Unpack it"),
    "bzip2": (bz2.compress(b"weights"), "a compressed file", "Unpack it"),
    "tar": (b"weights.h5".ljust(257, b"\0") + b"ustar\x0000", "a tar archive", "Unpack it"),
    "JSON": (b'{"class_name": "Functional", "config": {"name": "resnet"}}', "a JSON text", "numpy.savez"),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture", "Pictures go under"),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a picture", "Pictures go under"),
    "WEBP": (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture", "Pictures go under"),
    "one array": (b"\x93NUMPY\x01\0v\0", "a single array (.npy)", "numpy.savez"),
    "TFLite": (b"\x1c\0\0\0TFL3\x14\0 \0", "another model format", "numpy.savez"),
    "the start of HDF5": (b"\x89HDF", "an HDF5 file whose first bytes were changed or cut off", "as a binary file"),
    "HDF5 sent as text": (b"\x89HDF\n\x1a\n\0\0\0\0\0\x08\x08\0", "first bytes were changed", "as a binary file"),
    "a text": ("权重在这里: https://example.org/w.h5\n".encode(), "a text", "download the file itself"),
    "anything": (
        b"\x01\x02\x03\x04\x05\x06\x07\x00\x09",
        "01 02 03 04 05 06 07 00",
        "No kind of file that this app knows begins like this one",
    ),
}


@pytest.mark.parametrize(("data", "name", "advice"), NO_WEIGHTS.values(), ids=NO_WEIGHTS.keys())
def test_what_is_no_weights_file_is_named_as_what_it_is(tmp_path, data, name, advice):
    with pytest.raises(WeightsError) as refused:
        read(tmp_path, data)
    what, rule, rest = str(refused.value).partition(", not a .safetensors, .npz, .h5, .keras or .onnx file. ")
    assert what.startswith("This is ")
    assert name in what
    assert rule
    assert advice in rest


@pytest.mark.parametrize("length", range(100, 256))
def test_a_safetensors_header_of_any_length_is_none_of_those(tmp_path, length):
    """Its first byte is the header's length: 123 is a brace, 60 an angle bracket, 128 a pickle's."""
    header = b'{"conv1/bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(length)
    data = length.to_bytes(8, "little") + header + np.float32(2).tobytes()
    assert read(tmp_path, data)["conv1/bias"] == 2


def test_half_an_hdf5_file_says_how_much_of_it_is_here(tmp_path):
    data = h5(arrays())
    with pytest.raises(WeightsError, match=rf"cut off: 5,000 of its {len(data):,} bytes are here\. Download it again"):
        read(tmp_path, data[:5000])


def test_half_a_safetensors_file_says_how_much_of_it_is_here(tmp_path):
    data = save(arrays())
    half = f"{len(data) - 5000:,} of its {len(data):,}"
    with pytest.raises(WeightsError, match=rf"cut off: {half} bytes are here\. Download it again"):
        read(tmp_path, data[:-5000])


def numbered(values) -> dict[str, np.ndarray]:
    """Return the same arrays under names that tell nothing but a number of their own."""
    return {f"arr_{index}": array for index, array in enumerate(values.values())}


def test_arrays_that_carry_only_numbers_are_refused_with_their_names(tmp_path):
    with pytest.raises(WeightsError, match=r"has a name that this app knows. It has `arr_0`, `arr_1`, `arr_2`"):
        read(tmp_path, npz(numbered(arrays())))


def test_a_numbered_head_on_named_layers_is_the_classifier_if_it_is_the_only_one(tmp_path):
    values = {key.replace("fc10", "dense_1"): array for key, array in arrays().items()}
    assert set(read(tmp_path, h5(values))) == set(values) - {"dense_1/kernel", "dense_1/bias"} | {
        "fc10/kernel",
        "fc10/bias",
    }
    two = values | {key.replace("fc10", "dense_2"): array for key, array in arrays().items() if "fc10" in key}
    assert not any(name.startswith("fc") for name in read(tmp_path, h5(two)))


def test_arrays_in_all_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("resnet_viz.weights.formats.MAX_ARRAY_BYTES", 10**6)
    with pytest.raises(WeightsError, match=r"at most 1,000,000 bytes of arrays\. Received: weights=32400000"):
        read(tmp_path, save({"conv1/kernel": np.ones((3, 3, 3, 300_000), "f4")}))


def test_what_fits_nowhere_is_refused_and_the_last_file_stays(tmp_path):
    store = WeightsStore(tmp_path)
    kept = store.save("anna", "first.npz", npz(arrays()))
    strange = h5_with(
        lambda file: [
            file.create_dataset(f"my_{layer}/{part}:0", data=array)
            for layer, _slash, part, array in ((*key.partition("/"), array) for key, array in arrays().items())
        ]
    )
    with pytest.raises(WeightsError, match=r"No array of this file .*It has `my_.*such as `conv1/kernel`"):
        store.save("anna", "second.h5", strange)
    assert store.load("anna") == kept


def test_weights_of_another_network_with_the_same_names_are_refused_with_a_shape():
    course = expected_arrays(analyse(PRESETS["course"]))
    with pytest.raises(WeightsError, match=r"`conv1/kernel` has 7×7×3×64, the network needs 3×3×3×16"):
        fit_or_refuse(SMALL, course)


def test_a_huge_header_is_refused_before_it_is_read(tmp_path):
    header = b'{"conv1/bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(5_000_000)
    with pytest.raises(WeightsError, match="header has at most 4,000,000 bytes"):
        read(tmp_path, len(header).to_bytes(8, "little") + header + bytes(4))


@pytest.mark.parametrize(("data", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_gets_a_sentence(tmp_path, data, sentence):
    with pytest.raises(WeightsError, match=sentence):
        read(tmp_path, data)


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_members_packed_as_numpy_never_does_are_refused(tmp_path, packing):
    """Found among 10,000: damaged LZMA raises an error of its own."""
    with pytest.raises(WeightsError, match=rf"uncompressed or gzip\. Received: .*method {packing}"):
        read(tmp_path, zip_of("conv1/kernel.npy", b"x" * 99, packing))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each file is read in a fork, which this system does not have")
def test_malformed_files_give_arrays_or_a_sentence_in_little_time_and_memory(tmp_path, record_property):
    """`RESNET_VIZ_FUZZ=10000` runs the large count of each format, or of `RESNET_VIZ_FORMAT`; the default keeps CI quick."""
    count, seed, only = int(os.environ.get("RESNET_VIZ_FUZZ", "30")), 5, os.environ.get("RESNET_VIZ_FORMAT")
    command = [sys.executable, "-W", "ignore", "-m", "tests.read_weights_files", str(count), str(seed)]
    command += [only] if only else []
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    record_property("malformed weights", done.stdout)
    if count > 30:
        sys.stderr.write(done.stdout)
    for name, told in found.items():
        assert told["broken"] == [], name
        assert told["worst_s"][0] <= 2, (name, told)
        assert told["worst_bytes"][0] <= 300_000_000, (name, told)
        assert name == "other beginnings" or told["outcomes"]["arrays"] > 0
        for index in told["ended"][:5]:  # as the server reads them
            (tmp_path / "in").write_bytes(malformed(name, index, seed))
            with contextlib.suppress(WeightsError):
                convert(tmp_path / "in", tmp_path / "out")


# --- The throw-away process and the store -------------------------------------------------------------------------


def test_the_process_converts_and_answers(tmp_path):
    source, target = tmp_path / "in.npz", tmp_path / "out"
    source.write_bytes(npz(arrays()))
    assert convert(source, target).shapes == EXPECTED
    assert load_file(target).keys() == EXPECTED.keys()


def test_the_process_passes_the_sentence_on(tmp_path):
    (tmp_path / "in").write_bytes(b"\x80\x04 pickle, perhaps")
    with pytest.raises(WeightsError, match="can run code"):
        convert(tmp_path / "in", tmp_path / "out")


def test_the_store_keeps_one_file_in_each_of_an_owners_places(tmp_path):
    store = WeightsStore(tmp_path)
    first = store.save("anna", "first.npz", npz(arrays()))
    second = store.save("anna", "second.npz", save(arrays()))
    assert first.sha256 != second.sha256
    assert not first.path.exists()
    assert WeightsStore(tmp_path).load("anna") == second
    assert store.load("ben") is None
    with pytest.raises(WeightsError):
        store.save("anna", "third", b"nonsense")
    assert store.load("anna") == second
    beside = store.save("anna", "third.npz", npz(arrays()), "file2")
    assert (store.load("anna"), store.load("anna", "file2")) == (second, beside)
    store.delete("anna")
    assert store.load("anna") is None
    assert store.load("anna", "file2") == beside
    assert beside.path.exists()
    store.delete("anna", "file2")
    assert not list(tmp_path.iterdir())
