"""From the server's start to its end: what is imported when, when the worker starts, the housekeeping between them.

What delays the server's first answer or the first picture is left for later: so this imports little itself.
"""

import asyncio
import contextlib
import gc
import importlib
import inspect
import ipaddress
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import streamlit as st
from streamlit import net_util

# The lifespan begins before the server listens: imports at once would delay that.
_LISTENS_S = 0.1
_SWEEP_S = 600.0
# A page that was sent is not yet drawn: the first browser still needs a processor, and may have one of two.
_DRAWN_S = 1.5
# Without a visitor what would wait for one comes all the same.
_LONGEST_WAIT_S = 20.0

first_page = threading.Event()
"""Set when a page has been drawn: only then comes what only later pages need, so that it does not delay the first picture."""


def stay_offline() -> None:
    """Keep Streamlit from asking a server on the internet for this machine's outer address when it checks an origin."""
    net_util.get_external_ip = lambda: None


@contextlib.asynccontextmanager
async def lifespan(_app: Any, first: Sequence[str], then: Sequence[str]) -> AsyncIterator[None]:
    """Import and warm the worker behind the first page, sweep old uploads now and then, end the worker with the server.

    Args:
        first: Modules that the first page needs.
        then: Modules that are asked for next.
    """
    _say_where()
    threading.Thread(target=_preload, args=(first, then), daemon=True).start()
    threading.Thread(target=_warm, daemon=True).start()
    sweeping = asyncio.create_task(_sweep())
    try:
        yield
    finally:
        sweeping.cancel()
        _services().end()


def _say_where() -> None:
    """Print where the app is: on this machine and, unless it listens here only, for others on the network."""
    port, address = st.get_option("server.port"), st.get_option("server.address")
    lines = [f"ResNet Viz: http://localhost:{port}"]
    inner = net_util.get_internal_ip()
    if inner and _is_everywhere(str(address or "")):
        lines.append(f"On this network: http://{inner}:{port}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _is_everywhere(address: str) -> bool:
    """Whether a server at this address hears every network of the machine."""
    try:
        return ipaddress.ip_address(address).is_unspecified
    except ValueError:
        return not address


def _preload(first: Sequence[str], then: Sequence[str]) -> None:
    """Import, while the first browser still loads its files, what the first page would import on the way; then the rest."""
    time.sleep(_LISTENS_S)
    gc.disable()  # it walks all that is imported, again and again, and finds nothing: 0.1 s of the processor
    for name in first:
        importlib.import_module(name)
    # With the first element of all, Streamlit asks so whether it runs in a terminal; Python then looks at every module's file,
    # once: 35 to 50 ms before the first picture.
    inspect.stack()
    _wait_for_first_page()
    for name in then:
        importlib.import_module(name)
    gc.enable()
    gc.collect()
    # What is imported by now stays: without this every rerun's full collection walks all of it again.
    gc.freeze()


def _warm() -> None:
    """Start the worker, while the first browser still loads its files: whoever opens a page of maps finds it ready."""
    time.sleep(_LISTENS_S)
    _services().warm()
    _wait_for_first_page()
    _services().go_on_training()


def _wait_for_first_page() -> None:
    first_page.wait(_LONGEST_WAIT_S)
    time.sleep(_DRAWN_S)


async def _sweep() -> None:
    await asyncio.sleep(_LONGEST_WAIT_S)
    while True:
        await asyncio.to_thread(lambda: _services().sweep())
        await asyncio.sleep(_SWEEP_S)


def _services() -> Any:
    """Return the server's stores and workers, with half of all that a server imports."""
    from resnet_viz.server import services  # noqa: PLC0415 - NumPy, Pillow, SQLite and all formats: 0.2 s before an answer

    return services
