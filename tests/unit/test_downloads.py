"""Downloads against a server on this machine: progress, cancel, stall, damage, going on; CIFAR-10's own layout."""

import contextlib
import errno
import hashlib
import http.server
import io
import os
import pickle
import socket
import tarfile
import threading
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import resnet_viz.downloads
from resnet_viz.datasets import cifar10 as cifar
from resnet_viz.datasets.cifar10 import cifar10, unpack_cifar10
from resnet_viz.downloads import Download
from resnet_viz.errors import DataError
from tests.patience import PATIENCE_S

DATA = np.random.default_rng(0).bytes(3 * 2**20)


class _Handler(http.server.BaseHTTPRequestHandler):
    """A server of one file that knows ranges; it may be slow, or break off after some bytes of its answer."""

    delay_s = 0.0
    data = DATA
    breaks_after: int | None = None
    ranges: ClassVar[list] = []

    def do_GET(self):
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        _Handler.ranges.append(start)
        if start >= len(self.data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.data) - start))
        self.end_headers()
        end = len(self.data) if self.breaks_after is None else start + self.breaks_after
        try:
            for place in range(start, end, 2**18):
                self.wfile.write(self.data[place : min(end, place + 2**18)])
                time.sleep(self.delay_s)
        except OSError:
            return

    def log_message(self, *_arguments):
        return


