"""A visitor's own picture: read in a process of its own with limits, kept for its owner, gone when promised."""

import io
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from resnet_viz import owners
from resnet_viz.caches import ArrayCache
from resnet_viz.errors import ImageError
from resnet_viz.images import sandboxed
from resnet_viz.images import uploads as uploads_module
from resnet_viz.images.preprocess import NORMALISATIONS, Preparation, as_input
from resnet_viz.images.reader import SUFFIXES, Picture, read_picture
from resnet_viz.images.sandboxed import read_sandboxed
from resnet_viz.images.uploads import Uploads
from resnet_viz.messages import use_language
from resnet_viz.spec import PRESETS
from resnet_viz.spec.surgery import NO_SURGERY, Surgery
from resnet_viz.subject.trial import Trial


def encoded(image, picture_format="PNG", **options):
    out = io.BytesIO()
    image.save(out, picture_format, **options)
    return out.getvalue()


# --- Read in a sandbox ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "MPO", "TIFF"])
def test_a_process_of_its_own_reads_what_the_reader_reads(picture_format):
    noise = Image.effect_noise((1200, 1100), 60).convert("RGB")
    several = {"append_images": [Image.new("RGB", (4, 4))]} if picture_format in ("MPO", "TIFF") else {}
    data = encoded(noise, picture_format, save_all=bool(several), **several)
    theirs, ours = read_sandboxed(data), read_picture(data)
    np.testing.assert_array_equal(np.asarray(theirs.rgb), np.asarray(ours.rgb))
    assert (theirs.sha256, theirs.notes) == (ours.sha256, ours.notes)


def test_its_sentences_are_the_reader_s_in_the_language_of_the_page():
    with pytest.raises(ImageError, match="a picture in PNG, JPEG"):
        read_sandboxed(b"nonsense")
    use_language("zh")
    try:
        with pytest.raises(ImageError, match="图"):
            read_sandboxed(b"nonsense")
    finally:
        use_language("en")


def test_a_decoder_that_takes_too_long_is_a_sentence(monkeypatch):
    monkeypatch.setattr(sandboxed, "_TIMEOUT_S", 0.001)
    with pytest.raises(ImageError, match="in the time and memory allowed"):
        read_sandboxed(encoded(Image.new("RGB", (4, 4))))


@pytest.mark.skipif(shutil.which("false") is None, reason="stands in for a crash")
def test_a_decoder_that_crashes_is_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(ImageError, match="in the time and memory allowed"):
        read_sandboxed(encoded(Image.new("RGB", (4, 4))))


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory hold on Linux")
def test_a_decoder_that_takes_too_much_memory_gets_none():
    code = "from resnet_viz.images import sandboxed; sandboxed.LIMITS.apply(); bytearray(500 * 2**20)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def test_no_numpy_where_a_picture_of_a_usual_kind_is_read():
    code = (
        "import sys, resnet_viz.images.sandboxed; assert 'numpy' not in sys.modules and 'streamlit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_name_of_a_jpeg_is_offered():
    from resnet_viz.ui.shared import image_source

    assert {"jpg", "jpeg", "jfif", "jpe"} <= set(SUFFIXES) <= set(image_source._KINDS)


# --- Kept ---------------------------------------------------------------------------------------------------------


def test_an_upload_survives_a_new_store_and_belongs_to_its_owner(tmp_path):
    data = encoded(Image.new("RGB", (9, 9), "red"))
    Uploads(tmp_path).save("anna", data)
    assert Uploads(tmp_path).load("anna").rgb.size == (9, 9)
    assert Uploads(tmp_path).load("ben") is None
    assert Uploads(tmp_path).load("../anna") is None
    Uploads(tmp_path).delete("anna")
    assert Uploads(tmp_path).load("anna") is None


def test_a_bad_upload_leaves_the_last_one(tmp_path):
    store = Uploads(tmp_path)
    kept = store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    with pytest.raises(ImageError):
        store.save("anna", b"nonsense")
    assert store.load("anna").sha256 == kept.sha256
    assert len(list(tmp_path.iterdir())) == 1


def test_an_upload_is_gone_after_two_idle_hours(tmp_path):
    store = Uploads(tmp_path)
    store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    (path,) = tmp_path.iterdir()
    old = time.time() - owners.LIFETIME_S - 5
    os.utime(path, (old, old))
    assert store.load("anna") is None
    assert not list(tmp_path.iterdir())


def test_sweeping_takes_the_old_and_leaves_the_rest(tmp_path):
    for name, age in (("old", owners.LIFETIME_S + 5), ("new", 5)):
        path = tmp_path / name
        path.write_bytes(b"x")
        os.utime(path, (time.time() - age,) * 2)
    assert owners.delete_expired(tmp_path) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert owners.delete_expired(tmp_path / "nowhere") == 0


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    store = Uploads(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ImageError, match=r"could not be kept .*No space left"):
        store.save("anna", encoded(Image.new("RGB", (9, 9), "red")))
    assert not list(tmp_path.iterdir())


def test_a_class_s_pictures_are_read_in_a_sandbox_once_each_and_decoded_only_for_their_pixels(tmp_path, monkeypatch):
    read, decoded = [], []
    monkeypatch.setattr(uploads_module, "read_sandboxed", lambda data: read.append(data) or read_picture(data))
    monkeypatch.setattr(uploads_module, "read_picture", lambda data: decoded.append(data) or read_picture(data))
    monkeypatch.setattr(uploads_module, "_DECODED_PIXELS", 100)  # one of these pictures
    uploads = Uploads(tmp_path)
    for number in range(3):
        uploads.save(f"owner {number}", encoded(Image.new("RGB", (9, 9), (number, 0, 0))))
    kept = [uploads.load(f"owner {number}") for number in range(3)]
    assert [len(picture.sha256) for picture in kept] == [64] * 3
    assert (len(read), len(decoded)) == (3, 0)
    assert [picture.rgb.getpixel((0, 0))[0] for picture in kept] == [0, 1, 2]
    assert (len(read), len(decoded)) == (3, 3)


def test_a_rerun_of_a_page_asks_for_no_pixels_again():
    asked = []
    rgb = Image.effect_noise((90, 70), 60).convert("RGB")
    picture = Picture(lambda: asked.append(1) or rgb, "0" * 64, ())
    stores = SimpleNamespace(arrays=ArrayCache(10**6), own_picture=lambda: picture)
    trial = Trial("course", PRESETS["course"], "random", NO_SURGERY, "upload", Preparation(), stores)
    first = trial.rgb
    for again in (trial, replace(trial), replace(trial, surgery=Surgery(frozenset({"3b"})))):
        np.testing.assert_array_equal(again.rgb, first)
        expected = as_input(rgb, (64, 64, 3), "crop", NORMALISATIONS["unit"])
        np.testing.assert_array_equal(again.input, expected)
    assert len(asked) == 1
