"""Weights files: arrays only, read in a process of their own; what fits stays and the rest is named."""

import contextlib
import io
import os
import random
import zipfile

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file, save

from resnet_viz.analysis import analyse
from resnet_viz.errors import WeightsError
from resnet_viz.spec import PRESETS, preset
from resnet_viz.weights.fit import expected_arrays, fit
from resnet_viz.weights.formats import read_weights
from resnet_viz.weights.reader import convert
from resnet_viz.weights.store import WeightsStore

SMALL = analyse(preset("cifar-20", input_shape=(16, 16, 3)))
LIMIT = 8 * SMALL.totals.parameters
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


def read(tmp_path, data: bytes, limit: int = LIMIT):
    path = tmp_path / "weights"
    path.write_bytes(data)
    return read_weights(path, max_bytes=limit)


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


def _declares_much(file):
    file.create_dataset(
        "conv1/kernel:0", shape=(3, 3, 3, 15_000_000), dtype="f4", chunks=(3, 3, 3, 1000), compression="gzip"
    )


def _external_link(file):
    file["conv1"] = h5py.ExternalLink("/etc/passwd", "/")


def _soft_link(file):
    file.create_dataset("conv1/kernel:0", data=np.ones((3, 3, 3, 16), "f4"))
    file["conv2"] = h5py.SoftLink("/conv1")


def _external_storage(file):
    file.create_dataset("conv1/kernel:0", (4,), "f4", external=[("/etc/passwd", 0, 16)])


def _strings(file):
    file.create_dataset("conv1/kernel:0", data=np.array([b"x" * 10]))


def _compound(file):
    file.create_dataset("conv1/kernel:0", data=np.zeros(3, [("a", "f4"), ("b", "f4")]))


def _deep(file):
    file.create_dataset("/".join("abcdefghijkl") + "/kernel:0", data=np.ones(3, "f4"))


def pickled_npz() -> bytes:
    return npz({"conv1/kernel": np.array([object()], dtype=object)})


def zip_of(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


BAD = {
    "pickle": (b"\x80\x04\x95some pickle bytes..", r"can run code and are refused"),
    "empty": (b"", r"a safetensors, \.npz or \.h5 file"),
    "no arrays": (h5_with(lambda _file: None), r"a file with arrays"),
    "nan": (save({"conv1/bias": np.array([np.nan], "f4")}), r"`conv1/bias` must be finite.*NaN"),
    "negative variance": (save({"bn/moving_variance": np.array([-1], "f4")}), r"at least 0\. Received: .*=-1\.0"),
    "integers": (save({"conv1/bias": np.array([1], "i8")}), r"floating-point numbers\. Received: .*'I64'"),
    "no layer": (save({"kernel": np.ones(3, "f4")}), r"layer/array, such as conv1/kernel\. Received: array='kernel'"),
    "other array": (save({"conv1/evil": np.ones(3, "f4")}), r"Received: array='conv1/evil'"),
    "too large": (
        save({"conv1/kernel": np.ones((3, 3, 3, 300_000), "f4")}),
        r"bytes of arrays\. Received: weights=32400000",
    ),
    "declares much": (h5_with(_declares_much), r"at most 20 times larger"),
    "external link": (h5_with(_external_link), r"free of soft and external links"),
    "soft link": (h5_with(_soft_link), r"free of soft and external links"),
    "external storage": (h5_with(_external_storage), r"stored inside the file"),
    "strings": (h5_with(_strings), r"an array of floating-point numbers"),
    "compound": (h5_with(_compound), r"an array of floating-point numbers"),
    "deep": (h5_with(_deep), r"at most 8 groups deep"),
    "pickled npz": (pickled_npz(), r"floating-point numbers|damaged"),
    "other zip": (zip_of("model.json", b"{}"), r"an \.npz file of arrays only"),
    "zip bomb": (zip_of("conv1/kernel.npy", b"\0" * 50_000_000), r"at most 20 times larger"),
    "cut safetensors": (save(arrays())[:5000], r"damaged or incomplete"),
    "cut h5": (h5(arrays())[:5000], r"damaged or incomplete|a file with arrays"),
    "cut npz": (npz(arrays())[:5000], r"damaged or incomplete"),
}


@pytest.mark.parametrize(("data", "sentence"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_gets_a_sentence(tmp_path, data, sentence):
    with pytest.raises(WeightsError, match=sentence):
        read(tmp_path, data)


def test_malformed_files_give_arrays_or_a_sentence(tmp_path):
    """`RESNET_VIZ_FUZZ=10000` runs the large count; the default keeps CI quick."""
    random_ = random.Random(5)
    few = dict(list(arrays().items())[:6])
    seeds = [save(few), npz(few), h5(few)]
    for index in range(int(os.environ.get("RESNET_VIZ_FUZZ", "300"))):
        data = bytearray(seeds[index % 3])
        for _ in range(random_.randint(1, 8)):
            place = random_.randrange(min(len(data), 4000 if random_.random() < 0.7 else len(data)))
            data[place] = random_.randrange(256)
        with contextlib.suppress(WeightsError):
            read(tmp_path, bytes(data))


# --- The throw-away process and the store -------------------------------------------------------------------------


def test_the_process_converts_and_answers(tmp_path):
    source, target = tmp_path / "in.npz", tmp_path / "out"
    source.write_bytes(npz(arrays()))
    assert convert(source, target, max_bytes=LIMIT) == EXPECTED
    assert load_file(target).keys() == EXPECTED.keys()


def test_the_process_passes_the_sentence_on(tmp_path):
    (tmp_path / "in").write_bytes(b"\x80\x04 pickle, perhaps")
    with pytest.raises(WeightsError, match="can run code"):
        convert(tmp_path / "in", tmp_path / "out", max_bytes=LIMIT)


def test_the_store_keeps_one_file_per_owner(tmp_path):
    store = WeightsStore(tmp_path)
    first = store.save("anna", "first.npz", npz(arrays()), SMALL)
    second = store.save("anna", "second.npz", save(arrays()), SMALL)
    assert first.sha256 != second.sha256
    assert not first.path.exists()
    assert WeightsStore(tmp_path).load("anna") == second
    assert store.load("ben") is None
    with pytest.raises(WeightsError):
        store.save("anna", "third", b"nonsense", SMALL)
    assert store.load("anna") == second
    store.delete("anna")
    assert store.load("anna") is None
    assert not list(tmp_path.iterdir())
