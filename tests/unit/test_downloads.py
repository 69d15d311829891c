"""Downloads against a server on this machine: progress, cancel, stall, damage, going on; CIFAR-10's own layout."""

import hashlib
import http.server
import io
import os
import pickle
import tarfile
import threading
import time
from typing import ClassVar

import numpy as np
import pytest

import resnet_viz.downloads
from resnet_viz.downloads import Download
from resnet_viz.errors import DataError
from resnet_viz.training import downloads
from resnet_viz.training.downloads import cifar10, unpack_cifar10

DATA = np.random.default_rng(0).bytes(3 * 2**20)


class _Handler(http.server.BaseHTTPRequestHandler):
    delay_s = 0.0
    ranges: ClassVar[list] = []

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        _Handler.ranges.append(start)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        try:
            for place in range(start, len(DATA), 2**18):
                self.wfile.write(DATA[place : place + 2**18])
                time.sleep(self.delay_s)
        except OSError:
            return

    def log_message(self, *_arguments):
        return


@pytest.fixture
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Handler.delay_s, _Handler.ranges = 0.0, []
    yield f"http://127.0.0.1:{server.server_port}/file"
    server.shutdown()
    server.server_close()


def download(address, target, digest=None):
    digest = digest or hashlib.sha256(DATA).hexdigest()
    return Download(address, target, digest=digest, size_bytes=len(DATA))


def test_a_file_arrives_whole(address, tmp_path):
    one = download(address, tmp_path / "file")
    one.start()
    one.wait(20)
    assert (one.sentence, one.is_here, one.progress) == ("", True, (len(DATA), len(DATA)))
    assert (tmp_path / "file").read_bytes() == DATA


def test_starting_blocks_nothing_and_cancel_keeps_what_came(address, tmp_path):
    _Handler.delay_s = 0.1
    one = download(address, tmp_path / "file")
    began = time.monotonic()
    one.start()
    assert time.monotonic() - began < 0.1
    while not one.progress[0]:
        time.sleep(0.01)
    one.cancel()
    one.wait(10)
    assert not one.is_here
    assert "Cancelled" in one.sentence
    part = (tmp_path / "file.part").stat().st_size
    assert part > 0
    _Handler.delay_s = 0.0
    one.start()
    one.wait(20)
    assert one.is_here
    assert _Handler.ranges[-1] == part


def test_a_stalled_network_is_given_up(address, tmp_path, monkeypatch):
    monkeypatch.setattr(resnet_viz.downloads, "STALL_S", 0.3)
    _Handler.delay_s = 5.0
    one = download(address, tmp_path / "file")
    one.start()
    one.wait(10)
    assert not one.is_running
    assert "goes on where it was" in one.sentence


def test_no_network_is_a_sentence(tmp_path):
    one = download("http://127.0.0.1:9/file", tmp_path / "file")
    one.start()
    one.wait(15)
    assert one.sentence.startswith("The download stopped (")


def test_other_bytes_are_refused_and_gone(address, tmp_path):
    one = download(address, tmp_path / "file", digest="0" * 64)
    one.start()
    one.wait(20)
    assert "must be the file that its publisher describes, sha256 0000000000000000…" in one.sentence
    assert not one.is_here


def archive(path, batches=None, images=4):
    """Write an archive of CIFAR-10's layout with few pictures."""
    generator = np.random.default_rng(1)
    with tarfile.open(path, "w:gz") as tar:
        for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"):
            data = {b"data": generator.integers(0, 256, (images, 3072), np.uint8), b"labels": [1, 2, 3, 9][:images]}
            body = pickle.dumps((batches or {}).get(name, data))
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
    return path


def test_cifar_pictures_are_read_channel_by_channel(tmp_path):
    red = np.zeros((1, 3072), np.uint8)
    red[0, :1024] = 200
    batches = {"data_batch_1": {b"data": red, b"labels": [6]}}
    unpack_cifar10(archive(tmp_path / "a.tar.gz", batches), tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as found:
        assert found["images"].shape == (21, 32, 32, 3)
        assert found["images"][0, 5, 7].tolist() == [200, 0, 0]
        assert found["labels"][0] == 6
        assert found["classes"][6] == "frog"


class _Evil:
    def __reduce__(self):
        return os.system, ("true",)


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    path = archive(tmp_path / "a.tar.gz", {"data_batch_1": {b"data": _Evil(), b"labels": [1]}})
    with pytest.raises(DataError, match="another layout than CIFAR-10's"):
        unpack_cifar10(path, tmp_path / "out.npz")
    assert not (tmp_path / "out.npz").exists()


def test_what_keras_fetched_is_used_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    kept = tmp_path / "keras" / "datasets" / "cifar-10-batches-py.tar.gz"
    kept.parent.mkdir(parents=True)
    archive(kept)
    monkeypatch.setattr(downloads, "CIFAR_SHA256", hashlib.sha256(kept.read_bytes()).hexdigest())
    one = cifar10(tmp_path / "store")
    assert not one.is_here
    one.start()
    one.wait(20)
    assert (one.sentence, one.is_here) == ("", True)
