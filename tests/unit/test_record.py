"""The folder of a run: whole lines only, whatever its writer does meanwhile; nothing half-written on a full disk."""

import json
import random
import subprocess
import sys
import threading

import pytest

from resnet_viz.training import record
from resnet_viz.training.record import START, Place, RunFolder


def line(update, **more):
    return {"network": "plain", "update": update, "training_accuracy": 0.5, **more}


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path)


def updates(measured):
    return [found["update"] for found in measured.metrics]


def test_a_line_is_told_once_it_is_whole(folder):
    folder.append([line(1), line(2)])
    whole = json.dumps(line(3, note="größer ✓"), ensure_ascii=False).encode() + b"\n"
    first = folder.read_metrics()
    assert updates(first) == [1, 2]
    for cut in range(len(whole)):  # within a number, a name, a letter of several bytes
        with folder.metrics.open("ab") as file:
            file.write(whole[:cut])
        assert folder.read_metrics(first.next) == ([], first.next, False)
        folder.truncate(first.next.offset)
    with folder.metrics.open("ab") as file:
        file.write(whole)
    assert updates(folder.read_metrics(first.next)) == [3]


def test_a_reader_starts_over_when_the_run_went_back_however_far_it_has_come_since(folder):
    kept = folder.append([line(1), line(2)])
    folder.append([line(3, loss=1.25), line(4, loss=1.5)])
    place = folder.read_metrics().next
    folder.truncate(kept)
    shorter = folder.read_metrics(place)
    assert (updates(shorter), shorter.is_anew) == ([1, 2], True)
    for more in range(60):  # past the old place by every number of bytes, the same place among them
        folder.truncate(kept)
        folder.append([line(3, loss=10**more), line(4), line(5)])
        found = folder.read_metrics(place)
        assert (updates(found), found.is_anew) == ([1, 2, 3, 4, 5], True)


def test_a_file_that_is_written_anew_between_the_readers_look_and_its_reading_is_read_the_next_time(
    folder, monkeypatch
):
    old, new = [line(n, loss=0.1) for n in range(1, 5)], [line(n, loss=0.2) for n in range(5, 9)]  # lines of one length
    folder.append(old[:2])
    place = folder.read_metrics().next
    folder.append(old[2:])
    real, looks = record._read_from, []

    def look(file, start):
        looks.append(start)
        found = real(file, start)
        if len(looks) > 1:
            return found
        folder.truncate(0)
        folder.append(new)
        file.seek(start.offset)  # the old line was seen, the new ones are read
        return False, file.read()

    monkeypatch.setattr(record, "_read_from", look)
    assert folder.read_metrics(place) == ([], place, False)
    found = folder.read_metrics(place)
    assert (updates(found), found.is_anew) == ([5, 6, 7, 8], True)


def test_a_file_that_is_gone_is_an_empty_one(folder):
    assert folder.read_metrics() == ([], START, False)
    folder.append([line(1)])
    place = folder.read_metrics().next
    folder.metrics.unlink()
    assert folder.read_metrics(place) == ([], START, True)


def test_what_is_no_measurement_ends_what_is_read(folder):
    folder.append([line(1)])
    for damage in (b'0.5, "update": 2}', b'{"update": 2}', b"7", b"\xff\xfe", b"\0" * 40):
        with folder.metrics.open("ab") as file:
            file.write(damage + b"\n")
        folder.append([line(3)])
        assert updates(folder.read_metrics()) == [1], damage
        folder.truncate(folder.read_metrics().next.offset)


def test_a_reader_beside_a_writer_that_goes_back_again_and_again_ends_with_what_is_there(folder):
    """As after kills: cut at a checkpoint, sometimes in mid-line, and written anew with lines of other lengths."""
    source, is_done = random.Random(0), threading.Event()

    def write():
        ends = [0]
        for update in range(3000):
            if update % 7 == 6:
                ends = ends[: source.randrange(1, len(ends) + 1)]
                folder.truncate(ends[-1] + source.randrange(9))
                folder.truncate(ends[-1])
            ends.append(folder.append([line(update, loss=source.random() ** 9)]))
        is_done.set()

    writer = threading.Thread(target=write)
    found, place, polls = [], START, 0
    folder.append([])
    writer.start()
    while not is_done.is_set() or polls < 10:
        measured = folder.read_metrics(place)
        assert all(set(own) == {"network", "update", "training_accuracy", "loss"} for own in measured.metrics)
        found = measured.metrics if measured.is_anew else [*found, *measured.metrics]
        place, polls = measured.next, polls + 1
    writer.join()
    for _poll in range(2):  # what the writer did during the last one
        measured = folder.read_metrics(place)
        found, place = (measured.metrics if measured.is_anew else [*found, *measured.metrics]), measured.next
    assert found == [json.loads(text) for text in folder.metrics.read_bytes().splitlines()]


def test_measurements_are_added_all_or_none(tmp_path):
    """A limit on the size of files is a full disk that needs no rights: the kernel takes a part, then nothing."""
    code = """
import resource, sys
from pathlib import Path
from resnet_viz.training.record import RunFolder
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
folder = RunFolder(Path(sys.argv[1]))
for update in range(100):
    try:
        folder.append([{"network": "plain", "update": update, "norms": [0.1] * 20}] * 3)
    except OSError:
        print(update)
        break
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    refused = int(done.stdout)
    assert refused >= 1
    data = RunFolder(tmp_path).metrics.read_bytes()
    assert data.endswith(b"\n")
    assert [json.loads(text)["update"] for text in data.splitlines()] == [
        u for u in range(refused) for _line in range(3)
    ]


def test_a_frame_that_the_disk_does_not_take_leaves_nothing(folder, monkeypatch):
    import numpy as np

    def full(file, **_arrays):
        file.write(b"PK half of it")
        raise OSError(28, "No space left on device")

    folder.save_frame(1, {"plain": {"res2a_out": np.ones((2, 2, 3))}})
    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        folder.save_frame(2, {"plain": {"res2a_out": np.ones((2, 2, 3))}})
    assert [path.name for path in folder.watched.iterdir()] == ["00000001.npz"]


def test_a_place_is_the_line_before_it(folder):
    folder.append([line(1)])
    data = folder.metrics.read_bytes()
    assert folder.read_metrics().next == Place(len(data), data)
