"""Who is asking, and how much they upload: the door that every request passes before Streamlit sees it."""

import ipaddress
import time
from collections import OrderedDict
from contextvars import copy_context
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resnet_viz.identity import COOKIE, COOKIE_AGE_S, new_cookie, owner_of
from resnet_viz.messages import preferred_language, use_language
from resnet_viz.owners import UPLOAD_BYTES, UPLOAD_WINDOW_S, upload_refusal

NEW_OWNERS = 600
"""Cookies that one address gets within `UPLOAD_WINDOW_S`: two large classes behind one address, each browser once."""
_MAX_KEYS = 10_000
_UPLOAD = "/upload_file/"
_DOWNLOAD = "/media/"


class Pots:
    """How much each key has had within a window; the one that is longest at rest is forgotten first."""

    def __init__(self, limit: int, window_s: float) -> None:
        """Allow `limit` a key within a window that begins with its first use."""
        self._limit, self._window_s = limit, window_s
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def left(self, key: str) -> int:
        """Return how much a key may still have."""
        return self._limit - self._since(key)[1]

    def take(self, key: str, amount: int) -> bool:
        """Take an amount if as much is left."""
        since, used = self._since(key)
        is_left = used + amount <= self._limit
        self._used.pop(key, None)
        self._used[key] = since, used + amount * is_left
        while len(self._used) > _MAX_KEYS:
            self._used.popitem(last=False)
        return is_left

    def _since(self, key: str) -> tuple[float, int]:
        now = time.monotonic()
        since, used = self._used.get(key, (now, 0))
        return (now, 0) if now - since > self._window_s else (since, used)


class _BeyondLimitError(OSError):
    """An upload goes on beyond its owner's limit; as an OSError, Starlette closes the files it has begun."""


class OwnerMiddleware:
    """Gives every browser a signed HttpOnly cookie and counts what each uploads, as it arrives.

    Nothing is counted by address but new cookies, and uploads without one: a class sits behind a single address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._uploads = Pots(UPLOAD_BYTES, UPLOAD_WINDOW_S)
        self._new_owners = Pots(NEW_OWNERS, UPLOAD_WINDOW_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _UPLOAD in scope["path"]:
            await self._upload(_owner(headers) or f"address {_address(scope)}", scope, receive, send)
            return
        if _DOWNLOAD in scope["path"] and scope["path"].endswith(".bin"):
            # Streamlit would compress it: 5.5 s of the processor for the default network's 72 MB, at every download.
            others = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self._app({**scope, "headers": others}, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                # Without a cookie the page works all the same, and its uploads count as its address's.
                if _owner(headers) is None and self._new_owners.take(_address(scope), 1):
                    sent.append(
                        "set-cookie",
                        f"{COOKIE}={new_cookie()}; Path=/; HttpOnly; SameSite=Lax; Max-Age={COOKIE_AGE_S}",
                    )
            await send(message)

        # Only the page itself gives out a cookie: its many files arrive at once, and each would give another.
        is_page = "text/html" in headers.get("accept", "")
        await self._app(scope, receive, send_with_cookie if is_page else send)

    async def _upload(self, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on while its owner may have more; every byte of every part counts when it arrives."""
        if _declared(scope) > self._uploads.left(key):
            await self._pass_over(scope, receive, send)
            return
        has_begun = False

        async def counted() -> Message:
            message = await receive()
            if not self._uploads.take(key, len(message.get("body", b""))):
                raise _BeyondLimitError
            return message

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _BeyondLimitError:
            if not has_begun:
                await _refusal(scope)(scope, receive, send)

    async def _pass_over(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer an upload that says beforehand that it is too much.

        A browser shows nothing of a refusal's text, and a broken connection where its body is not read. So a believable
        body is read and dropped, and the answer says it has come: the page then finds nothing in its place and says why
        in the visitor's language (`state.received`).
        """
        if _declared(scope) > int(st.get_option("server.maxUploadSize")) * 2**20 + 2**20:
            await _refusal(scope)(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        await Response(status_code=204)(scope, receive, send)


def _declared(scope: Scope) -> int:
    """Return how many bytes a request says it will send: 0 if it does not say, too many if what it says is no number."""
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 16 else 2**63


def _refusal(scope: Scope) -> PlainTextResponse:
    headers = Headers(scope=scope)
    asked = parse_qs(urlsplit(headers.get("referer", "")[:2000].replace("[", "")).query).get("lang", [""])[0]

    def said() -> str:
        use_language(asked or preferred_language(headers.get("accept-language")))
        return upload_refusal()

    text = copy_context().run(said)
    return PlainTextResponse(text, status_code=429, headers={"connection": "close"})


def _owner(headers: Headers) -> str | None:
    return owner_of(_cookie(headers.get("cookie", "")))


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _address(scope: Scope) -> str:
    """Return whose line a request came on; all of an IPv6 network is one, as its owner has more than anyone can count."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
