"""What is ours before anything of the page has run: style sheet and keys in its HTML, the code it will ask for, the icon.

Without the sheet the page would first be drawn in Streamlit's own looks.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from resnet_viz.paths import ASSETS, FRONTEND, PAGES, STYLE

_SHEETS = ("frame.css", "page.css", "weights.css")
_SCRIPTS = ("connection.js", "keys.js", "history.js", "pointing.js", "answered.js")
# A page must come whole and as it is now: our part of it changes when Streamlit's file does not.
_NOT_PASSED_ON = ("accept-encoding", "if-none-match", "if-modified-since", "range")
_NOT_ANSWERED = ("etag", "last-modified", "accept-ranges")
_OF_PAGE = {
    "layers": "overview",
    "activations": "maps",
    "explain": "maps",
    "train": "learning",
    "weights": "weights",
    "check": "check",
}
"""The component that a page shows first; the network's picture on all others."""
_SHOWN = ("BidiComponent", "Checkbox", "Button", "ButtonGroup", "ImageList", "Html")
"""The parts of Streamlit's own code that show what stands on our pages: fetched one by one, after the page's first run, they
would delay it by a quarter of a second."""


class FirstPaint:
    """Puts `style/first.css` and the scripts of `style/` into the head of every page.

    Beside them a link to the other sheets, as one, and links to the code of what the page shows first. Our icon stands in the place of Streamlit's own: no run of a page needs to say so. Streamlit's answer is the same for every
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
                    page = body.replace(b"</head>", _ahead(path.rpartition("/")[2]) + self._head, 1)
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


@cache
def _of_component(component: str) -> bytes:
    """Return the links that have a component's code fetched with the page: Streamlit asks only when it comes to it."""
    (script,) = (FRONTEND / component).glob("index-*.js")
    files = [f"_stcore/bidi-components/resnet-viz.{component}/{script.name}", *_streamlits_own()]
    return "".join(f'<link rel="modulepreload" href="./{file}">\n' for file in files).encode()


def _ahead(page: str) -> bytes:
    """Return the links of a page, by its name in the address."""
    return _of_component(_OF_PAGE.get(page, "graph"))


@cache
def _streamlits_own() -> list[str]:
    """Return the files of Streamlit's parts, and of what they need beside all pages' code.

    Without those that another version keeps elsewhere: the page then comes a little later.
    """
    static = Path(get_static_dir())
    scripts = static / "static" / "js"
    page = (static / "index.html").read_text("utf-8")
    found = [path.name for part in _SHOWN for path in scripts.glob(f"{part}.*.js")]
    for name in found:  # grows on the way
        imported = re.findall(r'"\./([\w.-]+\.js)"', (scripts / name).read_text("utf-8"))
        found += [other for other in dict.fromkeys(imported) if other not in page and other not in found]
    return [f"static/js/{name}" for name in found]
