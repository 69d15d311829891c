"""What our app is measured against: an app of 40 plain widgets, with the same settings and a frozen heap."""

import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Freeze what is imported, as ours does."""
    gc.collect()
    gc.freeze()
    yield


app = st.App("plain_page.py", lifespan=lifespan)