@pytest.fixture
def address(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {"delay_s": 0.0, "ranges": [], "data": DATA, "breaks_after": None}.items():
        monkeypatch.setattr(_Handler, name, value)
    yield f"http://127.0.0.1:{server.server_port}/file"
    server.shutdown()
    server.server_close()


def download(address, target, digest=None):
    digest = digest or hashlib.sha256(DATA).hexdigest()
    return Download(address, target, digest=digest, size_bytes=len(DATA))


def fetched(one):
    """Start a download, wait for its end, and return it."""
    one.start()
    one.wait(PATIENCE_S)
    assert not one.is_running
    return one


def test_a_file_arrives_whole(address, tmp_path):
    one = download(address, tmp_path / "file")
    one.start()
    one.wait(PATIENCE_S)
    assert (one.sentence, one.is_here, one.progress) == ("", True, (len(DATA), len(DATA)))
    assert (tmp_path / "file").read_bytes() == DATA


def test_starting_blocks_nothing_and_cancel_keeps_what_came(address, tmp_path):
    _Handler.delay_s = 0.1
    one = download(address, tmp_path / "file")
    one.start()
    assert one.is_running
    while not one.progress[0]:
        time.sleep(0.01)
    one.cancel()
    one.wait(PATIENCE_S)
    assert not one.is_here
    assert "Cancelled" in one.sentence
    part = (tmp_path / "file.part").stat().st_size
    assert part > 0
    _Handler.delay_s = 0.0
    one.start()
    one.wait(PATIENCE_S)
    assert one.is_here
    assert _Handler.ranges[-1] == part


def test_a_stalled_network_is_given_up(address, tmp_path, monkeypatch):
    monkeypatch.setattr(resnet_viz.downloads, "STALL_S", 0.3)
    _Handler.delay_s = 5.0
    one = download(address, tmp_path / "file")
    one.start()
    one.wait(PATIENCE_S)
    assert not one.is_running
    assert "goes on where it was" in one.sentence


def test_no_network_is_a_sentence(tmp_path):
    one = download("http://127.0.0.1:9/file", tmp_path / "file")
    one.start()
    one.wait(PATIENCE_S)
    assert one.sentence.startswith("The download stopped (")


def test_an_address_that_is_none_of_the_web_is_not_opened(tmp_path):
    (tmp_path / "theirs").write_bytes(DATA)
    one = fetched(download((tmp_path / "theirs").as_uri(), tmp_path / "file"))
    assert not one.is_here
    assert "unknown url type: file" in one.sentence


def test_other_bytes_are_refused_and_gone(address, tmp_path):
    one = fetched(download(address, tmp_path / "file", digest="0" * 64))
    assert "must be the file that its publisher describes, sha256 0000000000000000…" in one.sentence
    assert not one.is_here
    assert list(tmp_path.iterdir()) == []
    assert _Handler.ranges == [0]


def test_a_fetch_killed_between_its_last_byte_and_its_name_is_done(address, tmp_path):
    (tmp_path / "file.part").write_bytes(DATA)
    one = fetched(download(address, tmp_path / "file"))
    assert (one.sentence, one.is_here) == ("", True)
    assert _Handler.ranges == []


@pytest.mark.parametrize("more", [0, 1000])
def test_a_part_as_long_as_the_file_or_longer_with_other_bytes_comes_anew(address, tmp_path, more):
    (tmp_path / "file.part").write_bytes(b"x" * (len(DATA) + more))
    one = fetched(download(address, tmp_path / "file"))
    assert (one.sentence, one.is_here) == ("", True)
    assert (tmp_path / "file").read_bytes() == DATA
    assert _Handler.ranges == [len(DATA) + more, 0]


def test_the_beginning_of_one_file_and_the_end_of_another_are_not_joined(address, tmp_path):
    """The server gave other bytes yesterday: what came of them is fetched anew, once."""
    (tmp_path / "file.part").write_bytes(b"<html>" * 1000)
    one = fetched(download(address, tmp_path / "file"))
    assert (one.sentence, one.is_here) == ("", True)
    assert (tmp_path / "file").read_bytes() == DATA
    assert _Handler.ranges == [6000, 0]


def test_a_connection_that_breaks_off_is_no_other_file_and_goes_on(address, tmp_path):
    _Handler.breaks_after = 2**20
    one = fetched(download(address, tmp_path / "file"))
    assert f"{2**20} of {len(DATA)} bytes came" in one.sentence
    assert "goes on where it was" in one.sentence
    fetched(one)
    fetched(one)
    assert (one.sentence, one.is_here) == ("", True)
    assert _Handler.ranges == [0, 2**20, 2**21]


def test_a_file_without_end_is_given_up_and_gone(address, tmp_path):
    one = Download(address, tmp_path / "file", digest="0" * 64, size_bytes=2**18)
    assert "must be the file that its publisher describes" in fetched(one).sentence
    assert one.progress[0] <= 2**20
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_speaks_no_http_is_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble():
            connection, _address = server.accept()
            with connection:
                connection.recv(2**16)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

        threading.Thread(target=babble, daemon=True).start()
        one = fetched(download(f"http://127.0.0.1:{server.getsockname()[1]}/file", tmp_path / "file"))
    assert one.sentence.startswith("The download stopped (")


def test_a_full_disk_is_a_sentence_and_what_came_is_kept(address, tmp_path, monkeypatch):
    real_open = Path.open
    room = [2**20]

    def open_on_a_small_disk(path, mode="r", *arguments, **options):
        file = real_open(path, mode, *arguments, **options)
        if path.name == "file.part" and mode != "rb":
            write = file.write

            class Small(contextlib.AbstractContextManager):
                def __exit__(self, *_error):
                    file.close()

                def write(self, data):
                    if len(data) > room[0]:
                        raise OSError(errno.ENOSPC, "No space left on device")
                    room[0] -= len(data)
                    return write(data)

            return Small()
        return file

    monkeypatch.setattr(Path, "open", open_on_a_small_disk)
    one = fetched(download(address, tmp_path / "file"))
    assert one.sentence == "The disk is full: free some space, then try again; what has come so far is kept."
    assert (tmp_path / "file.part").stat().st_size == 2**20
    room[0] = 2**30
    assert (fetched(one).sentence, one.is_here) == ("", True)
    assert _Handler.ranges == [0, 2**20]


def test_two_who_start_at_once_fetch_once(address, tmp_path):
    """Both are made to ask whether it is here before either has begun, if nothing keeps them apart."""
    meeting = threading.Barrier(2, timeout=1)

    class Met(Download):
        @property
        def is_here(self):
            with contextlib.suppress(threading.BrokenBarrierError):
                if not self.is_running:
                    meeting.wait()
            return super().is_here

    one = Met(address, tmp_path / "file", digest=hashlib.sha256(DATA).hexdigest(), size_bytes=len(DATA))
    threads = [threading.Thread(target=one.start) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.wait(PATIENCE_S)
    assert (tmp_path / "file").read_bytes() == DATA
    assert _Handler.ranges == [0]


# --- What somebody else put on this machine -------------------------------------------------------------------------


def test_the_right_file_elsewhere_is_used_where_it_lies(tmp_path):
    theirs, used = tmp_path / "theirs", []
    theirs.write_bytes(DATA)
    one = Download(
        "http://127.0.0.1:9/file",
        tmp_path / "fresh" / "file",
        digest=hashlib.sha256(DATA).hexdigest(),
        size_bytes=len(DATA),
        elsewhere=(tmp_path / "nothing", theirs),
        unpack=used.append,
    )
    fetched(one)
    assert used == [theirs]
    assert theirs.read_bytes() == DATA


def test_another_file_elsewhere_stays_as_it_is_and_ours_is_fetched(address, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    digest = hashlib.sha256(DATA).hexdigest()
    offline = Download(
        "http://127.0.0.1:9/file", tmp_path / "file", digest=digest, size_bytes=len(DATA), elsewhere=(theirs,)
    )
    sentence = fetched(offline).sentence
    found = hashlib.sha256(b"theirs").hexdigest()[:16]
    assert sentence.startswith(
        f"`{theirs}` is another file (sha256 {found}…); it was left as it is. The download stopped"
    )
    one = Download(address, tmp_path / "file", digest=digest, size_bytes=len(DATA), elsewhere=(theirs,))
    assert (fetched(one).sentence, one.is_here) == ("", True)
    assert theirs.read_bytes() == b"theirs"


def test_another_file_put_in_our_place_by_hand_gives_way_to_the_right_one_only(address, tmp_path):
    (tmp_path / "store").mkdir()
    target, result = tmp_path / "store" / "file", tmp_path / "result"
    target.write_bytes(b"by hand")

    def prepared(url):
        digest = hashlib.sha256(DATA).hexdigest()
        return Download(
            url, target, digest=digest, size_bytes=len(DATA), unpack=lambda _path: result.touch(), result=result
        )

    assert f"`{target}` is another file" in fetched(prepared("http://127.0.0.1:9/file")).sentence
    assert target.read_bytes() == b"by hand"
    assert fetched(prepared(address)).is_here
    assert target.read_bytes() == DATA


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
    monkeypatch.setattr(cifar, "CIFAR_SHA256", hashlib.sha256(kept.read_bytes()).hexdigest())
    one = cifar10(tmp_path / "store")
    assert not one.is_here
    assert (fetched(one).sentence, one.is_here) == ("", True)


def test_what_keras_fetched_otherwise_is_never_touched(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("RESNET_VIZ_CIFAR_URL", "http://127.0.0.1:9/file")
    kept = tmp_path / "keras" / "datasets" / "cifar-10-batches-py.tar.gz"
    kept.parent.mkdir(parents=True)
    archive(kept)
    before = kept.read_bytes()
    one = fetched(cifar10(tmp_path / "other"))
    assert f"`{kept}` is another file" in one.sentence
    assert one.target.is_relative_to(tmp_path / "other")
    assert kept.read_bytes() == before
