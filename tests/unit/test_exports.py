"""Networks with their weights as files, made by a process of their own."""

import os
from pathlib import Path

import pytest

from resnet_viz.errors import CancelledError, JobError, QuotaError
from resnet_viz.exports import store
from resnet_viz.exports.store import Exports, Wanted
from resnet_viz.spec import preset
from resnet_viz.weights.content import Content

SMALL = Wanted("cifar-20", preset("cifar-20"), "random", None, "onnx")


def test_what_two_ask_for_is_made_once_and_the_oldest_goes(tmp_path, monkeypatch):
    exports, shares = Exports(tmp_path / "exports", kept_bytes=2 * 10**6), []
    assert exports.find(SMALL) is None
    made = exports.make(SMALL, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] > 0
    monkeypatch.setattr(store, "_COMMAND", ("nothing-that-could-run",))
    assert exports.make(SMALL, shares.append) == exports.find(SMALL) == made
    assert exports.find(SMALL._replace(kind="onnx-folded")) is None
    for age in (1, 2):
        (tmp_path / "exports" / f"{age}.onnx").write_bytes(bytes(10**6))
        os.utime(tmp_path / "exports" / f"{age}.onnx", (made.stat().st_mtime - age,) * 2)
    exports._forget_oldest()
    assert {path.name for path in (tmp_path / "exports").iterdir()} == {made.name}


def test_a_file_that_is_not_wanted_any_more_leaves_no_process_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_COMMAND", ("sleep", "60"))
    asked = iter([False, False, True])
    with pytest.raises(CancelledError):
        Exports(tmp_path).make(SMALL, lambda _share: None, lambda: next(asked))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("false",), ("true",), ("echo", "no JSON")])
def test_a_process_that_ends_without_a_file_is_a_sentence(tmp_path, monkeypatch, command):
    monkeypatch.setattr(store, "_COMMAND", command)
    with pytest.raises(JobError, match="could not be made: try again"):
        Exports(tmp_path).make(SMALL, lambda _share: None)


def test_a_process_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_COMMAND", ("sleep", "60"))
    monkeypatch.setattr(store, "TIMEOUT_S", 0.1)
    with pytest.raises(JobError, match="could not be made"):
        Exports(tmp_path).make(SMALL, lambda _share: None)


def test_weights_that_are_gone_and_a_full_disk_are_sentences(tmp_path, monkeypatch):
    gone = SMALL._replace(content=Content(Path("gone.safetensors"), "0"))
    with pytest.raises(JobError, match=r"could not be made \(No such file"):
        Exports(tmp_path).make(gone, lambda _share: None)
    monkeypatch.setattr("resnet_viz.owners.FREE_BYTES", 2**60)
    with pytest.raises(QuotaError, match="disk is nearly full"):
        Exports(tmp_path).make(SMALL, lambda _share: None)
