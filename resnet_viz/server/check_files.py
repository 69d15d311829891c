"""What a browser fetches once to run Python: Pyodide as it ships with us, and our own library that judges. All packed."""

import gzip
import hashlib
import io
import zipfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from resnet_viz.paths import FRONTEND, LOCALE, PACKAGE

FOLDER = "check-files"
"""Where they are, beside the pages, so that it holds below a base path and behind a proxy."""
_MODULES = ("__init__.py", "errors.py", "messages.py", "paths.py")
_ROOMS = ("analysis", "check", "spec")
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # of all times that a zip can write: the same files give the same bytes


class Packed(NamedTuple):
    """A file as it goes over the wire.

    Attributes:
        name: With a hash of its content: a browser may keep it for good.
        data: Its bytes, by gzip; the page unpacks them, so no proxy has to know.
    """

    name: str
    data: bytes


class CheckFiles:
    """Answers requests for these files, and hands on all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        folder, _slash, name = str(scope.get("path", "")).rpartition("/")
        if scope["type"] != "http" or not folder.endswith(f"/{FOLDER}"):
            await self._app(scope, receive, send)
            return
        found = next((file for file in packed_files().values() if file.name == name), None)
        await _answer(found)(scope, receive, send)


def _answer(found: Packed | None) -> Response:
    if found is None:
        return Response(status_code=404)
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.data, media_type="application/gzip", headers=kept)


@cache
def packed_files() -> dict[str, Packed]:
    """Return the files by what they are to the page: `script`, `wasm` and `stdlib` of Pyodide, and our `library`."""
    runtime = {path.name.partition("-")[0]: Packed(path.name, path.read_bytes()) for path in _runtime()}
    data = gzip.compress(library(), mtime=0)
    return {**runtime, "library": Packed(f"library-{hashlib.sha256(data).hexdigest()[:12]}.gz", data)}


def library() -> bytes:
    """Return the modules that judge, and our translations, as a zip that nothing else is needed for."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path in (*_sources(), *LOCALE.rglob("*.mo")):
            place = f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}"
            archive.writestr(zipfile.ZipInfo(place, _BEGINNING), path.read_bytes())
    return written.getvalue()


def _runtime() -> list[Path]:
    return sorted((FRONTEND / "pyodide").glob("*.gz"))


def _sources() -> list[Path]:
    rooms = [path for room in _ROOMS for path in sorted((PACKAGE / room).glob("*.py"))]
    return [PACKAGE / name for name in _MODULES] + rooms
