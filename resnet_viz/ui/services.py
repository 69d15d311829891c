"""What lives as long as the server: the model worker, the uploads, the housekeeping between them."""

import asyncio
import contextlib
import gc
import threading
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from resnet_viz.compute.client import WorkerClient
from resnet_viz.errors import BackendMissingError, ResNetVizError
from resnet_viz.images.uploads import Uploads
from resnet_viz.owners import data_folder, sweep
from resnet_viz.spec import DEFAULT_PRESET, preset
from resnet_viz.weights.store import WeightsStore

_SWEEP_S = 600.0


@cache
def worker() -> WorkerClient:
    """Return the server's model worker; its process starts with the first request or with `lifespan`."""
    return WorkerClient()


@cache
def uploads() -> Uploads:
    """Return the store of visitors' pictures."""
    return Uploads(data_folder() / "uploads")


@cache
def weights_store() -> WeightsStore:
    """Return the store of visitors' weights."""
    return WeightsStore(data_folder() / "weights")


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Warm the worker behind the first page, sweep old uploads now and then, end the worker with the server."""
    threading.Thread(target=_warm, daemon=True).start()
    sweeping = asyncio.create_task(_sweep())
    # What is imported by now stays: without this every rerun's full collection walks all of it again.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        sweeping.cancel()
        worker().close()


def _warm() -> None:
    # Without Keras, or shut down while warming: the pages that need the worker say what is wrong.
    with contextlib.suppress(BackendMissingError, ResNetVizError):
        worker().warm(preset(DEFAULT_PRESET))


async def _sweep() -> None:
    while True:
        for folder in ("uploads", "weights"):
            await asyncio.to_thread(sweep, data_folder() / folder)
        await asyncio.sleep(_SWEEP_S)
