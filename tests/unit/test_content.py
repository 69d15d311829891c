"""Weights are known by their bytes: what was written anew under an old path is read anew."""

import hashlib
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from resnet_viz.errors import WeightsError
from resnet_viz.weights.catalogue import shapes_of
from resnet_viz.weights.choice import Weights
from resnet_viz.weights.content import content_of
from resnet_viz.weights.store import WeightsFile


@pytest.mark.parametrize("way", ["in place", "replaced"])
def test_other_bytes_of_the_same_size_and_time_are_other_content(tmp_path, way):
    path, work = tmp_path / "residual.safetensors", tmp_path / "work"
    path.write_bytes(b"old bytes")
    before, old = content_of(path), path.stat()
    time = old.st_mtime_ns
    target = path if way == "in place" else work
    target.write_bytes(b"new bytes")
    os.utime(target, ns=(time, time))
    target.replace(path)
    while path.stat().st_ctime_ns == old.st_ctime_ns:  # the clock of some kernels stands still for 4 ms
        os.utime(path, ns=(time, time))
    assert content_of(path) == (path, hashlib.sha256(b"new bytes").hexdigest())
    assert before == (path, hashlib.sha256(b"old bytes").hexdigest())


def test_a_file_that_stays_the_same_is_read_once(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"bytes")
    first = content_of(path)
    monkeypatch.setattr(hashlib, "file_digest", lambda *_arguments: pytest.fail("read again"))
    assert content_of(path) == first


def test_shapes_are_those_of_the_file_as_it_is_now(tmp_path):
    path = tmp_path / "residual.safetensors"
    for size in (3, 5):
        save_file({"fc/kernel": np.zeros((size, 2), np.float32)}, path)
        assert shapes_of(path) == {"fc/kernel": (size, 2)}
    path.write_bytes(b"no such thing")
    with pytest.raises(WeightsError, match=r"a safetensors file\. Received: weights='residual"):
        shapes_of(path)


def test_weights_whose_file_is_gone_are_not_taken_for_random_ones(tmp_path):
    gone = Weights(WeightsFile("mine", tmp_path / "gone", "0" * 64, {}))
    assert gone.content is not None
    assert gone.key not in ("", Weights().key)
