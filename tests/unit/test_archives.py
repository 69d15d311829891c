"""A zip of class folders: what is taken, what is passed over, what refuses the whole."""

import io
import os
import random
import struct
import sys
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from resnet_viz.datasets import archives
from resnet_viz.datasets.archives import KEPT_SIDE_PX, keep_folders, read_folders
from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.errors import DataError, ResNetVizError
from tests.cost import Worst
from tests.unit.mutations import mutated_zip


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


def test_gbk_names_whose_second_byte_is_a_backslash_stay_whole(tmp_path):
    path = tmp_path / "a.zip"
    make_zip(path, [(name.replace("set/a", "set/XX"), data) for name, data in GOOD])
    path.write_bytes(path.read_bytes().replace(b"XX", b"\x81\x5c"))
    found, _arrays = read(path, tmp_path)
    assert found.classes == ("b", b"\x81\x5c".decode("gbk"))


# --- Folders to classes -------------------------------------------------------------------------------------------


def colored(names):
    """Return files of different pictures under these names."""
    return [(name, picture((7 * n % 256, n % 256, 90))) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (("data/cats/indoor/1.jpg", "data/cats/outdoor/2.jpg", "data/dogs/indoor/3.jpg"), ("cats", "dogs")),
        (("data/cats/indoor/1.jpg", "data/dogs/indoor/2.jpg"), ("cats", "dogs")),
        (("cats/1.jpg", "dogs/big/2.jpg"), ("cats", "dogs")),
        (("a/b/c/cats/1.jpg", "a/b/c/dogs/2.jpg"), ("cats", "dogs")),
        (("set/train/cats/1.jpg", "set/train/dogs/2.jpg", "set/val/cats/3.jpg"), ("cats", "dogs")),
        (("train/1.jpg", "cats/2.jpg"), ("cats", "train")),
        (("data\\cats\\1.jpg", "data\\dogs\\2.jpg"), ("cats", "dogs")),
        (tuple(f"img/class {n}/{n}.jpg" for n in (10, 2, 1)), ("class 1", "class 2", "class 10")),
        (("data/caf\u00e9/1.jpg", "data/cafe\u0301/2.jpg", "data/tea/3.jpg"), ("caf\u00e9", "tea")),
        (("cats/1.jpg", "dogs/2.jpg", "about/readme.txt"), ("cats", "dogs")),
    ],
)
def test_a_class_is_the_topmost_folder_that_tells_pictures_apart(names, classes, tmp_path):
    files = [(name, data if name.endswith("jpg") else b"text") for name, data in colored(names)]
    found, arrays = read(make_zip(tmp_path / "a.zip", files), tmp_path)
    assert found.classes == classes
    assert found.count == len(arrays["labels"]) == sum(name.endswith("jpg") for name in names)


def test_parts_of_one_set_are_put_together_and_said(tmp_path):
    names = [f"set/{part}/{name}/{part}.jpg" for part in ("train", "val") for name in ("cats", "dogs")]
    found, _arrays = read(make_zip(tmp_path / "a.zip", colored(names)), tmp_path)
    assert (found.classes, found.count) == (("cats", "dogs"), 4)
    assert found.notes == (
        "The folders train, val are parts of one set: what lies in them was put together, and some of it will be held back anew.",
    )


def test_parts_without_class_folders_are_no_classes(tmp_path):
    path = make_zip(tmp_path / "a.zip", colored(["train/1.jpg", "val/2.jpg"]))
    with pytest.raises(DataError, match=r"at least two classes\. Received: archive='train, val'\."):
        read_folders(path, tmp_path / "out.npz")


def test_hidden_folders_are_no_classes_and_counted(tmp_path):
    files = [*GOOD, *colored(["set/.ipynb_checkpoints/1.jpg", "set/.ipynb_checkpoints/2.jpg", "set/a/.3.jpg"])]
    found, _arrays = read(make_zip(tmp_path / "a.zip", files), tmp_path)
    assert found.classes == ("a", "b")
    assert found.notes == (
        "3 files that are hidden, or in a hidden folder such as `.ipynb_checkpoints`, were passed over.",
    )


def test_empty_folders_are_named(tmp_path):
    files = [*GOOD, ("set/c/", b""), ("set/d\\", b""), ("set/e/notes.txt", b"x"), ("set/.git/", b"")]
    found, _arrays = read(make_zip(tmp_path / "a.zip", files), tmp_path)
    assert found.classes == ("a", "b")
    assert found.notes == (
        "1 file that is no readable picture was passed over.",
        "3 folders without a readable picture were passed over: c, d, e.",
    )


