"""What lives as long as the server: the model worker, the stores of what visitors leave, the list of runs."""

import contextlib
import math
import os
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from resnet_viz.datasets.catalogue import arrays_file
from resnet_viz.errors import DAMAGE, ResNetVizError, StoreError
from resnet_viz.exports.store import Exports
from resnet_viz.identity import COOKIE_AGE_S
from resnet_viz.images.uploads import Uploads
from resnet_viz.jobs.runner import LocalRunner
from resnet_viz.jobs.store import ACTIVE, WAITING, RunStore
from resnet_viz.owners import EXPORTS, KEPT, LASTING, PROGRESS, SEEN, OwnerFiles, Room, data_folder, delete_expired
from resnet_viz.spec import DEFAULT_PRESET, preset
from resnet_viz.weights.catalogue import cards
from resnet_viz.weights.content import content_of
from resnet_viz.weights.imagenet import ImageNetStore
from resnet_viz.weights.store import WeightsStore
from resnet_viz.worker.request import Network
from resnet_viz.worker.requests.warm import Warm
from resnet_viz.worker.workers import Workers

_COUNTED_S = 1.0


@cache
def worker() -> Workers:
    """Return the server's workers; each process starts with the first request for it, one of them with `lifespan`."""
    return Workers()


def room() -> Room:
    """Return the bound for all that one visitor keeps here."""
    return Room(data_folder(), lambda stem: [run_store().files(run.id).path for run in run_store().of_owner(stem)])


@cache
def uploads() -> Uploads:
    """Return the store of visitors' pictures."""
    return Uploads(data_folder() / "uploads", room())


@cache
def weights_store() -> WeightsStore:
    """Return the store of visitors' weights."""
    return WeightsStore(data_folder() / "weights", room())


@cache
def imagenet_store() -> ImageNetStore:
    """Return where ImageNet's weights are kept."""
    return ImageNetStore(data_folder() / "imagenet")


@cache
def walks() -> OwnerFiles:
    """Return the store of visitors' walks."""
    return OwnerFiles(data_folder() / "walks", room())


@cache
def numbers() -> OwnerFiles:
    """Return the store of visitors' numbers to colour by."""
    return OwnerFiles(data_folder() / "numbers", room())


@cache
def seen() -> OwnerFiles:
    """Return the marks of visitors who have been greeted; a byte each, so they count against nobody's room."""
    return OwnerFiles(data_folder() / SEEN, lifetime_s=COOKIE_AGE_S)


@cache
def exports() -> Exports:
    """Return what makes ONNX files, and those made last."""
    return Exports(data_folder() / EXPORTS)


@cache
def progress() -> OwnerFiles:
    """Return the store of what visitors predicted in lessons."""
    return OwnerFiles(data_folder() / PROGRESS, room(), lifetime_s=COOKIE_AGE_S)


@cache
def run_store() -> RunStore:
    """Return the list of all training runs."""
    return RunStore(data_folder() / "runs", room())


@cache
def runner() -> LocalRunner:
    """Return what trains: this machine, one run at a time."""
    return LocalRunner(run_store(), pictures_folder())


class _Counts(NamedTuple):
    """How many runs run and wait, when that was counted, of which list and after how many changes of it."""

    found: tuple[int, int] = (0, 0)
    when: float = -math.inf
    of: tuple[RunStore, int] | None = None


_counts = _Counts()


def job_counts() -> tuple[int, int]:
    """Return how many runs are running and how many wait, counted for all visitors once a second and at every change.

    Every page of every visitor shows it; the jobs themselves and another server on the same folder change it unasked.
    """
    global _counts  # noqa: PLW0603 - one for all visitors; two threads that count at once find the same
    now, of = time.monotonic(), (run_store(), run_store().changes)
    if _counts.of != of or now - _counts.when > _COUNTED_S:
        _counts = _Counts(runner().counts(), now, of)
    return _counts.found


def pictures_folder() -> Path:
    """Return where downloaded data sets and visitors' own folders of pictures lie."""
    return data_folder() / "data"


def warm() -> None:
    """Start the worker, with the network that most come for."""
    # Shut down while warming, say: the pages that need the worker say what is wrong.
    with contextlib.suppress(ResNetVizError):
        shipped = next((content_of(card.path) for card in cards().values() if card.preset == DEFAULT_PRESET), None)
        worker().ask(Warm(Network(preset(DEFAULT_PRESET), shipped)))


def go_on_training() -> None:
    """Start what trains, and with it what an earlier server was training."""
    runner().start()


def use_pictures_of_runs() -> None:
    """Count a use of every visitor's pictures that a run still needs, however long it waits or rests."""
    try:
        runs = run_store().in_states(*WAITING, *ACTIVE, "interrupted")
    except StoreError:  # said where the list is shown; the next time tries again
        return
    for run in runs:
        with contextlib.suppress(*DAMAGE, StoreError):  # deleted meanwhile
            plan = run_store().files(run.id).load().plan
            if plan.data.source == "folders":
                os.utime(arrays_file(pictures_folder(), "folders", plan.data.folder))


def sweep() -> None:
    """Delete what visitors have left behind longer ago than it is kept."""
    use_pictures_of_runs()
    for folder in (*KEPT, EXPORTS):
        delete_expired(data_folder() / folder)
    for folder in LASTING:
        delete_expired(data_folder() / folder, COOKIE_AGE_S)


def end() -> None:
    """End what the server has started."""
    runner().close()
    worker().close()
