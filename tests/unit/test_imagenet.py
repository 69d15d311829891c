"""ImageNet's weights: names, classes, and a file of the same layout with random values, fetched and dropped."""

import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import h5py
import numpy as np
import pytest

from resnet_viz.analysis import analyse
from resnet_viz.errors import WeightsError
from resnet_viz.spec import PRESETS, preset
from resnet_viz.weights.fit import expected_arrays
from resnet_viz.weights.imagenet import FILES, ImageNetFile, ImageNetStore, class_names, file_for
from resnet_viz.weights.layouts.keras_applications import own_layer
from tests.patience import PATIENCE_S


def published_names(name: str) -> dict[str, str]:
    """Return our layer id -> the publisher's, for every layer with weights."""
    names = {"conv1": "conv1_conv", "bn_conv1": "conv1_bn", "bn_final": "post_bn", "fc1000": "predictions"}
    counts: dict[int, int] = {}
    for block in analyse(preset(name)).graph.blocks:
        counts[block.stage] = counts.get(block.stage, 0) + 1
        theirs = f"conv{block.stage}_block{counts[block.stage]}"
        names |= {f"res{block.name}_branch1": f"{theirs}_0_conv", f"bn{block.name}_branch1": f"{theirs}_0_bn"}
        names |= {f"bn{block.name}_preact": f"{theirs}_preact_bn"}
        for number, position in enumerate("abc", start=1):
            names |= {f"res{block.name}_branch2{position}": f"{theirs}_{number}_conv"}
            names |= {f"bn{block.name}_branch2{position}": f"{theirs}_{number}_bn"}
    return names


@pytest.mark.parametrize("name", FILES)
def test_every_published_name_is_ours(name):
    theirs = published_names(name)
    layers = {array.rpartition("/")[0] for array in expected_arrays(analyse(preset(name)))}
    assert {layer: own_layer(theirs[layer]) for layer in layers - {"fc1000"}} == {
        layer: layer for layer in layers - {"fc1000"}
    }


def test_the_classes_need_no_network():
    names = class_names()
    assert len(names) == 1000
    assert (names[0], names[281], names[999]) == ("tench", "tabby", "toilet tissue")


def test_a_file_belongs_to_the_same_network_only():
    assert file_for(preset("keras-v1", input_shape=(64, 64, 3), classes=6)) == FILES["keras-v1"]
    assert file_for(preset("coursera-2018")) is None  # the same shapes, another epsilon
    assert {name for name in PRESETS if file_for(PRESETS[name])} == set(FILES)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A file of the published layout: groups by layer, Keras 2's dataset names, random values."""
    folder = tmp_path_factory.mktemp("published")
    file = FILES["keras-v1"]
    theirs, random = published_names(file.preset), np.random.default_rng(0)
    arrays = {}
    with h5py.File(folder / file.name, "w") as opened:
        opened.attrs["layer_names"] = [name.encode() for name in theirs.values()]
        for key, shape in expected_arrays(analyse(preset(file.preset))).items():
            layer, _slash, array = key.rpartition("/")
            arrays[key] = random.uniform(0.1, 1, size=shape).astype(np.float32)
            opened[f"{theirs[layer]}/{theirs[layer]}/{array}:0"] = arrays[key]
    md5 = hashlib.md5((folder / file.name).read_bytes(), usedforsecurity=False).hexdigest()
    return folder, replace(file, md5=md5), arrays


@pytest.fixture
def server(published):
    """The publisher's server, on this machine."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(published[0]))
    handler.log_message = lambda *_args: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_fetched_checked_and_read_as_arrays(published, server, tmp_path, monkeypatch):
    from safetensors.numpy import load_file

    monkeypatch.setenv("RESNET_VIZ_IMAGENET_URL", server)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "nothing"))
    _folder, file, arrays = published
    store = ImageNetStore(tmp_path / "store")
    assert store.load(file) is None
    download = store.download(file)
    download.start()
    download.wait(PATIENCE_S)
    assert download.sentence == ""
    found = store.load(file)
    assert found is not None
    assert len(found.sha256) == 64
    loaded = load_file(found.path)
    assert set(loaded) == set(arrays)
    np.testing.assert_array_equal(loaded["res3b_branch2b/kernel"], arrays["res3b_branch2b/kernel"])
    assert found.shapes == {name: array.shape for name, array in arrays.items()}


def keras_copy(home, file, data):
    """Put a file where Keras would have put ImageNet's."""
    kept = home / "models" / file.name
    kept.parent.mkdir(parents=True)
    kept.write_bytes(data)
    return kept


def test_what_keras_fetched_is_read_where_it_lies_into_a_fresh_folder(published, tmp_path, monkeypatch):
    folder, file, _arrays = published
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("RESNET_VIZ_IMAGENET_URL", "http://127.0.0.1:9")
    data = (folder / file.name).read_bytes()
    kept = keras_copy(tmp_path / "keras", file, data)
    store = ImageNetStore(tmp_path / "fresh" / "imagenet")
    download = store.download(file)
    download.start()
    download.wait(PATIENCE_S)
    assert download.sentence == ""
    found = store.load(file)
    assert found is not None
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert kept.read_bytes() == data


def test_another_file_of_keras_is_left_alone_and_ours_is_fetched(published, server, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("RESNET_VIZ_IMAGENET_URL", server)
    _folder, file, _arrays = published
    kept = keras_copy(tmp_path / "keras", file, b"fine-tuned by somebody")
    store = ImageNetStore(tmp_path / "store")
    download = store.download(file)
    download.start()
    download.wait(PATIENCE_S)
    assert download.sentence == ""
    assert store.load(file) is not None
    assert kept.read_bytes() == b"fine-tuned by somebody"


def test_dropped_by_hand_and_refused_if_it_is_another(published, tmp_path):
    folder, file, _arrays = published
    data = (folder / file.name).read_bytes()
    store = ImageNetStore(tmp_path)
    with pytest.raises(WeightsError, match=r"MD5 2cb95161.*Received"):
        store.adopt(FILES["keras-v1"], data)
    assert store.load(file) is None
    store.adopt(file, data)
    assert store.load(file) is not None


def test_a_file_with_the_right_hash_and_the_wrong_arrays_is_refused(tmp_path):
    path = tmp_path / "odd.h5"
    with h5py.File(path, "w") as opened:
        opened["conv1_conv/conv1_conv/kernel:0"] = np.ones((3, 3, 3, 64), np.float32)
    data = path.read_bytes()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    file: ImageNetFile = replace(FILES["keras-v1"], md5=md5)
    with pytest.raises(WeightsError, match=r"the arrays of `keras-v1`.*conv1/kernel"):
        ImageNetStore(tmp_path / "store").adopt(file, data)


def test_without_a_network_it_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_IMAGENET_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "nothing"))
    download = ImageNetStore(tmp_path).download(FILES["keras-v1"])
    download.start()
    download.wait(PATIENCE_S)
    assert download.sentence.startswith("The download stopped (")
