"""Checkpoints: whole or not at all, every flipped byte found, the last two kept."""

import random

import numpy as np
import pytest

from resnet_viz.errors import WeightsError
from resnet_viz.training import checkpoint
from resnet_viz.training.checkpoint import checkpoint_folders, load_checkpoint, newest_checkpoint, save_checkpoint

ARRAYS = {
    "plain": {
        "weights/conv1/kernel": np.arange(54, dtype=np.float32).reshape(3, 3, 3, 2),
        "optimizer/0000": np.array(7),
    },
    "residual": {"weights/fc6/bias": np.full(6, np.float32(0.1))},
}
STATE = {"spent_s": 0.1 + 0.2, "windows": {"plain": {"losses": [1 / 3]}}}


def test_arrays_and_state_come_back_bit_for_bit(tmp_path):
    save_checkpoint(tmp_path, 12, ARRAYS, STATE)
    found = newest_checkpoint(tmp_path)
    assert found.update == 12
    assert found.state == STATE
    for group, named in ARRAYS.items():
        for name, array in named.items():
            assert np.array_equal(found.arrays[group][name], array)
            assert found.arrays[group][name].dtype == array.dtype


def test_the_last_two_are_kept(tmp_path):
    for update in (1, 2, 3, 4):
        save_checkpoint(tmp_path, update, ARRAYS, STATE)
    assert [path.name for path in checkpoint_folders(tmp_path)] == ["update-00000004", "update-00000003"]


def test_every_flipped_byte_is_found_and_the_one_before_is_used(tmp_path):
    save_checkpoint(tmp_path, 1, ARRAYS, STATE)
    newest = save_checkpoint(tmp_path, 2, ARRAYS, STATE)
    source = random.Random(0)
    for _round in range(100):
        path = source.choice(sorted(newest.iterdir()))
        data = bytearray(path.read_bytes())
        place = source.randrange(len(data))
        flipped = bytes([*data[:place], data[place] ^ (1 << source.randrange(8)), *data[place + 1 :]])
        path.write_bytes(flipped)
        try:
            found = load_checkpoint(newest)
            # A flip in the wrapping JSON's own white space or case may change nothing that counts.
            assert found.state == STATE
            pytest.fail(f"byte {place} of {path.name} was not missed")
        except WeightsError:
            assert newest_checkpoint(tmp_path).update == 1
        finally:
            path.write_bytes(bytes(data))
    assert newest_checkpoint(tmp_path).update == 2


def test_a_half_written_one_does_not_count(tmp_path):
    save_checkpoint(tmp_path, 1, ARRAYS, STATE)
    (tmp_path / ".new-update-00000002-1").mkdir()
    (tmp_path / "update-00000003").mkdir()
    assert newest_checkpoint(tmp_path).update == 1


def test_a_full_disk_leaves_the_last_one(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, 1, ARRAYS, STATE)

    def full(_path, _data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_durably", full)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path, 2, ARRAYS, STATE)
    assert [path.name for path in tmp_path.iterdir()] == ["update-00000001"]


def test_none_is_none(tmp_path):
    assert newest_checkpoint(tmp_path / "nowhere") is None
