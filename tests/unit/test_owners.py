"""What visitors leave: how much one may keep in all, how long it is kept, and what counts as a use."""

import io
import os
import time
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from resnet_viz import owners
from resnet_viz.datasets.archives import keep_folders
from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.errors import QuotaError, StoreError
from resnet_viz.jobs.store import RunStore
from resnet_viz.owners import OwnerFiles, Room, delete_expired, is_used, owner_digest
from resnet_viz.server import services
from resnet_viz.training.demos import demo
from resnet_viz.training.plan import with_settings
from resnet_viz.ui.train import data_gallery

ANNA = owner_digest("anna")
OLD = owners.LIFETIME_S + 60


def aged(path, by_s=OLD):
    os.utime(path, (time.time() - by_s,) * 2)
    return path


@pytest.fixture
def stores(tmp_path, monkeypatch):
    """The server's stores on a data folder of their own, where one may keep 50 kB."""
    monkeypatch.setenv("RESNET_VIZ_DATA", str(tmp_path))
    monkeypatch.setattr(owners, "MAX_KEPT_BYTES", 50_000)
    stores = (
        services.uploads,
        services.weights_store,
        services.walks,
        services.progress,
        services.numbers,
        services.run_store,
    )
    for store in stores:
        store.cache_clear()
    yield services
    for store in stores:
        store.cache_clear()


def noise(side):
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


def two_classes():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(8):
            archive.writestr(f"{'ab'[number % 2]}/{number}.png", noise(8 + number))
    out.seek(0)
    return out


def test_one_bound_holds_for_all_that_a_visitor_keeps(stores):
    plan = demo("overfit-ten").plan
    run = stores.run_store().add(ANNA, plan, "first")
    (stores.run_store().files(run.id).path / "weights.bin").write_bytes(b"x" * 30_000)
    stores.walks().save("anna", b"w" * 10_000)
    with pytest.raises(QuotaError, match=r"You keep \d+ MB .*delete runs, weights or pictures"):
        stores.uploads().save("anna", noise(80))
    with pytest.raises(QuotaError):
        stores.numbers().save("anna", b"n" * 15_000)
    with pytest.raises(QuotaError):
        keep_folders(two_classes(), stores.pictures_folder(), ANNA[:32], stores.room())
    assert not list(stores.pictures_folder().rglob("*.npz"))
    stores.uploads().save("ben", noise(80))
    stores.walks().save("anna", b"w" * 15_000)
    stores.numbers().save("anna", b"n" * 1_000)
    stores.walks().save("anna", b"w" * 18_000)


def test_a_run_is_not_begun_by_who_keeps_too_much(stores):
    stores.walks().save("anna", b"w" * 49_999)
    run = stores.run_store().add(ANNA, demo("overfit-ten").plan, "fits")
    (stores.run_store().files(run.id).path / "weights.bin").write_bytes(b"x" * 30_000)
    with pytest.raises(QuotaError):
        stores.run_store().add(ANNA, demo("overfit-ten").plan, "too much")
    stores.run_store().delete(run.id)
    stores.run_store().add(ANNA, demo("overfit-ten").plan, "fits again")


def test_the_disk_is_never_filled(stores, monkeypatch):
    usage = SimpleNamespace(free=owners.FREE_BYTES + 100)
    monkeypatch.setattr(owners.shutil, "disk_usage", lambda _path: usage)
    stores.walks().save("anna", b"w" * 100)
    with pytest.raises(QuotaError, match="disk is nearly full"):
        stores.walks().save("anna", b"w" * 101)


def test_what_is_replaced_does_not_count_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(owners, "MAX_KEPT_BYTES", 100)
    files = OwnerFiles(tmp_path / "walks", Room(tmp_path, lambda _stem: ()))
    for _turn in range(3):
        files.save("anna", b"x" * 90)
    with pytest.raises(QuotaError):
        files.save("anna", b"x" * 101)


def test_looking_at_class_folders_counts_as_a_use(stores, monkeypatch):
    monkeypatch.setattr(owners, "MAX_KEPT_BYTES", 10**9)
    keep_folders(two_classes(), stores.pictures_folder(), ANNA[:32])
    path = arrays_file(stores.pictures_folder(), "folders", ANNA[:32])
    os.utime(path, (time.time() - owners.LIFETIME_S + 60,) * 2)
    plan = with_settings(demo("overfit-ten").plan, {"data.source": "folders"}).with_folder(ANNA[:32])
    version = data_gallery._version(plan.data)
    assert time.time() - path.stat().st_mtime < 60
    assert data_gallery._version(plan.data) == version
    aged(path)
    assert data_gallery._version(plan.data) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [("queued", True), ("running", True), ("paused", True), ("interrupted", True), ("done", False)],
)
def test_a_run_that_needs_them_keeps_class_folders(stores, state, is_kept):
    path = arrays_file(stores.pictures_folder(), "folders", ANNA[:32])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    plan = with_settings(demo("overfit-ten").plan, {"data.source": "folders"}).with_folder(ANNA[:32])
    run = stores.run_store().add(ANNA, plan, "mine")
    stores.run_store().set_state(run.id, state)
    aged(path)
    stores.use_pictures_of_runs()
    delete_expired(path.parent)
    assert path.exists() is is_kept


def test_every_folder_of_visitors_is_swept_by_one_rule(stores, tmp_path):
    stores.walks().save("anna", b"w")
    stores.numbers().save("anna", b"n")
    stores.uploads().save("anna", noise(8))
    keep_folders(two_classes(), stores.pictures_folder(), ANNA[:32])
    made = {path.relative_to(tmp_path).as_posix() for name in owners.KEPT for path in (tmp_path / name).glob("*")}
    assert {path.rpartition("/")[0] for path in made} == set(owners.KEPT) - {"weights"}
    for name in made:
        aged(tmp_path / name)
    assert stores.walks().load("anna") is None
    assert not is_used(tmp_path / "uploads" / ANNA)
    for name in owners.KEPT:
        delete_expired(tmp_path / name)
    assert not [path for name in owners.KEPT for path in (tmp_path / name).glob("*")]


def test_what_a_lesson_was_answered_is_kept_for_thirty_days(stores, tmp_path):
    stores.progress().save("anna", b"p")
    day_s = 24 * 3600
    aged(tmp_path / owners.PROGRESS / ANNA, 29 * day_s)
    stores.sweep()
    assert stores.progress().load("anna") == b"p"  # a use: thirty more
    aged(tmp_path / owners.PROGRESS / ANNA, 31 * day_s)
    assert stores.progress().load("anna") is None
    stores.sweep()
    assert not (tmp_path / owners.PROGRESS / ANNA).exists()


def test_a_store_of_runs_without_a_room_keeps_what_the_terminal_wants(tmp_path):
    assert RunStore(tmp_path / "runs").add(ANNA, demo("overfit-ten").plan, "mine")


def test_a_folder_that_cannot_be_read_does_not_end_the_sweeping(tmp_path):
    (tmp_path / "uploads").write_text("no folder")
    assert delete_expired(tmp_path / "uploads") == 0
    assert delete_expired(tmp_path / "nowhere") == 0


def test_housekeeping_outlives_a_list_of_runs_that_cannot_be_read(stores, monkeypatch):
    def broken(*_states):
        raise StoreError(OSError(28, "No space left on device"))

    monkeypatch.setattr(stores.run_store(), "in_states", broken)
    stores.use_pictures_of_runs()
