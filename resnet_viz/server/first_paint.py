"""What is ours before anything of the page has run: style sheet and keys in its HTML, the icon.

Without the sheet the page would first be drawn in Streamlit's own looks.
"""

import hashlib

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resnet_viz.paths import ASSETS, PAGES, STYLE

_SHEETS = ("frame.css", "page.css", "weights.css")
_SCRIPTS = ("keys.js", "pointing.js", "answered.js")
# A page must come whole and as it is now: our part of it changes when Streamlit's file does not.
_NOT_PASSED_ON = ("accept-encoding", "if-none-match", "if-modified-since", "range")
_NOT_ANSWERED = ("etag", "last-modified", "accept-ranges")


class FirstPaint:
    """Puts `style/first.css` and the scripts of `style/` into the head of every page, and a link to the other sheets, as one.

    Our icon stands in the place of Streamlit's own: no run of a page needs to say so. Streamlit's answer is the same for every
    visitor, and is asked for once for each page: to read the file anew for each took a tenth of what a first page costs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        sheet = b"".join((STYLE / name).read_bytes() for name in _SHEETS)
        self._name = f"page-{hashlib.sha256(sheet).hexdigest()[:12]}.css"
        year = {"cache-control": "public, max-age=31536000, immutable"}
        self._sheet = Response(sheet, media_type="text/css", headers=year)
        day = {"cache-control": "public, max-age=86400"}
        self._icon = Response((ASSETS / "icon.png").read_bytes(), media_type="image/png", headers=day)
        first = (STYLE / "first.css").read_text("utf-8")
        keys = "".join((STYLE / name).read_text("utf-8") for name in _SCRIPTS)
        self._names = {"", *(path.stem for path in PAGES.glob("*.py"))}
        self._pages: dict[str, tuple[Message, bytes]] = {}
        # Relative like Streamlit's own links, so that it holds below a base path and behind a proxy.
        self._head = f'<style>\n{first}</style>\n<link rel="stylesheet" href="./style/{self._name}">\n<script>\n{keys}</script>\n</head>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].endswith(f"/style/{self._name}"):
            await self._sheet(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith("/favicon.png"):
            await self._icon(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "GET" and _wants_page(scope):
            await self._send_page(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _send_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in self._pages:
            await _answer(*self._pages[path], send)
            return
        kept = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in _NOT_PASSED_ON]
        start: Message | None = None
        body = b""

        async def hold(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_page(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = body.replace(b"</head>", self._head, 1)
                    found = _restart(start, page), page
                    if self._is_ours(path):
                        self._pages[path] = found
                    await _answer(*found, send)

        await self._app({**scope, "headers": kept}, receive, hold)

    def _is_ours(self, path: str) -> bool:
        """Whether it is the address of a page: Streamlit answers any other with the same, and nobody can count those."""
        base = str(st.get_option("server.baseUrlPath") or "").strip("/")
        return path.removeprefix(f"/{base}" if base else "").removeprefix("/") in self._names


async def _answer(start: Message, page: bytes, send: Send) -> None:
    """Send a page; whoever passes it on may add to its headers."""
    await send({**start, "headers": list(start["headers"])})
    await send({"type": "http.response.body", "body": page})


def _wants_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _restart(start: Message, body: bytes) -> Message:
    headers = MutableHeaders(raw=list(start["headers"]))
    for name in _NOT_ANSWERED:
        del headers[name]
    headers["content-length"] = str(len(body))
    return {**start, "headers": headers.raw}
