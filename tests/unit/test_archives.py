"""A zip of class folders: what is taken, what is passed over, what refuses the whole."""

import contextlib
import io
import os
import random
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import DataError, ResNetVizError
from resnet_viz.training import archives
from resnet_viz.training.archives import KEPT_SIDE_PX, keep_folders, read_folders
from resnet_viz.training.catalogue import arrays_file


def picture(color, size=(20, 30), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def make_zip(path, files, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return path


GOOD = [(f"set/{name}/{n}.png", picture((n * 20, 100, 50 * c))) for c, name in enumerate("ab") for n in range(3)]


def read(path, tmp_path):
    target = tmp_path / "out.npz"
    found = read_folders(path, target)
    with np.load(target, allow_pickle=False) as arrays:
        return found, {name: arrays[name] for name in arrays.files}


def test_folders_become_classes(tmp_path):
    found, arrays = read(make_zip(tmp_path / "a.zip", GOOD), tmp_path)
    assert (found.classes, found.count, found.notes) == (("a", "b"), 6, ())
    assert arrays["images"].shape == (6, KEPT_SIDE_PX, KEPT_SIDE_PX, 3)
    assert arrays["labels"].tolist() == [0, 0, 0, 1, 1, 1]
    assert arrays["images"][5, 0, 0].tolist() == [40, 100, 50]


def test_what_systems_leave_is_passed_over_and_told(tmp_path):
    extra = [
        ("__MACOSX/set/a/._1.png", b"x"),
        ("set/a/.DS_Store", b"x"),
        ("readme.png", picture("red")),
        ("set/a/broken.png", b"no picture"),
        ("set/a/again.png", GOOD[0][1]),
        ("set/b/other.png", GOOD[0][1]),
    ]
    found, _arrays = read(make_zip(tmp_path / "a.zip", GOOD + extra), tmp_path)
    assert found.count == 6
    assert found.notes == (
        "2 files of the system were passed over.",
        "1 file outside any class folder was passed over.",
        "1 file that is no readable picture was passed over.",
        "1 picture was there twice and counts once.",
        "1 picture lies in two class folders; it counts in the first.",
    )


def test_gbk_names_decode(tmp_path):
    path = tmp_path / "a.zip"
    make_zip(path, [(name.replace("set/a", "set/XXXX"), data) for name, data in GOOD])
    data = path.read_bytes().replace(b"XXXX", "猫狗".encode("gbk"))
    path.write_bytes(data)
    found, _arrays = read(path, tmp_path)
    assert set(found.classes) == {"b", "猫狗"}


@pytest.mark.parametrize("name", ["/a/1.png", "a/../../b/1.png", "a\\1.png", "C:/a/1.png", "a/../b/1.png"])
def test_a_path_that_leads_elsewhere_refuses_the_archive(name, tmp_path):
    path = make_zip(tmp_path / "a.zip", GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, picture("red"))
    with pytest.raises(DataError, match="made of plain files in folders"):
        read_folders(path, tmp_path / "out.npz")


def test_a_link_refuses_the_archive(tmp_path):
    path = make_zip(tmp_path / "a.zip", GOOD)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("a/link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match="or links"):
        read_folders(path, tmp_path / "out.npz")


def test_bombs_and_archives_inside_are_refused(tmp_path):
    bomb = make_zip(tmp_path / "bomb.zip", [("a/0.png", bytes(300 * 10**6))])
    with pytest.raises(DataError, match="times its size unpacked"):
        read_folders(bomb, tmp_path / "out.npz")
    nested = make_zip(tmp_path / "nested.zip", [*GOOD, ("a/more.zip", b"PK")])
    with pytest.raises(DataError, match="free of archives inside"):
        read_folders(nested, tmp_path / "out.npz")


def test_limits_are_told_with_what_was_received(tmp_path, monkeypatch):
    path = make_zip(tmp_path / "a.zip", GOOD)
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    monkeypatch.setattr(archives, "MAX_CLASSES", 1)
    with pytest.raises(DataError, match=r"`archive` must be at most 3 files\. Received: archive=6\."):
        read_folders(path, tmp_path / "out.npz")


def test_one_folder_is_no_task(tmp_path):
    path = make_zip(tmp_path / "a.zip", [item for item in GOOD if "/a/" in item[0]])
    with pytest.raises(DataError, match=r"at least two classes\. Received: archive='a'\."):
        read_folders(path, tmp_path / "out.npz")


def test_kept_in_a_process_of_its_own_or_not_at_all(tmp_path):
    path = make_zip(tmp_path / "a.zip", GOOD)
    with path.open("rb") as file:
        assert keep_folders(file, tmp_path / "store", "me").classes == ("a", "b")
    target = arrays_file(tmp_path / "store", "folders", "me")
    before = target.read_bytes()
    with pytest.raises(DataError, match="damaged or no zip"):
        keep_folders(io.BytesIO(b"PK\x03\x04 nothing"), tmp_path / "store", "me")
    assert target.read_bytes() == before
    assert [item.name for item in target.parent.iterdir()] == ["me.npz"]


def test_malformed_archives_end_in_a_result_or_a_sentence(tmp_path):
    source = random.Random(1)
    whole = make_zip(tmp_path / "a.zip", GOOD).read_bytes()
    slowest = 0.0
    for _round in range(int(os.environ.get("RESNET_VIZ_FUZZ", "300")) // 5):
        data = bytearray(whole)
        for _flip in range(source.randint(1, 12)):
            data[source.randrange(len(data))] = source.randrange(256)
        if source.random() < 0.3:
            del data[source.randrange(len(data)) :]
        path = tmp_path / "b.zip"
        path.write_bytes(data)
        began = time.monotonic()
        with contextlib.suppress(ResNetVizError):
            read_folders(path, tmp_path / "out.npz")
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 2.0
