"""The owner cookie and the upload quota, spoken to as a server does."""

from pathlib import Path

import pytest

from resnet_viz.ui import middleware
from resnet_viz.ui.middleware import OwnerMiddleware
from resnet_viz.ui.state import OWNER_COOKIE


async def inner(_scope, _receive, send):
    """Answer everything with an empty 200."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(app: OwnerMiddleware, path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    """Return status and headers of one request."""
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": listed}
    # Nothing here waits, so one step finishes it; no event loop, since the browser tests keep one running.
    with pytest.raises(StopIteration):
        app(scope, None, send).send(None)
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_the_page_gives_an_http_only_cookie_once():
    app = OwnerMiddleware(inner)
    _status, headers = ask(app, accept="text/html,*/*")
    cookie = headers["set-cookie"]
    assert cookie.startswith(f"{OWNER_COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    again = ask(app, accept="text/html", cookie=cookie.split(";")[0])[1]
    assert "set-cookie" not in again


def test_owners_differ_and_files_give_no_cookie():
    app = OwnerMiddleware(inner)
    first, second = (ask(app, accept="text/html")[1]["set-cookie"] for _ in range(2))
    assert first != second
    assert "set-cookie" not in ask(app, "/static/app.js", accept="*/*")[1]


def test_uploads_beyond_the_quota_are_refused_for_that_owner_only(monkeypatch):
    app = OwnerMiddleware(inner)
    anna, ben = f"{OWNER_COOKIE}=anna", f"{OWNER_COOKIE}=ben"
    path, half = "/_stcore/upload_file/x/y", str(middleware.QUOTA_BYTES // 2)
    assert [ask(app, path, cookie=anna, content_length=half)[0] for _ in range(3)] == [200, 200, 429]
    assert ask(app, path, cookie=ben, content_length=half)[0] == 200
    assert ask(app, cookie=anna)[0] == 200
    monkeypatch.setattr(middleware, "QUOTA_WINDOW_S", -1.0)
    assert ask(app, path, cookie=anna, content_length=half)[0] == 200


@pytest.mark.parametrize("length", ["-5", "many", "9" * 20])
def test_an_upload_of_unbelievable_length_is_refused(length):
    app = OwnerMiddleware(inner)
    assert ask(app, "/_stcore/upload_file/x/y", cookie=f"{OWNER_COOKIE}=a", content_length=length)[0] == 429


def test_the_page_asks_for_the_pictures_code_ahead_and_files_do_not():
    app = OwnerMiddleware(inner)
    link = ask(app, accept="text/html")[1]["link"]
    name = link.split(">")[0].rpartition("/")[2]
    assert (Path(middleware.__file__).parent / "frontend" / "graph" / name).is_file()
    assert "link" not in ask(app, "/static/app.js", accept="*/*")[1]