def test_pictures_beside_the_class_folders_are_counted(tmp_path):
    files = [*GOOD, *colored(["set/1.jpg", "2.jpg"])]
    found, _arrays = read(make_zip(tmp_path / "a.zip", files), tmp_path)
    assert (found.classes, found.count) == (("a", "b"), 6)
    assert found.notes == ("2 files outside any class folder were passed over.",)


def test_long_names_are_shortened_and_stay_apart(tmp_path):
    files = colored([f"{'x' * 80}{end}/1.jpg" for end in "ab"] + ["line\nbreak/2.jpg"])
    found, arrays = read(make_zip(tmp_path / "a.zip", files), tmp_path)
    assert len(set(found.classes)) == 3
    assert max(len(name) for name in found.classes) <= 60
    assert all(name.isprintable() for name in found.classes)
    assert sorted(arrays["labels"]) == [0, 1, 2]


@pytest.mark.parametrize(
    "name",
    [
        "/a/1.png",
        "a/../../b/1.png",
        "C:/a/1.png",
        "a/../b/1.png",
        "a\\..\\..\\1.png",
        "\\a\\1.png",
        "\\\\server\\a\\1.png",
        "C:\\a\\1.png",
    ],
)
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


def test_an_endless_list_of_files_is_refused_unread(tmp_path):
    path = make_zip(tmp_path / "a.zip", GOOD)
    data = bytearray(path.read_bytes())
    data[-10:-6] = struct.pack("<I", 80 * 10**6)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"at most 5000 files\. Received: archive='80 MB of file names'"):
        read_folders(path, tmp_path / "out.npz")


def test_a_zip_in_the_form_for_huge_files_is_read(tmp_path):
    path = make_zip(tmp_path / "a.zip", GOOD)
    data = path.read_bytes()
    files, size, start = struct.unpack("<HII", data[-12:-2])
    end64 = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, files, files, size, start)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, len(data) - 22, 1)
    path.write_bytes(
        data[:-22]
        + end64
        + locator
        + b"PK\5\6"
        + struct.pack("<HHHHIIH", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)
    )
    found, _arrays = read(path, tmp_path)
    assert found.count == 6


def test_no_more_of_a_file_is_copied_than_will_be_read(tmp_path, monkeypatch):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            assert 0 < size <= 2**20
            self.given += size
            return bytes(size)

    monkeypatch.setattr(archives, "MAX_BYTES", 5 * 10**6)
    file = Endless()
    with pytest.raises(DataError, match=r"at most 5 MB\. Received: archive='> 5 MB'"):
        keep_folders(file, tmp_path / "store", "me")
    assert file.given < 8 * 10**6
    assert not list((tmp_path / "store").rglob("*.zip"))


def test_limits_are_told_with_what_was_received(tmp_path, monkeypatch):
    path = make_zip(tmp_path / "a.zip", GOOD)
    monkeypatch.setattr(archives, "MAX_FILES", 3)
    monkeypatch.setattr(archives, "MAX_CLASSES", 1)
    with pytest.raises(DataError, match=r"`archive` must be at most 3 files\. Received: archive=6\."):
        read_folders(path, tmp_path / "out.npz")


def test_one_folder_is_no_task(tmp_path):
    path = make_zip(tmp_path / "a.zip", [item for item in GOOD if "/a/" in item[0]])
    with pytest.raises(
        DataError, match=r"at least two classes\. Received: archive='set/a'\. A class is the topmost folder"
    ):
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
    """A fifth of `RESNET_VIZ_FUZZ`: 10000 are 2,000 archives."""
    count = int(os.environ.get("RESNET_VIZ_FUZZ", "300")) // 5
    source, worst, seen, path = random.Random(1), Worst(), Counter[str](), tmp_path / "b.zip"
    folders = [("set/c/", b""), *GOOD, *colored(["set/b/deep/1.jpg", "set/.hidden/2.jpg", "__MACOSX/._1"])]
    kinds = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    wholes = [make_zip(path, folders, kind).read_bytes() for kind in kinds]

    def read_it() -> None:
        try:
            assert read_folders(path, tmp_path / "out.npz").count
        except ResNetVizError:
            seen["sentences"] += 1
        else:
            seen["results"] += 1

    for index in range(count):
        path.write_bytes(mutated_zip(wholes[index % len(wholes)], source))
        worst.of(read_it)
    sys.stdout.write(f"{count} malformed archives: {dict(seen)}, {worst}\n")
    assert min(seen["results"], seen["sentences"]) > count / 10
    assert worst.seconds < 2
    assert worst.bytes < 300e6
