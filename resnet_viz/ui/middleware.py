"""A cookie that says whose upload is whose, and a limit on how much one owner uploads."""

import secrets
import time
from collections import OrderedDict
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resnet_viz.ui.state import OWNER_COOKIE

# Generous for a lesson, far below what fills a laptop's disk.
QUOTA_BYTES = 300 * 10**6
QUOTA_WINDOW_S = 3600.0
_MAX_OWNERS = 10_000
_COOKIE_AGE_S = 30 * 24 * 3600


class OwnerMiddleware:
    """Gives every browser an HttpOnly owner cookie and refuses uploads beyond `QUOTA_BYTES` an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        owner = _owner(Headers(scope=scope).get("cookie", ""))
        if "/upload_file/" in scope["path"] and not self._within_quota(owner or "unknown", scope):
            refusal = PlainTextResponse("Too many uploads: wait an hour, then try again.", status_code=429)
            await refusal(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("link", _preload())
            if message["type"] == "http.response.start" and owner is None:
                cookie = f"{OWNER_COOKIE}={secrets.token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax; Max-Age={_COOKIE_AGE_S}"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        # Only the page itself gives out a cookie: its many files arrive at once, and each would give another.
        is_page = "text/html" in Headers(scope=scope).get("accept", "")
        await self._app(scope, receive, send_with_cookie if is_page else send)

    def _within_quota(self, owner: str, scope: Scope) -> bool:
        declared = Headers(scope=scope).get("content-length", "0")
        size = int(declared) if declared.isdecimal() else QUOTA_BYTES + 1
        since, used = self._used.pop(owner, (time.monotonic(), 0))
        if time.monotonic() - since > QUOTA_WINDOW_S:
            since, used = time.monotonic(), 0
        is_allowed = used + size <= QUOTA_BYTES
        self._used[owner] = since, used + (size if is_allowed else 0)
        while len(self._used) > _MAX_OWNERS:
            self._used.popitem(last=False)
        return is_allowed


def _owner(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(OWNER_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and morsel.value else None


@cache
def _preload() -> str:
    """Return the header that has the picture's code fetched with the page: Streamlit asks only when it comes to it."""
    (script,) = (Path(__file__).parent / "frontend" / "graph").glob("index-*.js")
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"<{f'/{base}' if base else ''}/_stcore/bidi-components/resnet-viz.graph/{script.name}>; rel=modulepreload"
